"""`entrepot audit`: is everything as it must be."""

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrepot.base import clock
from entrepot.cli import app
from entrepot.jobs.audit import CHECKS, Finding, audited


@app.command()
def audit(
    *,
    patience: Annotated[
        int, typer.Option(help="Minutes that news, jobs and outside parties may take before it counts as stuck.", min=0)
    ] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Recompute every invariant of money, goods and orders from the rows. Exits 1 and names the rows when one is off.

    Reads one picture of the database and changes nothing; it may run while the market does.
    """
    findings = audited(checks=CHECKS, at=clock.now(), patience=timedelta(minutes=patience))
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in findings], ensure_ascii=False, indent=1))
    else:
        _show(findings)
    if not all(one.clean for one in findings):
        raise typer.Exit(1)


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check.name,
        "means": finding.check.means,
        "clean": finding.clean,
        "count": finding.count,
        "offenders": [{"what": one.what, "why": one.why} for one in finding.offenders],
    }


def _show(findings: tuple[Finding, ...]) -> None:
    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Check", "What must be true"):
        table.add_column(heading)
    for one in findings:
        sign = Text("ok", "green") if one.clean else Text(f"{one.count:,} off", "bold red")
        table.add_row(sign, one.check.name, one.check.means)
    console.print(table)
    off = [one for one in findings if not one.clean]
    for one in off:
        console.print(f"\n[bold red]{one.check.name}[/bold red]: {one.count:,} rows are not so.")
        for row in one.offenders:
            console.print(Text(f"  {row.what}  {row.why}"), soft_wrap=True)
        if one.count > len(one.offenders):
            console.print(f"  ... and {one.count - len(one.offenders):,} more")
    console.print(
        f"\n{len(findings)} checks, [green]all hold[/green]." if not off
        else f"\n{len(findings)} checks, [bold red]{len(off)} off[/bold red]."
    )  # fmt: skip
