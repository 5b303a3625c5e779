"""Loading law: one part at a time, all of it or nothing; what changed is ended and added, never overwritten."""

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec
from django.db import connection, transaction

from entrepot.customs import queries
from entrepot.customs.models import LoadRow, TariffRow
from entrepot.customs.rules import (
    COLUMNS,
    SHARED,
    Plan,
    Stored,
    following,
    part_facts,
    planned,
    spliced,
    tariff_head,
    tariff_rows,
)
from entrepot.customs.terms import LoadReport, Rows, Speaks

STARTER: Final = Path(__file__).parent / "starter"
_OWN: Final = "own"
_CHUNK: Final = 4000
_encoder: Final = msgspec.json.Encoder()


@transaction.atomic
def load_starter() -> tuple[str, ...]:
    """Put in the tariffs that ship with the market; the authorities that changed. Repeating changes nothing.

    Official parts stay, and go before it; so does an operator's own edition, with the countries that it speaks for.
    """
    changed = []
    for law in sorted(STARTER.glob("*_law.toml")):
        goods = law.with_name(law.name.replace("_law.toml", "_goods.csv"))
        report = _load_own(
            law=law.read_text(encoding="utf-8"),
            goods=goods.read_text(encoding="utf-8"),
            file=law.name,
            edition="starter",
            part="starter",
        )
        if report.load is not None:
            changed.append(report.jurisdiction)
    queries.forget()
    return tuple(changed)


@transaction.atomic
def load_tariff(*, law: str, goods: str, file: str, edition: str, at: datetime | None = None) -> LoadReport:
    """Put in an authority's tariff from files of our own form, as its part `own`; it replaces the starter whole.

    Raises TariffUnreadable or RateUnreadable, and then nothing is changed.
    """
    report = _load_own(law=law, goods=goods, file=file, edition=edition, part=_OWN, at=at)
    queries.forget()
    return report


def _load_own(*, law: str, goods: str, file: str, edition: str, part: str, at: datetime | None = None) -> LoadReport:
    head = tariff_head(law=law, file=file)
    rows = tariff_rows(law=law, goods=goods, file=file)
    official = part != "starter"
    # Whom an operator's own edition speaks for stays as it says.
    if official or not LoadRow.objects.filter(tariff_id=head.jurisdiction, part=_OWN).exists():
        TariffRow.objects.update_or_create(
            pk=head.jurisdiction, defaults={"currency": head.currency, "members": list(head.members)}
        )
    return load_part(
        jurisdiction=head.jurisdiction,
        part=part,
        edition=edition,
        rows=Rows(
            measures=rows.measures,
            goods=rows.goods,
            fees=rows.fees,
            thresholds=rows.thresholds,
            restrictions=rows.restrictions,
            areas=rows.areas,
            speaks=(Speaks("", date.min),) if official else (),
        ),
        digest=hashlib.sha256(f"{law}\n{goods}".encode()).hexdigest(),
        at=at,
        file=file,
    )


@transaction.atomic
def load_part(
    *,
    jurisdiction: str,
    part: str,
    edition: str,
    rows: Rows,
    digest: str,
    at: datetime | None,
    file: str = "",
) -> LoadReport:
    """Make `rows` what we know of a part from now on: all of it or nothing; repeating a digest does nothing.

    Where `rows.holds_from` names a day, they are the part's state from then until the next loaded edition's day,
    whatever order editions come in; what is known of other days stays. Loads of one authority wait for each other.
    at: None for what ships with the program. The authority's row must be there (`load_starter` puts those in that
    ship). SQL: 5 statements, and per table 1, 2 to end and prolong, 1 for 4,000 new rows. Raises TariffUnreadable when a key begins twice on one day.
    """
    tariff = TariffRow.objects.select_for_update(no_key=True).get(pk=jurisdiction)
    holds_from = rows.holds_from
    before = list(LoadRow.objects.filter(tariff=tariff, part=part).order_by("id"))
    newest = {one.holds_from: one for one in before}.get(holds_from)
    if newest is not None and newest.digest == digest:
        return LoadReport(jurisdiction, part, edition, None)
    facts = part_facts(rows=rows, file=file or part)
    last = LoadRow.objects.filter(tariff=tariff).order_by("-id").first()
    load = LoadRow.objects.create(
        tariff=tariff,
        part=part,
        edition=edition,
        official=part != "starter",
        file=file,
        digest=digest,
        version=_version(last, (part, str(holds_from), repr(rows.speaks), repr(sorted(rows.areas)), facts.content())),
        holds_from=holds_from,
        speaks=_spoken(rows, before),
        areas={name: sorted(members) for name, members in rows.areas.items()},
        loaded_at=at,
    )
    counts = {"new": 0, "ended": 0, "changed": 0, "same": 0}
    for table, found in facts.tables.items():
        stored = _stored(table, jurisdiction, part)
        if holds_from is None:
            plan = planned(stored=stored, facts=found)
        else:
            days = [one.holds_from for one in before if one.holds_from]
            plan = spliced(stored=stored, facts=found, since=holds_from, until=following(day=holds_from, days=days))
        _write(table, plan, load)
        for name, count in asdict(plan.counts).items():
            counts[name] += count
    load.counts = counts
    load.save(update_fields=["counts"])
    queries.forget()
    return LoadReport(jurisdiction, part, edition, load.id, **counts)


def _version(last: LoadRow | None, content: tuple[str, ...]) -> str:
    """A digest of all that was loaded, in its order: what is compiled on disk is found by it."""
    return hashlib.sha256("\n".join((last.version if last else "", *content)).encode()).hexdigest()


def _spoken(rows: Rows, before: list[LoadRow]) -> list[dict[str, object]]:
    """What the part answers alone; an edition's from the day of the first edition on."""
    first: dict[object, dict[str, object]] = {}
    told: list[dict[str, object]] = msgspec.to_builtins(rows.speaks)
    for said in (*(said for one in before if one.holds_from for said in one.speaks), *told):
        if said["kind"] not in first or str(said["valid_from"]) <= str(first[said["kind"]]["valid_from"]):
            first[said["kind"]] = said
    names = ("valid_from", "back_to")
    return [{**said, **{name: first[said["kind"]].get(name) for name in names}} for said in told]


def _stored(table: str, jurisdiction: str, part: str) -> list[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, key, valid_from, valid_until, fingerprint FROM {table} "  # noqa: S608 - a name of ours
            "WHERE tariff_id = %s AND part = %s AND until_load IS NULL",
            [jurisdiction, part],
        )
        return [Stored(*row) for row in cursor.fetchall()]


def _write(table: str, plan: Plan, load: LoadRow) -> None:
    names = (*SHARED, "fingerprint", *COLUMNS[table])
    columns = ", ".join(names)
    with connection.cursor() as cursor:
        if plan.ended:
            cursor.execute(
                f"UPDATE {table} SET until_load = %s WHERE id = ANY(%s)",  # noqa: S608 - a name of ours
                [load.id, plan.ended],
            )
        if plan.again:
            content = ", ".join(name for name in names if name not in ("valid_from", "valid_until"))
            cursor.execute(
                f"INSERT INTO {table} (tariff_id, part, since_load, valid_from, valid_until, {content}) "  # noqa: S608 - names of ours
                f"SELECT tariff_id, part, %s::bigint, again.since, again.until, {content} FROM {table} "
                "JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS again(old, since, until) ON id = again.old",
                [load.id, *map(list, zip(*plan.again, strict=True))],
            )
        for start in range(0, len(plan.added), _CHUNK):
            cursor.execute(
                f"INSERT INTO {table} (tariff_id, part, since_load, {columns}) "  # noqa: S608 - names of ours
                f"SELECT %s, %s, %s::bigint, {columns} FROM json_populate_recordset(NULL::{table}, %s::json)",
                [
                    load.tariff_id,
                    load.part,
                    load.id,
                    _encoder.encode(plan.added[start : start + _CHUNK]).decode(),
                ],
            )
