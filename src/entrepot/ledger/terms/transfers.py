"""One-row transfers: why money moves, what a transfer is about, what posting it answers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from entrepot.kernel.money import Money
from entrepot.ledger.terms.accounts import MERCHANT_KINDS, AccountRef, Kind


class State(StrEnum):
    """How a transfer stands. Rows never change: what became of a pending one is told by the row that ended it."""

    POSTED = "posted"
    PENDING = "pending"
    VOIDED = "voided"


class Code(StrEnum):
    """Why money moved."""

    CAPTURED = "captured"
    PROMOTED = "promoted"
    PROMOTION_RETURNED = "promotion.returned"
    PSP_FEE = "psp.fee"
    PSP_SETTLED = "psp.settled"
    PSP_RESERVED = "psp.reserved"
    RELEASED_MERCHANT = "released.merchant"
    RELEASED_COMMISSION = "released.commission"
    RELEASED_COMMISSION_TAX = "released.commission_tax"
    RELEASED_DUTY = "released.duty"
    RELEASED_TAX = "released.tax"
    RELEASED_FREIGHT = "released.freight"
    RELEASED_FEES = "released.fees"
    EXCHANGED = "exchanged"
    ROUNDED = "rounded"
    MATURED = "matured"
    RESERVED = "reserve.kept"
    RESERVE_RETURNED = "reserve.returned"
    FULFILMENT = "fulfilment"
    RETURN_CARRIED = "return.carried"
    REFUND_OPENED = "refund.opened"
    REFUND_COMMISSION = "refund.commission"
    REFUND_DUTY = "refund.duty"
    REFUND_TAX = "refund.tax"
    REFUND_FREIGHT = "refund.freight"
    REFUND_FEES = "refund.fees"
    REFUND_SENT = "refund.sent"
    GOODWILL = "goodwill"
    CREDIT_SPENT = "credit.spent"
    CLAWED_BACK = "clawed_back"
    NETTED = "netted"
    WRITTEN_OFF = "written_off"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_SET_ASIDE = "dispute.set_aside"
    DISPUTE_WON = "dispute.won"
    DISPUTE_LOST = "dispute.lost"
    PAYOUT = "payout"
    PAYOUT_SET_ASIDE = "payout.set_aside"
    PAYOUT_CONFIRMED = "payout.confirmed"
    PAYOUT_FAILED = "payout.failed"
    PAYOUT_RETURNED = "payout.returned"
    FX_SETTLED = "fx.settled"
    FX_SPREAD = "fx.spread"
    FX_RESULT = "fx.result"
    REMITTED = "remitted"
    REVERSED = "reversed"
    ADJUSTED = "adjusted"


class Clamp(StrEnum):
    """How much of its amount a transfer moves. What an account has is what its guard still allows.

    The last two count against the amount of the clamped transfer that stands before them in the same group.
    """

    EXACT = "exact"  # all or nothing
    AVAILABLE = "available"  # as much of it as there is, perhaps nothing
    REST_AVAILABLE = "rest_available"  # as much as there is of what the ones before left over
    REST = "rest"  # all that the ones before left over


class Result(StrEnum):
    """What posting one transfer, or ending one pending transfer, came to."""

    CREATED = "created"
    EXISTS = "exists"  # the same was done before; nothing changed now
    EXISTS_WITH_DIFFERENT_BODY = "exists_with_different_body"  # the key came before with other content
    EXCEEDS_CREDITS = "exceeds_credits"  # more would be taken than the account was given
    EXCEEDS_DEBITS = "exceeds_debits"  # more would be given back than is owed
    ACCOUNT_MISSING = "account_missing"  # it was never given anything, so nothing can be taken
    PERIOD_CLOSED = "period_closed"  # it would take effect in a period whose books are closed
    LINKED_FAILED = "linked_failed"  # another transfer of its group was refused
    PENDING_MISSING = "pending_missing"  # no pending transfer has this key
    ALREADY_POSTED = "already_posted"
    ALREADY_VOIDED = "already_voided"
    EXPIRED = "expired"  # its time ran out before it was posted
    EXCEEDS_PENDING = "exceeds_pending"  # more would be posted than was promised
    CURRENCY_DIFFERS = "currency_differs"  # the part to be posted is in another currency than the promise


@dataclass(frozen=True, slots=True)
class About:
    """What a transfer is about, for finding it again from an order, a consignment, a merchant or a payout."""

    order_id: int | None = None
    consignment_id: int | None = None
    merchant_id: int | None = None
    payout_id: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One debit, one credit, one positive amount. `key` is its identity for ever: posting it again changes nothing.

    What moves a merchant's account names the merchant, so that a merchant's money is always read by its owner.
    """

    key: str
    debit: AccountRef
    credit: AccountRef
    amount: Money
    code: Code
    about: About = About()
    pending: bool = False
    expires_at: datetime | None = None
    clamp: Clamp = Clamp.EXACT

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise ValueError("a transfer moves a positive amount")
        if self.debit == self.credit:
            raise ValueError("a transfer joins two accounts")
        if self.expires_at is not None and not self.pending:
            raise ValueError("only a pending transfer can expire")
        if self.pending and self.clamp is not Clamp.EXACT:
            raise ValueError("a promise is of an exact amount")
        for side in (self.debit, self.credit):
            if side.kind in MERCHANT_KINDS and side.subject != self.about.merchant_id:
                raise ValueError("what moves a merchant's account names the merchant")


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends the pending transfer `key`: posts it, all or `amount` of it, or voids it. What is not posted is given back."""

    key: str
    post: bool
    amount: Money | None = None

    def __post_init__(self) -> None:
        if self.amount is not None and (not self.post or self.amount.minor <= 0):
            raise ValueError("a part is posted and positive")


@dataclass(frozen=True, slots=True)
class Shares:
    """What the money held for one consignment is made of, in the shopper's currency, and the merchant's part of it.

    commission is part of goods. merchant_net: goods less commission in the merchant's currency, frozen on the order.
    fx: units of the merchant's currency for one unit of the shopper's, frozen on the order. authority: the country
    that duty, tax and fees are owed to. commission_tax: tax on the commission, borne by the merchant, owed to `seat`,
    the country of the marketplace; part of the goods too.

    The five parts are what the shopper pays, after every discount. promoted, promoted_freight: what the marketplace
    bears of the discounts, held beside what was paid. merchant_freight: delivery that the merchant gives the shopper.
    """

    order_id: int
    consignment_id: int
    merchant_id: int
    authority: str
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    commission: Money
    merchant_net: Money
    fx: Decimal
    commission_tax: Money | None = None
    seat: str = ""
    promoted: Money | None = None
    promoted_freight: Money | None = None
    merchant_freight: Money | None = None

    def __post_init__(self) -> None:
        parts = (self.goods, self.freight, self.duty, self.tax, self.fees, self.commission, self.merchant_net)
        more = (self.commission_tax, self.promoted, self.promoted_freight, self.merchant_freight)
        if any(part.minor < 0 for part in (*parts, *filter(None, more))):
            raise ValueError("shares are never negative")
        if self.merchant_share.minor < 0:
            raise ValueError("commission, the tax on it and given delivery are part of what the goods bring")

    @property
    def merchant_share(self) -> Money:
        """What the goods bring less commission, the tax on it and given delivery, in the shopper's currency."""
        brought = self.goods + self._or_nothing(self.promoted) - self._or_nothing(self.merchant_freight)
        return brought - self.commission - self._or_nothing(self.commission_tax)

    @property
    def carried(self) -> Money:
        """What carrying costs, whoever bears it."""
        return self.freight + self._or_nothing(self.promoted_freight) + self._or_nothing(self.merchant_freight)

    @property
    def borne(self) -> Money:
        """What the marketplace adds to what the shopper pays."""
        return self._or_nothing(self.promoted) + self._or_nothing(self.promoted_freight)

    @property
    def held(self) -> Money:
        """What is held for the consignment: what the shopper pays and what the marketplace adds."""
        return self.total + self.borne

    @property
    def total(self) -> Money:
        """What the shopper pays for the consignment."""
        return self.goods + self.freight + self.duty + self.tax + self.fees

    @property
    def about(self) -> About:
        """What transfers of this consignment are found by."""
        return About(order_id=self.order_id, consignment_id=self.consignment_id, merchant_id=self.merchant_id)

    def _or_nothing(self, part: Money | None) -> Money:
        return Money.zero(self.goods.currency) if part is None else part


@dataclass(frozen=True, slots=True)
class GiveBack:
    """What goes back to the shopper after the hold was released, and who gives it, in the shopper's currency.

    merchant: the merchant's part. merchant_own: the same in the merchant's currency, at the order's rate. The other
    parts are what the marketplace, carriers and authorities give up of theirs; the caller decides, from what the law
    and the ruling say. `total` is what the shopper gets.
    """

    shares: Shares
    merchant: Money
    merchant_own: Money
    commission: Money
    commission_tax: Money
    duty: Money
    tax: Money
    freight: Money
    fees: Money

    def __post_init__(self) -> None:
        if any(part.minor < 0 for part in (*self.parts, self.merchant_own)):
            raise ValueError("what goes back is never negative")
        # Less than a minor unit of the merchant's money is nothing there; the exchange position bears it.
        if (self.merchant_own and not self.merchant) or (
            self.merchant_own.currency == self.merchant.currency and self.merchant_own != self.merchant
        ):
            raise ValueError("the merchant's part is the same money in both currencies")

    @property
    def parts(self) -> tuple[Money, ...]:
        """All parts in the shopper's currency, the merchant's first."""
        return (self.merchant, self.commission, self.commission_tax, self.duty, self.tax, self.freight, self.fees)

    @property
    def total(self) -> Money:
        """What the shopper gets back."""
        return Money.total(self.parts, self.merchant.currency)


@dataclass(frozen=True, slots=True)
class PaidBack:
    """Where the money of one refund comes from, in the shopper's currency.

    held: out of the hold. back: given up by those who have it already, or on top of it by the merchant. goodwill: ours.
    promoted: our part of discounts that comes home, out of the hold as long as it stands, else out of `back`.
    carried: delivery that somebody gave the shopper and a carrier still gets, though the goods' money is gone.
    """

    shares: Shares
    held: Money
    promoted: Money
    goodwill: Money
    carried: Money
    back: GiveBack | None
    released: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A transfer as recorded. id: in the order of recording.

    amount: what was moved or promised. state: how it stands now. posted: what was posted of it in the end.
    """

    id: int
    key: str
    group: str
    code: Code
    state: State
    debit_kind: Kind
    debit_subject: int
    credit_kind: Kind
    credit_subject: int
    amount: Money
    about: About
    effective_at: datetime
    recorded_at: datetime
    resolved_at: datetime | None
    posted: Money


@dataclass(frozen=True, slots=True)
class Passage:
    """What one posted transfer did to one of the marketplace's own accounts. change: positive when it grew.

    key: of a promise that was kept, the promise's.
    """

    id: int
    key: str
    code: Code
    kind: Kind
    change: Money
    effective_at: datetime
