"""`entrepot ledger`: the export with its chain, its check, closing the books, a merchant's statement."""

from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from entrepot.base import clock
from entrepot.cli import app
from entrepot.kernel.errors import EntrepotError
from entrepot.ledger import queries as books
from entrepot.ledger.rules import export_faults, statement_csv
from entrepot.ledger.services import close_period, fold_tail
from entrepot.parties import queries as parties

ledger = typer.Typer(no_args_is_help=True, help="The marketplace's books.")
app.add_typer(ledger, name="ledger")

_MOST_SHOWN = 20


@ledger.command("export")
def export_ledger(file: Path) -> None:
    """Write every sealed transfer, batch by batch, with the hashes that chain them.

    Keep the last hash that is printed somewhere else: whoever has it can tell later that nothing before it was changed.
    """
    fold_tail(at=clock.now())
    last, count = "", 0
    with file.open("w", encoding="utf-8", newline="\n") as out, Progress(transient=True) as progress:
        task = progress.add_task("Exporting", total=None)
        for line in books.export_lines():
            out.write(line + "\n")
            last, count = line, count + 1
            progress.update(task, completed=count)
    number, told = last.split("\t", 2)[:2] if last else ("0", "")
    typer.echo(f"{count} transfers in {number} batches. Last hash: {told or 'none'}")


@ledger.command("verify")
def verify_ledger(
    file: Annotated[Path | None, typer.Argument(help="An export; without it the database is checked.")] = None,
) -> None:
    """Check the chain, of an export by itself or of the database. Exits 1 and names the batches when one is off."""
    if file is None:
        faults = [
            f"batch {one.batch}: {one.why}" if one.batch > 0 else f"transfer {-one.batch}: {one.why}"
            for one in books.chain_faults(limit=_MOST_SHOWN)
        ]
    else:
        with file.open(encoding="utf-8") as lines:
            faults = list(islice(export_faults(lines=lines), _MOST_SHOWN))
    if faults:
        typer.echo("\n".join(chain(faults, ["The chain does not hold."])), err=True)
        raise typer.Exit(1)
    typer.echo("The chain holds.")


@ledger.command("close")
def close_books(
    until: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The first day that stays open (UTC).")],
) -> None:
    """Close the books up to a day: what takes effect before it is refused from now on. There is no way back."""
    try:
        close_period(until=until.replace(tzinfo=UTC), at=clock.now())
    except EntrepotError as refusal:
        typer.echo(refusal.text(), err=True)
        raise typer.Exit(1) from refusal
    typer.echo(f"The books are closed up to {until:%Y-%m-%d}.")


@ledger.command("statement")
def print_statement(
    merchant: Annotated[str, typer.Argument(help="The merchant's name in its address.")],
    currency: str,
    start: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
    until: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The first day that is no longer in it.")],
) -> None:
    """A merchant's statement as CSV, to the transfer."""
    known = parties.merchant_by_slug(slug=merchant)
    statement = books.merchant_statement(
        merchant_id=known.id, currency=currency, start=start.replace(tzinfo=UTC), until=until.replace(tzinfo=UTC)
    )
    Console(file=None, soft_wrap=True).print(statement_csv(statement=statement, refs={}), end="", highlight=False)
