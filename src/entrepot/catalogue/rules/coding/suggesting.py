"""A whole answer for a description: candidates with reasons, a question when one decides, or a refusal."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.catalogue.rules.coding.index import CodeIndex, Reals, likeness
from entrepot.catalogue.rules.coding.notes import notes_for
from entrepot.catalogue.rules.coding.questions import narrowed, question_for
from entrepot.catalogue.rules.coding.ranking import Ranked, ranked
from entrepot.catalogue.rules.coding.words import is_chinese, is_readable, words
from entrepot.catalogue.terms import Asked, Candidate, Fit, Kind, Line, Note, Question, Reason, Suggestion
from entrepot.kernel.text import Text

CANDIDATES: Final = 10
TEXT_MAX: Final = 20_000
_NEIGHBOURS: Final = 15
# From so many texts on, a memory speaks for the whole market, and what is half like it may be trusted more than half.
_DENSE: Final = 1_000
# The likeness below which nothing is alike, in hundredths; more is asked of a text of which no word is known.
_ALIKE, _ALIKE_STRANGE = 9, 45
# A best candidate below this probability, in hundredths, is no suggestion.
_LIKELY: Final = 4
_WORDS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that suggestions are made from. fit, chinese: by the language asked in. basis: a digest of it."""

    index: CodeIndex
    fit: Fit
    chinese: Fit
    titles: Mapping[str, Text]
    questions: Sequence[Question]
    notes: Sequence[Note]
    nomenclature: str
    basis: str


def suggestion(
    model: Model,
    asked: Asked,
    memories: Sequence[CodeIndex] = (),
    lines_of: Callable[[str], Sequence[Line]] = lambda _: (),
) -> Suggestion:
    """Goods codes for a description, or a refusal when nothing fits.

    memories: texts that people of this market have coded; what is very like one of them follows it.
    lines_of: the national lines of the destination beneath six digits.
    """
    refused = Suggestion((), None, True, model.nomenclature, model.basis, dict(asked.answers))
    if len(asked.text) + len(asked.description) > TEXT_MAX or not is_readable(asked.text or asked.description):
        return refused
    found = compared(model, asked)
    remembered = [_remembered(memory, asked) for memory in memories]
    scored = _mixed(model, found, remembered)
    trusted = max((trust for trust, _, _ in remembered), default=0)
    if not scored or (not _alike(model, asked, found) and trusted * 2 < 1):
        return refused
    scored = narrowed(model.questions, scored, asked.answers)[:CANDIDATES]
    if scored[0][1] * 100 < _LIKELY:
        return refused
    reasons = {model.index.codes[place]: int(text) for place, text in zip(found.places, found.best, strict=False)}
    said = {code: text for _, _, quotes in remembered for code, text in quotes.items()}
    candidates = tuple(
        _candidate(model, asked, (code, score), reasons.get(code), said.get(code), lines_of(code))
        for code, score in scored
    )
    return Suggestion(
        candidates=candidates,
        question=question_for(model.questions, scored, asked.answers),
        refused=False,
        nomenclature=model.nomenclature,
        basis=model.basis,
        answers=dict(asked.answers),
    )


def compared(model: Model, asked: Asked) -> Ranked:
    """The ranking of a description alone. The title counts three times what the longer description does."""
    title = likeness(model.index, asked.text).of_texts
    if not asked.text:
        title = likeness(model.index, asked.description).of_texts
    elif asked.description:
        title = ((title * 3 + likeness(model.index, asked.description).of_texts) / 4).astype(np.float32)
    return ranked(model.index, title, model.chinese if is_chinese(asked.text or asked.description) else model.fit)


def _alike(model: Model, asked: Asked, found: Ranked) -> bool:
    told = words(asked.text) or words(asked.description)
    known = any(f"w{word}" in model.index.features for word in told)
    return bool(told) and found.nearest * 100 >= (_ALIKE if known else _ALIKE_STRANGE)


def _remembered(memory: CodeIndex, asked: Asked) -> tuple[float, Mapping[str, float], Mapping[str, str]]:
    """How far what people decided is to be trusted here, what it says, and the text that says so per code."""
    alike: Reals = likeness(memory, asked.text or asked.description).of_texts
    if not len(alike) or float(alike.max()) <= 0:
        return 0, {}, {}
    near = np.argsort(-alike)[:_NEIGHBOURS]
    power = alike[near].astype(np.float64) ** 3
    shares: dict[str, float] = {}
    quotes: dict[str, str] = {}
    for place, weight in zip(near, power / power.sum(), strict=True):
        code = memory.codes[memory.code_of[place]]
        shares[code] = shares.get(code, 0) + float(weight)
        quotes.setdefault(code, memory.texts[place])
    trust = float(alike[near[0]])
    return math.sqrt(trust) if len(memory.texts) >= _DENSE else trust, shares, quotes


def _mixed(
    model: Model, found: Ranked, remembered: Sequence[tuple[float, Mapping[str, float], Mapping[str, str]]]
) -> list[tuple[str, float]]:
    scored = {model.index.codes[place]: float(score) for place, score in zip(found.places, found.scores, strict=True)}
    for trust, shares, _ in remembered:
        scored = {
            code: scored.get(code, 0) * (1 - trust) + shares.get(code, 0) * trust
            for code in dict.fromkeys([*scored, *shares])
        }
    return sorted(scored.items(), key=lambda one: -one[1])


def _candidate(
    model: Model,
    asked: Asked,
    scored: tuple[str, float],
    like: int | None,
    remembered: str | None,
    lines: Sequence[Line],
) -> Candidate:
    code, score = scored
    title = model.titles.get(code, {"en": code})
    because: list[Reason] = []
    if remembered is not None:
        because.append(Reason(Kind.MEMORY, {"en": remembered}))
    if like is not None:
        kind = list(Kind)[int(model.index.kind_of[like])]
        because.append(Reason(kind, {"en": model.index.texts[like]}))
    because += [Reason(None, note.text) for note in notes_for(model.notes, code)[:2]]
    asked_words = set(words(f"{asked.text} {asked.description}"))
    ordered = sorted(
        lines, key=lambda line: -sum(1 for word in set(words(" ".join(line.title.values()))) & asked_words)
    )
    return Candidate(
        code=lines[0].code if len(lines) == 1 else code,
        score=min(1, max(0, score)),
        title=title,
        because=tuple(because),
        lines=tuple(ordered) if len(lines) > 1 else (),
    )
