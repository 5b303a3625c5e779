"""Goods codes suggested for a description, and what was decided about a listing's."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from entrepot.catalogue.queries.reading import rows_of
from entrepot.catalogue.queries.teaching import SHIPPED, shipped_words
from entrepot.catalogue.rules.cells import map_of
from entrepot.catalogue.rules.coding import (
    CodeIndex,
    Memory,
    Model,
    fit_of,
    index_of,
    memory_from,
    model_from,
    notes_of,
    questions_of,
    suggestion,
)
from entrepot.catalogue.terms import NOMENCLATURE, Asked, Decision, Kind, Labelled, Line, Suggestion
from entrepot.customs import queries as customs
from entrepot.customs.rules import goods_on
from entrepot.customs.terms import LawMissing

_MEMORY_MAX: Final = 20_000
_LINES_MAX: Final = 30
_WHOLE_TARIFF: Final = 5_000


@dataclass(slots=True)
class _Kept:
    mark: tuple[object, ...]
    model: Model
    taught: Memory | None


_kept: dict[str, _Kept] = {}
_memories: dict[tuple[str, int], tuple[int, Memory]] = {}
_lines: dict[tuple[str, str], Mapping[str, tuple[Line, ...]]] = {}


def suggested_codes(*, asked: Asked, on: date, merchant_id: int | None = None) -> Suggestion:
    """Goods codes for a description: up to ten, best first, or a refusal. They are never set by themselves.

    on: the day whose national lines are shown. merchant_id: whose earlier decisions are remembered first. Up to two
    statements.
    """
    kept = _model()
    memories = [] if kept.taught is None else [kept.taught]
    if merchant_id is not None:
        memories += _memory_of(merchant_id)
    lines = _lines_of(asked.destination, on)
    return suggestion(kept.model, asked, memories, lambda code: lines.get(code, ()))


def coding_model() -> Model:
    """The model that suggestions are made from: what the operator has built, else the one that ships."""
    return _model().model


def shipped_model() -> Model:
    """The model that ships: our own everyday words only."""
    return model_around(index=index_of(shipped_words()[0]))


def model_around(*, index: CodeIndex) -> Model:
    """The shipped fits, titles, questions and notes around an index."""
    digest = hashlib.sha256((SHIPPED / "words.csv").read_bytes()).hexdigest()
    return Model(
        index=index,
        fit=fit_of((SHIPPED / "fit_starter.json").read_text(encoding="utf-8"), "fit_starter.json"),
        chinese=fit_of((SHIPPED / "fit_chinese.json").read_text(encoding="utf-8"), "fit_chinese.json"),
        titles=shipped_words()[1],
        questions=questions_of((SHIPPED / "questions.toml").read_text(encoding="utf-8"), "questions.toml"),
        notes=notes_of((SHIPPED / "notes.csv").read_text(encoding="utf-8"), "notes.csv"),
        nomenclature=NOMENCLATURE,
        basis=f"starter-{digest[:12]}",
    )


def coding_path(*, name: str) -> Path:
    """Where a built model (`model.npz`) or taught titles (`taught.npz`) are kept."""
    return Path(settings.HOME) / "coding" / name


def decisions(*, merchant_id: int, listing_id: int) -> tuple[Decision, ...]:
    """What people decided about a listing's goods codes, the last first. One statement."""
    rows = rows_of(
        sql="""SELECT country, code, decided_by, at, why, score, nomenclature, basis, evidence
                 FROM catalogue_goodscodedecision WHERE merchant_id = %s AND listing_id = %s ORDER BY at DESC, id DESC""",
        given=[merchant_id, listing_id],
    )
    return tuple(
        Decision(row[0], row[1], row[2], row[3], row[4], None if row[5] is None else float(row[5]), row[6], row[7],
                 map_of(row[8]))
        for row in rows
    )  # fmt: skip


def _model() -> _Kept:
    built, titles = coding_path(name="model.npz"), coding_path(name="taught.npz")
    mark = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in (built, titles))
    kept = _kept.get(str(settings.HOME))
    if kept is None or kept.mark != mark:
        if built.exists():
            model = model_from(built.read_bytes(), built.name, lambda index: model_around(index=index))
        else:
            model = shipped_model()
        taught = memory_from(titles.read_bytes(), titles.name) if titles.exists() else None
        kept = _Kept(mark, model, taught)
        _kept[str(settings.HOME)] = kept
    return kept


def _memory_of(merchant_id: int) -> Sequence[Memory]:
    newest = rows_of(
        sql="SELECT coalesce(max(id), 0) FROM catalogue_goodscodedecision WHERE merchant_id = %s", given=[merchant_id]
    )[0][0]
    if not newest:
        return ()
    key = (str(connection.settings_dict["NAME"]), merchant_id)
    known = _memories.get(key)
    if known is None or known[0] != newest:
        if len(_memories) >= 64:
            _memories.clear()
        rows = rows_of(
            sql="""SELECT DISTINCT ON (listing_id) title, code FROM catalogue_goodscodedecision
                    WHERE merchant_id = %s ORDER BY listing_id, at DESC, id DESC LIMIT %s""",
            given=[merchant_id, _MEMORY_MAX],
        )
        coded = index_of(Labelled(title, code[:6], Kind.MEMORY, "decision") for title, code in rows)
        known = (newest, Memory(coded))
        _memories[key] = known
    return (known[1],)


def _lines_of(destination: str, on: date) -> Mapping[str, tuple[Line, ...]]:
    try:
        law = customs.law(destination=destination, on=on)
    except LawMissing:
        return {}
    key = (law.version, on.isoformat())
    found = _lines.get(key)
    if found is None:
        beneath: dict[str, list[Line]] = {}
        for goods in sorted(goods_on(law=law), key=lambda one: one.code):
            if len(goods.code) > 6:
                beneath.setdefault(goods.code[:6], []).append(Line(goods.code, goods.text))
        # A tariff of a few lines is our starter, which does not know the others beneath the same six digits.
        whole = sum(len(lines) for lines in beneath.values()) >= _WHOLE_TARIFF
        found = {code: tuple(_deepest(lines)[:_LINES_MAX]) for code, lines in beneath.items()} if whole else {}
        if len(_lines) > 8:
            _lines.clear()
        _lines[key] = found
    return found


def _deepest(lines: Sequence[Line]) -> list[Line]:
    """Those with nothing beneath them; a starter that knows few lines of a code leaves the choice to people."""
    codes = [line.code for line in lines]
    return [line for line in lines if not any(code != line.code and code.startswith(line.code) for code in codes)]
