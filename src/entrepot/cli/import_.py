"""`entrepot import`: a merchant's file into the market, from a terminal."""

import dataclasses
import json
import threading
import time
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Line

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.problems import showing
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.rules.findings import sentence
from entrepot.catalogue.services import open_import
from entrepot.catalogue.terms import ImportReport, ImportState, Severity
from entrepot.cli import app
from entrepot.jobs.feeds import run_import
from entrepot.kernel.errors import EntrepotError
from entrepot.parties import queries as parties
from entrepot.parties.terms import Desk, Viewer

_OPERATOR: Final = Viewer(desks=frozenset({Desk.OPERATOR}))
_TURN_SECONDS: Final = 0.3
_SHOWN: Final = 12
_say: Final = Console(stderr=True)


@app.command("import")
def import_file(
    *,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file, or one in gzip.")
    ],
    merchant: Annotated[str, typer.Option(help="The merchant's name in addresses.")],
    channel: Annotated[str, typer.Option(help="Where the prices count: bazaar, mall, export.")],
    currency: Annotated[str, typer.Option(help="The currency of the prices; the file does not name it.")],
    encoding: Annotated[str, typer.Option(help="utf-8, utf-16, gb18030, windows-1252; recognised if not given.")] = "",
    rejected: Annotated[Path | None, typer.Option(help="Write the rows that did not go in to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Import a Shopify product or inventory file. The same file again changes nothing; Ctrl-C may be resumed by the worker."""
    try:
        merchant_id = parties.merchant_by_slug(slug=merchant).id
        with file.open("rb") as content:
            ref = open_import(
                merchant_id=merchant_id,
                file=content,
                filename=file.name,
                currency=currency.upper(),
                channel=channel,
                encoding=encoding,
                key=new_reference("key"),
                at=clock.now(),
            )
        report = _followed(merchant_id, ref, quiet=as_json)
    except EntrepotError as refusal:
        _refuse(refusal)
    if rejected is not None:
        with rejected.open("w", encoding="utf-8", newline="") as out:
            out.writelines(catalogue.rejected_csv(viewer=_OPERATOR, merchant_id=merchant_id, ref=ref))
    if as_json:
        typer.echo(json.dumps(_plain(report), ensure_ascii=False))
    else:
        _show(report)
    if report.state is not ImportState.DONE:
        raise typer.Exit(3)


def _followed(merchant_id: int, ref: str, *, quiet: bool) -> ImportReport:
    """Do the import here, on a thread of its own; a worker that takes it first is watched instead."""
    run_id = catalogue.import_run_id(merchant_id=merchant_id, ref=ref)
    worker = threading.Thread(target=_work, kwargs={"merchant_id": merchant_id, "run_id": run_id}, daemon=True)
    worker.start()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_say, disable=quiet) as bars:
        bar = bars.add_task("Reading", total=100)
        while True:
            worker.join(_TURN_SECONDS)
            report = catalogue.import_run(viewer=_OPERATOR, merchant_id=merchant_id, ref=ref)
            words = f"{'Reading' if report.progress < 50 else 'Writing'} · {report.rows_read:,} rows"
            bars.update(bar, completed=report.progress, description=words)
            if report.ended:
                return report
            if not worker.is_alive():
                raise typer.Exit(1)  # the thread has said what broke


def _work(*, merchant_id: int, run_id: int) -> None:
    try:
        while not run_import(merchant_id=merchant_id, run_id=run_id):
            time.sleep(_TURN_SECONDS)
    finally:
        connection.close()


def _plain(report: ImportReport) -> dict[str, object]:
    counted = dataclasses.asdict(report)
    for name in ("merchant_id", "progress", "undoable", "opened_at", "ended_at"):
        counted.pop(name)
    return counted


def _show(report: ImportReport) -> None:
    if report.trouble:
        what, remedy = sentence(report.trouble, report.trouble_facts)
        _say.print(f"[red]{what}[/red] {remedy}")
        return
    typer.echo(
        f"{report.ref}: {report.rows_read:,} rows, {report.products:,} products: {report.listings_created:,} new, "
        f"{report.listings_changed:,} changed, {report.listings_same:,} as before. "
        f"{report.rows_rejected:,} rows did not go in."
    )
    table = Table(box=None)
    for heading in ("How often", "First line", "What", "What to do"):
        table.add_column(heading, justify="left" if heading.startswith("What") else "right")
    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
    for found in report.codes[:_SHOWN]:
        what, remedy = sentence(found.code, found.facts)
        table.add_row(
            f"{found.count:,}", str(found.line or ""), Line(what, style=colours[found.severity]), Line(remedy)
        )
    if report.codes:
        _say.print(table)


def _refuse(refusal: EntrepotError) -> NoReturn:
    what, remedy = refusal.said()
    _say.print(f"[red]{what}[/red] {remedy}")
    raise typer.Exit(showing(refusal).exit_code) from refusal
