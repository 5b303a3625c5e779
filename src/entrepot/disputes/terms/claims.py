"""The words of a dispute: why, what is wanted and decided, whose turn it is, and what was said and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.payments.terms import Bearer, Part

DisputeId = NewType("DisputeId", int)

# News about a dispute; owner: the merchant; facts `verb`, `state`, `shopper`.
MOVED: Final = "disputes.moved"

# What carriage calls the shipment of goods that go back; its id is the dispute's.
RETURN: Final = "return"


class Reason(StrEnum):
    """Why a shopper claims."""

    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    DAMAGED = "damaged"
    COUNTERFEIT = "counterfeit"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    CHANGED_MIND = "changed_mind"


class Side(StrEnum):
    """Who acts. market: the marketplace's own clock, when a deadline passes."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    OPERATOR = "operator"
    MARKET = "market"


class Remedy(StrEnum):
    """What a claim may come to. refund: money, the goods stay. return: the goods go back, then the money. nothing."""

    REFUND = "refund"
    RETURN = "return"
    NOTHING = "nothing"


class State(StrEnum):
    """Where a dispute stands; the first four, `ruled` and `coming` have a deadline that acts by itself.

    merchant, shopper: waits for that side's answer. returning: agreed, the goods are to be sent back. coming: they are
    on their way back. operator: waits for a ruling. ruled: may be appealed. appealed: waits for another operator.
    settling: decided, the money is being moved. ended.
    """

    MERCHANT = "merchant"
    SHOPPER = "shopper"
    RETURNING = "returning"
    COMING = "coming"
    OPERATOR = "operator"
    RULED = "ruled"
    APPEALED = "appealed"
    SETTLING = "settling"
    ENDED = "ended"


class Verb(StrEnum):
    """What can happen to a dispute. The last five are done by the marketplace itself."""

    OPEN = "open"
    PROPOSE = "propose"
    REJECT = "reject"
    COUNTER = "counter"
    AGREE = "agree"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    CONTEST = "contest"
    RULE = "rule"
    APPEAL = "appeal"
    RULE_AGAIN = "rule_again"
    LAPSE = "lapse"
    SETTLE = "settle"
    STALL = "stall"
    SHOW = "show"


class Ending(StrEnum):
    """How a dispute ended."""

    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    LAPSED = "lapsed"


class GivesBack(StrEnum):
    """What the law of the destination says of duty and tax on goods that go back.

    yes: the authority gives them up. application: it may, to whoever declared, on an application; not by itself.
    unknown: we do not know, and say so.
    """

    YES = "yes"
    APPLICATION = "application"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DutyLaw:
    """One dated row of law on duty and tax of goods that go back. modes: ways in; none means every one.

    apply_days: from customs' release to the application; back_days: to the goods being back. restores: the yearly
    allowance is free again.
    """

    destination: str
    modes: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    gives_back: GivesBack
    apply_days: int | None
    back_days: int | None
    restores: bool
    note: Text
    source: str
    read: date


@dataclass(frozen=True, slots=True)
class Policy:
    """A channel's terms for disputes from a day on. All days are whole days from the step before.

    claim_days: after delivery, for goods with a fault. late_days: after the promised day, for goods that did not come.
    mind_days: after delivery, to change one's mind. freight_back: whether a change of mind brings delivery back too.
    """

    channel: str
    valid_from: date
    merchant_days: int
    shopper_days: int
    send_days: int
    receive_days: int
    operator_days: int
    appeal_days: int
    claim_days: int
    late_days: int
    mind_days: int
    freight_back: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is wanted, proposed or ruled. amount: what the shopper gets; none: all that is left of the lines.

    borne: who gives up which part, where an operator said so.
    """

    remedy: Remedy
    amount: Money | None = None
    borne: Mapping[Part, Bearer] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture or document that a side has shown. name: as its owner called it."""

    ref: str
    side: Side
    name: str
    media_type: str
    size: int
    digest: str
    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a dispute's timeline; never changed. outcome: what was wanted, proposed or ruled with it."""

    number: int
    at: datetime
    side: Side
    user_id: int | None
    verb: Verb
    state: State
    note: str
    outcome: Outcome | None
    files: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnParcel:
    """The goods on their way back. own: the shopper's own carrier; else the label is ours, paid by `paid_by`."""

    own: bool
    paid_by: Side
    carrier: str
    number: str
    sent_at: datetime | None
    received_at: datetime | None
    restocked: int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A shopper's claim with a merchant about articles of one consignment.

    lines: their numbers, none means all. wanted: what the shopper asked for at first. offered: what lies with the other
    side. decided: what was agreed or ruled. due_at: when silence is taken for an answer. ruled_by: who ruled last.
    """

    id: DisputeId
    ref: str
    merchant_id: int
    merchant_name: str
    shopper_id: int
    order_id: int
    order_ref: str
    consignment_id: int
    consignment_ref: str
    channel: str
    currency: str
    reason: Reason
    lines: tuple[int, ...]
    state: State
    wanted: Outcome
    offered: Outcome | None
    offered_by: Side | None
    decided: Outcome | None
    due_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    ending: Ending | None
    appealed: bool
    ruled_by: int | None
    trouble: str
    parcel: ReturnParcel | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Told:
    """What a side says with a step. key: repeating it changes nothing. user_id: the person, none for the clock."""

    side: Side
    user_id: int | None
    key: str
    note: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """What opening a claim hangs on: where the consignment is and since when. expected_at: the promised day."""

    delivered_at: datetime | None
    expected_at: datetime | None
    sent: bool
    refundable: bool
