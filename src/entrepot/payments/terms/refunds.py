"""The words of giving money back: which part of which line, who gives it up, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.money import Money

# News of money owed back for a consignment; owner: the merchant, subject: the consignment.
GIVEN_BACK: Final = "payments.given_back"


class Part(StrEnum):
    """What a shopper pays for, as the order itemises it."""

    GOODS = "goods"
    FREIGHT = "freight"
    DUTY = "duty"
    TAX = "tax"
    FEES = "fees"


class Bearer(StrEnum):
    """Who gives up a part that goes back to the shopper.

    holder: whoever it is kept for or was paid to: of goods the merchant and our commission, of freight the carrier, of
    duty and tax the authority. merchant: the merchant on top, since the holder keeps it. marketplace: we, of our own.
    """

    HOLDER = "holder"
    MERCHANT = "merchant"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class LineMoney:
    """What one line was paid with and whose it is, as frozen at the sale; see ledger.terms.Shares.

    promoted, promoted_freight: our part of discounts, beside what was paid. delivery: what the merchant gives the
    shopper of it. commission, commission_tax, delivery: within goods and promoted. net: the rest, in the merchant's
    currency.
    """

    number: int
    paid: Mapping[Part, Money]
    promoted: Money
    promoted_freight: Money
    delivery: Money
    commission: Money
    commission_tax: Money
    net: Money

    @property
    def goods(self) -> Money:
        """What the shopper paid for the goods."""
        return self.paid[Part.GOODS]


@dataclass(frozen=True, slots=True)
class RefundPart:
    """One part of one line within a refund. amount: what the shopper gets.

    The others come with goods out of their holders' hands: our part of discounts comes home to us, commission and the
    tax on it are given up. delivery: what the merchant had given the shopper of it; carrier: who bears it now, its
    holder only when it was not carried yet. own: what the merchant gives up, in the merchant's currency.
    """

    number: int
    part: Part
    bearer: Bearer
    amount: Money
    own: Money
    promoted: Money
    promoted_freight: Money
    delivery: Money
    commission: Money
    commission_tax: Money
    carrier: Bearer = Bearer.HOLDER


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """What is to go back. key: repeating it changes nothing. reason: a word that says why, kept with the refund.

    amount: in the shopper's currency; without it all that is left of these lines and parts. lines: by number; none
    means all. borne: who gives up which part; a part not named is its holder's.
    """

    key: str
    reason: str
    amount: Money | None = None
    lines: tuple[int, ...] = ()
    parts: tuple[Part, ...] = tuple(Part)
    borne: Mapping[Part, Bearer] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """All of it but the key, in one line, to tell a repeat from another wish."""
        amount = str(self.amount) if self.amount else "all"
        borne = ",".join(f"{part}:{self.borne[part]}" for part in sorted(self.borne))
        lines = ",".join(str(number) for number in sorted(self.lines))
        return f"{self.reason} {amount} lines={lines} parts={','.join(sorted(self.parts))} borne={borne}"


class NothingLeft(Refused):
    """All of it went back before."""

    code = "payments.nothing_left"
    message = "Nothing is left of this to give back."
    remedy = "Look at what was given back before."


class MoreThanLeft(Refused):
    """More is asked than is left."""

    code = "payments.more_than_left"
    message = "{asked} is more than the {left} that can still be given back."
    remedy = "Give back {left} or less."


class RefundImpossible(Refused):
    """The amount is nothing, negative or in another currency, or the line is not on the consignment."""

    code = "payments.refund_impossible"
    message = "This is no amount that can be given back."
    remedy = "Name articles of this consignment and an amount above zero in {currency}."


class NothingPaid(Refused):
    """No money was taken that could go back, or all of it is on its way back."""

    code = "payments.nothing_paid"
    message = "No money stands behind this order that could be given back."
    remedy = "Check how the payment stands."


class RefundKeyReused(Conflict):
    """The key came before for another refund."""

    code = "payments.refund_key_reused"
    message = "This key was used before for another refund."
    remedy = "Use a new key for a new refund."
