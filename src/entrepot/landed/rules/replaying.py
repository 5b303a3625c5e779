"""Whether a stored consignment, worked out again, comes to what it was; and where it does not."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from entrepot.landed.terms import Component, ConsignmentQuote, Difference, QuoteAnswer, Replay, Status, Verdict

_SUMS: Final = ("duty", "tax", "fees")


def replayed(*, number: int, then: ConsignmentQuote, now: QuoteAnswer) -> Replay:
    """The comparison of a stored consignment with the answer that the same request gives now.

    Figures are the status, the sums, each component's base and amount; a rate's or a source's words are not.
    """
    differences = tuple(_differences(then, now))
    figures = any(difference.figure for difference in differences)
    verdict = Verdict.DIFFERS if figures else Verdict.REWORDED if differences else Verdict.SAME
    return Replay(number, verdict, now.data_version, differences, now)


def _differences(then: ConsignmentQuote, now: QuoteAnswer) -> Iterator[Difference]:
    if now.status is not Status.AMOUNT:
        yield Difference("status", Status.AMOUNT, f"{now.status} {now.reason or ''}".strip(), figure=True)
        return
    for name in _SUMS:
        before, after = getattr(then, name).decimal, getattr(now, name)
        if before != after:
            yield Difference(name, f"{before:f}", f"{after:f}", figure=True)
    if then.regime != (now.regime or ""):
        yield Difference("regime", then.regime, now.regime or "", figure=True)
    yield from _parts(then.components, now.components)


def _parts(then: Sequence[Component], now: Sequence[Component]) -> Iterator[Difference]:
    before, after = _named(then), _named(now)
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            # A component of nothing says that nothing is due; whether it is written down is a matter of words.
            due = one.amount if one else other.amount if other else Decimal(0)
            yield Difference(name, _told(one), _told(other), figure=bool(due))
        elif (one.base, one.amount) != (other.base, other.amount):
            yield Difference(name, _told(one), _told(other), figure=True)
        elif (one.rate, one.source, one.valid_from) != (other.rate, other.source, other.valid_from):
            yield Difference(name, _worded(one), _worded(other), figure=False)


def _named(components: Sequence[Component]) -> dict[str, Component]:
    """By kind and line; a second of the same kind on a line is numbered."""
    named: dict[str, Component] = {}
    for component in components:
        place = "" if component.line is None else f" {component.line}"
        name, count = f"{component.kind}{place}", 2
        while name in named:
            name, count = f"{component.kind}{place} ({count})", count + 1
        named[name] = component
    return named


def _told(component: Component | None) -> str:
    return f"{component.rate} x {component.base:f} = {component.amount:f}" if component else ""


def _worded(component: Component) -> str:
    return f"{component.rate}, {component.source}, {component.valid_from}"
