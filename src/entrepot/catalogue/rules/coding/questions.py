"""The question whose answer would decide most between candidates, and what an answer leaves over."""

import tomllib
from collections.abc import Mapping, Sequence

from entrepot.catalogue.terms import Answer, CodingFileUnreadable, Question

# A question is asked when what it speaks of holds half of the probability, and its best answer leaves a fifth of that open.
_HALF, _FIFTH = 2, 5


def questions_of(text: str, file: str) -> tuple[Question, ...]:
    """The table of questions. Raises CodingFileUnreadable."""
    try:
        return tuple(
            Question(
                key=row["key"],
                text=_both(row),
                answers=tuple(Answer(one["key"], _both(one), tuple(one["codes"])) for one in row["answers"]),
            )
            for row in tomllib.loads(text)["question"]
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"{wrong}") from wrong


def question_for(
    questions: Sequence[Question], scored: Sequence[tuple[str, float]], answered: Mapping[str, str]
) -> Question | None:
    """The question that leaves the most probability decided, with the answers that candidates stand behind; or none.

    scored: six digits with their probability. A question answered already is not asked again.
    """
    whole = sum(score for _, score in scored)
    best, gain = None, whole / _HALF / _FIFTH
    for question in questions:
        if question.key in answered:
            continue
        behind = {
            answer.key: sum(s for code, s in scored if code.startswith(answer.codes)) for answer in question.answers
        }
        spoken = sum(score for code, score in scored if any(code.startswith(one.codes) for one in question.answers))
        open_still = spoken - max(behind.values())
        if spoken * _HALF >= whole > 0 and open_still * _FIFTH >= spoken and open_still > gain:
            told = tuple(answer for answer in question.answers if behind[answer.key] > 0)
            best, gain = Question(question.key, question.text, told), open_still
    return best


def narrowed(
    questions: Sequence[Question], scored: Sequence[tuple[str, float]], answered: Mapping[str, str]
) -> list[tuple[str, float]]:
    """The candidates that fit the answers, best first; what falls away goes to those that stay, in proportion.

    A candidate that a question does not speak of stays. An answer that nothing fits, or that is unknown, changes nothing.
    """
    left = list(scored)
    for question in questions:
        given = next((one for one in question.answers if one.key == answered.get(question.key)), None)
        if given is None:
            continue
        every = tuple(code for one in question.answers for code in one.codes)
        fits = [(code, score) for code, score in left if code.startswith(given.codes)]
        out = sum(score for code, score in left if code.startswith(every) and not code.startswith(given.codes))
        inside = sum(score for _, score in fits)
        if fits and inside > 0:
            left = [
                (code, score * (inside + out) / inside if code.startswith(given.codes) else score)
                for code, score in left
                if code.startswith(given.codes) or not code.startswith(every)
            ]
    return sorted(left, key=lambda one: -one[1])


def _both(row: Mapping[str, str]) -> Mapping[str, str]:
    return {"en": row["en"], "zh-hans": row["zh-hans"]}
