"""What a consignment's lines were paid with and whose it is, in the terms of payments."""

from entrepot.kernel.money import Money
from entrepot.orders.terms import ConsignmentView, LineView
from entrepot.payments.terms import LineMoney, Part


def line_moneys(*, consignment: ConsignmentView) -> tuple[LineMoney, ...]:
    """The lines of a consignment as a refund needs them, numbered from one in their order."""
    nothing = Money.zero(consignment.amounts.goods.currency)
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
            commission_tax=line.commission_tax,
            net=line.merchant_net,
        )
        for number, line in enumerate(consignment.lines, start=1)
    )


def _promoted(line: LineView) -> Money:
    return line.reductions.promoted if line.reductions else Money.zero(line.amounts.goods.currency)


def _delivery(line: LineView) -> Money:
    """What the merchant gives the shopper of the delivery: the discount on it that the marketplace does not bear."""
    taken = line.reductions
    return taken.freight - taken.promoted_freight if taken else Money.zero(line.amounts.goods.currency)
