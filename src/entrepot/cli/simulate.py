"""`entrepot simulate`: what a change of the law would do to prices at the door and to demand."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from entrepot.base import clock
from entrepot.cli import app
from entrepot.kernel.errors import EntrepotError
from entrepot.landed.queries.scenarios import simulated
from entrepot.landed.rules.chart import demand_chart
from entrepot.landed.rules.scenario_file import goods_of, scenario_of
from entrepot.landed.terms.scenarios import CategoryOutcome, Outcome


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(help="A scenario file, YAML: docs/examples/scenario.yaml is one.")],
    *,
    goods: Annotated[
        Path | None, typer.Option(help="Try it on these goods (CSV) instead of the market's offers.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the chart: .svg, or .png with the extra `charts`.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Try changes of the law that nobody has enacted: prices at the door before and after, and demand with its range.

    Demand follows published elasticities; every one is shown with its source. Nothing is written to the market.
    """
    try:
        asked = scenario_of(text=scenario.read_text(encoding="utf-8"))
        lines = goods_of(text=goods.read_text(encoding="utf-8-sig")) if goods else None
        with Progress(console=Console(stderr=True), transient=True) as bars:
            bar = bars.add_task("Pricing", total=None)
            found = simulated(
                scenario=asked,
                today=clock.now().date(),
                goods=lines,
                progress=lambda done, whole: bars.update(bar, completed=done, total=whole),
            )
    except EntrepotError as refused:
        typer.echo(f"{scenario}: {refused.text()}", err=True)
        raise typer.Exit(3) from refused
    if chart is not None:
        _draw(found, chart)
    if as_json:
        typer.echo(json.dumps(_facts(found), ensure_ascii=False))
        return
    _show(found)


def _draw(found: Outcome, file: Path) -> None:
    title = found.scenario.title or f"{found.scenario.destination}, {found.on}"
    svg = demand_chart(
        outcomes=found.categories, name_of=lambda name: name or "other", heading=f"{title}: demand, 100 before"
    )
    if file.suffix == ".svg":
        file.write_text(svg, encoding="utf-8")
        return
    if file.suffix != ".png":
        typer.echo("A chart is written as .svg or .png.", err=True)
        raise typer.Exit(2)
    try:
        import vl_convert
    except ImportError as missing:
        typer.echo("A .png takes the extra `charts`: uv sync --extra charts. A .svg takes nothing.", err=True)
        raise typer.Exit(2) from missing
    file.write_bytes(vl_convert.svg_to_png(svg, scale=2))


def _show(found: Outcome) -> None:
    console = Console()
    table = Table(
        title=f"{found.scenario.title or 'What if'} · {found.scenario.destination} on {found.on} · data {found.version}",
        title_justify="left",
    )
    heads = ("Category", "Goods", "Changed", "Lost", "Price at the door", "Demand (100 before)", "Range", "Elasticity")
    for name in heads:
        table.add_column(name, justify="left" if name == "Category" else "right")
    rows = (*found.categories, *((found.whole,) if found.whole else ()))
    for one in rows:
        last = one is found.whole
        figures = one.elasticity
        table.add_row(
            "[bold]all[/]" if last else one.category or "other",
            f"{one.goods:,}",
            f"{one.changed:,}",
            f"{one.lost:,}",
            f"{one.price * 100:+.2f}%",
            f"[bold]{one.central}[/]",
            f"{one.low} to {one.high}",
            "" if last else f"{figures.central} ({figures.low} to {figures.high})",
        )
    console.print(table)
    for reason, count in sorted(found.unpriced.items()):
        console.print(f"· {count:,} goods have no price before or after: {reason}")
    console.print(
        "Demand: constant elasticity on each article's own price, weighed by spending before. The range is that of the "
        f"published elasticities; {found.scenario.pass_through:.0%} of a changed duty reaches the shopper (in 2018 and 2019 "
        "nearly all did: Amiti, Redding, Weinstein, Journal of Economic Perspectives 33(4), 2019).",
        style="dim",
    )  # fmt: skip
    for source in dict.fromkeys(one.elasticity.source for one in found.categories):
        console.print(f"· {source}", style="dim", markup=False, highlight=False)


def _facts(found: Outcome) -> dict[str, object]:
    return {
        "title": found.scenario.title,
        "destination": found.scenario.destination,
        "on": found.on.isoformat(),
        "version": found.version,
        "pass_through": str(found.scenario.pass_through),
        "categories": [_category(one) for one in found.categories],
        "whole": _category(found.whole) if found.whole else None,
        "unpriced": dict(found.unpriced),
    }


def _category(one: CategoryOutcome) -> dict[str, object]:
    return {
        "category": one.category,
        "goods": one.goods,
        "changed": one.changed,
        "lost": one.lost,
        "gained": one.gained,
        "before": str(one.before.decimal),
        "after": str(one.after.decimal),
        "currency": one.before.currency,
        "price_change": f"{one.price:.6f}",
        "demand": {"low": str(one.low), "central": str(one.central), "high": str(one.high)},
        "elasticity": {name: str(value) for name, value in asdict(one.elasticity).items()},
    }
