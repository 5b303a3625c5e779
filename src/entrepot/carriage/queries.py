"""Freight for many shipments at once from cards kept in memory; shipments and their way, as far as one may see."""

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Final

from django.db import connection

from entrepot.carriage import rules
from entrepot.carriage.models import RateCardRow
from entrepot.carriage.terms import Freight, FreightAsk, NoService, RateCard, Route
from entrepot.kernel.money import Money

Lane = tuple[str, str, str]

_KEPT_SECONDS: Final = 60
_kept: dict[str, tuple[float, dict[Lane, tuple[RateCard, ...]]]] = {}


def rate_cards() -> dict[Lane, tuple[RateCard, ...]]:
    """All rate cards by (from, to, route), past and coming ones too. A change shows after a minute at the latest."""
    database = str(connection.settings_dict["NAME"])
    since, known = _kept.get(database, (0, {}))
    if not known or monotonic() - since > _KEPT_SECONDS:
        known = {}
        for row in RateCardRow.objects.order_by("valid_from"):
            lane = (row.from_country, row.to_country, row.route)
            known[lane] = (*known.get(lane, ()), _card(row))
        _kept[database] = (monotonic(), known)
    return known


def forget() -> None:
    """Read the cards again at the next call: after a change in this process."""
    _kept.clear()


def freights(*, asks: Sequence[FreightAsk], at: datetime) -> tuple[Freight | None, ...]:
    """Freight for each ask, in order; None where nothing goes that way, that heavy, on that day (UTC). No SQL."""
    cards = rate_cards()
    return tuple(_freight(cards, ask, at) for ask in asks)


def freight(*, from_country: str, to_country: str, route: str, grams: int, at: datetime) -> Freight:
    """Freight of one shipment by the rate card in force. Raises NoService when there is none."""
    found = _freight(rate_cards(), FreightAsk(from_country, to_country, Route(route), grams), at)
    if found is None:
        raise NoService(from_country=from_country, to_country=to_country, grams=grams)
    return found


def _freight(cards: dict[Lane, tuple[RateCard, ...]], ask: FreightAsk, at: datetime) -> Freight | None:
    lane = (ask.from_country, ask.to_country, str(ask.route))
    card = rules.card_in_force(cards=cards.get(lane, ()), on=at.date())
    if card is None or not 0 < ask.grams <= card.grams_max:
        return None
    return rules.freight_due(card=card, grams=ask.grams)


def _card(row: RateCardRow) -> RateCard:
    return RateCard(
        route=Route(row.route),
        from_country=row.from_country,
        to_country=row.to_country,
        base=Money(row.base_minor, row.currency),
        step=Money(row.step_minor, row.currency),
        step_grams=row.step_grams,
        grams_max=row.grams_max,
        days_min=row.days_min,
        days_max=row.days_max,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
    )
