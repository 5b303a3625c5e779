"""Which lines of the schedule the goods of a line are declared under."""

from typing import Final

from entrepot.customs.rules import goods_for, is_complete, leaves_of, schedule_from, successors_of
from entrepot.customs.terms import Law
from entrepot.landed.rules.working import Line, Sheet, Stop
from entrepot.landed.terms import Status

_LEAST: Final = 4
_LINE: Final = 8
_FULL: Final = 10
_OFFERED: Final = 12


def lines_under(*, law: Law, code: str) -> tuple[str, ...]:
    """The codes (digits only) that goods of a code may be declared under on the law's day; none for no such code."""
    found = goods_for(law=law, code=code) if len(code) >= _LEAST else None
    if found is None and len(code) == _FULL and code.endswith("00"):
        # Duty is set at eight digits; two noughts after them name the subheading, whatever its statistical lines are.
        code = code[:_LINE]
        found = goods_for(law=law, code=code)
    if found is None:
        return ()
    if not is_complete(law=law):
        return (code,)
    leaves = leaves_of(law=law, code=code)
    if len(leaves) > 1:
        return tuple(leaf.code for leaf in leaves)
    return (max(found.code, code, key=len),)


def declared(sheet: Sheet, line: Line) -> tuple[str, ...]:
    """The codes to work out: one, or all under a code that is too short to be declared. Raises Stop for no such code."""
    found = lines_under(law=sheet.law, code=line.code)
    if not found:
        raise _unknown(sheet, line)
    return found


def _unknown(sheet: Sheet, line: Line) -> Stop:
    """The code does not exist on that day, and what took its place is offered; or the day is before all we have."""
    code, law = line.code, sheet.law
    since = schedule_from(law=law)
    if code and since is not None and law.on < since:
        sheet.say("Line {line}: the schedule is loaded from {since} on.", line=line.index, since=since)
        return Stop(Status.UNKNOWN, f"rate_unknown_from:{law.on}")
    offered = successors_of(law=law, code=code) if code else ()
    if not offered and len(code) > _LINE:
        offered = tuple(leaf.code for leaf in leaves_of(law=law, code=code[:_LINE]))
    sheet.say(
        "Line {line}: the code {code} is not in the loaded schedule of {day}.",
        line=line.index, code=code or "(none)", day=law.on,
    )  # fmt: skip
    if offered:
        sheet.note("{code} is not in the schedule of {day}; today: {codes}.", code=code, day=law.on,
                   codes=", ".join(offered[:_OFFERED]))  # fmt: skip
    return Stop(Status.UNKNOWN, "code_unknown", alternatives=offered[:_OFFERED], regime=sheet.regime)
