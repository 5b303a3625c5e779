"""A sale's money: captured, held, released, matured; what the provider and the marketplace take on the way."""

from collections.abc import Sequence
from itertools import chain

from entrepot.kernel.money import Money
from entrepot.ledger.rules.legs import country_subject, leg, legs, taken
from entrepot.ledger.terms import About, AccountRef, Clamp, Code, Kind, Shares, Transfer

# Above this many minor units what an exchange leaves over is no rounding any more but a gain or a loss.
ROUNDING_MINOR_MAX = 100


def captured(*, payment_id: int, shares: Sequence[Shares]) -> tuple[Transfer, ...]:
    """The shopper's money arrived: every consignment's part is held, with what the marketplace bears of its discounts.

    Parts of nothing move nothing.
    """
    paid = tuple(
        Transfer(
            key=f"captured/{payment_id}/{share.consignment_id}",
            debit=AccountRef(Kind.PSP_RECEIVABLE),
            credit=AccountRef(Kind.HOLD, share.consignment_id),
            amount=share.total,
            code=Code.CAPTURED,
            about=share.about,
        )
        for share in shares
        if share.total
    )
    borne = (
        promoted(payment_id=payment_id, consignment_id=share.consignment_id, amount=share.borne, about=share.about)
        for share in shares
    )
    return paid + tuple(chain.from_iterable(borne))


def promoted(*, payment_id: int, consignment_id: int, amount: Money, about: About) -> tuple[Transfer, ...]:
    """The marketplace bears this part of a discount: it is held as if the shopper had paid it."""
    return legs(
        leg(
            key=f"promoted/{payment_id}/{consignment_id}",
            debit=AccountRef(Kind.PROMOTION),
            credit=AccountRef(Kind.HOLD, consignment_id),
            amount=amount,
            code=Code.PROMOTED,
            about=about,
        )
    )


def provider_charged(*, cause: str, fee: Money, about: About) -> tuple[Transfer, ...]:
    """The payment provider keeps its fee. cause: what it is for, unique, such as `payment/5`."""
    return legs(
        leg(
            key=f"psp_fee/{cause}",
            debit=AccountRef(Kind.PSP_FEES),
            credit=AccountRef(Kind.PSP_RECEIVABLE),
            amount=fee,
            code=Code.PSP_FEE,
            about=about,
        )
    )


def provider_settled(*, settlement: str, paid: Money, reserved: Money) -> tuple[Transfer, ...]:
    """The provider pays what it collected into the bank and keeps `reserved` back. settlement: its own number."""
    return legs(
        leg(
            key=f"psp/{settlement}/bank",
            debit=AccountRef(Kind.BANK),
            credit=AccountRef(Kind.PSP_RECEIVABLE),
            amount=paid,
            code=Code.PSP_SETTLED,
            about=About(),
        ),
        leg(
            key=f"psp/{settlement}/reserve",
            debit=AccountRef(Kind.PSP_RESERVE),
            credit=AccountRef(Kind.PSP_RECEIVABLE),
            amount=reserved,
            code=Code.PSP_RESERVED,
            about=About(),
        ),
    )


def released(*, shares: Shares, into: Kind = Kind.MERCHANT_AVAILABLE) -> tuple[Transfer, ...]:
    """The hold ends: commission, duty, tax, fees and freight go where they are owed, the rest is the merchant's.

    into: the merchant's available money, or its pending money where the channel lets it mature first. The hold is
    emptied to the minor unit. A merchant with another currency is paid through the exchange position of both
    currencies at the order's rate; what rounding leaves over stands on an account of its own.
    """
    hold = AccountRef(Kind.HOLD, shares.consignment_id)
    authority = country_subject(shares.authority)
    parts = [
        (AccountRef(Kind.COMMISSION), shares.commission, Code.RELEASED_COMMISSION),
        (AccountRef(Kind.DUTY_PAYABLE, authority), shares.duty, Code.RELEASED_DUTY),
        (AccountRef(Kind.TAX_PAYABLE, authority), shares.tax, Code.RELEASED_TAX),
        (AccountRef(Kind.FEES, authority), shares.fees, Code.RELEASED_FEES),
        (AccountRef(Kind.FREIGHT_PAYABLE), shares.carried, Code.RELEASED_FREIGHT),
    ]
    owed = [_part(shares, hold, credit, amount, code) for credit, amount, code in parts]
    if shares.commission_tax:
        owed.append(
            leg(
                key=f"released/{shares.consignment_id}/commission_tax",
                debit=hold,
                credit=AccountRef(Kind.TAX_PAYABLE, country_subject(shares.seat)),
                amount=shares.commission_tax,
                code=Code.RELEASED_COMMISSION_TAX,
                about=shares.about,
            )
        )
    return legs(*owed, *_merchant_part(shares, hold, AccountRef(into, shares.merchant_id)))


def _merchant_part(shares: Shares, hold: AccountRef, merchant: AccountRef) -> tuple[Transfer | None, ...]:
    share, net = shares.merchant_share, shares.merchant_net
    source, worth = hold, share
    exchange = None
    if net.currency != share.currency:
        source = AccountRef(Kind.FX_POSITION)
        worth = share.exchanged(shares.fx, net.currency)
        exchange = _part(shares, hold, source, share, Code.EXCHANGED)
    certain, residue = min(net, worth), net - worth
    small = abs(residue.minor) <= ROUNDING_MINOR_MAX
    rest = AccountRef(Kind.ROUNDING if small else Kind.FX_GAIN)
    paid = _part(shares, source, merchant, certain, Code.RELEASED_MERCHANT)
    if residue.minor > 0:
        return exchange, paid, _part(shares, rest, merchant, residue, Code.ROUNDED)
    return exchange, paid, _part(shares, source, rest, -residue, Code.ROUNDED)


def _part(shares: Shares, debit: AccountRef, credit: AccountRef, amount: Money, code: Code) -> Transfer | None:
    key = f"released/{shares.consignment_id}/{debit.kind}/{credit.kind}"
    return leg(key=key, debit=debit, credit=credit, amount=amount, code=code, about=shares.about)


def matured(*, consignment_id: int, merchant_id: int, amount: Money, reserve: Money) -> tuple[Transfer, ...]:
    """A merchant's pending money of one consignment is ready for payout, less what is kept as a reserve.

    As much of both as claims have left.
    """
    about = About(consignment_id=consignment_id, merchant_id=merchant_id)
    pending = AccountRef(Kind.MERCHANT_PENDING, merchant_id)
    parts = (
        ("available", Kind.MERCHANT_AVAILABLE, amount - reserve, Code.MATURED),
        ("reserve", Kind.MERCHANT_RESERVE, reserve, Code.RESERVED),
    )
    return tuple(
        Transfer(
            f"matured/{consignment_id}/{name}", pending, AccountRef(kind, merchant_id), part, code, about,
            clamp=Clamp.AVAILABLE,
        )
        for name, kind, part, code in parts
        if part
    )  # fmt: skip


def reserve_kept(*, consignment_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """A part of what was released at once is kept as a reserve for claims to come."""
    return legs(
        leg(
            key=f"reserve/{consignment_id}/kept",
            debit=AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id),
            credit=AccountRef(Kind.MERCHANT_RESERVE, merchant_id),
            amount=amount,
            code=Code.RESERVED,
            about=About(consignment_id=consignment_id, merchant_id=merchant_id),
        )
    )


def reserve_returned(*, consignment_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The time of a reserve is over: as much of it as claims have left is the merchant's again."""
    about = About(consignment_id=consignment_id, merchant_id=merchant_id)
    debit, credit = (AccountRef(kind, merchant_id) for kind in (Kind.MERCHANT_RESERVE, Kind.MERCHANT_AVAILABLE))
    if not amount:
        return ()
    key = f"reserve/{consignment_id}/returned"
    return (Transfer(key, debit, credit, amount, Code.RESERVE_RETURNED, about, clamp=Clamp.AVAILABLE),)


def fulfilled(*, cause: str, merchant_id: int, fee: Money, about: About) -> tuple[Transfer, ...]:
    """A merchant pays for storing, packing or sending; what is not there is owed. cause: unique, such as `box/5`."""
    return taken(
        key=f"fulfilment/{cause}",
        merchant_id=merchant_id,
        credit=AccountRef(Kind.FULFILMENT_FEE),
        amount=fee,
        code=Code.FULFILMENT,
        about=about,
    )


def return_carried(*, cause: str, merchant_id: int, fee: Money, about: About) -> tuple[Transfer, ...]:
    """A merchant pays the carrier of goods that come back; what is not there is owed. cause: unique, such as `return/5`."""
    return taken(
        key=f"carried/{cause}",
        merchant_id=merchant_id,
        credit=AccountRef(Kind.FREIGHT_PAYABLE),
        amount=fee,
        code=Code.RETURN_CARRIED,
        about=about,
    )
