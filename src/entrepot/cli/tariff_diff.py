"""`entrepot tariff diff` and `check`: what changed between two states of the law, and how ours agrees with another's."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.cli.tariff import tariff
from entrepot.cli.tariff_load import body_of, tariff_file, uncollected
from entrepot.customs import queries as customs
from entrepot.customs.rules import Change, changes, compiled, counted, touched_codes
from entrepot.customs.rules.loaders import FileKind, TariffFile, recognise
from entrepot.customs.rules.loaders.hts import hts_lines
from entrepot.customs.rules.loaders.hts_check import agreement
from entrepot.customs.terms import Dated, Law
from entrepot.kernel.errors import EntrepotError

_SHOWN: Final = 60
_CODES: Final = 3
_say: Final = Console()


@tariff.command("diff")
def diff(
    before: Annotated[
        str, typer.Argument(help="A file, an edition (2025 rev. 16), a day, or a data version (US:41-...).")
    ],
    after: Annotated[str, typer.Argument(help="The same.")],
    *,
    authority: Annotated[str, typer.Option(help="Whose law editions and days are of.")] = "US",
    on: Annotated[str, typer.Option(help="With data versions: the day whose law is compared; else today.")] = "",
    listings: Annotated[bool, typer.Option(help="Also the market's listings that are touched.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For a script: everything.")] = False,
) -> None:
    """The lines that changed: rate before and after, new and gone; with the listings of the market that they touch."""
    try:
        day = date.fromisoformat(on) if on else clock.now().date()
        with uncollected():
            laws = [_law(name, authority, day) for name in (before, after)]
            found = changes(before=laws[0], after=laws[1])
        members = next((one.members for one in customs.tariffs() if one.jurisdiction == authority), (authority,))
        touched = (
            catalogue.affected_listings(codes=touched_codes(found=found), destinations=members) if listings else ()
        )
    except EntrepotError as refused:
        _refuse(refused)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from wrong
    if as_json:
        shown = {
            "counts": counted(found=found),
            "changes": [asdict(one) for one in found],
            "listings": [asdict(one) for one in touched],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    _show(found)
    if listings:
        merchants = len({one.merchant_id for one in touched})
        _say.print(f"{len(touched):,} listings of {merchants:,} merchants are touched.")


def _law(name: str, authority: str, on: date) -> Law:
    """The law that a word names. Raises ValueError when it names none."""
    path = Path(name)
    if path.is_file():
        return _filed(path)
    if ":" in name:
        return customs.law(destination=name.partition(":")[0], on=on, as_of=customs.load_named(version=name))
    try:
        return customs.law(destination=authority, on=date.fromisoformat(name))
    except ValueError:
        plain = name.replace("_", " ").replace("rev ", "rev. ").lower()
        loaded = {one.edition.lower(): one.holds_from for one in customs.loads(jurisdiction=authority)}
        day = loaded.get(plain)
        if day is None:
            raise ValueError(f"{name} is no file, day, data version, or loaded edition of {authority}.") from None
        return customs.law(destination=authority, on=day)


def _filed(path: Path) -> Law:
    kind = _kind(path)
    rows = kind.read(tariff_file(path, kind, sorted(path.parent.iterdir()))).rows
    since = rows.holds_from or date.max
    goods = tuple(Dated(one.value, since) for one in rows.goods)
    speaks = tuple(replace(one, back_to=None) for one in rows.speaks)
    return compiled(
        destination=kind.jurisdiction,
        currency="",
        on=since,
        rows=replace(rows, goods=goods, speaks=speaks),
        version=path.name,
    )


def _kind(path: Path) -> FileKind:
    kind = recognise(name=path.name, head=body_of(path)[:2000])
    if kind is None:
        raise ValueError(f"{path.name} is of no kind that we can read.")
    return kind


def _show(found: Sequence[Change]) -> None:
    for name, count in counted(found=found).items():
        _say.print(f"{count:>7,}  {name}")
    table = Table("What", "Line", "Before", "After", box=None)
    for one in found[:_SHOWN]:
        codes = ", ".join(one.codes[:_CODES]) + (
            f" and {len(one.codes) - _CODES:,} more" if len(one.codes) > _CODES else ""
        )
        table.add_row(f"{one.verb} {one.kind}", codes, one.old, one.new)
    if found:
        _say.print(table)
    if len(found) > _SHOWN:
        _say.print(f"... and {len(found) - _SHOWN:,} more: --json has them all.", style="dim")


@tariff.command("check")
def check(
    revision: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A revision of the HTS.")],
    table: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Another project's table of its rates.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """How our reading of a revision agrees with another's table of rates: counts, and each difference with its reason."""
    try:
        lines = hts_lines(TariffFile(revision.name.removesuffix(".gz"), body_of(revision)))
        text = body_of(table).decode("utf-8-sig", "replace")
        found = agreement(lines=lines, table=text, file=table.name)
    except EntrepotError as refused:
        _refuse(refused)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    _say.print(
        f"{found.lines:,} lines on both sides, {found.cells:,} rates compared, {len(found.differences):,} differ."
    )
    for why, count in Counter(one.why for one in found.differences).most_common():
        _say.print(f"{count:>7,}  {why}")
    shown = Table("Line", "Column", "Ours", "Theirs", "Text", "Why", box=None)
    for one in found.differences:
        shown.add_row(one.code, one.column, one.ours, one.theirs, one.text, one.why)
    if found.differences:
        _say.print(shown)
    if found.missing or found.extra:
        _say.print(f"Only there: {', '.join(found.missing) or 'none'}. Only here: {', '.join(found.extra) or 'none'}.")


def _refuse(refused: EntrepotError) -> NoReturn:
    typer.echo(refused.text(), err=True)
    raise typer.Exit(3) from refused
