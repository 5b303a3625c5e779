"""The runs that price all offers anew, and what they changed."""

import msgspec

from entrepot.landed.models import RequoteRow
from entrepot.landed.terms import CategoryChange, Move, Requote, RequoteMissing


def requote(*, run_id: int) -> Requote:
    """One run as it stands. Raises RequoteMissing."""
    row = RequoteRow.objects.filter(pk=run_id).first()
    if row is None:
        raise RequoteMissing
    return run_of(row=row)


def requotes(*, limit: int = 20) -> tuple[Requote, ...]:
    """The latest runs, newest first. One statement."""
    return tuple(run_of(row=row) for row in RequoteRow.objects.order_by("-opened_at", "-id")[:limit])


def open_requotes() -> tuple[Requote, ...]:
    """Runs that have not come to their end, oldest first. One statement."""
    return tuple(run_of(row=row) for row in RequoteRow.objects.filter(ended_at=None).order_by("id"))


def newest_versions() -> dict[str, tuple[str, str]]:
    """By destination the day (ISO) and the data version of the newest run. One statement."""
    rows = RequoteRow.objects.order_by("destination", "-opened_at", "-id").distinct("destination")
    return {row.destination: (row.on.isoformat(), row.data_version) for row in rows}


def run_of(*, row: RequoteRow) -> Requote:
    """The run that a row holds."""
    return Requote(
        id=row.id,
        destination=row.destination,
        currency=row.currency,
        on=row.on,
        data_version=row.data_version,
        variants=row.variants,
        looked=row.looked,
        offers=row.offers,
        priced=row.priced,
        unpriced=row.unpriced,
        categories=tuple(msgspec.convert(one, CategoryChange) for _, one in sorted(row.categories.items())),
        moves=tuple(Move(*one) for one in row.moves),
        after=row.after,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )
