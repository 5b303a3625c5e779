"""Paid consignments on their way through the depot, made through the real services and flows."""

from dataclasses import dataclass
from datetime import timedelta

from entrepot.base.identity import new_id
from entrepot.flows.consolidate import consolidate
from entrepot.flows.dispatch_box import dispatch_box
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.orders import queries as orders
from entrepot.parties.terms import Viewer
from entrepot.payments import services as payments
from tests.orders import make as order_make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.payments import make as payment_make

AT = parties.AT


@dataclass(frozen=True)
class World:
    """Consignments of one order each, with those who act on them."""

    staff: Viewer
    shopper_id: int
    refs: tuple[str, ...]
    ids: tuple[int, ...]
    merchants: tuple[int, ...]
    order_refs: tuple[str, ...]

    def merchant(self, place: int = 0) -> Viewer:
        return parties.merchant_viewer(merchant_id=self.merchants[place])

    def view(self, place: int = 0):
        return orders.consignment_by_id(consignment_id=self.ids[place], merchant_id=self.merchants[place])

    @property
    def shopper(self) -> Viewer:
        return Viewer(shopper_id=self.shopper_id)


def world(*, count: int = 1, route: str = "depot", paid: bool = True, quantity: int = 1) -> World:
    """One paid order of one merchant each, with its money held."""
    shopper_id = parties.shopper()
    found = []
    for _ in range(count):
        merchant_id = parties.merchant()
        asked = Asked(merchant_id, new_id(owner=merchant_id), quantity)
        order_id = order_make.order(asked, shopper_id=shopper_id, route=route, paid=paid)
        shares = orders.order_shares(order_id=order_id, merchant_ids=[merchant_id])
        payment_id, _ = payment_make.awaiting(shopper_id=shopper_id, order_id=order_id, intent_id=f"pi_{order_id}")
        payments.open_holds(payment_id=payment_id, shares=shares, at=AT)
        view = orders.consignment_by_id(consignment_id=shares[0].consignment_id, merchant_id=merchant_id)
        found.append((view.ref, view.id, merchant_id, view.order_ref))
    refs, ids, merchants, order_refs = (tuple(part) for part in zip(*found, strict=True))
    return World(parties.depot_worker(), shopper_id, refs, ids, merchants, order_refs)


def sent(made: World, *, at=AT) -> World:
    for place, ref in enumerate(made.refs):
        ship_consignment(viewer=made.merchant(place), consignment_ref=ref, key="k", at=at)
    return made


def received(made: World, *, grams=None, at=AT) -> World:
    for place, ref in enumerate(sent(made, at=at).refs):
        weight = made.view(place).net_grams if grams is None else grams
        receive_parcel(viewer=made.staff, barcode=ref, grams=weight, at=at + timedelta(minutes=place))
    return made


def packed(made: World, *, at=AT):
    return consolidate(viewer=made.staff, consignment_refs=received(made, at=at).refs, box_ref=None, at=at)


def dispatched(made: World, *, at=AT):
    return dispatch_box(viewer=made.staff, box_ref=packed(made, at=at).ref, at=at)
