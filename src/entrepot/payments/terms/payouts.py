"""The words of paying merchants out: when, at least how much, what stands in the way, runs, files and what banks answer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from entrepot.kernel.money import Money

# News; owner: the merchant of the first three, nobody of the last.
MATURED: Final = "payments.matured"
EXTENDED: Final = "payments.extended"
PAYOUT_RETURNED: Final = "payments.payout_returned"
RUN_OPENED: Final = "payments.run_opened"


class Every(StrEnum):
    """How often a merchant is paid out without asking."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    MANUAL = "manual"


class Way(StrEnum):
    """How a payout reaches the merchant's bank: sent by the payment provider, or in a file to our own bank."""

    PROVIDER = "provider"
    BANK = "bank"


class Scope(StrEnum):
    """Whom a run is about: those whose day has come, or everybody with money who is not blocked."""

    DUE = "due"
    ALL = "all"


class Why(StrEnum):
    """Why somebody is not paid out. In the order in which it is looked for: the first one found is told."""

    NOT_VERIFIED = "not_verified"
    NO_ACCOUNT = "no_account"
    HELD = "held"  # an operator holds the merchant's payouts
    OWES = "owes"
    BELOW_LEAST = "below_least"
    NOT_DUE = "not_due"
    MOVED = "moved"  # the money was taken by something else while the run was made


class Who(StrEnum):
    """Who put a release off."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    OPERATOR = "operator"


class BankSays(StrEnum):
    """What our bank says about a line of a file."""

    CONFIRMED = "confirmed"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a merchant is paid out. day: of the week, Monday 1, or of the month, at most 28; least: at least so much."""

    every: Every
    day: int = 1
    least: Money | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a payout needs to know of a merchant. account: the reference of the bank account in use, or none."""

    merchant_id: int
    verified: bool
    account: str | None
    held: bool
    owes: bool
    schedule: Schedule
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PayoutBlock:
    """An operator holds a merchant's payouts. ended_at: none while it holds."""

    merchant_id: int
    reason: str
    user_id: int
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """One merchant's money in one currency as a run sees it. why: what stands in the way; none is paid."""

    merchant_id: int
    amount: Money
    account: str
    why: Why | None

    @property
    def blocked(self) -> bool:
        """Whether something stands in the way other than the day."""
        return self.why is not None and self.why is not Why.NOT_DUE


@dataclass(frozen=True, slots=True)
class RunAsk:
    """What a run is about, before it has a reference. user_id: who started it, none when it came round by the clock."""

    day: date
    since: date
    way: Way
    scope: Scope
    key: str
    user_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """One run. since: the day after which due days were looked for. paid, skipped: how many lines."""

    id: int
    ref: str
    key: str
    day: date
    since: date
    way: Way
    scope: Scope
    made_at: datetime
    user_id: int | None
    paid: int
    skipped: int


@dataclass(frozen=True, slots=True)
class RunSum:
    """What a run came to in one currency and state."""

    currency: str
    state: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody with money whom a run did not pay, and why."""

    merchant_id: int
    amount: Money
    why: Why


@dataclass(frozen=True, slots=True)
class PayoutFile:
    """One file of a run for our bank. digest: SHA-256 of its bytes, which are the same whenever it is written."""

    id: int
    run_id: int
    number: int
    message_id: str
    currency: str
    lines: int
    total: Money
    digest: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class BankLine:
    """What a bank's answer says about one payout. reference: ours."""

    reference: str
    says: BankSays
    amount: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """One answer as it was taken. odd: lines that could not be followed, with the reason in words."""

    id: int
    name: str
    kind: str
    digest: str
    at: datetime
    user_id: int | None
    applied: int
    unchanged: int
    odd: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earning:
    """What a release gave a merchant and what of it waits: `net` till `matures_at`, `reserve` of it till `reserve_until`."""

    merchant_id: int
    consignment_id: int
    net: Money
    reserve: Money
    reserve_rate: Decimal
    matures_at: datetime | None
    matured_at: datetime | None
    reserve_until: datetime | None
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Extension:
    """A release was put off by so many days."""

    who: Who
    days: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Debt:
    """What a merchant owes in one currency, by how many days ago it came to owe it: to 30, to 60, to 90, longer."""

    merchant_id: int
    owed: Money
    since: datetime | None
    buckets: tuple[Money, Money, Money, Money]


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A debt given up by an operator."""

    ref: str
    merchant_id: int
    amount: Money
    reason: str
    user_id: int
    at: datetime
