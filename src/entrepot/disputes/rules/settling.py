"""What a decision means in money: which parts go back, who gives each of them up, and who pays the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.carriage.terms import CustomsItem, ParcelAsk, Place, Service, ShipmentAsk
from entrepot.channels.terms import DOMESTIC
from entrepot.depot.rules import handover
from entrepot.disputes.terms import RETURN, Dispute, DutyLaw, GivesBack, Outcome, Reason, Remedy, Side
from entrepot.kernel.money import Money
from entrepot.kernel.text import ENGLISH, pick
from entrepot.orders.terms import ConsignmentView
from entrepot.parties.terms import Merchant
from entrepot.payments.rules import left_to_refund
from entrepot.payments.terms import Bearer, LineMoney, Part, RefundAsk, RefundPart


@dataclass(frozen=True, slots=True)
class Standing:
    """What a settlement hangs on. sent: the merchant has handed it over. arrived: with the shopper.

    mode: the way in. law: what is known of duty on goods that go back. in_zone: customs have the goods back in time.
    freight_back: whether the channel gives delivery back on a change of mind.
    """

    sent: bool
    arrived: bool
    mode: str
    law: DutyLaw | None
    in_zone: bool
    freight_back: bool


def faulty(reason: Reason) -> bool:
    """Whether the shopper is to be made whole: everything but a change of mind."""
    return reason is not Reason.CHANGED_MIND


def return_paid_by(reason: Reason) -> Side:
    """Who pays the way back: the merchant for goods with a fault, the shopper for a change of mind."""
    return Side.MERCHANT if faulty(reason) else Side.SHOPPER


def who_gives_up(*, reason: Reason, remedy: Remedy, standing: Standing) -> dict[Part, Bearer]:
    """Who gives up which part that goes back; a part that does not go back at all is absent.

    Nothing is owed to carriers before the goods are sent, nor to an authority before they are in the country. After
    that the merchant bears delivery and import charges of goods with a fault, except where the law gives them up; for a
    change of mind they stay with whoever they were paid to. Fees are for work done and never come back by law.
    """
    fault = Bearer.MERCHANT if faulty(reason) else None
    by_law = standing.law is not None and standing.law.gives_back is GivesBack.YES and standing.in_zone
    undone = standing.mode == DOMESTIC or not standing.arrived or (by_law and remedy is Remedy.RETURN)
    charges = Bearer.HOLDER if undone else fault
    freight = fault if standing.sent else Bearer.HOLDER
    if freight is None and standing.freight_back:
        freight = Bearer.MERCHANT
    fees = fault if standing.arrived else Bearer.HOLDER
    more = {Part.FREIGHT: freight, Part.DUTY: charges, Part.TAX: charges, Part.FEES: fees}
    return {Part.GOODS: Bearer.HOLDER, **{part: bearer for part, bearer in more.items() if bearer is not None}}


def settlement(
    *, key: str, reason: Reason, lines: tuple[int, ...], outcome: Outcome, standing: Standing, goods_left: Money
) -> RefundAsk | None:
    """The refund that a decision means; none when nothing goes back. goods_left: what is left of the lines' goods.

    An amount that the goods cover is a reduction of their price and comes out of them alone.
    """
    if outcome.remedy is Remedy.NOTHING:
        return None
    given = {
        **who_gives_up(reason=reason, remedy=outcome.remedy, standing=standing),
        **(outcome.borne or {}),
    }
    parts = tuple(part for part in Part if part in given)
    borne = {part: bearer for part, bearer in given.items() if bearer is not Bearer.HOLDER}
    if standing.sent:
        # Delivery that a merchant gave for nothing stays the merchant's, whoever changed their mind.
        borne.setdefault(Part.FREIGHT, Bearer.MERCHANT)
    if outcome.amount is not None and outcome.amount <= goods_left:
        parts = (Part.GOODS,)
    return RefundAsk(key=key, reason=f"dispute_{reason}", amount=outcome.amount, lines=lines, parts=parts, borne=borne)


def claim_left(
    *, lines: Sequence[LineMoney], given: Sequence[RefundPart], numbers: tuple[int, ...], parts: Sequence[Part]
) -> Money:
    """What is left to give back of these lines (none means all) and parts."""
    left = left_to_refund(lines=lines, given=given)
    wanted = [money for (number, part), money in left.items() if part in parts and (not numbers or number in numbers)]
    return Money.total(wanted, lines[0].goods.currency)


def return_shipment(*, dispute: Dispute, consignment: ConsignmentView, merchant: Merchant, grams: int) -> ShipmentAsk:
    """The label for goods on their way back from the shopper to where their merchant sent them from."""
    lines = [
        line for number, line in enumerate(consignment.lines, start=1) if not dispute.lines or number in dispute.lines
    ]
    return ShipmentAsk(
        merchant_id=dispute.merchant_id,
        subject=RETURN,
        subject_id=dispute.id,
        service=Service.DIRECT,
        sender=handover.place_of(address=consignment.address),
        recipient=Place(merchant.name, "", consignment.ship_from, merchant.region, merchant.city, ()),
        parcels=(ParcelAsk(grams),),
        customs=tuple(
            CustomsItem(
                description=f"Returned goods: {pick(line.title, ENGLISH)}",
                goods_code=line.goods_code,
                origin=line.origin,
                quantity=line.quantity,
                net_grams=line.net_grams * line.quantity,
                value=line.amounts.goods,
            )
            for line in lines
        )
        if consignment.ship_from != consignment.destination
        else (),
    )
