"""The book: which transfers each event of a sale is. Pure; import it as `book`.

The transfers a function returns are one linked group: all are posted or none.
"""

from collections.abc import Sequence

from entrepot.kernel.ids import slot
from entrepot.kernel.money import Money
from entrepot.ledger.terms import SLOTS, About, AccountRef, Code, Kind, Shares, Transfer

# Above this many minor units what an exchange leaves over is no rounding any more but a gain or a loss.
ROUNDING_MINOR_MAX = 100


def country_subject(country: str) -> int:
    """The account subject of a country's authorities: its two letters as a number."""
    if len(country) != 2 or not country.isascii():
        raise ValueError(f"{country!r} is no country")
    return int.from_bytes(country.encode())


def subject_label(kind: Kind, subject: int) -> str:
    """The plain name of an account's subject where it has one (CN), else nothing."""
    if kind in {Kind.DUTY_PAYABLE, Kind.TAX_PAYABLE, Kind.FEES} and subject:
        return subject.to_bytes(2).decode("ascii", "replace")
    return ""


def captured(*, payment_id: int, shares: Sequence[Shares]) -> tuple[Transfer, ...]:
    """The shopper's money arrived: every consignment's part is held. Parts of nothing move nothing."""
    return tuple(
        Transfer(
            key=f"captured/{payment_id}/{share.consignment_id}",
            debit=_shared(Kind.PSP_RECEIVABLE, share.order_id),
            credit=AccountRef(Kind.HOLD, share.consignment_id),
            amount=share.total,
            code=Code.CAPTURED,
            about=share.about,
        )
        for share in shares
        if share.total
    )


def released(*, shares: Shares) -> tuple[Transfer, ...]:
    """The hold ends: commission, duty, tax, fees and freight go where they are owed, the rest is the merchant's.

    The hold is emptied to the minor unit. A merchant with another currency is paid through the exchange position of
    both currencies at the order's rate; what rounding leaves over stands on an account of its own.
    """
    hold = AccountRef(Kind.HOLD, shares.consignment_id)
    authority = country_subject(shares.authority)
    parts = (
        (Kind.COMMISSION, 0, shares.commission, Code.RELEASED_COMMISSION),
        (Kind.DUTY_PAYABLE, authority, shares.duty, Code.RELEASED_DUTY),
        (Kind.TAX_PAYABLE, authority, shares.tax, Code.RELEASED_TAX),
        (Kind.FEES, authority, shares.fees, Code.RELEASED_FEES),
        (Kind.FREIGHT_PAYABLE, 0, shares.freight, Code.RELEASED_FREIGHT),
    )
    owed = tuple(
        _leg(shares, hold, _shared(kind, shares.order_id, subject), amount, code)
        for kind, subject, amount, code in parts
        if amount
    )
    return owed + _merchant_part(shares, hold)


def _merchant_part(shares: Shares, hold: AccountRef) -> tuple[Transfer, ...]:
    merchant = AccountRef(Kind.MERCHANT_AVAILABLE, shares.merchant_id)
    share, net = shares.goods - shares.commission, shares.merchant_net
    if net.currency == share.currency:
        source, worth, legs = hold, share, []
    else:
        source = _shared(Kind.FX_POSITION, shares.order_id)
        worth = share.exchanged(shares.fx, net.currency)
        legs = [_leg(shares, hold, source, share, Code.EXCHANGED)] if share else []
    certain, residue = min(net, worth), net - worth
    small = abs(residue.minor) <= ROUNDING_MINOR_MAX
    rest = _shared(Kind.ROUNDING if small else Kind.FX_GAIN, shares.order_id)
    if certain:
        legs.append(_leg(shares, source, merchant, certain, Code.RELEASED_MERCHANT))
    if residue.minor > 0:
        legs.append(_leg(shares, rest, merchant, residue, Code.ROUNDED))
    if residue.minor < 0:
        legs.append(_leg(shares, source, rest, -residue, Code.ROUNDED))
    return tuple(legs)


def _leg(shares: Shares, debit: AccountRef, credit: AccountRef, amount: Money, code: Code) -> Transfer:
    return Transfer(
        key=f"released/{shares.consignment_id}/{debit.kind}/{credit.kind}",
        debit=debit, credit=credit, amount=amount, code=code, about=shares.about,
    )  # fmt: skip


def returned(*, refund_id: int, payment_id: int, order_id: int, amount: Money) -> tuple[Transfer, ...]:
    """Money came that nothing waits for (the order was cancelled, or was paid already): it is on its way back."""
    return (
        Transfer(
            key=f"refund/{refund_id}/opened",
            debit=_shared(Kind.PSP_RECEIVABLE, order_id),
            credit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
            amount=amount,
            code=Code.REFUND_OPENED,
            about=About(order_id=order_id),
        ),
    )


def refunded(*, refund_id: int, payment_id: int, shares: Shares, amount: Money) -> tuple[Transfer, ...]:
    """Part or all of a consignment's held money is on its way back to the shopper."""
    return (
        Transfer(
            key=f"refund/{refund_id}/opened",
            debit=AccountRef(Kind.HOLD, shares.consignment_id),
            credit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
            amount=amount,
            code=Code.REFUND_OPENED,
            about=shares.about,
        ),
    )


def refund_sent(*, refund_id: int, payment_id: int, order_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The provider gave the money back to the shopper."""
    return (
        Transfer(
            key=f"refund/{refund_id}/sent",
            debit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
            credit=_shared(Kind.PSP_RECEIVABLE, order_id),
            amount=amount,
            code=Code.REFUND_SENT,
            about=About(order_id=order_id),
        ),
    )


def payout_key(*, payout_id: int) -> str:
    """The key under which a payout's pending transfer is posted when the bank paid, voided when it did not."""
    return f"payout/{payout_id}"


def payout_opened(*, payout_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The merchant's money is promised to the bank: pending until the bank says paid or failed."""
    return (
        Transfer(
            key=payout_key(payout_id=payout_id),
            debit=AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id),
            credit=_shared(Kind.PSP_RECEIVABLE, payout_id),
            amount=amount,
            code=Code.PAYOUT,
            about=About(merchant_id=merchant_id, payout_id=payout_id),
            pending=True,
        ),
    )


def _shared(kind: Kind, order_id: int, subject: int = 0) -> AccountRef:
    # Sales spread over the slots by their order, so a repeat names the same slot.
    return AccountRef(kind, subject, slot(order_id) % SLOTS)
