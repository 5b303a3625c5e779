"""The channels in force, kept in memory for at most a minute: every page asks for them."""

from time import monotonic_ns
from typing import Final

from django.db import connection
from django.db.models.functions import Now, TruncDate

from entrepot.channels.models import ChannelRow
from entrepot.channels.terms import Channel, ChannelUnknown, Lane, Route

_KEPT_NS: Final = 60_000_000_000
_kept: dict[str, tuple[int, tuple[Channel, ...]]] = {}


def channels() -> tuple[Channel, ...]:
    """All open channels by their rows of today, in name order. A change shows after a minute at the latest."""
    database = str(connection.settings_dict["NAME"])
    since, known = _kept.get(database, (0, ()))
    if not known or monotonic_ns() - since > _KEPT_NS:
        known = _in_force()
        _kept[database] = (monotonic_ns(), known)
    return known


def channel(*, slug: str) -> Channel:
    """One channel. Raises ChannelUnknown."""
    for known in channels():
        if known.slug == slug:
            return known
    raise ChannelUnknown(channel=slug)


def forget() -> None:
    """Read the rows again at the next call: after a change in this process."""
    _kept.clear()


def _in_force() -> tuple[Channel, ...]:
    rows = ChannelRow.objects.filter(valid_from__lte=TruncDate(Now())).order_by("slug", "-valid_from").distinct("slug")
    return tuple(_channel(row) for row in rows if not row.closed)


def _channel(row: ChannelRow) -> Channel:
    return Channel(
        slug=row.slug,
        name=row.name,
        languages=tuple(row.languages),
        currencies=tuple(row.currencies),
        destinations={
            country: Lane(lane["mode"], Route(lane["route"]), bool(lane["guaranteed"]))
            for country, lane in row.destinations.items()
        },
        commission=row.commission,
        release_days=row.release_days,
        return_days=row.return_days,
        requires_verified=row.requires_verified,
    )
