"""Which authorities and parts are loaded, in which editions, since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from entrepot.customs.models import LoadRow, TariffRow
from entrepot.customs.terms import LoadUnknown


@dataclass(frozen=True, slots=True)
class Tariff:
    """An authority whose tariff is loaded. load: the newest; version: a digest of all loads up to it."""

    jurisdiction: str
    currency: str
    members: tuple[str, ...]
    edition: str
    load: int
    version: str

    @property
    def data_version(self) -> str:
        """What answers name it by."""
        return data_version(jurisdiction=self.jurisdiction, load=self.load, version=self.version)


@dataclass(frozen=True, slots=True)
class Load:
    """One loading of a part. counts: keys new, ended, changed and the same."""

    id: int
    jurisdiction: str
    part: str
    edition: str
    holds_from: date | None
    official: bool
    file: str
    digest: str
    counts: Mapping[str, int]
    loaded_at: datetime | None


def data_version(*, jurisdiction: str, load: int, version: str) -> str:
    """How answers name what they were made with: authority, load, digest."""
    return f"{jurisdiction}:{load}-{version[:12]}"


def tariffs() -> tuple[Tariff, ...]:
    """All loaded tariffs, by authority. One statement."""
    newest = LoadRow.objects.filter(tariff=OuterRef("pk")).order_by("-id")
    rows = TariffRow.objects.annotate(
        load=Subquery(newest.values("id")[:1]),
        edition=Subquery(newest.values("edition")[:1]),
        version=Subquery(newest.values("version")[:1]),
    ).order_by("jurisdiction")
    return tuple(
        Tariff(row.jurisdiction, row.currency, tuple(row.members), row.edition, row.load, row.version)
        for row in rows
        if row.load is not None
    )


def loads(*, jurisdiction: str = "", until: int | None = None) -> tuple[Load, ...]:
    """All loads in order; of one authority, and up to one of them."""
    rows = LoadRow.objects.order_by("id")
    if jurisdiction:
        rows = rows.filter(tariff_id=jurisdiction)
    if until is not None:
        rows = rows.filter(id__lte=until)
    return tuple(
        Load(
            id=row.id,
            jurisdiction=row.tariff_id,
            part=row.part,
            edition=row.edition,
            holds_from=row.holds_from,
            official=row.official,
            file=row.file,
            digest=row.digest,
            counts=row.counts,
            loaded_at=row.loaded_at,
        )
        for row in rows
    )


def load_named(*, version: str) -> int:
    """The load that a data version names, for asking the law `as_of` it. Raises LoadUnknown."""
    authority, _, rest = version.partition(":")
    number, _, digest = rest.partition("-")
    if number.isdecimal() and digest:
        found = LoadRow.objects.filter(pk=int(number), tariff_id=authority, version__startswith=digest)
        if found.exists():
            return int(number)
    raise LoadUnknown(version=version)
