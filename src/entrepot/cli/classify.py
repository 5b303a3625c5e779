"""`entrepot classify`: goods codes suggested for a description, and what they are suggested from."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from entrepot.base import clock
from entrepot.catalogue import queries
from entrepot.catalogue.queries import teaching
from entrepot.catalogue.rules.coding import Measure, Memory, Model, measured, suggestion
from entrepot.catalogue.rules.coding.answering import CodingRequest, because, coding_answer
from entrepot.catalogue.rules.coding.learning import is_held_out
from entrepot.catalogue.services import build_coding, built_model, taught_memory, teach_titles
from entrepot.catalogue.terms import Asked, Kind, Labelled, Suggestion
from entrepot.cli import app
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.text import ENGLISH, pick

_encoder = msgspec.json.Encoder()


@app.command()
def classify(
    words: Annotated[list[str], typer.Argument(help="A title; or `build`, `check`, `teach` and files.")] = [],  # noqa: B006
    *,
    destination: Annotated[str, typer.Option(help="Whose national lines are shown.")] = "US",
    description: Annotated[str, typer.Option(help="A longer text beside the title.")] = "",
    answer: Annotated[
        list[str] | None, typer.Option(help="An answer to a question: knitted=woven. Repeatable.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Answer a file of requests, one JSON a line, in order; - reads.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Goods codes for a description in English or Chinese, or: build FOLDER, check FOLDER, teach FILE.

    build learns from the official files in a folder (HS names, US schedule, UK search terms, Chinese tariff names).
    check says how well that does on texts held out. teach takes your own table of titles and codes as a memory.
    """
    if jsonl is not None:
        with sys.stdin.buffer if str(jsonl) == "-" else jsonl.open("rb") as lines:
            _answer_all(lines)
        return
    if not words:
        typer.echo("Say what the goods are: entrepot classify 'stainless steel vacuum flask'", err=True)
        raise typer.Exit(2)
    paths = [Path(word) for word in words[1:]]
    if words[0] in {"build", "check", "teach"} and paths and all(path.exists() for path in paths):
        _work(words[0], paths)
        return
    answers = dict(part.split("=", 1) for part in answer or () if "=" in part)
    asked = Asked(" ".join(words), description, destination.upper(), answers)
    found = queries.suggested_codes(asked=asked, on=clock.now().date())
    if as_json:
        typer.echo(_encoder.encode(coding_answer("1", found)))
    else:
        _show(found)


def _answer_all(lines: Iterable[bytes]) -> None:
    out, on = sys.stdout.buffer, clock.now().date()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        identity = ""
        try:
            request = msgspec.json.decode(line, type=CodingRequest)
            identity = request.id
            asked = Asked(request.text, request.description or "", request.destination.upper(), request.answers)
        except msgspec.MsgspecError as wrong:
            typer.echo(f"line {number}: {wrong}", err=True)
            asked = Asked("")
        out.write(_encoder.encode(coding_answer(identity, queries.suggested_codes(asked=asked, on=on))) + b"\n")
    out.flush()


def _work(way: str, paths: Sequence[Path]) -> None:
    console = Console()
    try:
        with console.status("Reading and weighing texts ..."):
            if way == "teach":
                console.print(f"{teach_titles(paths=paths):,} titles are remembered.")
            elif way == "build":
                source = build_coding(paths=paths)
                for name, count in source.read.items():
                    console.print(f"{name}: {count:,} texts", highlight=False)
                console.print(f"Built from {len(source.texts):,} texts.", highlight=False)
            else:
                _check(console, paths)
    except EntrepotError as refused:
        typer.echo(refused.text(), err=True)
        raise typer.Exit(3) from refused


def _check(console: Console, paths: Sequence[Path]) -> None:
    source = teaching.taught(paths=paths)
    labelled = [one for one in source.texts if one.kind in {Kind.GOODS, Kind.TRADE}]
    held = [one for one in labelled if is_held_out(one.text)]
    kept = tuple(one for one in source.texts if one.kind in {Kind.OWN, Kind.LAW} or not is_held_out(one.text))
    model = built_model(source=teaching.Taught(kept, source.titles, source.read, source.nomenclature))
    sets = {
        "goods as traders say": [one for one in held if one.kind is Kind.GOODS],
        "search terms": [one for one in held if one.kind is Kind.TRADE],
    }
    titles = sorted(path for folder in paths for path in folder.rglob("cn_ecommerce_title_tokens*"))
    texts = [one for path in titles for one in teaching.labelled_titles(path=path, valid=source.titles)]
    sample = [one for one in texts if is_held_out(one.text)][:1500]
    sets["both"] = held
    figures = [_measure(name, model, some) for name, some in sets.items()]
    figures.append(_measure("both, by the shipped words alone", queries.coding.shipped_model(), held))
    if sample:
        figures.append(_measure("titles, none taught, shipped words", queries.coding.shipped_model(), sample))
        figures.append(_measure("titles, none taught", model, sample))
        memory = taught_memory(model=model, texts=[one for one in texts if not is_held_out(one.text)])
        told = f"titles, {len(memory.index.texts):,} others taught"
        figures.append(_measure(told, model, sample, [memory]))
    table = Table(
        "Held out, shares in %",
        "",
        "First",
        "Five",
        "Ten",
        "Heading",
        "Refused",
        "Believed",
        "Error",
        "Chance",
        "CPU ms",
    )
    for one, spent in figures:
        shares = [
            f"{100 * share:.1f}" for share in (one.first, one.five, one.ten, one.heading, one.refused, one.believed)
        ]
        table.add_row(one.name, f"{one.texts:,}", *shares, f"{one.error:.3f}", f"{one.chance:.3f}", f"{spent:.1f}")
    console.print(table)


def _measure(
    name: str, model: Model, some: Sequence[Labelled], memories: Sequence[Memory] = ()
) -> tuple[Measure, float]:
    def answer(text: str) -> list[tuple[str, float]]:
        found = suggestion(model, Asked(text), memories)
        return [(one.code, one.score) for one in found.candidates]

    answer("warm up 保温杯")
    started = time.process_time()
    figure = measured(name, some, answer)
    return figure, (time.process_time() - started) / max(1, len(some)) * 1000


def _show(found: Suggestion) -> None:
    console = Console()
    if found.refused:
        console.print("Nothing fits. Say what the goods are, what they are made of and what they are for.")
        return
    table = Table("Code", "", "What it is", "Because")
    for one in found.candidates:
        code = f"{one.code[:4]}.{one.code[4:]}"
        why = "\n".join(because(reason) for reason in one.because)
        table.add_row(code, f"{100 * one.score:.0f} %", pick(one.title, ENGLISH), why)
    console.print(table)
    if found.question:
        console.print(f"[bold]{found.question.text['en']}[/] {found.question.text['zh-hans']}")
        for told in found.question.answers:
            console.print(f"  --answer {found.question.key}={told.key}: {told.text['en']} · {told.text['zh-hans']}")
