"""The three preset channels, who is admitted, and which lane goods take."""

from decimal import Decimal
from typing import Final

from entrepot.channels.terms import DOMESTIC, Channel, Lane, NoLane, NotAdmitted, Route

_EXPRESS: Final = Lane("express", Route.DIRECT, guaranteed=True)
_ABROAD: Final = ("US", "GB", "CA", "DE", "FR", "ES", "IT", "NL")

PRESETS: Final = (
    Channel(
        slug="bazaar",
        name={"en": "Bazaar", "zh-hans": "集市"},
        languages=("zh-hans", "en"),
        currencies=("CNY", "USD"),
        destinations={
            "CN": Lane("personal", Route.DIRECT),
            "US": Lane(DOMESTIC, Route.DIRECT),
        },
        commission=Decimal("0.02"),
        release_days=10,
        return_days=7,
        requires_verified=False,
    ),
    Channel(
        slug="mall",
        name={"en": "Mall", "zh-hans": "商城"},
        languages=("zh-hans", "en"),
        currencies=("CNY",),
        destinations={"CN": Lane("cbec_direct", Route.DEPOT, guaranteed=True)},
        commission=Decimal("0.05"),
        release_days=10,
        return_days=7,
        requires_verified=True,
    ),
    Channel(
        slug="export",
        name={"en": "Export", "zh-hans": "出口"},
        languages=("en", "zh-hans"),
        currencies=("USD", "EUR", "GBP", "CAD"),
        destinations=dict.fromkeys(_ABROAD, _EXPRESS),
        commission=Decimal("0.08"),
        release_days=15,
        return_days=15,
        requires_verified=False,
    ),
)


def must_admit(*, channel: Channel, verified: bool) -> None:
    """Stop a merchant who may not sell in `channel`. Raises NotAdmitted."""
    if channel.requires_verified and not verified:
        raise NotAdmitted(channel=channel.slug, name=channel.name)


def lane_between(*, channel: Channel, ship_from: str, destination: str) -> Lane:
    """The lane that goods lying in `ship_from` take into `destination`.

    Within one country there is no border: the mode is `domestic`, by the channel's own route. Raises NoLane.
    """
    lane = channel.destinations.get(destination)
    if lane is None or (lane.regime_mode == DOMESTIC and ship_from != destination):
        raise NoLane(channel=channel.slug, name=channel.name, ship_from=ship_from, destination=destination)
    if ship_from == destination:
        return Lane(DOMESTIC, Route.DIRECT, lane.guaranteed)

    return lane


def sends_to(*, channel: Channel, ship_from: str, destination: str) -> bool:
    """Whether the channel takes goods from `ship_from` into `destination` at all."""
    lane = channel.destinations.get(destination)
    return lane is not None and (lane.regime_mode != DOMESTIC or ship_from == destination)
