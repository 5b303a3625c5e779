"""`entrepot quote`: what customs takes, for one consignment at the terminal or for a file of requests."""

import sys
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from entrepot.base import clock
from entrepot.cli import app
from entrepot.landed import queries
from entrepot.landed.rules import invalid_answer, request_of
from entrepot.landed.terms import GUARANTEED, STRICT, AskedLine, Given, QuoteAnswer, QuoteRequest, RequestInvalid

_encoder = msgspec.json.Encoder()


class Quoting(TyperGroup):
    """`entrepot quote` with options or a file asks for a price; with `explain` or `replay` it looks back at one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Without a name of ours in front, the words are those of `ask`."""
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["ask", *args])


quotes = typer.Typer(
    cls=Quoting,
    help="What customs take: `quote [OPTIONS] [FILE]` asks (`quote ask --help` lists the options); the others look back.",
)
app.add_typer(quotes, name="quote")


# long: one option for each key of the contract that a person would type.
@quotes.command()
def ask(
    file: Annotated[
        Path | None, typer.Argument(help="With --jsonl: requests, one JSON a line; else standard input.")
    ] = None,
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Answer a file of requests, one JSON a line, in order.")
    ] = False,
    to: Annotated[str, typer.Option(help="Destination country.")] = "US",
    region: Annotated[str | None, typer.Option(help="Its subdivision, ISO 3166-2.")] = None,
    ship_from: Annotated[str, typer.Option("--from", help="Country of dispatch.")] = "CN",
    origin: Annotated[str | None, typer.Option(help="Country of origin; else that of dispatch.")] = None,
    code: Annotated[str | None, typer.Option(help="Goods code, dots or not.")] = None,
    value: Annotated[str, typer.Option(help="Price of the whole line without freight.")] = "100",
    quantity: Annotated[int, typer.Option(help="Pieces.")] = 1,
    currency: Annotated[str, typer.Option(help="Of the value and of the answer.")] = "USD",
    mode: Annotated[str, typer.Option(help="cargo, express, post, cbec_bonded, cbec_direct or personal.")] = "express",
    transport: Annotated[str | None, typer.Option(help="air, sea, road or rail.")] = None,
    entry: Annotated[str, typer.Option(help="auto, formal, informal, express_consignment or mail.")] = "auto",
    importer: Annotated[str, typer.Option(help="consumer, business or merchant.")] = "consumer",
    on: Annotated[str, typer.Option(help="Entry date, 2026-03-02; else today.")] = "",
    freight: Annotated[str, typer.Option(help="Freight, itemised.")] = "0",
    measure: Annotated[list[str] | None, typer.Option(help="A legal quantity: kg=1.2. Repeatable.")] = None,
    claim: Annotated[list[str] | None, typer.Option(help="A preference or exception: USMCA. Repeatable.")] = None,
    given: Annotated[list[str] | None, typer.Option(help="A rate not loaded: duty_pct=12. Repeatable.")] = None,
    annual_used: Annotated[str, typer.Option(help="CBEC allowance used this year, CNY.")] = "0",
    carry_forward: Annotated[
        bool, typer.Option(help="Take the last known figure where a later one is unknown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """What customs takes on a consignment: every part with its base, rate and source, and the reasoning."""
    policy = GUARANTEED if carry_forward else STRICT
    if jsonl:
        lines = sys.stdin.buffer if file is None or str(file) == "-" else file.open("rb")
        with lines:
            _answer_all(lines, carry_forward=carry_forward)
        return
    try:
        request = QuoteRequest(
            id="1",
            on=date.fromisoformat(on) if on else clock.now().date(),
            destination=to.upper(),
            region=region,
            ship_from=ship_from.upper(),
            mode=mode,  # type: ignore[arg-type]
            transport=transport,  # type: ignore[arg-type]
            entry=entry,  # type: ignore[arg-type]
            importer=importer,  # type: ignore[arg-type]
            currency=currency.upper(),
            lines=(
                AskedLine(
                    goods_code=code,
                    origin=(origin or ship_from).upper(),
                    quantity=quantity,
                    value=Decimal(value),
                    currency=currency.upper(),
                    measures={"no": Decimal(quantity)} | {k: Decimal(v) for k, v in _pairs(measure)},
                    claims=tuple(claim or ()),
                    given=msgspec.convert(dict(_pairs(given)), Given, strict=False),
                ),
            ),
            freight=Decimal(freight),
            annual_used=Decimal(annual_used),
        )
        # Once through the contract's own reader, so that both doors check the same.
        request = request_of(body=_encoder.encode(request))
    except (RequestInvalid, msgspec.ValidationError, InvalidOperation, ValueError) as wrong:
        typer.echo(f"The request cannot be read: {wrong}", err=True)
        raise typer.Exit(2) from wrong
    answer = queries.answer(request=request, policy=policy)
    if as_json:
        typer.echo(_encoder.encode(answer))
        return
    _show(answer)


def _pairs(texts: list[str] | None) -> Iterable[tuple[str, str]]:
    for text in texts or ():
        name, equals, amount = text.partition("=")
        if not equals:
            raise ValueError(f"{text} has no =")
        yield name, amount


def _answer_all(lines: Iterable[bytes], *, carry_forward: bool) -> None:
    out, policy = sys.stdout.buffer, GUARANTEED if carry_forward else STRICT
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = queries.answer(request=request_of(body=line), policy=policy)
        except RequestInvalid as wrong:
            why = str(wrong.facts["why"])
            typer.echo(f"line {number}: {why}", err=True)
            answer = invalid_answer(identity=_identity(line), why=why)
        out.write(_encoder.encode(answer) + b"\n")
    out.flush()


def _identity(line: bytes) -> str:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _show(answer: QuoteAnswer) -> None:
    console = Console()
    head = f"{answer.status.value}"
    if answer.reason:
        head += f": {answer.reason}"
    table = Table(title=head if answer.regime is None else f"{head} · {answer.regime}", title_justify="left")
    for name, side in (("Part", "left"), ("Base", "right"), ("Rate", "left"), ("Amount", "right"), ("Source", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for part in answer.components:
        assumed = f" [yellow]({part.assumed})[/]" if part.assumed else ""
        table.add_row(part.kind, f"{part.base:,}", part.rate, f"{part.amount:,}", f"{part.source}{assumed}")
    for name in ("duty", "tax", "fees", "total"):
        amount = getattr(answer, name)
        if amount is not None:
            table.add_row(
                f"[bold]{name}[/]", "", "", f"[bold]{amount:,}[/]", answer.currency if name == "total" else ""
            )
    console.print(table)
    if answer.range:
        console.print(f"Between {answer.range.low} and {answer.range.high} {answer.currency}: {answer.range.because}.")
    for way in answer.alternatives:
        console.print(f"Open: {way}" if isinstance(way, str) else f"{way.regime}: {way.total}")
    for note in answer.notes:
        console.print(f"· {note}")
    console.print(*answer.trace, sep="\n", style="dim", markup=False, highlight=False)
