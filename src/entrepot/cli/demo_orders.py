"""The demo market's orders, each brought to where it stands by the verbs of the sale, at times that have passed."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entrepot.allowance.rules import check_sign
from entrepot.allowance.services import confirm_identity
from entrepot.allowance.terms import IdentityKind
from entrepot.base.identity import new_reference
from entrepot.basket.services import enter_codes, put_line
from entrepot.carriage import queries as carriage
from entrepot.carriage.services import record_label
from entrepot.carriage.terms import Bought, CarrierEvent, Shipment, Step
from entrepot.catalogue import queries as catalogue
from entrepot.cli.demo_label import label
from entrepot.depot import queries as depot
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.flows.consolidate import consolidate
from entrepot.flows.dispatch_box import dispatch_box
from entrepot.flows.open_payout import open_payout
from entrepot.flows.place_order import place_order
from entrepot.flows.quote_basket import quote_basket
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.record_tracking import record_tracking
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.kernel.must import must
from entrepot.landed.terms import BasketQuote
from entrepot.orders import queries as orders
from entrepot.orders.terms import CancelReason, ConsignmentView, OrderView
from entrepot.parties import queries as parties
from entrepot.parties.terms import Desk, MerchantId, Role, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import begin_opening, record_intent
from entrepot.payments.terms import IntentStatus, ProviderIntent, ProviderProof

PLACED, CANCELLED, PAID, SENT, RECEIVED, PACKED, DISPATCHED, DELIVERED, RELEASED = range(9)
_DEPOT: Final = Viewer(desks=frozenset({Desk.DEPOT}))
# How long things take after the order: paid, handed over, in at the depot, boxed, at the door.
_PAY: Final = timedelta(minutes=6)
_SEND: Final = timedelta(days=1, hours=3)
_RECEIVE: Final = timedelta(days=2, hours=6)
_BOX: Final = timedelta(days=3)
_ARRIVE: Final = timedelta(days=9)
_WAY: Final = (
    (Step.PICKED_UP, 0.05), (Step.CUSTOMS_EXPORT_CLEARED, 0.15), (Step.DEPARTED, 0.25), (Step.ARRIVED, 0.6),
    (Step.CUSTOMS_IMPORT_CLEARED, 0.7), (Step.OUT_FOR_DELIVERY, 0.95), (Step.DELIVERED, 1.0),
)  # fmt: skip


# Where the carrier takes over what goes directly, and which of its steps are on that side of the sea.
_HOME: Final = {"US": "Los Angeles", "CN": "Shenzhen"}
_AT_HOME: Final = frozenset({Step.PICKED_UP, Step.CUSTOMS_EXPORT_CLEARED, Step.DEPARTED})


@dataclass(frozen=True, slots=True)
class Story:
    """One order: who, what (sku and pieces), how many days ago, how far it has come since, and with which code."""

    shopper: str
    articles: tuple[tuple[str, int], ...]
    days_ago: float
    stage: int
    confirmed: bool = False
    code: str = ""


STORIES: Final = (
    Story("shopper_zh", (("LARK-0102", 1),), 33, RELEASED),
    Story("shopper_zh", (("MARE-0101", 1), ("MARE-0701", 2)), 32.6, RELEASED),
    Story("wang_fang", (("UNIM-0101", 1),), 32.4, RELEASED),
    Story("zhang_wei", (("LARK-0201", 2), ("ALME-0501", 1)), 32.2, RELEASED, code="HARVEST10"),
    Story("chen_jing", (("TUCK-0101", 2),), 32.1, RELEASED),
    Story("wang_fang", (("LARK-0202", 1),), 18, DELIVERED),
    Story("chen_jing", (("MARE-0201", 1), ("MARE-1002", 1)), 17.8, DELIVERED, confirmed=True),
    Story("zhang_wei", (("NACH-0601", 1), ("UNIM-0501", 1)), 17.5, DELIVERED),
    Story("shopper_zh", (("UNIM-0102", 1),), 7.5, DISPATCHED),
    Story("wang_fang", (("ALME-0101", 2), ("ALME-0901", 1)), 7.2, DISPATCHED),
    Story("zhang_wei", (("TUCK-0501", 2),), 7.1, DISPATCHED),
    Story("chen_jing", (("LARK-0601", 1),), 4.4, PACKED),
    Story("shopper_zh", (("MARE-1501", 1),), 4.3, PACKED),
    Story("wang_fang", (("NACH-0801", 1),), 3.2, RECEIVED),
    Story("zhang_wei", (("LARK-0401", 1),), 3.0, RECEIVED),
    Story("shopper_zh", (("LARK-0103", 1),), 1.6, SENT),
    Story("chen_jing", (("UNIM-0901", 2),), 1.5, SENT),
    Story("shopper_zh", (("LARK-0701", 1), ("NACH-0501", 1)), 0.3, PAID),
    Story("wang_fang", (("LARK-0301", 1),), 0.2, PAID),
    Story("wang_fang", (("LARK-0801", 2),), 0.1, PAID, code="HARVEST10"),
    Story("wang_fang", (("ALME-0801", 1),), 0.001, PLACED),
    Story("chen_jing", (("MARE-0301", 1),), 2, CANCELLED),
    Story("shopper_en", (("QIAN-0101", 1), ("QIAN-1001", 2)), 41, RELEASED),
    Story("priya", (("MUDU-0501", 1),), 40, RELEASED),
    Story("shopper_en", (("QING-0201", 1),), 39, RELEASED),
    Story("marcus", (("MING-0801", 2),), 38, RELEASED),
    Story("priya", (("QIAN-0302", 1), ("MUDU-0101", 1)), 13, DELIVERED),
    Story("marcus", (("QIAN-1301", 1),), 12, DELIVERED),
    Story("shopper_en", (("MUDU-0701", 1),), 3, SENT),
    Story("priya", (("QING-0901", 1),), 2.5, SENT),
    Story("shopper_en", (("QIAN-0601", 1),), 0.4, PAID),
    Story("marcus", (("QIAN-0201", 2), ("QIAN-1101", 1)), 0.15, PAID),
    Story("priya", (("QING-0701", 1),), 0.001, PLACED),
    Story("marcus", (("MING-0101", 1),), 5, CANCELLED),
    Story("shopper_zh", (("EMBE-0201", 1),), 15, DELIVERED),
    Story("priya", (("HALV-0501", 1),), 6, SENT),
    Story("shopper_zh", (("DELA-0202", 1),), 0.25, PAID),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A story's order once it is there, and when it was placed."""

    story: Story
    viewer: Viewer
    ref: str
    at: datetime

    def order(self) -> OrderView:
        """As it stands now."""
        return orders.order(viewer=self.viewer, ref=self.ref)

    def consignments(self) -> Sequence[ConsignmentView]:
        """Its parts as they stand now."""
        return self.order().consignments


def tell_story(*, story: Story, shopper_id: ShopperId, articles: "Articles", now: datetime) -> Placed:
    """Place one order and bring it as far as it goes alone; boxes and what comes after them follow for all together."""
    viewer = Viewer(shopper_id=shopper_id, language="zh-hans" if articles.address_country(shopper_id) == "CN" else "en")
    at = now - timedelta(days=story.days_ago)
    address = parties.addresses(viewer=viewer)[0]
    if address.country == "CN":
        confirm_identity(
            viewer=viewer, kind=IdentityKind.RESIDENT, name=address.name, number=_number_of(story.shopper),
            pays_in_person=True, at=at,
        )  # fmt: skip
    for sku, pieces in story.articles:
        merchant_id, variant_id, channel = articles.find(sku)
        put_line(
            shopper_id=shopper_id,
            merchant_id=merchant_id,
            variant_id=variant_id,
            channel=channel,
            quantity=pieces,
            at=at,
        )
    if story.code:
        enter_codes(shopper_id=shopper_id, codes=[story.code], at=at)
    quote = quote_basket(
        viewer=viewer, basket_ref=None, destination=address.country, region=address.region,
        currency={"CN": "CNY", "US": "USD"}[address.country], at=at,
    )  # fmt: skip
    must(not quote.refusals, f"the demo's baskets can be had: {story} {quote.refusals}")
    made = place_order(viewer=viewer, quote_ref=quote.ref, address_ref=address.ref, key=f"demo/{quote.ref}", at=at)
    placed = Placed(story, viewer, made.order_ref, at)
    if story.stage == CANCELLED:
        cancel_order(
            order_id=placed.order().id, shopper_id=shopper_id, reason=CancelReason.SHOPPER, at=at + timedelta(minutes=9)
        )
    if story.stage >= PAID:
        _pay(placed, quote)
    if story.stage >= SENT:
        _send(placed)
    return placed


def _number_of(shopper: str) -> str:
    """An invented identity number: of a division that is none, so that it is nobody's."""
    digits = f"440000199{len(shopper) % 10}0{1 + ord(shopper[0]) % 9}1{ord(shopper[-1]) % 9}{zlib.crc32(shopper.encode()) % 1000:03d}"
    return digits + check_sign(digits)


def tell_together(*, placed: Sequence[Placed], now: datetime) -> None:
    """What is done for many at once: boxes, arrival, release, payout. Repeating changes nothing."""
    by_depot = [one for one in placed if one.story.stage >= PACKED and _passes_depot(one)]
    for box in _boxes(by_depot):
        _box(box)
    for one in placed:
        if one.story.stage >= DELIVERED and not _passes_depot(one):
            _arrive_direct(one)
    for one in placed:
        if one.story.confirmed:
            confirm_receipt(viewer=one.viewer, order_ref=one.ref, at=one.at + _ARRIVE + timedelta(days=1))
        if one.story.stage == RELEASED:
            for part in one.consignments():
                due = part.release_at or now
                release_hold(consignment_id=part.id, merchant_id=part.merchant_id, at=due + timedelta(minutes=1))
    for merchant_id in sorted({part.merchant_id for one in placed for part in one.consignments()}):
        _pay_out(merchant_id, now - timedelta(days=3))


def _pay(placed: Placed, quote: BasketQuote) -> None:
    order = placed.order()
    at = placed.at + _PAY
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    intent = ProviderIntent(
        id=new_reference("pi"), status=IntentStatus.SUCCEEDED, pay_url="", amount=quote.total, reference=payment.ref
    )
    begin_opening(payment_id=payment.id, shopper_id=order.shopper_id, return_url="")
    record_intent(payment_id=payment.id, shopper_id=order.shopper_id, intent=intent, at=at)
    settle_payment(payment_id=payment.id, proof=ProviderProof(intent.id, quote.total), at=at)


def _send(placed: Placed) -> None:
    for part in placed.consignments():
        viewer = member(part.merchant_id)
        ship_consignment(viewer=viewer, consignment_ref=part.ref, key=f"demo/{part.ref}", at=placed.at + _SEND)
        if part.route == "depot" and placed.story.stage >= RECEIVED:
            receive_parcel(viewer=_DEPOT, barcode=part.barcode, grams=None, at=placed.at + _RECEIVE)


def _passes_depot(placed: Placed) -> bool:
    return placed.consignments()[0].route == "depot"


def _boxes(placed: Sequence[Placed]) -> Iterable[list[Placed]]:
    """Those of one stage go together: they were ordered within a day."""
    for stage in (RELEASED, DELIVERED, DISPATCHED, PACKED):
        together = [one for one in placed if one.story.stage == stage]
        if together:
            yield together


def _box(together: Sequence[Placed]) -> None:
    at = max(one.at for one in together) + _BOX
    refs = [part.ref for one in together for part in one.consignments()]
    box = consolidate(viewer=_DEPOT, consignment_refs=refs, box_ref=None, at=at)
    if together[0].story.stage == PACKED:
        return
    dispatch_box(viewer=_DEPOT, box_ref=box.ref, at=at + timedelta(hours=2))
    if together[0].story.stage >= DELIVERED:
        shipment = carriage.shipment_of(merchant_id=0, subject="box", subject_id=box.id)
        must(shipment is not None, "a dispatched box has a shipment")
        parcels = depot.parcels_in(box_id=box.id)
        _travel(
            shipment, left=at, arrived=at + _ARRIVE - _BOX, way=("Ontario, US", "广州, CN"),
            houses=[one.barcode for one in parcels],
        )  # fmt: skip


def _arrive_direct(placed: Placed) -> None:
    for part in placed.consignments():
        shipment = carriage.shipment_of(merchant_id=part.merchant_id, subject="consignment", subject_id=part.id)
        must(shipment is not None, "what was sent has a shipment")
        address = placed.order().address
        way = (f"{_HOME[part.ship_from]}, {part.ship_from}", f"{address.city}, {address.country}")
        _travel(shipment, left=placed.at + _SEND, arrived=placed.at + _ARRIVE, way=way)


def _travel(
    shipment: Shipment | None, *, left: datetime, arrived: datetime, way: tuple[str, str], houses: Sequence[str] = ()
) -> None:
    """The carrier's news as it would have come, `way` from where to where. Of a box each parcel is delivered by itself."""
    if shipment is None:
        return
    number = new_reference("EP").upper().replace("_", "")[:14]
    bought = Bought(
        carrier_ref=f"demo_{number}", tracking_number=number, track_url="", label_url="", label_pdf=label(number)
    )
    reference, _ask = carriage.label_ask(merchant_id=shipment.merchant_id, shipment_id=shipment.id)
    record_label(merchant_id=shipment.merchant_id, shipment_id=shipment.id, bought=bought, at=left)
    for step, share in _WAY:
        at = left + (arrived - left) * share
        for house in houses if step is Step.DELIVERED and houses else ("",):
            event = CarrierEvent(
                event_ref=new_reference("evt"),
                reference=reference,
                step=step,
                at=at,
                place=way[step not in _AT_HOME],
                house=house,
            )
            record_tracking(event=event, at=at)


def _pay_out(merchant_id: int, at: datetime) -> None:
    """What is available goes out; the provider is asked once the worker runs."""
    for money in payments.money_of(viewer=member(merchant_id), merchant_id=merchant_id):
        if money.available.minor > 0:
            currency = money.available.currency
            open_payout(merchant_id=merchant_id, currency=currency, key=f"demo/{merchant_id}/{currency}", at=at)


def member(merchant_id: int) -> Viewer:
    """A viewer of the merchant's team."""
    return Viewer(merchants={MerchantId(merchant_id): Role.OWNER})


class Articles:
    """Where each article of the demo is, by its stock-keeping unit."""

    def __init__(self, merchants: Iterable[tuple[MerchantId, str]]) -> None:
        """merchants: with the channel that each sells in."""
        self._merchants = dict(merchants)
        self._known: dict[str, tuple[int, int, str]] = {}
        self._countries: dict[int, str] = {}

    def find(self, sku: str) -> tuple[int, int, str]:
        """(merchant, variant, channel). Raises Broken for one that the demo does not have."""
        if not self._known:
            for merchant_id, channel in self._merchants.items():
                skus = [sku for story in STORIES for sku, _ in story.articles]
                found = catalogue.variant_ids_by_sku(merchant_id=merchant_id, skus=skus)
                self._known |= {sku: (merchant_id, variant_id, channel) for sku, variant_id in found.items()}
        must(sku in self._known, f"the demo has {sku}")
        return self._known[sku]

    def address_country(self, shopper_id: ShopperId) -> str:
        """Where the shopper lives."""
        if shopper_id not in self._countries:
            self._countries[shopper_id] = parties.addresses(viewer=Viewer(shopper_id=shopper_id))[0].country
        return self._countries[shopper_id]
