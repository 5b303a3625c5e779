"""`entrepot stock`: counters put right from the facts, and articles spread over buckets by hand."""

import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.cli import app
from entrepot.parties import queries as parties
from entrepot.stock import queries
from entrepot.stock.services import repair_stock, spread_stock
from entrepot.stock.terms import Difference, Spread

stock = typer.Typer(no_args_is_help=True, help="What lies where, and what of it is promised.")
app.add_typer(stock, name="stock")


@stock.command("repair")
def repair(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Set the counters. Nobody can order while it runs.")] = False,
) -> None:
    """Recompute all counters of stock from movements, reservations and tickets, and show which differ.

    Exits 1 while any differs. What was set is kept in `stock_repair`.
    """
    found = repair_stock(actor=getpass.getuser(), at=clock.now()) if apply else queries.differences()
    if not found:
        typer.echo("All counters are what the facts say.")
        return
    _show(found)
    left = [one for one in found if one.now is None]
    if left:
        typer.echo("Where more is promised than lies there nothing is set: count the goods, or give orders up.")
    if apply:
        typer.echo(f"{len(found) - len(left)} counters set, {len(left)} left.")
    if left or not apply:
        raise typer.Exit(1)


@stock.command("spread")
def spread(
    merchant: Annotated[str, typer.Argument(help="The merchant's name in its address.")],
    sku: Annotated[str, typer.Argument(help="The merchant's number of the article.")],
    how: Annotated[Spread, typer.Argument(help="always, never, or auto: when many want it at once.")],
) -> None:
    """Have an article's free pieces in buckets, so that many can order it at once."""
    merchant_id = parties.merchant_by_slug(slug=merchant).id
    found = catalogue.variant_ids_by_sku(merchant_id=merchant_id, skus=[sku])
    if sku not in found:
        typer.echo(f"{merchant} has no article {sku}.", err=True)
        raise typer.Exit(1)
    spread_stock(merchant_id=merchant_id, variant_id=found[sku], how=how)
    typer.echo(f"{sku}: {how}.")


@stock.command("buckets")
def buckets() -> None:
    """Show the articles that lie in buckets now, or were told to always or never."""
    for one in queries.spread_articles():
        typer.echo(f"{one.merchant_id} {one.variant_id}: {one.buckets} buckets, {one.spread}")


def _show(found: tuple[Difference, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("Merchant", "Variant", "Place", "Counter", "Is", "Should be"):
        table.add_column(heading)
    for one in found:
        should = "cannot be" if one.now is None else f"{one.now:,}"
        table.add_row(
            *(str(one.merchant_id), str(one.variant_id), str(one.place_id), one.counter, f"{one.was:,}", should)
        )
    Console().print(table)
