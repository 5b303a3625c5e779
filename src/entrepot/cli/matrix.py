"""`entrepot tariff matrix`: the rate of every goods code and origin on a day, to look at or to a file."""

import gzip
import json
import resource
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final, TextIO

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from entrepot.base import clock
from entrepot.cli.tariff import tariff
from entrepot.customs import queries as customs
from entrepot.customs.rules import COUNTRIES
from entrepot.customs.terms import LawMissing
from entrepot.landed.rules.batch import (
    Flag,
    RateTable,
    blocks,
    flagged,
    full_codes,
    heading,
    matrix,
    percent_of,
    rate_table,
)


@tariff.command("matrix")
def show_matrix(
    *,
    destination: Annotated[str, typer.Option(help="So far the United States.")] = "US",
    on: Annotated[str, typer.Option(help="Day of entry, 2026-06-15; else today.")] = "",
    origin: Annotated[list[str] | None, typer.Option(help="Only these countries of origin. Repeatable.")] = None,
    prefix: Annotated[str, typer.Option(help="Only goods codes that begin so.")] = "",
    carry_forward: Annotated[
        bool, typer.Option(help="Take the last known figure where a later one is unknown.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write every rate to a CSV file; `.gz` packs it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The summary for a script.")] = False,
) -> None:
    """The duty of every goods code and origin, nothing claimed; what has no rate by value is said, never zero.

    A column for each authority, in percent of the value, and their sum.
    """
    began = perf_counter()
    day = date.fromisoformat(on) if on else clock.now().date()
    try:
        law = customs.law(destination=destination.upper(), on=day)
    except LawMissing as missing:
        typer.echo(missing.text(), err=True)
        raise typer.Exit(3) from missing
    if law.currency != "USD":
        typer.echo(f"The matrix is made for the United States; {law.destination} is not built yet.", err=True)
        raise typer.Exit(2)
    loaded = perf_counter()
    digits = prefix.replace(".", "")
    codes = [code for code in full_codes(law=law) if code.startswith(digits)]
    table = rate_table(law=law, codes=codes, origins=origin or COUNTRIES, carry_forward=carry_forward)
    totals, flags = matrix(table=table)
    made = perf_counter()
    if out is not None:
        _write(table, out)
    facts = {
        "destination": law.destination,
        "on": day.isoformat(),
        "version": law.version,
        "codes": len(table.codes),
        "origins": len(table.origins),
        "cells": int(totals.size),
        "distinct": len(table.flags) - 2,
        "open": {flag.name.lower(): flagged(flags=flags, flag=flag) for flag in Flag if flag.name},
        "law_seconds": round(loaded - began, 2),
        "matrix_seconds": round(made - loaded, 2),
        "file_seconds": round(perf_counter() - made, 2) if out else None,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    _show(table, flags, facts)


def _write(table: RateTable, out: Path) -> None:
    if out.suffix == ".gz":
        with gzip.open(out, "wt", compresslevel=1, encoding="ascii") as file:
            _fill(table, file)
    else:
        with out.open("w", encoding="ascii") as file:
            _fill(table, file)


def _fill(table: RateTable, file: TextIO) -> None:
    file.write(heading(table=table))
    file.writelines(track(blocks(table=table), total=len(table.codes), description="Writing", transient=True))


def _show(table: RateTable, flags: NDArray[np.int32], facts: dict[str, object]) -> None:
    console = Console()
    rows = Table(
        "Authority", "Cells charged", "Highest", title=f"{table.destination} on {table.on}", title_justify="left"
    )
    by_cell = np.bincount(table.cells[table.code_class][:, table.origin_class].ravel(), minlength=len(table.flags))
    for number, kind in enumerate(table.kinds):
        rates = table.rates[:, number]
        rows.add_row(kind, f"{int(by_cell[rates > 0].sum()):,}", f"{percent_of(int(rates.max()))}%")
    console.print(rows)
    console.print(
        f"{facts['codes']:,} codes x {facts['origins']:,} origins = {facts['cells']:,} rates, "
        f"{facts['distinct']:,} distinct; data {table.version}."
    )
    for flag in Flag:
        count = flagged(flags=flags, flag=flag)
        if count:
            console.print(f"{_MEANINGS[flag]}: {count:,}.")
    console.print(
        f"Law {facts['law_seconds']} s, matrix {facts['matrix_seconds']} s, most memory {facts['peak_megabytes']:,} MB."
    )


_MEANINGS: Final = {
    Flag.SPECIFIC: "By quantity, not by value",
    Flag.COMPOUND: "By value and quantity, or by a part of the value",
    Flag.UNKNOWN: "Rate of the day not known",
    Flag.QUANTITY: "A quantity decides about an additional duty",
    Flag.REFUSED: "May not enter, or only with a permit",
    Flag.SHORT: "Lines under the code differ",
    Flag.CONTENT: "Charged on the whole value, the metal's not being stated",
    Flag.ASSUMED: "Carried forward from the last known figure",
}
