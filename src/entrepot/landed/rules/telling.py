"""Steps of the reasoning as sentences, in English or through a table of translations."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from msgspec import structs

from entrepot.kernel.errors import fill
from entrepot.landed.terms import KINDS, QuoteAnswer, Step, Worked

Translate = Callable[[str], str]


def step(template: str, /, facts: Mapping[str, object]) -> Step:
    """A sentence with its facts as they are printed; steps among them stay steps."""
    return Step(template, {name: _kept(fact) for name, fact in facts.items()})


def _kept(fact: object) -> str | Step | tuple[Step, ...]:
    if isinstance(fact, (str, Step)):
        return fact
    if isinstance(fact, (tuple, list)):
        return tuple(part if isinstance(part, Step) else Step(str(part)) for part in fact)
    return f"{fact:f}" if isinstance(fact, Decimal) else str(fact)


def english(text: str) -> str:
    """The table of English: each text is its own."""
    return text


def sentence(step: Step, translate: Translate = english) -> str:
    """The step in words; `translate` gives each English text's other language, or the text itself.

    A component's kind, alone or as the fact `kind`, is told by its name.
    """
    words = translate(_named(step.template))
    if not step.facts:
        return words
    return fill(
        words,
        {
            name: translate(_named(fact)) if name == "kind" and isinstance(fact, str) else _worded(fact, translate)
            for name, fact in step.facts.items()
        },
    )


def _named(text: str) -> str:
    return KINDS[text].template if text in KINDS else text


def sentences(steps: Iterable[Step], translate: Translate = english) -> tuple[str, ...]:
    """Each step in words, in order."""
    return tuple(sentence(each, translate) for each in steps)


def told(worked: Worked, translate: Translate) -> QuoteAnswer:
    """The answer with its trace and its notes in the language of `translate`."""
    notes, trace = sentences(worked.remarks, translate), sentences(worked.steps, translate)
    return structs.replace(worked.answer, notes=notes or worked.answer.notes, trace=trace)


def _worded(fact: str | Step | tuple[Step, ...], translate: Translate) -> str:
    if isinstance(fact, str):
        return fact
    if isinstance(fact, Step):
        return sentence(fact, translate)
    return translate(", ").join(sentence(each, translate) for each in fact)
