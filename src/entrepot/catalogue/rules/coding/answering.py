"""A suggestion in the form of the contract, in English where one language is asked for."""

import msgspec

from entrepot.catalogue.terms import Kind, Question, Reason, Suggestion
from entrepot.kernel.text import ENGLISH, pick

_SAID = {
    Kind.OWN: "in everyday words",
    Kind.LAW: "in a tariff",
    Kind.TRADE: "as a search term of customs",
    Kind.GOODS: "as declared by traders",
    Kind.MEMORY: "decided before",
}


class CodingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be coded. text: the title; answers: to questions asked before, by the question's key."""

    text: str
    id: str = ""
    description: str | None = None
    destination: str = "US"
    answers: dict[str, str] = {}


class LineOut(msgspec.Struct):
    """A national line beneath the six digits."""

    code: str
    title: str


class CandidateOut(msgspec.Struct):
    """A code that may fit. score: calibrated probability, 0 to 1. lines: where the national tariff leaves a choice."""

    code: str
    score: float
    title: str
    because: list[str]
    lines: list[LineOut]


class AnswerOut(msgspec.Struct):
    """One answer. codes: prefixes that stay."""

    key: str
    text: dict[str, str]
    codes: list[str]


class QuestionOut(msgspec.Struct):
    """What would decide; send its answer back under `answers`."""

    key: str
    text: dict[str, str]
    answers: list[AnswerOut]


class CodingAnswer(msgspec.Struct):
    """Up to ten candidates, best first; none when refused. basis: what they were made from."""

    id: str
    candidates: list[CandidateOut]
    question: QuestionOut | None
    refused: bool
    nomenclature: str
    basis: str


def coding_answer(identity: str, found: Suggestion) -> CodingAnswer:
    """A suggestion as the contract writes it."""
    return CodingAnswer(
        id=identity,
        candidates=[
            CandidateOut(
                code=one.code,
                score=round(one.score, 4),
                title=pick(one.title, ENGLISH),
                because=[because(reason) for reason in one.because],
                lines=[LineOut(line.code, pick(line.title, ENGLISH)) for line in one.lines],
            )
            for one in found.candidates
        ],
        question=_question(found.question) if found.question else None,
        refused=found.refused,
        nomenclature=found.nomenclature,
        basis=found.basis,
    )


def because(reason: Reason) -> str:
    """A reason as one English sentence."""
    said = pick(reason.text, ENGLISH)
    return said if reason.kind is None else f"“{said}” {_SAID[reason.kind]}"


def _question(asked: Question) -> QuestionOut:
    answers = [AnswerOut(one.key, dict(one.text), list(one.codes)) for one in asked.answers]
    return QuestionOut(asked.key, dict(asked.text), answers)
