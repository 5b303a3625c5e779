"""From rows to what is shown: frozen values with Money in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from entrepot.channels.terms import Route
from entrepot.kernel.money import Money
from entrepot.landed.terms import Component, PromotionQuote
from entrepot.ledger.terms import Shares
from entrepot.orders import models
from entrepot.orders.rules import barcode_of
from entrepot.orders.terms import (
    Amounts,
    CancelReason,
    ConsignmentCard,
    ConsignmentId,
    ConsignmentView,
    LineView,
    Moment,
    OrderId,
    OrderView,
    Reductions,
    Stage,
    State,
)
from entrepot.parties.terms import Address
from entrepot.rates.terms import Rate

_STAGE_COLUMNS: Final = (
    (Stage.PAID, "paid_at"),
    (Stage.SENT, "sent_at"),
    (Stage.RECEIVED, "received_at"),
    (Stage.PACKED, "packed_at"),
    (Stage.DISPATCHED, "dispatched_at"),
    (Stage.DELIVERED, "delivered_at"),
    (Stage.RELEASED, "released_at"),
    (Stage.CANCELLED, "cancelled_at"),
    (Stage.REFUSED, "refused_at"),
    (Stage.REFUNDED, "refunded_at"),
)


def reductions(*, row: models.Priced) -> Reductions:
    """What promotions took off, and what of it the marketplace bears."""
    minors = (row.discount_minor, row.freight_discount_minor, row.promoted_minor, row.promoted_freight_minor)
    return Reductions(*(Money(minor, row.currency) for minor in minors))


class MoneyColumns(msgspec.Struct):
    """The columns of a consignment that its money is made of, as the function orders_money tells them."""

    id: int
    merchant_id: int
    order_id: int
    destination: str
    currency: str
    goods_minor: int
    freight_minor: int
    duty_minor: int
    tax_minor: int
    fees_minor: int
    commission_minor: int
    merchant_currency: str
    merchant_net_minor: int
    freight_discount_minor: int
    promoted_minor: int
    promoted_freight_minor: int
    commission_tax_minor: int
    seat: str
    fx: Decimal


def amounts(*, row: models.Priced) -> Amounts:
    """The five parts and the total of an order, consignment or line."""
    minors = (row.goods_minor, row.freight_minor, row.duty_minor, row.tax_minor, row.fees_minor, row.total_minor)
    return Amounts(*(Money(minor, row.currency) for minor in minors))


def address_columns(*, address: Address) -> dict[str, object]:
    """An address as it is kept on an order, without its place in the address book."""
    return {key: value for key, value in asdict(address).items() if key != "ref"}


def address_of(*, kept: Mapping[str, object]) -> Address:
    """A kept address."""
    return msgspec.convert({**kept, "ref": ""}, Address)


def country_only(*, address: Address) -> Address:
    """What a merchant may know of somebody whose parcel goes by the depot."""
    return Address("", "", address.country, address.region, "", "", (), "")


def order_view(*, row: models.Order, consignments: Sequence[ConsignmentView]) -> OrderView:
    """An order with its consignments."""
    ends = ((State.PAID, row.paid_at), (State.DONE, row.done_at), (State.CANCELLED, row.cancelled_at))
    moments = [Moment(row.placed_at, State.PLACED), *(Moment(at, what) for what, at in ends if at)]
    return OrderView(
        id=OrderId(row.id),
        ref=row.ref,
        shopper_id=row.shopper_id,
        state=State(row.state),
        amounts=amounts(row=row),
        destination=row.destination,
        region=row.region,
        address=address_of(kept=row.address),
        quote_ref=row.quote_ref,
        data_version=row.data_version,
        fx=tuple(
            Rate(one["base"], one["quote"], Decimal(one["value"]), one["source"], date.fromisoformat(one["on"]))
            for one in row.fx
        ),
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        cancel_reason=CancelReason(row.cancel_reason) if row.cancel_reason else "",
        timeline=tuple(sorted(moments, key=lambda moment: moment.at)),
        consignments=tuple(consignments),
    )


def consignment_view(*, row: models.Consignment, lines: Sequence[models.Line]) -> ConsignmentView:
    """A consignment with its lines, and with the full address."""
    reached = ((stage, getattr(row, column)) for stage, column in _STAGE_COLUMNS)
    return ConsignmentView(
        id=ConsignmentId(row.id),
        ref=row.ref,
        barcode=barcode_of(row.ref),
        merchant_id=row.merchant_id,
        merchant_name=row.merchant_name,
        order_id=OrderId(row.order_id),
        order_ref=row.order_ref,
        shopper_id=row.shopper_id,
        channel=row.channel,
        ship_from=row.ship_from,
        destination=row.destination,
        region=row.region,
        mode=row.mode,
        route=Route(row.route),
        regime=row.regime,
        stage=Stage(row.stage),
        amounts=amounts(row=row),
        commission=Money(row.commission_minor, row.currency),
        merchant_net=Money(row.merchant_net_minor, row.merchant_currency),
        components=msgspec.convert(row.components, tuple[Component, ...], strict=False),
        notes=tuple(row.notes),
        trace=tuple(row.trace),
        data_version=row.data_version,
        days_min=row.days_min,
        days_max=row.days_max,
        address=address_of(kept=row.address),
        placed_at=row.placed_at,
        timeline=(
            Moment(row.placed_at, Stage.PLACED),
            *sorted((Moment(at, stage) for stage, at in reached if at), key=lambda moment: moment.at),
        ),
        release_at=row.release_at,
        paused_since=row.paused_since,
        lines=tuple(line_view(row=line) for line in lines),
        commission_tax=Money(row.commission_tax_minor, row.currency),
        number=row.number,
        counted=row.annual_used_minor is not None,
        level=row.level,
        reductions=reductions(row=row),
        promotions=msgspec.convert(row.promotions, tuple[PromotionQuote, ...]),
    )


def for_merchant(*, view: ConsignmentView) -> ConsignmentView:
    """The same consignment without what its merchant need not know of the shopper."""
    return replace(view, address=country_only(address=view.address)) if view.route is Route.DEPOT else view


def line_view(*, row: models.Line) -> LineView:
    """One article as it was when ordered."""
    return LineView(
        variant_id=row.variant_id,
        merchant_id=row.merchant_id,
        consignment_id=ConsignmentId(row.consignment_id),
        listing_ref=row.listing_ref,
        sku=row.sku,
        title=row.title,
        options=tuple(row.options),
        picture=row.picture,
        goods_code=row.goods_code,
        origin=row.origin,
        net_grams=row.net_grams,
        gross_grams=row.gross_grams,
        quantity=row.quantity,
        unit=Money(row.unit_minor, row.currency),
        amounts=amounts(row=row),
        commission=Money(row.commission_minor, row.currency),
        merchant_unit=Money(row.merchant_unit_minor, row.merchant_currency),
        merchant_net=Money(row.merchant_net_minor, row.merchant_currency),
        fx=row.fx,
        commission_tax=Money(row.commission_tax_minor, row.currency),
        commission_rate=row.commission_rate,
        commission_rule=row.commission_rule,
        reductions=reductions(row=row),
        undeducted=Money(row.undeducted_minor, row.currency),
        undeducted_freight=Money(row.undeducted_freight_minor, row.currency),
        merchant_discount=Money(row.merchant_discount_minor, row.merchant_currency),
        merchant_freight=Money(row.merchant_freight_minor, row.merchant_currency),
    )


def consignment_card(*, row: models.Consignment, lines: Sequence[models.Line]) -> ConsignmentCard:
    """A consignment for a list."""
    return ConsignmentCard(
        id=ConsignmentId(row.id),
        ref=row.ref,
        barcode=barcode_of(row.ref),
        merchant_id=row.merchant_id,
        merchant_name=row.merchant_name,
        order_ref=row.order_ref,
        channel=row.channel,
        route=Route(row.route),
        destination=row.destination,
        stage=Stage(row.stage),
        goods=Money(row.goods_minor, row.currency),
        merchant_net=Money(row.merchant_net_minor, row.merchant_currency),
        total=Money(row.total_minor, row.currency),
        pieces=sum(line.quantity for line in lines),
        grams=sum(line.net_grams * line.quantity for line in lines),
        titles=tuple(line.title for line in lines),
        placed_at=row.placed_at,
        moved_at=row.moved_at,
        release_at=row.release_at,
    )


def shares(*, row: models.Consignment | MoneyColumns, fx: Decimal) -> Shares:
    """What the money of one consignment is made of, for the ledger.

    fx: units of the order's currency for one of the merchant's, as the lines keep it; the ledger wants the inverse.
    """
    currency = row.currency
    given = row.freight_discount_minor - row.promoted_freight_minor
    return Shares(
        order_id=row.order_id,
        consignment_id=row.id,
        merchant_id=row.merchant_id,
        authority=row.destination,
        goods=Money(row.goods_minor, currency),
        freight=Money(row.freight_minor, currency),
        duty=Money(row.duty_minor, currency),
        tax=Money(row.tax_minor, currency),
        fees=Money(row.fees_minor, currency),
        commission=Money(row.commission_minor, currency),
        merchant_net=Money(row.merchant_net_minor, row.merchant_currency),
        fx=Decimal(1) / fx,
        promoted=Money(row.promoted_minor, row.currency),
        promoted_freight=Money(row.promoted_freight_minor, row.currency),
        merchant_freight=Money(given, row.currency),
        commission_tax=Money(row.commission_tax_minor, row.currency),
        seat=row.seat,
    )
