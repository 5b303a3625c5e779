"""`entrepot tariff check-matrix`: the loaded overlays against a published matrix of countries and authorities."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from entrepot.cli.tariff import tariff
from entrepot.customs import queries
from entrepot.customs.rules.us_matrix import Difference, differences
from entrepot.kernel.errors import EntrepotError

from rich import print as say  # isort: skip


@tariff.command("check-matrix")
def check_matrix(
    path: Annotated[Path, typer.Argument(exists=True, readable=True, help="The matrix, JSON, packed or not.")],
    *,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day the matrix speaks of.")],
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Compare the United States' additional duties, country by country, and judge each difference.

    Ends with 3 when a difference is judged by nobody.
    """
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        agreed, found = differences(law=queries.law(destination="US", on=on.date()), matrix=body, file=path.name)
    except EntrepotError as refused:
        say(f"[red]{refused.text()}")
        raise typer.Exit(4) from refused
    if as_json:
        rows = [
            {
                "country": one.country, "column": one.column, "theirs": str(one.theirs), "ours": str(one.ours),
                "judged": one.judged,
            }
            for one in found
        ]  # fmt: skip
        typer.echo(json.dumps({"agreed": agreed, "differences": rows}, ensure_ascii=False))
    else:
        say(f"{agreed:,} cells agree, {len(found):,} differ.")
        say(_table(found))
    if any(not one.judged for one in found):
        raise typer.Exit(3)


def _table(found: tuple[Difference, ...]) -> Table:
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for one in found:
        groups.setdefault((one.column, str(one.theirs), str(one.ours), one.judged or "not judged"), []).append(
            one.country
        )
    table = Table("Action", "Theirs", "Ours", "Countries", "Judged")
    for (column, theirs, ours, judged), countries in groups.items():
        table.add_row(column, theirs, ours, " ".join(countries), judged)
    return table
