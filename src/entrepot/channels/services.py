"""Opening and changing channels: a change is a new row from a day on."""

from datetime import date
from typing import Final

from django.db import transaction

from entrepot.channels import queries
from entrepot.channels.models import ChannelRow
from entrepot.channels.rules import PRESETS
from entrepot.channels.terms import Channel

_BEGINNING: Final = date(2024, 1, 1)
_TERMS: Final = (
    "name", "languages", "currencies", "destinations", "commission", "release_days", "return_days", "requires_verified",
)  # fmt: skip


@transaction.atomic
def open_presets() -> int:
    """Put in the preset channels that are missing; how many. What an operator changed stays."""
    known = set(ChannelRow.objects.values_list("slug", flat=True))
    missing = [preset for preset in PRESETS if preset.slug not in known]
    ChannelRow.objects.bulk_create(_row(preset, _BEGINNING) for preset in missing)
    queries.forget()
    return len(missing)


@transaction.atomic
def set_channel(*, channel: Channel, valid_from: date) -> None:
    """Terms of a channel from a day on; the same day again replaces that day's row."""
    ChannelRow.objects.bulk_create(
        [_row(channel, valid_from)], update_conflicts=True, unique_fields=["slug", "valid_from"], update_fields=_TERMS
    )
    queries.forget()


def _row(channel: Channel, valid_from: date) -> ChannelRow:
    return ChannelRow(
        slug=channel.slug,
        valid_from=valid_from,
        name=dict(channel.name),
        languages=list(channel.languages),
        currencies=list(channel.currencies),
        destinations={
            country: {"mode": lane.regime_mode, "route": lane.route.value, "guaranteed": lane.guaranteed}
            for country, lane in channel.destinations.items()
        },
        commission=channel.commission,
        release_days=channel.release_days,
        return_days=channel.return_days,
        requires_verified=channel.requires_verified,
    )
