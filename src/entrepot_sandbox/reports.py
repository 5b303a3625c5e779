"""The provider's own book: every movement of the marketplace's money with its fee, as settlement reports by day."""

import re
import secrets
from datetime import date
from typing import Final

from entrepot_sandbox.server import Problem
from entrepot_sandbox.store import Json, Store, iso

# What it keeps of a payment: 2.9 % and 30 minor units.
FEE_PER_MILLE: Final = 29
FEE_FIXED: Final = 30


def fee_of(amount: int) -> int:
    """The fee of one captured payment, rounded half up."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def enter(store: Store, kind: str, about: Json, amount: int, *, fee: int = 0, reference: str | None = None) -> None:
    """Write a movement down; `amount` is positive when it is money for the marketplace, `fee` when it costs it."""
    named = str(about.get("reference", "")) if reference is None else reference
    row: Json = {
        "id": "txn_" + secrets.token_hex(12),
        "kind": kind,
        "source": about["id"],
        "reference": named,
        "amount": amount,
        "fee": fee,
        "currency": about["currency"],
        "created_at": iso(),
    }
    store.put(row, kind="movement")


def remember(store: Store, history: list[Json]) -> None:
    """Movements from before this process: each once."""
    with store.transaction():
        for row in history:
            store.put(row, kind="movement")


def report(store: Store, day: str) -> Json:
    """All movements of a day (UTC), with what stood there before and after in each currency."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise Problem(400, "bad_day", "A day is written like 2026-11-22.")
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Problem(400, "bad_day", "There is no such day.") from None
    lines: list[Json] = []
    balances: dict[str, dict[str, int]] = {}
    for row in store.things(kind="movement"):
        on = str(row["created_at"])[:10]
        if on > day:
            continue
        sums = balances.setdefault(str(row["currency"]), {"opening": 0, "closing": 0})
        moved = _whole(row["amount"]) - _whole(row["fee"])
        sums["closing"] += moved
        if on < day:
            sums["opening"] += moved
        else:
            lines.append(row)
    return {"object": "settlement_report", "day": day, "count": len(lines), "balances": balances, "lines": lines}


def settled(store: Store, *, amount: int, currency: str) -> Json:
    """So much goes into the marketplace's bank."""
    standing = sum(
        _whole(row["amount"]) - _whole(row["fee"])
        for row in store.things(kind="movement")
        if row["currency"] == currency
    )
    if amount > standing:
        raise Problem(422, "settlement_exceeds_balance", "There is not so much money.")
    settlement: Json = {
        "id": "st_" + secrets.token_hex(12), "amount": amount, "currency": currency, "reference": "", "created_at": iso()
    }  # fmt: skip
    store.put(settlement, kind="settlement")
    enter(store, "settlement", settlement, -amount)
    return settlement


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
