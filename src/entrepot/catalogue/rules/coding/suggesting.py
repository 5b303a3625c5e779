"""A whole answer for a description: candidates with reasons, a question when one decides, or a refusal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.catalogue.rules.coding.index import CodeIndex, likeness
from entrepot.catalogue.rules.coding.notes import notes_for
from entrepot.catalogue.rules.coding.questions import narrowed, question_for
from entrepot.catalogue.rules.coding.ranking import Ranked, ranked
from entrepot.catalogue.rules.coding.remembering import Memory, mixed, recalled
from entrepot.catalogue.rules.coding.words import is_chinese, is_readable, words
from entrepot.catalogue.terms import Asked, Candidate, Fit, Kind, Line, Note, Question, Reason, Suggestion
from entrepot.kernel.text import Text

CANDIDATES: Final = 10
TEXT_MAX: Final = 20_000
# A title of a memory is near when it is half alike; of one that speaks for a whole market, a quarter.
_KNOWN: Final = {False: 2, True: 4}
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
    memories: Sequence[Memory] = (),
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
    remembered = [recalled(memory, asked) for memory in memories]
    shares = shares_of(model, found)
    for told in remembered:
        shares = mixed(shares, told)
    scored = sorted(shares.items(), key=lambda one: -one[1])
    known = any(told.nearest * _KNOWN[told.dense] >= 1 for told in remembered)
    if not scored or (not known and not _alike(model, asked, found)):
        return refused
    scored = narrowed(model.questions, scored, asked.answers)[:CANDIDATES]
    if scored[0][1] * 100 < _LIKELY:
        return refused
    reasons = {model.index.codes[place]: int(text) for place, text in zip(found.places, found.best, strict=False)}
    said = {code: text for told in remembered for code, text in told.quotes.items()}
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


def shares_of(model: Model, found: Ranked) -> dict[str, float]:
    """A ranking's probabilities by code."""
    return {model.index.codes[place]: float(score) for place, score in zip(found.places, found.scores, strict=True)}


def _alike(model: Model, asked: Asked, found: Ranked) -> bool:
    told = words(asked.text) or words(asked.description)
    known = any(f"w{word}" in model.index.features for word in told)
    return bool(told) and found.nearest * 100 >= (_ALIKE if known else _ALIKE_STRANGE)


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
