"""A shopper's orders: the list, one order with its way and its account, cancelling and confirming."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from msgspec import structs

from entrepot.base import clock
from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE, Sighting, Step, Tracking
from entrepot.channels.terms import Route
from entrepot.depot import queries as depot
from entrepot.disputes import queries as disputes
from entrepot.disputes.terms import Dispute
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.flows.give_back_refused import give_back_refused
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.terms import Mode
from entrepot.orders import queries as orders
from entrepot.orders import rules
from entrepot.orders.terms import CancelReason, ConsignmentView, OrderCard, OrderView, Stage, State
from entrepot.payments import queries as payments
from entrepot.payments.terms import State as Paying
from entrepot.rates.terms import Rate
from entrepot.web.account.addresses import AddressCard, card_of
from entrepot.web.explained import RateShown, Row, rates_shown
from entrepot.web.shopper.ahead import awaited_in
from entrepot.web.shopper.prices import account, regime_name, rows_of
from entrepot.web.shopper.protection import extendable
from entrepot.web.shopper.words import HAPPENED, STAGES, STATES, STEPS, TROUBLED, UNCLAIMED
from entrepot.web.templating import country, local_date, text
from entrepot.web.viewer import signed_in, viewer_of

PAGE: Final = 20
# What is ahead, what is now, and two before it; the rest is one tap away.
_SHOWN_EVENTS: Final = 4
# Label, moment or none, note, state of the line; see parts/ui.html timeline.
Event = tuple[str, datetime | None, str, str]


@dataclass(frozen=True, slots=True)
class LineShown:
    """One article as it was ordered."""

    listing_ref: str
    title: str
    options: str
    picture: str
    quantity: int
    unit: Money
    goods: Money


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """One merchant's part of the order and its way."""

    ref: str
    merchant_name: str
    ship_from: str
    stage: str
    tone: str
    lines: tuple[LineShown, ...]
    rows: tuple[Row, ...]
    regime: str
    events: tuple[Event, ...]
    earlier: tuple[Event, ...]
    tracking_number: str
    declaration: str
    declared_at: datetime | None
    release_at: datetime | None
    due: bool
    released: bool
    refused: bool = False
    trade: Money | None = None
    dispute: str = ""
    claimable: bool = False
    given_back: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order's page."""

    ref: str
    state: str
    tone: str
    placed_at: datetime
    expires_at: datetime
    unpaid: bool
    cancelled: str
    address: AddressCard
    parcels: tuple[ParcelShown, ...]
    rows: tuple[Row, ...]
    rates: tuple[RateShown, ...]
    held: Money
    total: Money
    confirmable: bool
    data_version: str
    quote_ref: str
    # Parcels whose protection may be made longer now: reference, merchant, days.
    extendable: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderListed:
    """An order in the list."""

    ref: str
    state: str
    tone: str
    placed_at: datetime
    total: Money
    merchants: str
    titles: tuple[str, ...]
    pictures: tuple[str, ...]
    pieces: int
    unpaid: bool


@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after") or None
    found = orders.orders_of(viewer=viewer_of(request), after=after, limit=PAGE + 1)
    context = {
        "orders": tuple(_listed(card) for card in found[:PAGE]),
        "after": found[PAGE - 1].ref if len(found) > PAGE else None,
        "first": after is None,
    }
    return render(request, "shopper/orders.html", context)


def _listed(card: OrderCard) -> OrderListed:
    state, tone = STATES[card.state]
    stages = set(card.stages)
    if card.state is State.PAID and len(stages) == 1:
        state, tone = STAGES[next(iter(stages))]
    return OrderListed(
        ref=card.ref,
        state=_(state),
        tone=tone,
        placed_at=card.placed_at,
        total=card.total,
        merchants=", ".join(card.merchants),
        titles=tuple(text(title) for title in card.titles),
        pictures=card.pictures[:4],
        pieces=card.pieces,
        unpaid=card.state is State.PLACED,
    )


@signed_in
def show(request: HttpRequest, ref: str) -> HttpResponse:
    order = orders.order(viewer=viewer_of(request), ref=ref)
    promised = _promised(order)
    shown = _shown(order, clock.now())
    context = {
        "order": replace(shown, unpaid=False) if promised else shown,
        "promised": promised,
        "paid": "paid" in request.GET and not promised,
        "awaited": awaited_in(order),
    }
    return render(request, "shopper/order.html", context)


def _promised(order: OrderView) -> bool:
    """Whether the card's bank has promised the money and the merchants are still asked whether they can supply."""
    if order.state is not State.PLACED:
        return False
    return payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id).state is Paying.AUTHORISED


@require_POST
@signed_in
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Give up an order that is not paid; the goods go back on the shelf."""
    order = orders.order(viewer=viewer_of(request), ref=ref)
    cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=clock.now())
    messages.success(request, _("The order is cancelled. Nothing was charged."))
    return HttpResponseRedirect(reverse("order", args=(ref,)))


@require_POST
@signed_in
def give_back(request: HttpRequest, ref: str, consignment: str) -> HttpResponse:
    """Customs refused the parcel and the shopper wants the money back."""
    give_back_refused(viewer=viewer_of(request), order_ref=ref, consignment_ref=consignment, at=clock.now())
    messages.success(request, _("The money is on its way back to you."))
    return HttpResponseRedirect(reverse("order", args=(ref,)))


@require_POST
@signed_in
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """`I have it`: the merchants need not wait for the protection time to run out."""
    confirm_receipt(viewer=viewer_of(request), order_ref=ref, at=clock.now())
    messages.success(request, _("Thank you. The merchant's part is due at once and goes out with their next payout."))
    return HttpResponseRedirect(reverse("order", args=(ref,)))


def _shown(order: OrderView, at: datetime) -> OrderShown:
    state, tone = STATES[order.state]
    owners = sorted({each.merchant_id for each in order.consignments})
    back = payments.given_back_for(consignments=[(each.id, each.merchant_id) for each in order.consignments])
    claims = disputes.disputes_of_order(order_id=order.id, merchant_ids=owners)
    ended = {Stage.RELEASED, Stage.CANCELLED, Stage.REFUNDED}
    currency = order.amounts.total.currency
    arrived, delivered = rules.confirmable(consignments=order.consignments)
    held = [each.amounts.total for each in order.consignments if each.stage not in ended]
    return OrderShown(
        ref=order.ref,
        state=_(state),
        tone=tone,
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        unpaid=order.state is State.PLACED,
        cancelled=_cancelled(order),
        address=card_of(order.address),
        parcels=tuple(
            _parcel(each, at, order.quote_ref, claims.get(each.id, ()), back.get(each.id))
            for each in order.consignments
        ),
        rows=account(
            order.amounts,
            regimes=[each.regime for each in order.consignments],
            total_label=_total_label(order),
            promotions=order.promotions,
        ),
        rates=rates_shown(_rates(order)),
        held=Money.total(held, currency) if order.state is State.PAID else Money.zero(currency),
        total=order.amounts.total,
        confirmable=any(part.release_at is None or part.release_at > at for part in (*arrived, *delivered)),
        data_version=order.data_version,
        quote_ref=order.quote_ref,
        extendable=extendable(order, at),
    )


def _rates(order: OrderView) -> tuple[Rate, ...]:
    """The exchange rates behind the order's prices, as they were kept with it."""
    used = {line.merchant_unit.currency for one in order.consignments for line in one.lines}
    return tuple(rate for rate in order.fx if rate.base in used and rate.quote == order.amounts.total.currency)


def _total_label(order: OrderView) -> str:
    return _("Paid") if order.state in {State.PAID, State.DONE} else _("To pay")


def _cancelled(order: OrderView) -> str:
    if order.state is not State.CANCELLED:
        return ""
    return {
        CancelReason.SHOPPER: _("You cancelled it. Nothing was charged."),
        CancelReason.EXPIRED: _("It was not paid in time, so the goods went back on the shelf. Nothing was charged."),
    }.get(CancelReason(order.cancel_reason), _("The marketplace cancelled it. What was charged comes back to you."))


def _parcel(
    consignment: ConsignmentView, at: datetime, quote_ref: str, claims: Sequence[Dispute], back: Money | None
) -> ParcelShown:
    stage, tone = STAGES[consignment.stage]
    tracking = _tracking(consignment)
    events = _events(consignment, tracking)
    declaration = depot.declaration_of(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    return ParcelShown(
        ref=consignment.ref,
        merchant_name=consignment.merchant_name,
        ship_from=consignment.ship_from,
        stage=_(stage),
        tone=tone,
        lines=tuple(
            LineShown(
                line.listing_ref, text(line.title), " · ".join(line.options), line.picture, line.quantity, line.unit,
                line.goods_before,
            )
            for line in consignment.lines
        ),
        rows=rows_of(
            consignment.amounts,
            components=consignment.components,
            regime=consignment.regime,
            total_label=_("This parcel"),
            promotions=consignment.promotions,
        ),
        regime=regime_name(consignment.regime),
        events=events[:_SHOWN_EVENTS],
        earlier=events[_SHOWN_EVENTS:],
        tracking_number=tracking.tracking_number if tracking else "",
        declaration=declaration.parcel_barcode if declaration else "",
        declared_at=declaration.written_at if declaration else None,
        release_at=consignment.release_at,
        due=consignment.release_at is not None and consignment.release_at <= at,
        released=consignment.stage is Stage.RELEASED,
        refused=consignment.stage is Stage.REFUSED,
        trade=_in_general_trade(consignment, quote_ref, at) if consignment.stage is Stage.REFUSED else None,
        dispute=claims[0].ref if claims else "",
        claimable=consignment.stage not in UNCLAIMED and not any(one.ended_at is None for one in claims),
        given_back=back,
    )  # fmt: skip


def _in_general_trade(consignment: ConsignmentView, quote_ref: str, at: datetime) -> Money | None:
    """What customs would take of the same parcel in general trade today; none where that is not known."""
    found = landed.quotes_by_ref(shopper_id=consignment.shopper_id, refs=[quote_ref]).get(quote_ref)
    asked = found.consignments[consignment.number - 1].asked if found else None
    if asked is None:
        return None
    answer = landed.answer(request=structs.replace(asked, mode=Mode.CARGO, on=at.date()))
    return None if answer.total is None else Money.of(answer.total, answer.currency)


def _tracking(consignment: ConsignmentView) -> Tracking | None:
    """Where the carrier says it is; a parcel that came by the depot travels inside a master box."""
    if consignment.stage in {Stage.PLACED, Stage.PAID, Stage.CANCELLED}:
        return None
    if consignment.route is Route.DIRECT:
        return carriage.tracking(merchant_id=consignment.merchant_id, subject="consignment", subject_id=consignment.id)
    box = depot.box_of(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    if box is None:
        return None
    return carriage.tracking(merchant_id=MARKETPLACE, subject="box", subject_id=box.id, house=consignment.barcode)


def _events(consignment: ConsignmentView, tracking: Tracking | None) -> tuple[Event, ...]:
    """What is still ahead of the parcel, and what happened to it, latest first."""
    seen = {Step.LABEL_CREATED, Step.DELIVERED}
    sightings: Sequence[Sighting] = tracking.sightings if tracking else ()
    events: list[Event] = [
        (_(HAPPENED.get(Stage(moment.what)) or STAGES[Stage(moment.what)][0]), moment.at, "", "")
        for moment in consignment.timeline
        if moment.what
    ]
    events += [
        (_(STEPS[each.step]), each.at, _place(each.place), "refused" if each.step in TROUBLED else "")
        for each in sightings
        if each.step not in seen
    ]
    events.sort(key=lambda event: event[1] or consignment.placed_at)
    if events:
        last = events[-1]
        events[-1] = (last[0], last[1], last[2], last[3] or "now")
    if consignment.stage in {Stage.PAID, Stage.SENT, Stage.RECEIVED, Stage.PACKED, Stage.DISPATCHED}:
        events.append(
            (_("At your door"), None, _("expected by %(day)s") % {"day": local_date(_due(consignment))}, "ahead")
        )
    return tuple(reversed(events))


def _place(written: str) -> str:
    """A carrier's `Pasadena, US` with the country's name."""
    town, comma, code = written.rpartition(", ")
    known = country(code)
    return f"{town}{comma}{known}"


def _due(consignment: ConsignmentView) -> date:
    paid = next((each.at for each in consignment.timeline if each.what == Stage.PAID), consignment.placed_at)
    return (paid + timedelta(days=consignment.days_max)).date()
