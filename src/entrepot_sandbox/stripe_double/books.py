"""The double's money: balance transactions, what each balance is by them, and the events that tell of changes."""

import json
import secrets
import time
from collections import deque
from typing import Final

from entrepot_sandbox.store import Json, Store
from entrepot_sandbox.stripe_double.forms import ApiError

API_VERSION: Final = "2026-10-28.endive"
LATE: Final = 1.5


def key_of(prefix: str) -> str:
    # As long as Stripe's: a session's id has 66 characters, others about 28.
    return f"{prefix}_{secrets.token_hex(29 if prefix.startswith('cs_') else 12)}"


def now() -> int:
    return int(time.time())


def whole_of(value: object) -> int:
    assert isinstance(value, int)
    return value


class Books:
    """What all of the double's calls share. mischief: what befalls the next events' webhooks, in order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.mischief: deque[str] = deque()
        self.spoilt: set[str] = set()

    def new(self, prefix: str, kind: str, **fields: object) -> Json:
        """An object of Stripe's with what all of them have."""
        return {"id": key_of(prefix), "object": kind, "created": now(), "livemode": False, "metadata": {}, **fields}

    def keep(self, thing: Json, *, under: str = "") -> None:
        """under: what lists of this kind are asked by."""
        self.store.put(thing, kind=str(thing["object"]), reference=under)

    def found(self, kind: str, key: str) -> Json:
        thing = self.store.thing(key, kind=kind)
        if thing is None:
            raise ApiError(404, f"No such {kind}: '{key}'", code="resource_missing", param="id")
        return thing

    def move(self, *, amount: int, fee: int, currency: object, source: object, kind: str, account: str = "") -> Json:
        """Book `amount` and a fee on a balance, ours unless `account` is a connected one."""
        row = self.new(
            "txn", "balance_transaction", amount=amount, fee=fee, net=amount - fee, currency=currency, source=source,
            type=kind, reporting_category=kind, status="available", available_on=now(), exchange_rate=None,
        )  # fmt: skip
        del row["metadata"], row["livemode"]
        self.keep(row, under=account)
        return row

    def balance(self, currency: object, account: str = "") -> int:
        rows = self.store.things(kind="balance_transaction", reference=account)
        return sum(whole_of(row["net"]) for row in rows if row["currency"] == currency)

    def must_have(self, amount: int, currency: object, account: str = "") -> None:
        if self.balance(currency, account) < amount:
            raise ApiError(400, "You have insufficient available funds in your account.", code="balance_insufficient")

    def tell(self, kind: str, thing: Json, account: str = "") -> None:
        """Write an event and send it, or do with it what is next in `mischief`."""
        event: Json = {
            "id": key_of("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": now(),
            "data": {"object": thing},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
            **({"account": account} if account else {}),
        }
        befalls = self.mischief.popleft() if self.mischief else ""
        if befalls == "bad_signature":
            self.spoilt.add(str(event["id"]))
        holds = {"drop": (), "duplicate": (0.0, 0.0), "late": (LATE,)}.get(befalls, (0.0,))
        self.store.announce(str(event["id"]), json.dumps(event, ensure_ascii=False), holds=holds)
