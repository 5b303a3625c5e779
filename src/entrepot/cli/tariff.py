"""`entrepot tariff` and `entrepot rates`: the law and the exchange rates that quotes are made with."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from entrepot.base import clock
from entrepot.cli import app
from entrepot.customs import queries as customs
from entrepot.customs.services import load_starter, load_tariff
from entrepot.kernel.errors import EntrepotError
from entrepot.rates.rules import rates_kind
from entrepot.rates.services import load_rates

from rich import print as say  # isort: skip

tariff = typer.Typer(no_args_is_help=True, help="The customs law that quotes are made with.")
rates = typer.Typer(no_args_is_help=True, help="Exchange rates.")
app.add_typer(tariff, name="tariff")
app.add_typer(rates, name="rates")


@tariff.command("list")
def list_tariffs(*, as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False) -> None:
    """The loaded tariffs, their editions and data versions."""
    found = customs.tariffs()
    if as_json:
        rows = [
            {
                "jurisdiction": one.jurisdiction,
                "edition": one.edition,
                "version": one.data_version,
                "currency": one.currency,
            }
            for one in found
        ]
        typer.echo(json.dumps(rows))
        return
    table = Table("Authority", "Edition", "Version", "Currency", "For")
    for one in found:
        table.add_row(one.jurisdiction, one.edition, one.data_version, one.currency, " ".join(one.members))
    say(table)


@tariff.command("load-starter")
def starter() -> None:
    """Put in the tariffs that ship with the market. Repeating it changes nothing; loaded editions stay."""
    changed = load_starter()
    say(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")


@tariff.command("load-own")
def load_own(law: Path, goods: Path, *, edition: str) -> None:
    """Put in an authority's tariff from a law file (TOML) and a goods file (CSV) of the starter's form."""
    try:
        report = load_tariff(
            law=law.read_text(encoding="utf-8"),
            goods=goods.read_text(encoding="utf-8"),
            file=law.name,
            edition=edition,
            at=clock.now(),
        )
    except EntrepotError as refused:
        typer.echo(refused.text(), err=True)
        raise typer.Exit(3) from refused
    say("Nothing changed." if report.load is None else "Loaded.")


@rates.command("load")
def load_file(file: Path) -> None:
    """Put in published rates: the ECB's history, the Federal Reserve's or the UK's monthly file. Twice is as once."""
    try:
        new = load_rates(kind=rates_kind(name=file.name), text=file.read_text(encoding="utf-8-sig"))
    except (EntrepotError, UnicodeDecodeError) as refused:
        typer.echo(refused.text() if isinstance(refused, EntrepotError) else str(refused), err=True)
        raise typer.Exit(3) from refused
    say(f"{new:,} new rates.")
