"""What a merchant hands over, in the carrier's and the depot's and customs' terms, from its frozen consignment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from entrepot.allowance.terms import MaskedIdentity
from entrepot.carriage.terms import MARKETPLACE, CustomsItem, ParcelAsk, Place, Service, ShipmentAsk
from entrepot.depot.rules import cbec, entry
from entrepot.depot.rules.parcels import gross_estimate
from entrepot.depot.terms import Box, Declarable, DeclaredLine, ExpectedParcel, Papers, Parcel, Site
from entrepot.kernel.money import Money
from entrepot.kernel.text import CHINESE, ENGLISH, pick
from entrepot.orders.terms import ConsignmentView, LineView, Stage
from entrepot.parties.terms import Address, Merchant
from entrepot.payments.terms import Payment


def gross_weight(*, consignment: ConsignmentView) -> int:
    """What a parcel is declared to weigh when its merchant did not weigh it: its articles as packed, or an estimate."""
    packed = [line.gross_grams * line.quantity for line in consignment.lines if line.gross_grams]
    if len(packed) == len(consignment.lines):
        return sum(packed)
    return gross_estimate(net_grams=consignment.net_grams)


def expected_parcel(*, consignment: ConsignmentView, site: Site, grams: int) -> ExpectedParcel:
    """The house parcel that a depot will see of a consignment. The recipient's town is enough to sort by."""
    return ExpectedParcel(
        merchant_id=consignment.merchant_id,
        merchant_name=consignment.merchant_name,
        consignment_id=consignment.id,
        consignment_ref=consignment.ref,
        barcode=consignment.barcode,
        site=site.code,
        destination=consignment.destination,
        mode=consignment.mode,
        recipient=f"{consignment.address.name}, {consignment.address.city}",
        grams=grams,
        pieces=consignment.pieces,
    )


def direct_shipment(*, consignment: ConsignmentView, merchant: Merchant, grams: int) -> ShipmentAsk:
    """The label for a consignment that goes straight to the shopper; customs data only over a border."""
    abroad = merchant.country != consignment.destination
    return ShipmentAsk(
        merchant_id=consignment.merchant_id,
        subject="consignment",
        subject_id=consignment.id,
        service=Service.DIRECT,
        sender=Place(merchant.name, "", consignment.ship_from, merchant.region, merchant.city, ()),
        recipient=place_of(address=consignment.address),
        parcels=(ParcelAsk(grams),),
        customs=_customs(consignment) if abroad or consignment.ship_from != consignment.destination else (),
    )


def air_shipment(*, box: Box, site: Site, contents: Sequence[tuple[Parcel, ConsignmentView]]) -> ShipmentAsk:
    """The air waybill of a master box: every house parcel with its own recipient, under our name."""
    return ShipmentAsk(
        merchant_id=MARKETPLACE,
        subject="box",
        subject_id=box.id,
        service=Service.AIR_FREIGHT,
        sender=site.place,
        recipient=Place(f"Customs agent {box.destination}", "", box.destination, "", "", ()),
        parcels=tuple(
            ParcelAsk(parcel.gross_grams, parcel.barcode, place_of(address=consignment.address))
            for parcel, consignment in contents
        ),
        customs=tuple(item for _, consignment in contents for item in _customs(consignment)),
    )


def papers_for(
    *,
    parcel: Parcel,
    consignment: ConsignmentView,
    payment: Payment | None,
    merchant: Merchant,
    site: Site,
    identity: MaskedIdentity | None = None,
    at: datetime,
) -> Papers:
    """The customs data of one house parcel, in the form its destination and way in ask for.

    identity: who imports, masked; `cbec.with_identity` puts the number in when the papers are filed.
    """
    made = declarable(consignment=consignment, payment=payment, merchant=merchant, identity=identity)
    registered: Mapping[str, str] = site.registrations
    if parcel.mode in cbec.TRADE_MODES:
        return cbec.papers_of(
            consignment=made,
            barcode=parcel.barcode,
            gross_grams=parcel.gross_grams,
            mode=parcel.mode,
            registered=registered,
            at=at,
        )
    if parcel.destination == "US":
        return entry.us_entry_of(
            consignment=made, barcode=parcel.barcode, gross_grams=parcel.gross_grams, registered=registered, at=at
        )
    return entry.postal_of(consignment=made, barcode=parcel.barcode, gross_grams=parcel.gross_grams)


def declarable(
    *,
    consignment: ConsignmentView,
    payment: Payment | None,
    merchant: Merchant,
    identity: MaskedIdentity | None = None,
) -> Declarable:
    """A consignment as the papers need it.

    Duty and tax are one figure there, fees go with the freight. Without an identity the buyer's number and the payer
    stay empty, so that the papers say they are missing. Whoever orders confirmed to pay in person.
    """
    parts = consignment.amounts
    # Discounts that the law does not deduct stay in the value and stand beside it as what was not paid.
    currency = parts.total.currency
    kept = Money.total((line.undeducted for line in consignment.lines if line.undeducted), currency)
    kept_freight = Money.total(
        (line.undeducted_freight for line in consignment.lines if line.undeducted_freight), currency
    )
    to_china = consignment.destination == "CN"
    paid_at = next((moment.at for moment in consignment.timeline if moment.what == Stage.PAID), consignment.placed_at)
    return Declarable(
        consignment_ref=consignment.ref,
        merchant_name=consignment.merchant_name,
        merchant_country=consignment.ship_from,
        merchant_city=merchant.city,
        recipient=place_of(address=consignment.address),
        buyer_name=identity.name if identity else consignment.address.name,
        buyer_phone=consignment.address.phone,
        buyer_id=identity.number if identity else "",
        payment_ref=payment.intent_id if payment else "",
        payer_name=identity.name if identity else "",
        paid=parts.total,
        paid_at=paid_at,
        goods=parts.goods + kept,
        freight=parts.freight + kept_freight + parts.fees,
        tax=parts.duty + parts.tax,
        lines=tuple(
            DeclaredLine(
                number=number,
                sku=line.sku,
                title=pick(line.title, CHINESE if to_china else ENGLISH),
                goods_code=line.goods_code,
                origin=line.origin,
                quantity=line.quantity,
                net_grams=line.net_grams * line.quantity,
                unit=_unit(line),
                goods=line.valued,
                duty=line.amounts.duty,
            )
            for number, line in enumerate(consignment.lines, start=1)
        ),
        discount=kept + kept_freight,
    )


def _unit(line: LineView) -> Money:
    """The price of one piece as customs see it: all pieces together are the line."""
    if line.valued == line.unit * line.quantity:
        return line.unit
    return Money(line.valued.minor // line.quantity, line.valued.currency)


def place_of(*, address: Address) -> Place:
    """A kept address as carriers want it."""
    return Place(
        name=address.name,
        phone=address.phone,
        country=address.country,
        region=address.region,
        city=address.city,
        lines=address.lines,
        district=address.district,
        postal_code=address.postal_code,
    )


def _customs(consignment: ConsignmentView) -> tuple[CustomsItem, ...]:
    return tuple(
        CustomsItem(
            description=pick(line.title, ENGLISH),
            goods_code=line.goods_code,
            origin=line.origin,
            quantity=line.quantity,
            net_grams=line.net_grams * line.quantity,
            value=line.valued,
        )
        for line in consignment.lines
    )
