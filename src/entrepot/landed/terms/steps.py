"""The reasoning of an answer, kept so that it can be told in more than one language."""

from dataclasses import dataclass

from msgspec import Struct, field

from entrepot.landed.terms.contract import QuoteAnswer


class Step(Struct, frozen=True, rename={"template": "t", "facts": "f"}, omit_defaults=True):
    """One sentence of the reasoning: its English, which is the gettext id, with `{facts}` to be filled in.

    A fact is plain text (a figure, a code, a source) or a step of its own; several are told one after another. A step
    without facts is the sentence itself, braces and all.
    """

    template: str
    facts: dict[str, "str | Step | tuple[Step, ...]"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worked:
    """An answer with its reasoning and its notes as steps; told in English they are its `trace` and its `notes`."""

    answer: QuoteAnswer
    steps: tuple[Step, ...]
    remarks: tuple[Step, ...]
