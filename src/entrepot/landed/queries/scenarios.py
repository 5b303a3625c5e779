"""Trying a scenario: on what the market has on sale, or on a file of goods."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from entrepot.catalogue.queries import offers_on_sale, variant_count
from entrepot.channels import queries as channels
from entrepot.customs import queries as customs
from entrepot.customs.terms import Law
from entrepot.kernel.money import Money
from entrepot.landed.queries.answers import known_rates
from entrepot.landed.queries.units import unit_pricing
from entrepot.landed.rules import needed_rates, quote
from entrepot.landed.rules.elasticities import OVERALL
from entrepot.landed.rules.what_if import Tried, changed_law, outcome_of, whole_of
from entrepot.landed.terms import GUARANTEED, AskedLine, Importer, Mode, QuoteRequest, Status
from entrepot.landed.terms.scenarios import GoodsLine, Outcome, Scenario

_SLICE = 20_000
Progress = Callable[[int, int], None]
Found = Iterator[tuple[Tried, str]]


def simulated(
    *,
    scenario: Scenario,
    today: date,
    goods: Sequence[GoodsLine] | None = None,
    most: int = 0,
    progress: Progress | None = None,
) -> Outcome:
    """What the scenario does to prices at the door and, by published elasticities, to demand, by category.

    goods: to try it on; None for all offers on sale, the first `most` of them where that is not 0, each weighing one
    piece. progress: told (done, all). Nothing is written. Raises LawMissing, ScenarioInvalid.
    """
    on = scenario.on or today
    law = customs.law(destination=scenario.destination, on=on)
    after = changed_law(law=law, scenario=scenario)
    found = _market(law, after, most, progress) if goods is None else _listed(law, after, goods, progress)
    by_category: dict[str, list[Tried]] = {}
    unpriced: dict[str, int] = {}
    for tried, reason in found:
        if tried.before is None and tried.after is None:
            unpriced[reason] = unpriced.get(reason, 0) + 1
        else:
            by_category.setdefault(tried.category, []).append(tried)
    outcomes = tuple(
        outcome_of(category=category, tried=each, currency=law.currency, scenario=scenario)
        for category, each in sorted(by_category.items())
    )
    spent = {category: sum((one.before or 0) * one.quantity for one in each) for category, each in by_category.items()}
    whole = whole_of(outcomes=outcomes, spent=spent, elasticity=OVERALL) if outcomes else None
    return Outcome(scenario, on, law.version, outcomes, whole, unpriced)


def _market(law: Law, changed: Law, most: int, progress: Progress | None) -> Found:
    at = datetime.combine(law.on, time(12), tzinfo=UTC)
    ways = [
        unit_pricing(destination=law.destination, currency=law.currency, at=at, law=each) for each in (law, changed)
    ]
    sending = tuple(market.slug for market in channels.channels() if law.destination in market.destinations)
    whole = min(most, variant_count()) if most else variant_count()
    last = done = 0
    while not most or done < most:
        offers, last, looked = offers_on_sale(
            destination=law.destination,
            currency=law.currency,
            channels=sending,
            after=last,
            limit=min(_SLICE, most - done) if most else _SLICE,
        )
        before, after = (way.prices(offers) for way in ways)
        for offer, old, new in zip(offers, before, after, strict=True):
            yield Tried(_two_steps(offer.category), 1, old.total, new.total), old.reason
        done += looked
        if progress:
            progress(done, whole)
        if not last:
            return


def _two_steps(category: str) -> str:
    return "/".join(category.split("/")[:2])


def _listed(law: Law, changed: Law, goods: Iterable[GoodsLine], progress: Progress | None) -> Found:
    """Goods of a file: the price and what customs takes on a parcel of one piece, by express."""
    lines = list(goods)
    for done, line in enumerate(lines, start=1):
        before, reason = _one(law, line)
        after, _ = _one(changed, line)
        yield Tried(line.category, line.quantity, before, after), reason
        if progress:
            progress(done, len(lines))


def _one(law: Law, line: GoodsLine) -> tuple[int | None, str]:
    request = QuoteRequest(
        id="",
        on=law.on,
        destination=law.destination,
        ship_from=line.origin,
        mode=Mode.EXPRESS,
        importer=Importer.CONSUMER,
        currency=law.currency,
        lines=(
            AskedLine(
                goods_code=line.goods_code,
                origin=line.origin,
                value=line.price.decimal,
                currency=line.price.currency,
                measures={"no": Decimal(1)},
            ),
        ),
    )
    at = datetime.combine(law.on, time(23, 59), tzinfo=UTC)
    pairs = needed_rates(request=request, currency=law.currency)
    rates = known_rates(pairs=pairs, at=at) if pairs else {}
    answer = quote(request=request, law=law, policy=GUARANTEED, rates=rates)
    if answer.status is not Status.AMOUNT or answer.total is None:
        return None, (answer.reason or answer.status.value).partition(":")[0]
    price = line.price
    if price.currency != law.currency:
        rate = rates.get((price.currency, law.currency))
        if rate is None:
            return None, "exchange_rate_missing"
        price = price.exchanged(rate.value, law.currency)
    return price.minor + Money.of(answer.total, law.currency).minor, ""
