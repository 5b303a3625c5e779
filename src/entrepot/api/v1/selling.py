"""The merchant's and the depot's way: consignments handed over and received, money, payouts."""

from datetime import datetime
from typing import Annotated

import msgspec
from dmr import Body, Path, Query

from entrepot.api.door import Door
from entrepot.api.paging import Page
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.shopping import Kept, OrderConsignmentOut, consignment_out
from entrepot.api.v1.values import Amount, Currency, Words, amount
from entrepot.base import clock
from entrepot.flows.open_payout import open_payout
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.orders import queries as orders
from entrepot.orders.terms import Stage
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours, Role
from entrepot.payments import queries as payments


class MerchantPath(msgspec.Struct):
    """The merchant by the name in its address."""

    merchant: str


class ConsignmentsAsk(msgspec.Struct):
    """state: placed, paid, sent, received, packed, dispatched, delivered, released, cancelled; empty for all."""

    state: str = ""
    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class ConsignmentShort(msgspec.Struct):
    """A consignment in a list. net: the merchant's part, in the merchant's currency."""

    ref: str
    barcode: str
    order: str
    state: str
    destination: str
    route: str
    pieces: int
    grams: int
    titles: list[Words]
    net: Amount
    placed_at: datetime


class ConsignmentsDoor(Door):
    """A merchant's consignments."""

    scope = "merchant"
    tags = ("selling",)

    def get(self, parsed_path: Path[MerchantPath], parsed_query: Query[ConsignmentsAsk]) -> Page[ConsignmentShort]:
        """A merchant's consignments, newest first."""
        ask = parsed_query
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        found = orders.consignments_of(
            viewer=self.viewer,
            merchant_id=merchant.id,
            stage=Stage(ask.state) if ask.state in set(Stage) else None,
            after=ask.cursor or None,
            limit=ask.limit + 1,
        )
        rows = [
            ConsignmentShort(
                ref=one.ref,
                barcode=one.barcode,
                order=one.order_ref,
                state=one.stage.value,
                destination=one.destination,
                route=one.route.value,
                pieces=one.pieces,
                grams=one.grams,
                titles=[dict(title) for title in one.titles],
                net=amount(one.merchant_net),
                placed_at=one.placed_at,
            )
            for one in found[: ask.limit]
        ]
        return Page(rows, rows[-1].ref if len(found) > ask.limit else None)


class ConsignmentDoor(Door):
    """One consignment."""

    scope = "merchant"
    tags = ("selling",)

    def get(self, parsed_path: Path[RefPath]) -> OrderConsignmentOut:
        """One consignment with its lines, for its merchant."""
        return consignment_out(orders.consignment(viewer=self.viewer, ref=parsed_path.ref))


class ShippedDoor(Door):
    """The merchant hands a consignment over."""

    scope = "merchant"
    tags = ("selling",)

    def post(self, parsed_path: Path[RefPath]) -> OrderConsignmentOut:
        """The merchant has packed it and hands it to the depot or the carrier."""
        ship_consignment(
            viewer=self.viewer, consignment_ref=parsed_path.ref, key=f"ship:{parsed_path.ref}", at=clock.now()
        )
        return consignment_out(orders.consignment(viewer=self.viewer, ref=parsed_path.ref))


class ReceivedIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the depot's scale says."""

    grams: Annotated[int, msgspec.Meta(gt=0, le=1_000_000)]


class ReceivedDoor(Door):
    """The depot takes a parcel in."""

    scope = "depot"
    tags = ("depot",)

    def post(self, parsed_path: Path[RefPath], parsed_body: Body[ReceivedIn]) -> Kept:
        """The depot takes a consignment's parcel in, found by its reference or barcode; repeating changes nothing."""
        receive_parcel(viewer=self.viewer, barcode=parsed_path.ref, grams=parsed_body.grams, at=clock.now())
        return Kept(parsed_path.ref)


class MoneyOut(msgspec.Struct):
    """A merchant's money in one currency."""

    held: Amount
    available: Amount
    in_transit: Amount
    paid_out: Amount


class MoneyDoor(Door):
    """A merchant's money."""

    scope = "merchant"
    tags = ("selling",)

    def get(self, parsed_path: Path[MerchantPath]) -> list[MoneyOut]:
        """Held, available, on its way and paid out, a row for each currency."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        return [
            MoneyOut(amount(one.held), amount(one.available), amount(one.in_transit), amount(one.paid_out))
            for one in payments.money_of(viewer=self.viewer, merchant_id=merchant.id)
        ]


class PayoutIn(msgspec.Struct, forbid_unknown_fields=True):
    """Pay out everything available in this currency."""

    currency: Currency


class PayoutOut(msgspec.Struct):
    """Money on its way to the merchant's bank."""

    ref: str
    state: str
    amount: Amount
    opened_at: datetime
    ended_at: datetime | None
    reason: str


class PayoutsAsk(msgspec.Struct):
    """limit: 1 to 100."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class PayoutsDoor(Door):
    """A merchant's payouts."""

    scope = "merchant"
    tags = ("selling",)

    def get(self, parsed_path: Path[MerchantPath], parsed_query: Query[PayoutsAsk]) -> list[PayoutOut]:
        """A merchant's payouts, latest first."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        found = payments.payouts_of(viewer=self.viewer, merchant_id=merchant.id, limit=parsed_query.limit)
        return [
            PayoutOut(one.ref, one.state.value, amount(one.amount), one.opened_at, one.ended_at, one.reason)
            for one in found
        ]

    def post(self, parsed_path: Path[MerchantPath], parsed_body: Body[PayoutIn]) -> PayoutOut:
        """Pay out everything available in one currency; only the owner of the business may."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        if self.viewer.merchants.get(merchant.id) is not Role.OWNER:
            raise NotYours
        ref = open_payout(merchant_id=merchant.id, currency=parsed_body.currency, key=self.key, at=clock.now())
        one = payments.payout(viewer=self.viewer, merchant_id=merchant.id, ref=ref)
        return PayoutOut(one.ref, one.state.value, amount(one.amount), one.opened_at, one.ended_at, one.reason)
