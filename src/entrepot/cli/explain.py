"""`entrepot quote explain` and `entrepot quote replay`: how a stored price was made, and whether it still comes to it."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from django.utils import translation
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from entrepot.cli.quote import quotes
from entrepot.landed import queries as landed
from entrepot.landed.rules import ConsignmentTold, citation, told_quote
from entrepot.landed.terms import BasketQuote, Replay, Verdict
from entrepot.orders import queries as orders
from entrepot.parties.terms import Desk, Viewer

_OPERATOR = Viewer(desks=frozenset({Desk.OPERATOR}))
Ref = Annotated[str, typer.Argument(help="A quote (qt_...), or the order (ord_...) that was made of it.")]
Language = Annotated[str, typer.Option(help="en or zh-hans.")]


@quotes.command()
def explain(
    ref: Ref,
    *,
    full: Annotated[bool, typer.Option("--full", help="With the reasoning, step by step.")] = False,
    language: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="As the API gives it.")] = False,
) -> None:
    """How a stored price was made: each part with its base, rate, legal source and validity."""
    quote = _quote(ref)
    if as_json:
        typer.echo(msgspec.json.encode(quote))
        return
    with translation.override(language):
        told = told_quote(quote=quote, translate=gettext, cite=lambda source: citation(source, language))
        console = Console()
        console.print(f"[bold]{quote.ref}[/]  {quote.total}  {quote.destination}  {quote.made_at:%Y-%m-%d %H:%M} UTC")
        console.print(f"{gettext('Tariff data')}: {quote.data_version}", highlight=False)
        for one in told.consignments:
            _show(console, one, full=full)
        for rate in told.rates:
            source = citation(rate.source, language)
            console.print(f"1 {rate.base} = {rate.value} {rate.quote} ({source}, {rate.on})", highlight=False)


def _show(console: Console, one: ConsignmentTold, *, full: bool) -> None:
    quoted = one.quoted
    day = f" · {one.on}" if one.on else ""
    table = Table(
        title=f"{one.number}. {quoted.merchant_name} · {quoted.ship_from} · {one.regime}{day}", title_justify="left"
    )
    heads = (
        gettext("Part"),
        gettext("Base"),
        gettext("Rate"),
        gettext("Amount"),
        gettext("Legal source"),
        gettext("Valid"),
    )
    for head, side in zip(heads, ("left", "right", "left", "right", "left", "left"), strict=True):
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    for label, amount in ((gettext("Goods"), quoted.goods), (gettext("Delivery"), quoted.freight)):
        table.add_row(label, "", "", str(amount), "", "")
    for part in one.parts:
        until = f" – {part.valid_until}" if part.valid_until else " –"
        assumed = f" ({gettext('carried forward')})" if part.assumed else ""
        table.add_row(
            part.label,
            str(part.base),
            part.rate,
            str(part.amount),
            part.source + assumed,
            f"{part.valid_from}{until}",
        )
    table.add_row(f"[bold]{gettext('Sum')}[/]", "", "", f"[bold]{quoted.total}[/]", "", "")
    console.print(table)
    for note in one.notes:
        console.print(f"· {note}", highlight=False, markup=False)
    if full:
        console.print(*one.trace, *filter(None, [one.rounding]), sep="\n", style="dim", markup=False, highlight=False)


@quotes.command()
def replay(ref: Ref, *, as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False) -> None:
    """Work a stored price out again by the law as it was known then; exit 1 when a figure is another."""
    quote = _quote(ref)
    found = landed.replays(quote=quote)
    if as_json:
        rows = [{"consignment": one.number, "verdict": one.verdict, "data_version": one.data_version,
                 "differences": one.differences} for one in found]  # fmt: skip
        typer.echo(msgspec.json.encode({"quote": quote.ref, "consignments": rows}))
    else:
        _compare(quote, found)
    if any(one.verdict in (Verdict.DIFFERS, Verdict.LAW_GONE) for one in found):
        raise typer.Exit(1)


def _compare(quote: BasketQuote, found: Sequence[Replay]) -> None:
    console = Console()
    for one, quoted in zip(found, quote.consignments, strict=True):
        console.print(
            f"{one.number}. {quoted.merchant_name}: [bold]{one.verdict.value.replace('_', ' ')}[/] {one.data_version}"
        )
        for difference in one.differences:
            then, now = difference.then or "not there", difference.now or "not there"
            console.print(f"   {difference.what}: {then} -> {now}", highlight=False, markup=False)


def _quote(ref: str) -> BasketQuote:
    if ref.startswith("ord_"):
        ref = orders.order(viewer=_OPERATOR, ref=ref).quote_ref
    return landed.quote_for(viewer=_OPERATOR, ref=ref)
