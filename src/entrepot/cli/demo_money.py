"""The demo market's money at the provider and the bank: its reports, our bank's statement, tax paid on time."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.cli.demo_orders import RELEASED, Placed
from entrepot.flows.remit_owed import remit_owed
from entrepot.jobs.reconciliation import reconcile
from entrepot.kernel.money import Money
from entrepot.ledger.terms import Kind as Ledger
from entrepot.parties.terms import Viewer
from entrepot.reconciliation import queries
from entrepot.reconciliation.services import take_report
from entrepot.reconciliation.terms import Item, Kind, Place

Movement = dict[str, str | int]
_CURRENCIES: Final = ("CNY", "USD")
# Each week the provider pays so much into our bank; the rest stays there for payouts and refunds.
SETTLED: Final = {"CNY": 30_000, "USD": 2_000}
# How many days ago: the last settlement but one, the last, the provider's own monthly fee, the bank's interest.
_BEFORE, _LAST, _FEE, _INTEREST = 8, 1, 5, 3
_REMITTED: Final = timedelta(days=6)


def tell_money(*, operator: Viewer, placed: Sequence[Placed], now: datetime, folder: Path) -> None:
    """Pay the tax of what was released, have provider and bank report, and match. folder: the provider's book's."""
    remitted = list(_remit(operator, placed, now))
    reconcile()
    movements = sorted(_movements(now), key=lambda row: str(row["created_at"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.json").write_text(json.dumps(movements), encoding="utf-8")
    standing = dict.fromkeys(_CURRENCIES, 0)
    for day, rows in groupby(movements, key=lambda row: str(row["created_at"])[:10]):
        body = json.dumps(_document(day, list(rows), standing)).encode()
        take_report(name=f"{day}.json", body=body, user_id=None, at=clock.now())
    for currency in _CURRENCIES:
        table = _statement(currency, [row for row in movements if row["kind"] == "settlement"], remitted, now)
        if table:
            name = f"bank-{currency.lower()}-{now:%Y-%m-%d}.csv"
            take_report(name=name, body=table.encode(), user_id=operator.user_id, at=clock.now())
    reconcile()


def fee_of(amount: Money) -> Money:
    """What the provider keeps of one payment: 2.9 % and 30 minor units, as its price list says."""
    return Money((amount.minor * 29 + 500) // 1000 + 30, amount.currency)


def _remit(operator: Viewer, placed: Sequence[Placed], now: datetime) -> Iterable[tuple[str, Money]]:
    """Retail imports into China are taxed parcel by parcel, so each released one has a payment of its own."""
    for one in placed:
        if one.story.stage != RELEASED or one.order().address.country != "CN":
            continue
        for part in one.consignments():
            if not part.amounts.tax:
                continue
            number = new_reference("rmt")
            remit_owed(
                viewer=operator, kind=Ledger.TAX_PAYABLE, country="CN", amount=part.amounts.tax, number=number,
                at=now - _REMITTED,
            )  # fmt: skip
            yield number, -part.amounts.tax


def _movements(now: datetime) -> Iterable[Movement]:
    """Every captured payment with its fee, two settlements, and a fee that nobody has asked for."""
    today = now.date()
    for currency in _CURRENCIES:
        taken = [one for one in _unmatched(currency, today) if one.kind is Kind.CAPTURED]
        for item in taken:
            yield _movement("capture", item.source, item.amount, item.at, item.reference, fee_of(item.amount).minor)
        for days in (_BEFORE, _LAST):
            if taken:
                paid = Money(-SETTLED[currency], currency)
                yield _movement("settlement", new_reference("st"), paid, _at(today, days))
    yield _movement("account_fee", "acct_monthly", Money(-900, "USD"), _at(today, _FEE))


def _unmatched(currency: str, day: date) -> tuple[Item, ...]:
    return queries.gap(place=Place.PROVIDER, currency=currency, day=day, limit=1_000)


def _movement(kind: str, source: str, amount: Money, at: datetime, reference: str = "", fee: int = 0) -> Movement:
    return {
        "id": new_reference("txn"), "kind": kind, "source": source, "reference": reference, "amount": amount.minor,
        "fee": fee, "currency": amount.currency, "created_at": at.astimezone(UTC).isoformat(),
    }  # fmt: skip


def _at(today: date, days: int) -> datetime:
    return datetime(today.year, today.month, today.day, 6, tzinfo=UTC) - timedelta(days=days)


def _document(day: str, rows: list[Movement], standing: dict[str, int]) -> dict[str, object]:
    opening = dict(standing)
    for row in rows:
        standing[str(row["currency"])] += int(row["amount"]) - int(row["fee"])
    balances = {one: {"opening": opening[one], "closing": standing[one]} for one in standing}
    return {"object": "settlement_report", "day": day, "count": len(rows), "balances": balances, "lines": rows}


def _statement(currency: str, settled: Sequence[Movement], remitted: Sequence[tuple[str, Money]], now: datetime) -> str:
    """Our account there: the settlement before the last, tax paid, and a little interest that nobody has booked yet."""
    arrived = [
        row
        for row in settled
        if row["currency"] == currency and str(row["created_at"]) < f"{now - timedelta(days=2):%Y-%m-%d}"
    ]
    lines = [
        (f"{now - timedelta(days=_BEFORE - 1):%Y-%m-%d}", -int(row["amount"]), "", f"SETTLEMENT {row['source']}")
        for row in arrived
    ]
    lines += [
        (f"{now - _REMITTED:%Y-%m-%d}", amount.minor, number, "Customs duty office")
        for number, amount in remitted
        if amount.currency == currency
    ]
    if currency == "USD" and lines:
        lines.append((f"{now - timedelta(days=_INTEREST):%Y-%m-%d}", 42, "", "Interest"))
    balance, rows = 0, []
    for number, (day, minor, reference, text) in enumerate(lines, 1):
        balance += minor
        sums = (Money(one, currency).decimal for one in (minor, balance))
        amount, after = sums
        rows.append(f"{currency}-{now:%Y%m%d}-{number},{day},{amount},{currency},{after},{reference},{text}\n")
    return "number,date,amount,currency,balance,reference,text\n" + "".join(rows) if rows else ""
