"""What goes back to a shopper, line by line and part by part, and out of whose hands; nothing twice, nothing too much.

A refund is spread over what is still left of each line's parts by largest remainder, so that the last one takes the
residue. What comes with the goods (commission, the tax on it, our part of a discount, the merchant's own money) follows
what went back in total, rounded once from there: whatever the steps, all of it has gone when all goods have.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from entrepot.kernel.money import Money, Rounding
from entrepot.ledger.terms import GiveBack, PaidBack, Shares
from entrepot.payments.terms import (
    Bearer,
    Hold,
    HoldState,
    LineMoney,
    MoreThanLeft,
    NothingLeft,
    NothingPaid,
    Part,
    Payment,
    Refund,
    RefundAsk,
    RefundImpossible,
    RefundKeyReused,
    RefundPart,
    State,
)

Left = dict[tuple[int, Part], Money]
KEY_LENGTH_MAX: Final = 64


def check_refundable(*, payment: Payment, hold: Hold) -> None:
    """Money can go back once it was taken, as long as not all of it has. Raises NothingPaid, NothingLeft."""
    if payment.state is not State.CAPTURED:
        raise NothingPaid
    if hold.state is HoldState.REFUNDED:
        raise NothingLeft


def check_repeat(*, known: Refund, consignment_id: int, ask: RefundAsk) -> None:
    """Raises RefundKeyReused unless the refund known under the key is the one that is asked for."""
    if (known.consignment_id, known.asked) != (consignment_id, ask.written):
        raise RefundKeyReused


def left_to_refund(*, lines: Sequence[LineMoney], given: Iterable[RefundPart]) -> Left:
    """What the shopper can still get back of each line's parts; never negative."""
    left = {(line.number, part): money for line in lines for part, money in line.paid.items()}
    for one in given:
        left[one.number, one.part] -= one.amount
    return left


def refund_parts(
    *, lines: Sequence[LineMoney], given: Sequence[RefundPart], ask: RefundAsk, fx: Decimal
) -> tuple[RefundPart, ...]:
    """The refund that is asked for, by line and part, those of nothing left out. Together exactly the amount.

    given: what went back before. fx: units of the merchant's currency for one of the shopper's, as frozen.
    Raises RefundImpossible, NothingLeft, MoreThanLeft.
    """
    left = left_to_refund(lines=lines, given=given)
    currency = lines[0].goods.currency
    wanted = set(ask.lines) or {line.number for line in lines}
    if not wanted <= {line.number for line in lines} or not ask.parts:
        raise RefundImpossible(currency=currency)
    pool = {cell: money for cell, money in left.items() if cell[0] in wanted and cell[1] in ask.parts and money}
    whole = Money.total(pool.values(), currency)
    if not whole:
        raise NothingLeft
    amount = whole if ask.amount is None else ask.amount
    if amount.currency != currency or amount.minor <= 0:
        raise RefundImpossible(currency=currency)
    if amount > whole:
        raise MoreThanLeft(asked=amount, left=whole)
    shares = zip(pool, amount.split([money.minor for money in pool.values()]), strict=True)
    by_number = {line.number: line for line in lines}
    return tuple(_part(by_number[number], part, share, given, ask, fx) for (number, part), share in shares if share)


def _part(
    line: LineMoney, part: Part, amount: Money, given: Sequence[RefundPart], ask: RefundAsk, fx: Decimal
) -> RefundPart:
    bearer = ask.borne.get(part, Bearer.HOLDER)
    if part is Part.GOODS and bearer is Bearer.MERCHANT:
        bearer = Bearer.HOLDER
    none, own = Money.zero(amount.currency), Money.zero(line.net.currency)
    if bearer is Bearer.MERCHANT:
        own = _own(amount, own.currency, fx)
    plain = RefundPart(line.number, part, bearer, amount, own, none, none, none, none, none)
    if part is not Part.GOODS or bearer is not Bearer.HOLDER:
        return plain
    before = sum(
        one.amount.minor
        for one in given
        if (one.number, one.part, one.bearer) == (line.number, Part.GOODS, Bearer.HOLDER)
    )
    then, now = _with_goods(line, before), _with_goods(line, before + amount.minor)
    came = [after - earlier for after, earlier in zip(now, then, strict=True)]
    promoted, delivery, commission, tax, freight = (Money(minor, amount.currency) for minor in came[:-1])
    carrier = ask.borne.get(Part.FREIGHT, Bearer.HOLDER)
    return replace(
        plain,
        own=Money(came[-1], own.currency),
        promoted=promoted,
        promoted_freight=freight if carrier is Bearer.HOLDER else none,
        delivery=delivery,
        commission=commission,
        commission_tax=tax,
        carrier=carrier,
    )


def _own(amount: Money, currency: str, fx: Decimal) -> Money:
    return amount if amount.currency == currency else amount.exchanged(fx, currency, Rounding.HALF_UP)


def _with_goods(line: LineMoney, goods: int) -> tuple[int, ...]:
    """What has come along once so much of a line's goods went back.

    Our part of the discount, delivery that the merchant gave, commission, its tax, our part of delivery, the merchant's
    own. Each grows with the goods and ends at its whole; what is taken off the goods never outgrows them.
    """
    paid, promoted, given = line.goods.minor, line.promoted.minor, line.delivery.minor
    tax, fee = line.commission_tax.minor, line.commission.minor + line.commission_tax.minor
    discount = _so_far(promoted, goods, paid)
    costs = _so_far(fee + given, goods + discount, paid + promoted)
    delivery = _so_far(given, costs, fee + given)
    taxes = _so_far(tax, costs - delivery, fee)
    own = _so_far(line.net.minor, goods + discount - costs, paid + promoted - fee - given)
    freight = _so_far(line.promoted_freight.minor, goods, paid)
    return discount, delivery, costs - delivery - taxes, taxes, freight, own


def _so_far(whole: int, done: int, of: int) -> int:
    """`whole` in proportion of `done` to `of`, halves up; nothing of nothing."""
    return (2 * whole * done + of) // (2 * of) if of else 0


def refunded_total(*, parts: Sequence[RefundPart]) -> Money:
    """What the shopper gets."""
    return Money.total((one.amount for one in parts), parts[0].amount.currency)


def given_sums(*, parts: Sequence[RefundPart], shares: Shares) -> Shares:
    """What a refund takes out of its holders' hands, as the same parts that a hold is made of."""
    nothing = Money.zero(shares.goods.currency)
    sums: dict[Part, Money] = defaultdict(lambda: nothing)
    mine = [one for one in parts if one.bearer is Bearer.HOLDER]
    for one in mine:
        sums[one.part] += one.amount
    return replace(
        shares,
        goods=sums[Part.GOODS],
        freight=sums[Part.FREIGHT],
        duty=sums[Part.DUTY],
        tax=sums[Part.TAX],
        fees=sums[Part.FEES],
        commission=Money.total((one.commission for one in mine), nothing.currency),
        commission_tax=Money.total((one.commission_tax for one in mine), nothing.currency),
        merchant_net=Money.total((one.own for one in mine), shares.merchant_net.currency),
        promoted=Money.total((one.promoted for one in mine), nothing.currency),
        promoted_freight=Money.total((one.promoted_freight for one in mine), nothing.currency),
        merchant_freight=Money.total((one.delivery for one in mine), nothing.currency),
    )


def shares_left(*, shares: Shares, given: Shares) -> Shares:
    """What a hold still is made of once `given` has gone back. Raises ValueError for a part that would be negative."""

    def less(whole: Money | None, gone: Money | None) -> Money:
        return (whole or Money.zero(shares.goods.currency)) - (gone or Money.zero(shares.goods.currency))

    return replace(
        shares,
        goods=shares.goods - given.goods,
        freight=shares.freight - given.freight,
        duty=shares.duty - given.duty,
        tax=shares.tax - given.tax,
        fees=shares.fees - given.fees,
        commission=shares.commission - given.commission,
        commission_tax=less(shares.commission_tax, given.commission_tax),
        merchant_net=shares.merchant_net - given.merchant_net,
        promoted=less(shares.promoted, given.promoted),
        promoted_freight=less(shares.promoted_freight, given.promoted_freight),
        merchant_freight=less(shares.merchant_freight, given.merchant_freight),
    )


def refund_moves(*, parts: Sequence[RefundPart], shares: Shares, released: bool) -> PaidBack:
    """Where the money of a refund comes from, before and after the hold was released."""
    currency = shares.goods.currency
    nothing, own = Money.zero(currency), Money.zero(shares.merchant_net.currency)

    def borne(bearer: Bearer) -> Money:
        return Money.total((one.amount for one in parts if one.bearer is bearer), currency)

    def carried(bearer: Bearer) -> Money:
        return Money.total((one.delivery for one in parts if one.carrier is bearer), currency)

    given = given_sums(parts=parts, shares=shares)
    on_top = Money.total((one.own for one in parts if one.bearer is Bearer.MERCHANT), own.currency)
    back = GiveBack(
        shares=shares,
        merchant=borne(Bearer.MERCHANT) + carried(Bearer.MERCHANT),
        merchant_own=on_top + _own(carried(Bearer.MERCHANT), own.currency, shares.fx),
        commission=nothing, commission_tax=nothing, duty=nothing, tax=nothing, freight=nothing, fees=nothing,
    )  # fmt: skip
    if released:
        back = replace(
            back,
            merchant=back.merchant + given.merchant_share,
            merchant_own=back.merchant_own + given.merchant_net,
            commission=given.commission,
            commission_tax=given.commission_tax or nothing,
            freight=given.freight + (given.promoted_freight or nothing) + carried(Bearer.HOLDER),
            duty=given.duty,
            tax=given.tax,
            fees=given.fees,
        )
    return PaidBack(
        shares=shares,
        held=nothing if released else borne(Bearer.HOLDER),
        promoted=given.borne,
        goodwill=borne(Bearer.MARKETPLACE) + carried(Bearer.MARKETPLACE),
        carried=nothing if released else carried(Bearer.MERCHANT) + carried(Bearer.MARKETPLACE),
        back=back if back.total else None,
        released=released,
    )
