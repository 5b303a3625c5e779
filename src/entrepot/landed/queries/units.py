"""What one unit of each of very many offers costs at the door: on arrays where the law is a rate of the value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import FreightAsk
from entrepot.carriage.terms import Route as Carried
from entrepot.catalogue.terms import OfferLine
from entrepot.channels import queries as channels
from entrepot.channels.rules import lane_between, sends_to
from entrepot.channels.terms import DOMESTIC, Lane
from entrepot.customs import queries as customs
from entrepot.customs.terms import Law, LawMissing
from entrepot.kernel.money import Money
from entrepot.landed.queries.answers import known_rates
from entrepot.landed.queries.prices import landed_prices
from entrepot.landed.rules import Door
from entrepot.landed.rules.batch import Parcels, RateTable, full_codes, parcels_taken, rate_table
from entrepot.landed.rules.parcels import told
from entrepot.landed.terms import LandedPrice, Mode, PriceAsk, UnitPrice
from entrepot.rates.terms import Rate

# The authority whose duty is charged on arrays; the others are asked one by one.
_ARRAYS: Final = "USD"
_KEPT: Final = 200_000
_MANY: Final = 1_000
Way = tuple[Mode, bool]


@dataclass(slots=True)
class UnitPricing:
    """Prices of single units at one door at one moment; keeps what repeats from one slice of offers to the next."""

    door: Door
    law: Law | None
    tables: dict[Way, RateTable] = field(default_factory=dict)
    asked: dict[tuple[object, ...], UnitPrice] = field(default_factory=dict)
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)

    def prices(self, offers: Sequence[OfferLine]) -> list[UnitPrice]:
        """What a unit of each offer costs bought alone, in order; the same as `landed_prices` says."""
        found: list[UnitPrice | None] = [None] * len(offers)
        if self.law is not None and self.law.currency == self.door.currency == _ARRAYS:
            self._by_arrays(offers, found)
        left = [i for i, price in enumerate(found) if price is None]
        for i, price in zip(left, self._one_by_one([offers[i] for i in left]), strict=True):
            found[i] = price
        return [price for price in found if price is not None]

    def _by_arrays(self, offers: Sequence[OfferLine], found: list[UnitPrice | None]) -> None:
        lanes = self._lanes(offers)
        ways: dict[Way, list[int]] = {}
        for i, (offer, lane) in enumerate(zip(offers, lanes, strict=True)):
            if lane is not None and lane.regime_mode != DOMESTIC and offer.goods_code.isdecimal():
                ways.setdefault((Mode(lane.regime_mode), lane.guaranteed), []).append(i)
        goods = self._told([offer.price for offer in offers])
        carried = self._freights(offers, lanes)
        for way, members in ways.items():
            ready = [i for i in members if goods[i] is not None and carried[i] is not None]
            if ready:
                self._charged(way, ready, (offers, goods, carried), found)

    def _charged(
        self,
        way: Way,
        ready: Sequence[int],
        known: tuple[Sequence[OfferLine], Sequence[int | None], Sequence[int | None]],
        found: list[UnitPrice | None],
    ) -> None:
        offers, goods, carried = known
        law = self.law
        if law is None:
            return
        table = self._table(way, {offers[i].goods_code for i in ready}, {offers[i].origin for i in ready})
        codes, origins = table.positions
        lines = Parcels(
            codes=np.array([codes[offers[i].goods_code] for i in ready], np.int32),
            origins=np.array([origins[offers[i].origin] for i in ready], np.int32),
            values=np.array([goods[i] for i in ready], np.int64),
        )
        taken = parcels_taken(law=law, table=table, lines=lines)
        rows = zip(ready, taken.duty.tolist(), taken.fees.tolist(), taken.settled.tolist(), strict=True)
        for i, duty, fees, settled in rows:
            if settled:
                price, freight = goods[i] or 0, carried[i] or 0
                found[i] = UnitPrice(price, freight, duty, 0, fees, price + freight + duty + fees, "")

    def _table(self, way: Way, codes: set[str], origins: set[str]) -> RateTable:
        table = self.tables.get(way)
        if table is None or not (codes <= set(table.codes) and origins <= set(table.origins)):
            known = (set(table.codes), set(table.origins)) if table else (set(), set())
            mode, carry_forward = way
            law = self.law or customs.law(destination=self.door.destination, on=self.door.on)
            wanted = codes | known[0]
            # A market of many codes soon asks for most of them: once for all is less than anew for every slice.
            table = self.tables[way] = rate_table(
                law=law,
                codes=sorted(wanted | set(full_codes(law=law)) if len(wanted) > _MANY else wanted),
                origins=sorted(origins | known[1]),
                mode=mode,
                carry_forward=carry_forward,
            )
        return table

    def _lanes(self, offers: Sequence[OfferLine]) -> list[Lane | None]:
        markets = {market.slug: market for market in channels.channels()}
        known: dict[tuple[str, str], Lane | None] = {}
        for offer in offers:
            key = (offer.channel, offer.ships_from)
            if key not in known:
                market, (_, ship_from), to = markets.get(offer.channel), key, self.door.destination
                goes = market is not None and sends_to(channel=market, ship_from=ship_from, destination=to)
                known[key] = (
                    lane_between(channel=market, ship_from=ship_from, destination=to) if market and goes else None
                )
        return [known[offer.channel, offer.ships_from] for offer in offers]

    def _told(self, amounts: Sequence[Money]) -> list[int | None]:
        """In the door's currency, each distinct amount exchanged once."""
        currency = self.door.currency
        bases = {money.currency for money in amounts} - {currency} - {base for base, _ in self.rates}
        if bases:
            self.rates |= known_rates(pairs=frozenset((base, currency) for base in bases), at=self.door.at)
        known = {money: told(amount=money, currency=currency, rates=self.rates) for money in set(amounts)}
        return [None if (amount := known[money]) is None else amount.minor for money in amounts]

    def _freights(self, offers: Sequence[OfferLine], lanes: Sequence[Lane | None]) -> list[int | None]:
        """Freight in the door's currency, each distinct weight on a lane asked once; None where nobody takes it."""
        keys = [
            (offer.ships_from, Carried(lane.route.value), offer.gross_grams or offer.net_grams or 0)
            if lane
            else ("", Carried.DIRECT, 0)
            for offer, lane in zip(offers, lanes, strict=True)
        ]
        distinct = list(dict.fromkeys(keys))
        asks = [FreightAsk(ship_from, self.door.destination, route, grams) for ship_from, route, grams in distinct]
        costs = carriage.freights(asks=asks, at=self.door.at)
        carried = iter(self._told([cost.cost for cost in costs if cost is not None]))
        known = {key: None if cost is None else next(carried) for key, cost in zip(distinct, costs, strict=True)}
        return [known[key] for key in keys]

    def _one_by_one(self, offers: Sequence[OfferLine]) -> list[UnitPrice]:
        """Through the engine of single quotes; offers that differ in nothing it reads are asked once."""
        if len(self.asked) > _KEPT:
            self.asked.clear()
        keys = [offer[3:4] + offer[5:] for offer in offers]
        new: dict[tuple[object, ...], OfferLine] = {}
        for key, offer in zip(keys, offers, strict=True):
            if key not in self.asked:
                new.setdefault(key, offer)
        answers = landed_prices(
            items=[_ask(offer) for offer in new.values()],
            destination=self.door.destination,
            currency=self.door.currency,
            at=self.door.at,
            region=self.door.region,
            law=self.law,
        )
        self.asked |= zip(new, (_unit(answer) for answer in answers), strict=True)
        return [self.asked[key] for key in keys]


def unit_pricing(*, destination: str, currency: str, at: datetime, law: Law | None = None) -> UnitPricing:
    """Ready to price units at that door at that moment, by the law as it is known now; by `law` where one is given."""
    door = Door(destination, "", currency, at)
    if law is not None:
        return UnitPricing(door, law)
    try:
        law = customs.law(destination=destination, on=door.on)
    except LawMissing:
        law = None
    return UnitPricing(door, law)


def _ask(offer: OfferLine) -> PriceAsk:
    return PriceAsk(
        variant_id=offer.variant_id,
        merchant_id=offer.merchant_id,
        channel=offer.channel,
        price=offer.price,
        goods_code=offer.goods_code,
        origin=offer.origin,
        ship_from=offer.ships_from,
        net_grams=offer.net_grams,
        gross_grams=offer.gross_grams,
    )


def _unit(answer: LandedPrice) -> UnitPrice:
    if answer.total is None:
        return UnitPrice(0, 0, 0, 0, 0, None, answer.reason or "rate_unknown")
    return UnitPrice(
        goods=answer.goods.minor,
        freight=answer.freight.minor,
        duty=answer.duty.minor,
        tax=answer.tax.minor,
        fees=answer.fees.minor,
        total=answer.total.minor,
        reason="",
    )
