"""`entrepot index`: the search index, looked at and built anew."""

import json
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from entrepot.base import clock
from entrepot.cli import app
from entrepot.jobs.index import rebuild_index
from entrepot.search.queries import index_status

from rich import print as say  # isort: skip

index = typer.Typer(no_args_is_help=True, help="The search index.")
app.add_typer(index, name="index")


@index.command()
def rebuild() -> None:
    """Build the index anew while the present one goes on serving; then put it in its place in one step.

    What changes meanwhile is not lost. Stopping it at any moment leaves the present index as it is.
    """
    columns = (TextColumn("[bold]Listings"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bars:
        bar = bars.add_task("listings", total=None)
        documents = rebuild_index(
            at=clock.now(), progress=lambda done, whole: bars.update(bar, completed=done, total=whole)
        )
    now = index_status()
    say(f"Generation {now.generation} serves {documents} listings.")


@index.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False) -> None:
    """What serves, how large it is, what is being built, and how much news waits."""
    now = index_status()
    if as_json:
        typer.echo(json.dumps({name: getattr(now, name) for name in now.__slots__}))
        return
    table = Table(show_header=False)
    table.add_row("Serving", f"generation {now.generation}" if now.generation else "none yet: entrepot index rebuild")
    table.add_row("Listings", f"{now.documents:,}")
    table.add_row("On disk", f"{now.size_bytes / 1_000_000:.1f} MB")
    table.add_row("Being built", f"generation {now.building}" if now.building else "none")
    table.add_row("News waiting", f"{now.waiting:,}")
    say(table)
