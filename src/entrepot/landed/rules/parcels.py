"""From what is wanted to what it costs at the door: parcels, their request to customs, their shares to the cent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from entrepot.carriage.terms import Freight, Level
from entrepot.channels.rules import lane_between, sends_to
from entrepot.channels.terms import DOMESTIC, Channel, Lane
from entrepot.kernel.money import Money
from entrepot.landed.rules.shares import family_of, fixed_sum
from entrepot.landed.terms import (
    GUARANTEED,
    STRICT,
    AskedLine,
    DeliveryOption,
    Importer,
    Mode,
    PromotionQuote,
    QuoteAnswer,
    QuoteRequest,
    Status,
    Step,
    Transport,
    Worked,
)
from entrepot.landed.terms.contract import Policy
from entrepot.rates.terms import Rate

Rates = Mapping[tuple[str, str], Rate]
Answering = Callable[[QuoteRequest, Policy], Worked]
# The authority's clock against UTC, standard time: an entry date is a forecast, an hour at midnight is not.
_HOURS: Final[Mapping[str, int]] = {
    "CN": 8, "US": -5, "CA": -5, "GB": 0, "JP": 9, "KR": 9, "AU": 10,
}  # fmt: skip
_THOUSAND: Final = Decimal(1000)
_DUTY_FAMILIES: Final = ("duty", "tax", "fees")
# The law of these destinations differs by region, so a quote is good for one only.
_BY_REGION: Final = frozenset({"CA", "US"})


@dataclass(frozen=True, slots=True)
class Piece:
    """So many of one article at its offer's price. listing_id, category: what promotions go by.

    fee: the ratio of the price that goes to the marketplace, tax on it included.
    """

    variant_id: int
    quantity: int
    price: Money
    goods_code: str
    origin: str
    net_grams: int | None
    gross_grams: int | None
    listing_id: int = 0
    category: str = ""
    fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One merchant's pieces from one place by one channel: one consignment, one merchant of record.

    level: the delivery the shopper chose.
    """

    merchant_id: int
    channel: Channel
    ship_from: str
    pieces: tuple[Piece, ...]
    level: Level = Level.STANDARD


@dataclass(frozen=True, slots=True)
class Reduced:
    """What promotions take off one piece's line, in the door's currency; see Relief for the parts."""

    goods: Money
    freight: Money
    promoted: Money
    promoted_freight: Money
    undeducted: Money
    undeducted_freight: Money


@dataclass(frozen=True, slots=True)
class Door:
    """Where to, in which currency, when, and what the shopper used of the yearly allowance."""

    destination: str
    region: str
    currency: str
    at: datetime
    annual_used: Decimal = Decimal(0)

    @property
    def on(self) -> date:
        """The entry date on the authority's calendar, if it came in now."""
        return (self.at + timedelta(hours=_HOURS.get(self.destination, 1))).date()

    @property
    def law_region(self) -> str:
        """The region where its law differs, else nothing: the quote is then good for the whole country."""
        return self.region if self.destination in _BY_REGION else ""


@dataclass(frozen=True, slots=True)
class No:
    """Why a parcel cannot be had. reason: a key of REASONS."""

    reason: str
    facts: Mapping[str, str]
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Priced:
    """A parcel's costs in the door's currency, after discounts; the tuples run along its pieces and sum to the whole.

    level: the delivery it is priced with, one of `options`. reduced: what was taken off each line, none for nothing.
    """

    lane: Lane
    units: tuple[Money, ...]
    goods: tuple[Money, ...]
    freight: tuple[Money, ...]
    duty: tuple[Money, ...]
    tax: tuple[Money, ...]
    fees: tuple[Money, ...]
    days_min: int
    days_max: int
    regime: str
    asked: QuoteRequest | None
    worked: Worked | None
    remarks: tuple[Step, ...]
    guaranteed: bool = False
    level: Level = Level.STANDARD
    options: tuple[DeliveryOption, ...] = ()
    reduced: tuple[Reduced, ...] = ()
    promotions: tuple[PromotionQuote, ...] = ()

    @property
    def answer(self) -> QuoteAnswer | None:
        """What customs takes; None within one country."""
        return self.worked.answer if self.worked else None


def no_lane(*, parcel: Parcel, door: Door) -> No | None:
    """Why the channel does not take the parcel there, or nothing."""
    if sends_to(channel=parcel.channel, ship_from=parcel.ship_from, destination=door.destination):
        return None
    return No("no_lane", {"channel": parcel.channel.slug, "destination": door.destination})


def gross_grams(*, parcel: Parcel) -> int | None:
    """What the parcel weighs packed; by net weight where packed weight is not known; None when a piece has neither."""
    whole = 0
    for piece in parcel.pieces:
        grams = piece.gross_grams or piece.net_grams
        if not grams:
            return None
        whole += grams * piece.quantity
    return whole


def priced(*, parcel: Parcel, door: Door, freight: Freight | None, rates: Rates, answering: Answering) -> Priced | No:
    """The parcel at the door without any promotion, or why not; see `at_prices` and `at_the_door`."""
    base = at_prices(parcel=parcel, door=door, freight=freight, rates=rates)
    return base if isinstance(base, No) else at_the_door(base=base, parcel=parcel, door=door, answering=answering)


def at_prices(*, parcel: Parcel, door: Door, freight: Freight | None, rates: Rates) -> Priced | No:
    """The parcel's goods and freight before discounts and before customs, or why it cannot be had.

    freight: what carrying it costs, None when nobody does. Goods and freight are exchanged at the day's rate, each unit
    price rounded half even; shares sum exactly.
    """
    lane = lane_between(channel=parcel.channel, ship_from=parcel.ship_from, destination=door.destination)
    if gross_grams(parcel=parcel) is None:
        return No("weight_missing", {})
    if freight is None:
        return No("no_freight", {"destination": door.destination})
    carriage = told(amount=freight.cost, currency=door.currency, rates=rates)
    units = [told(amount=piece.price, currency=door.currency, rates=rates) for piece in parcel.pieces]
    if carriage is None or None in units:
        return No("exchange_rate_missing", {"currency": door.currency})
    prices = tuple(unit for unit in units if unit is not None)
    goods = tuple(unit * piece.quantity for unit, piece in zip(prices, parcel.pieces, strict=True))
    weights = [(piece.gross_grams or piece.net_grams or 0) * piece.quantity for piece in parcel.pieces]
    free = tuple(Money.zero(door.currency) for _ in goods)
    return Priced(
        lane=lane,
        units=prices,
        goods=goods,
        freight=fixed_sum(whole=carriage, weights=weights),
        duty=free,
        tax=free,
        fees=free,
        days_min=freight.days_min,
        days_max=freight.days_max,
        regime=DOMESTIC,
        asked=None,
        worked=None,
        remarks=_home_notes(door),
        level=freight.level,
    )


def at_the_door(
    *, base: Priced, parcel: Parcel, door: Door, answering: Answering, reduced: Sequence[Reduced] = ()
) -> Priced | No:
    """The parcel with its discounts taken off and its duty, tax and fees put on, or why customs do not let it in.

    base: of `at_prices`. answering: the engine with the day's law put in; it sees what is paid and the discounts that
    the law does not deduct.
    """
    valued, carried = base.goods, base.freight
    if reduced:
        valued = tuple(goods - off.goods + off.undeducted for goods, off in zip(base.goods, reduced, strict=True))
        carried = tuple(
            freight - off.freight + off.undeducted_freight for freight, off in zip(base.freight, reduced, strict=True)
        )
        base = replace(
            base,
            goods=tuple(goods - off.goods for goods, off in zip(base.goods, reduced, strict=True)),
            freight=tuple(freight - off.freight for freight, off in zip(base.freight, reduced, strict=True)),
            reduced=tuple(reduced),
        )
    if base.lane.regime_mode == DOMESTIC:
        return base
    return _through_customs(base, parcel, door, (valued, Money.total(carried, door.currency)), answering)


def told(*, amount: Money, currency: str, rates: Rates) -> Money | None:
    """`amount` in another currency at the day's rate, rounded half even; None without a rate."""
    if amount.currency == currency:
        return amount
    rate = rates.get((amount.currency, currency))
    return None if rate is None else amount.exchanged(rate.value, currency)


def _home_notes(door: Door) -> tuple[Step, ...]:
    return (Step("US state and local sales tax is not included."),) if door.destination == "US" else ()


def _through_customs(
    base: Priced, parcel: Parcel, door: Door, value: tuple[Sequence[Money], Money], answering: Answering
) -> Priced | No:
    goods, freight = value
    request = asked(parcel=parcel, door=door, lane=base.lane, goods=goods, freight=freight)
    found = answering(request, GUARANTEED if base.lane.guaranteed else STRICT)
    answer = found.answer
    if answer.status is not Status.AMOUNT:
        return _no(answer)
    shares = {
        family: tuple(Money.total(column, door.currency) for column in zip(*rows, strict=True)) if rows else base.duty
        for family, rows in _by_line(answer, goods, door.currency).items()
    }
    return replace(
        base,
        duty=shares["duty"],
        tax=shares["tax"],
        fees=shares["fees"],
        regime=answer.regime or "",
        asked=request,
        worked=found,
        remarks=found.remarks,
        guaranteed=base.lane.guaranteed,
    )


def _no(answer: QuoteAnswer) -> No:
    code, _, since = (answer.reason or "rate_unknown").partition(":")
    ways = tuple(way if isinstance(way, str) else way.regime for way in answer.alternatives)
    return No(code, {"since": since} if since else {}, ways)


def _by_line(answer: QuoteAnswer, goods: Sequence[Money], currency: str) -> dict[str, list[tuple[Money, ...]]]:
    """Each component as one row along the lines: on its own line, or by the goods' value when it is for all."""
    rows: dict[str, list[tuple[Money, ...]]] = {family: [] for family in _DUTY_FAMILIES}
    for part in answer.components:
        amount = Money.of(part.amount, currency)
        if part.line is None:
            row = fixed_sum(whole=amount, weights=[money.minor for money in goods])
        else:
            row = tuple(amount if i == part.line else Money.zero(currency) for i in range(len(goods)))
        rows[family_of(kind=part.kind)].append(row)
    return rows


def asked(*, parcel: Parcel, door: Door, lane: Lane, goods: Sequence[Money], freight: Money) -> QuoteRequest:
    """The parcel as a request of the contract. Legal quantities follow from pieces and net weight."""
    return QuoteRequest(
        id=f"{parcel.merchant_id}:{parcel.channel.slug}:{parcel.ship_from}",
        on=door.on,
        destination=door.destination,
        region=door.law_region or None,
        ship_from=parcel.ship_from,
        mode=Mode(lane.regime_mode),
        transport=Transport.AIR,
        importer=Importer.CONSUMER,
        currency=door.currency,
        lines=tuple(
            AskedLine(
                goods_code=piece.goods_code or None,
                origin=piece.origin,
                quantity=piece.quantity,
                value=money.decimal,
                currency=door.currency,
                measures=_measures(piece),
                # One piece as it is sold: it cannot be divided for a smaller parcel.
                facts={"indivisible": True} if piece.quantity == 1 else {},
            )
            for piece, money in zip(parcel.pieces, goods, strict=True)
        ),
        freight=freight.decimal,
        annual_used=door.annual_used,
    )


def _measures(piece: Piece) -> dict[str, Decimal]:
    count = Decimal(piece.quantity)
    measures = {"no": count, "prs": count, "doz": count / 12, "dpr": count / 12}
    if piece.net_grams:
        grams = count * piece.net_grams
        measures |= {"g": grams, "kg": grams / _THOUSAND}
    return measures
