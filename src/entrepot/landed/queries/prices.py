"""What parcels and single units cost at the door: law, rates and freight from memory, no statement per row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import Freight, FreightAsk
from entrepot.channels import queries as channels
from entrepot.channels.rules import lane_between
from entrepot.customs import queries as customs
from entrepot.customs.terms import Law, LawMissing
from entrepot.kernel.money import Money
from entrepot.landed.queries.answers import known_rates
from entrepot.landed.rules import (
    Door,
    No,
    Parcel,
    Piece,
    Priced,
    foreign_rates,
    gross_grams,
    lawless_answer,
    no_lane,
    sentences,
    worked,
)
from entrepot.landed.rules.discounting import Taken, reductions
from entrepot.landed.rules.parcels import at_prices, at_the_door, told
from entrepot.landed.terms import DeliveryOption, LandedPrice, Policy, PriceAsk, QuoteRequest, Worked
from entrepot.promotions.terms import Answer, Offered
from entrepot.rates.terms import Rate

Rates = dict[tuple[str, str], Rate]


@dataclass(frozen=True, slots=True)
class ParcelPrices:
    """Parcels at the door or why not, in order; the exchange rates used; the version of the law, empty for none.

    answers: what became of every code that was entered.
    """

    parcels: tuple[Priced | No, ...]
    rates: Rates
    version: str
    answers: tuple[Answer, ...] = ()


def parcel_prices(
    *,
    parcels: Sequence[Parcel],
    door: Door,
    owed_in: Sequence[str] = (),
    offered: Sequence[Offered] = (),
    codes: Sequence[str] = (),
    law: Law | None = None,
) -> ParcelPrices:
    """What parcels cost at the door, with the promotions `offered` to them, and what became of the `codes`.

    owed_in: currencies that the offers' prices are wanted in too. law: instead of the one that holds. The shopper's
    yearly CBEC allowance is counted on from one parcel to the next.
    """
    law = law or _law(door)
    options = [_options(parcel, door) for parcel in parcels]
    costs = [_chosen(parcel, found) for parcel, found in zip(parcels, options, strict=True)]
    prices = {piece.price.currency for parcel in parcels for piece in parcel.pieces}
    prices |= {cost.cost.currency for found in options for cost in found}
    prices |= {
        money.currency
        for one in offered
        for money in (one.promotion.terms.amount, one.promotion.terms.minimum)
        if money
    }
    home = {law.currency, door.currency} if law else {door.currency}
    pairs = {(base, quote) for base in prices | home for quote in home | set(owed_in) if base != quote}
    pairs |= foreign_rates(currency=law.currency) if law else frozenset()
    rates = known_rates(pairs=frozenset(pairs), at=door.at)

    def answering(request: QuoteRequest, policy: Policy) -> Worked:
        if law is None:
            return Worked(lawless_answer(request=request), (), ())
        return worked(request=request, law=law, policy=policy, rates=rates)

    bases = [
        no_lane(parcel=parcel, door=door) or at_prices(parcel=parcel, door=door, freight=cost, rates=rates)
        for parcel, cost in zip(parcels, costs, strict=True)
    ]
    taken: Sequence[Taken] = [((), ())] * len(parcels)
    answers: tuple[Answer, ...] = ()
    if offered or codes:
        taken, answers = reductions(parcels=parcels, bases=bases, offered=offered, codes=codes, door=door, rates=rates)
    found: list[Priced | No] = []
    for parcel, base, ways, (reduced, promotions) in zip(parcels, bases, options, taken, strict=True):
        one = base
        if isinstance(base, Priced):
            one = at_the_door(base=base, parcel=parcel, door=door, answering=answering, reduced=reduced)
        if isinstance(one, Priced):
            one = replace(one, promotions=promotions, options=_told_options(ways, door, rates))
            if one.answer and one.answer.annual_used_after is not None:
                door = replace(door, annual_used=one.answer.annual_used_after)
        found.append(one)
    return ParcelPrices(tuple(found), rates, law.version if law else "", answers)


def _options(parcel: Parcel, door: Door) -> tuple[Freight, ...]:
    if no_lane(parcel=parcel, door=door):
        return ()
    grams = gross_grams(parcel=parcel) or 0
    ask = FreightAsk(
        parcel.ship_from, door.destination, "depot" if _route(parcel, door) == "depot" else "direct", grams
    )
    return carriage.freight_options(ask=ask, at=door.at)


def _chosen(parcel: Parcel, options: Sequence[Freight]) -> Freight | None:
    """The way that was chosen; the usual one when it is not offered (any more)."""
    by_level = {one.level: one for one in options}
    return by_level.get(parcel.level) or next(iter(options), None)


def _told_options(options: Sequence[Freight], door: Door, rates: Rates) -> tuple[DeliveryOption, ...]:
    shown = ((one, told(amount=one.cost, currency=door.currency, rates=rates)) for one in options)
    return tuple(DeliveryOption(one.level, cost, one.days_min, one.days_max) for one, cost in shown if cost is not None)


def landed_prices(
    *,
    items: Sequence[PriceAsk],
    destination: str,
    currency: str,
    at: datetime,
    region: str = "",
    law: Law | None = None,
) -> tuple[LandedPrice, ...]:
    """What one unit of each offer costs at the door when bought alone, in order: goods, freight, duty, tax and fees.

    Beside `total`, freight stands apart, since a fuller parcel carries it for less. Nothing is frozen: a quote of the
    basket is. law: instead of the one that holds. No statement a row; the law, rates and rate cards come from memory.
    """
    known = {channel.slug: channel for channel in channels.channels()}
    parcels = [
        Parcel(
            item.merchant_id,
            known[item.channel],
            item.ship_from,
            (Piece(item.variant_id, 1, item.price, item.goods_code, item.origin, item.net_grams, item.gross_grams),),
        )
        for item in items
        if item.channel in known
    ]
    # Each is bought alone, so none counts on another's yearly allowance.
    door = Door(destination, region, currency, at)
    found = iter(_alone(parcels, door, law))
    return tuple(
        _price(item, next(found) if item.channel in known else No("no_lane", {"channel": item.channel}), currency)
        for item in items
    )


def _alone(parcels: Sequence[Parcel], door: Door, law: Law | None) -> list[Priced | No]:
    return [parcel_prices(parcels=[parcel], door=door, law=law).parcels[0] for parcel in parcels]


def _price(item: PriceAsk, one: Priced | No, currency: str) -> LandedPrice:
    free = Money.zero(currency)
    if isinstance(one, No):
        return LandedPrice(
            variant_id=item.variant_id,
            currency=currency,
            goods=item.price if item.price.currency == currency else free,
            freight=free,
            duty=free,
            tax=free,
            fees=free,
            total=None,
            regime="",
            components=(),
            notes=(),
            reason=one.reason,
            alternatives=one.alternatives,
            days_min=0,
            days_max=0,
        )
    parts = (one.goods[0], one.freight[0], one.duty[0], one.tax[0], one.fees[0])
    return LandedPrice(
        variant_id=item.variant_id,
        currency=currency,
        goods=one.goods[0],
        freight=one.freight[0],
        duty=one.duty[0],
        tax=one.tax[0],
        fees=one.fees[0],
        total=Money.total(parts, currency),
        regime=one.regime,
        components=one.answer.components if one.answer else (),
        notes=sentences(one.remarks),
        reason=None,
        alternatives=(),
        days_min=one.days_min,
        days_max=one.days_max,
    )


def _law(door: Door) -> Law | None:
    try:
        return customs.law(destination=door.destination, on=door.on)
    except LawMissing:
        return None


def _route(parcel: Parcel, door: Door) -> str:
    lane = lane_between(channel=parcel.channel, ship_from=parcel.ship_from, destination=door.destination)
    return lane.route.value
