"""`entrepot reconcile`: our books against what the payment provider and the bank report."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrepot.base import clock
from entrepot.cli import app
from entrepot.jobs.reconciliation import fetch_report, reconcile
from entrepot.reconciliation import queries
from entrepot.reconciliation.rules import SIZE_MAX
from entrepot.reconciliation.services import take_report
from entrepot.reconciliation.terms import Report, ReportUnreadable

_WIDE: Final = 160


@app.command("reconcile")
def reconcile_books(
    *,
    file: Annotated[
        Path | None, typer.Option(help="A report or statement to take in first: camt.053, the provider's JSON, or CSV.")
    ] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Fetch the provider's report of this day (UTC) first.")
    ] = None,
) -> None:
    """Match our books with what the provider and the bank report. Exits 1 while a difference has no explanation.

    Prints each place and currency: what the books say, what the report says, the difference, and the lines that make
    it. The same file again changes nothing.
    """
    if file is not None:
        _say(_taken(file))
    if day is not None:
        _say(fetch_report(day=day.date()))
    matched = reconcile()
    typer.echo(f"{matched.made} matched, {matched.undone} parted again, {matched.opened} new exceptions.")
    on = day.date() if day is not None else clock.now().astimezone(UTC).date()
    table = Table(box=None, pad_edge=False)
    for heading in (
        "At the",
        "Currency",
        "Books",
        "Report",
        "Difference",
        "Unmatched ours",
        "theirs",
        "Other days",
        "",
    ):
        table.add_column(heading, no_wrap=True, justify="left" if heading in {"At the", "Currency", ""} else "right")
    open_cases = 0
    for one in queries.standings(day=on):
        open_cases += one.open_cases
        sums = (one.books, one.theirs, one.difference, one.only_books, one.only_theirs, one.crossing)
        said = Text("agrees", "green") if not one.open_cases else Text(f"{one.open_cases} open", "bold red")
        table.add_row(one.place.value, one.currency, *(str(money.decimal) for money in sums), said)
    console = Console()
    if not console.is_terminal:
        # In a file or a pipe nothing is cut off.
        console.width = _WIDE
    console.print(table)
    ages = queries.tally(on=on).ages
    console.print("Days open: " + ", ".join(f"{age.value}: {count}" for age, count in ages.items()))
    if open_cases:
        raise typer.Exit(1)


def _taken(file: Path) -> Report:
    if file.stat().st_size > SIZE_MAX:
        raise ReportUnreadable(why="size")
    return take_report(name=file.name, body=file.read_bytes(), user_id=None, at=clock.now())


def _say(report: Report) -> None:
    typer.echo(f"{report.name} ({report.form}): {report.lines} lines, {report.taken} of them new.")
    for fault in report.faults:
        typer.echo(f"  line {fault.line}, {fault.field}: {fault.said}", err=True)
