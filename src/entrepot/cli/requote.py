"""`entrepot tariff requote`: price all offers anew after the law has changed, and say what that did."""

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from entrepot.base import clock
from entrepot.cli.tariff import tariff
from entrepot.jobs.requote import due_requotes, go_on
from entrepot.landed.terms import Requote


@tariff.command("requote")
def requote_offers(
    *,
    destination: Annotated[list[str] | None, typer.Option(help="Only these destinations. Repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Price what one unit of every offer costs at the door, where the law or the day is another than at the last run.

    Stopped at any moment, the next call or the worker goes on where it was. Repeating it changes nothing.
    """
    found = []
    console = Console(stderr=True)
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        wanted = [one.upper() for one in destination or ()]
        for run in due_requotes(at=clock.now(), destinations=wanted):
            bar = bars.add_task(run.destination, total=run.variants or 1, completed=run.looked)
            found.append(go_on(run=run, progress=_moving(bars, bar)))
    if as_json:
        typer.echo(json.dumps([_facts(run) for run in found]))
    else:
        for run in found:
            _show(run)
        if not found:
            Console().print("Every price is of today's law.")


def _moving(bars: Progress, bar: TaskID) -> Callable[[Requote], None]:
    def moved(run: Requote) -> None:
        bars.update(bar, completed=run.looked)

    return moved


def _show(run: Requote) -> None:
    table = Table(
        "Category", "Offers", "Dearer", "Cheaper", "Lost", "Gained", "On average",
        title=f"{run.destination} on {run.on}, data {run.data_version}", title_justify="left",
    )  # fmt: skip
    for one in run.categories:
        mean = f"{(one.after - one.before) * 100 / one.before:+.2f}%" if one.before else ""
        counts = (one.offers, one.raised, one.lowered, one.lost, one.gained)
        table.add_row(one.category, *(f"{count:,}" for count in counts), mean)
    console = Console()
    console.print(table)
    console.print(f"{run.offers:,} offers, {run.priced:,} with a price.")
    for reason, count in sorted(run.unpriced.items()):
        console.print(f"· {count:,} {reason}")


def _facts(run: Requote) -> dict[str, object]:
    return {
        "destination": run.destination,
        "on": run.on.isoformat(),
        "data_version": run.data_version,
        "offers": run.offers,
        "priced": run.priced,
        "unpriced": dict(run.unpriced),
        "categories": [{name: getattr(one, name) for name in one.__slots__} for one in run.categories],
        "moves": [move._asdict() for move in run.moves],
        "ended": run.ended_at is not None,
    }
