"""The four ways a verb may say no. Everything else that is raised is a bug."""

from collections.abc import Callable, Mapping
from typing import ClassVar


class EntrepotError(Exception):
    """An anticipated failure with a stable code and the facts its message needs.

    A context subclasses one of the four kinds below in its `terms`, sets `code` (`context.words`) and gives
    `message` (English, `{fact}` placeholders, also the gettext id) and `remedy` (what the reader can do next).
    """

    code: ClassVar[str] = "entrepot.error"
    message: ClassVar[str] = "Something was refused."
    remedy: ClassVar[str] = ""
    # What people read where a fact is a code: fact -> code -> English, which is the gettext id too. The empty code
    # stands for every other one.
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.text()}"

    def text(self) -> str:
        """The English sentence with its facts filled in; edges translate `message` first."""
        return self.said()[0]

    def templates(self) -> tuple[str, str]:
        """Message and remedy before their facts are filled in."""
        return self.message, self.remedy

    def said(
        self, *, translate: Callable[[str], str] = str, shown: Callable[[str, object], object] | None = None
    ) -> tuple[str, str]:
        """What happened and what to do about it, the facts in words: codes as `words` has them, others by `shown`."""
        facts = {name: self._worded(name, fact, translate, shown) for name, fact in self.facts.items()}
        message, remedy = self.templates()
        return fill(translate(message), facts), fill(translate(remedy), facts) if remedy else ""

    def _worded(
        self,
        name: str,
        fact: object,
        translate: Callable[[str], str],
        shown: Callable[[str, object], object] | None,
    ) -> object:
        if isinstance(fact, tuple):
            return translate(", ").join(str(self._worded(name, one, translate, shown)) for one in fact)
        known = self.words.get(name, {})
        words = known.get(str(fact)) or known.get("")
        if words:
            return translate(words)
        return shown(name, fact) if shown else fact


class Refused(EntrepotError):
    """A rule said no. Repeating the same request gives the same answer. HTTP 422."""

    code = "entrepot.refused"


class NotFound(EntrepotError):
    """Absent, or not the viewer's: callers cannot tell the two apart. HTTP 404."""

    code = "entrepot.not_found"
    message = "We could not find that."


class Conflict(EntrepotError):
    """Somebody was first; reading again and repeating may succeed. HTTP 409."""

    code = "entrepot.conflict"


class Upstream(EntrepotError):
    """An outside party failed or did not answer; nothing of ours changed. HTTP 502."""

    code = "entrepot.upstream"


def fill(template: str, facts: Mapping[str, object]) -> str:
    """`template` with `{name}` replaced by its fact; a placeholder without a fact stays readable as its name."""
    return template.format_map(_Facts(facts))


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key
