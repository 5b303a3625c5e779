"""What a consignment's lines were paid with and whose it is, in the terms of payments."""

from entrepot.kernel.money import Money
from entrepot.ledger.terms import Shares
from entrepot.orders.terms import ConsignmentView, LineView
from entrepot.payments.terms import LineMoney, Part


def line_moneys(*, consignment: ConsignmentView, shares: Shares) -> tuple[LineMoney, ...]:
    """The lines of a consignment as a refund needs them, numbered from one in their order.

    shares: as at the sale. The tax on the commission is frozen for all lines together; each takes its part by its own
    commission, but never more than its goods leave.
    """
    nothing = Money.zero(consignment.amounts.goods.currency)
    lines = consignment.lines
    taxes = _tax_by_line(
        shares.commission_tax or nothing,
        commissions=[line.commission for line in lines],
        room=[line.amounts.goods + _promoted(line) - _delivery(line) - line.commission for line in lines],
    )
    return tuple(
        LineMoney(
            number=number,
            paid={
                Part.GOODS: line.amounts.goods,
                Part.FREIGHT: line.amounts.freight,
                Part.DUTY: line.amounts.duty,
                Part.TAX: line.amounts.tax,
                Part.FEES: line.amounts.fees,
            },
            promoted=_promoted(line),
            promoted_freight=line.reductions.promoted_freight if line.reductions else nothing,
            delivery=_delivery(line),
            commission=line.commission,
            commission_tax=tax,
            net=line.merchant_net,
        )
        for number, (line, tax) in enumerate(zip(lines, taxes, strict=True), start=1)
    )


def _promoted(line: LineView) -> Money:
    return line.reductions.promoted if line.reductions else Money.zero(line.amounts.goods.currency)


def _delivery(line: LineView) -> Money:
    """What the merchant gives the shopper of the delivery: the discount on it that the marketplace does not bear."""
    taken = line.reductions
    return taken.freight - taken.promoted_freight if taken else Money.zero(line.amounts.goods.currency)


def _tax_by_line(tax: Money, *, commissions: list[Money], room: list[Money]) -> list[Money]:
    if not tax:
        return [tax for _ in commissions]
    taken = [min(one, most) for one, most in zip(tax.split([one.minor for one in commissions]), room, strict=True)]
    rest = tax - Money.total(taken, tax.currency)
    for place, most in enumerate(room):
        more = min(rest, most - taken[place])
        taken[place] += more
        rest -= more
    return taken
