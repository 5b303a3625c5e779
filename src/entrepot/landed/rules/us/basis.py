"""What part of a line's value duty is counted on: all of it, or what chapter 98 leaves of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from entrepot.landed.rules.working import ZERO, Line, Sheet, Source, unknown

_CLAIM: Final = "98:"
# Source: Trade Facilitation and Trade Enforcement Act of 2015, Pub. L. 114-125, section 904: changed these provisions.
_SINCE: Final = date(2016, 2, 24)
_REPAIR: Final = ("98020040", "98020050")
_METAL_ABROAD: Final = "98020060"
_ASSEMBLED: Final = "98020080"


@dataclass(frozen=True, slots=True)
class Basis:
    """full: entered value; dutiable: what duty counts on; free: the provision that makes it free of base duty."""

    full: Decimal
    dutiable: Decimal
    free: Source | None = None
    overlays: bool = True


def chapter_98(line: Line) -> str:
    """The provision of chapter 98 that is claimed, digits only; empty when none is."""
    claim = next((name for name in line.claims if name.startswith(_CLAIM)), "")
    return claim.removeprefix(_CLAIM).replace(".", "")


def basis_of(sheet: Sheet, line: Line, entered: Decimal) -> Basis:
    """The basis of a line entered at `entered`. Raises Stop when the value that chapter 98 asks for is not stated.

    Source: HTS chapter 98, subchapters I, II and XVII; the chapter 98 paragraphs of US notes 2, 16, 20, 31, 50, 52.
    """
    provision = chapter_98(line)
    if not provision:
        return Basis(entered, entered)
    source = Source(f"HTS {provision[:4]}.{provision[4:6]}.{provision[6:8]}", _SINCE)
    if provision.startswith(_REPAIR):
        value = _stated(sheet, line, "value:repair")
        sheet.say("Line {line}: duty counts on the value of the repair, {value} ({source}).",
                  line=line.index, value=value, source=source.source)  # fmt: skip
        return Basis(value, value)
    if provision.startswith(_METAL_ABROAD):
        # Section 232 counts on the full value there.
        return Basis(entered, _stated(sheet, line, "value:processing"))
    if provision.startswith(_ASSEMBLED):
        value = max(entered - _stated(sheet, line, "value:us"), ZERO)
        sheet.say("Line {line}: duty counts on the value less US components, {value} ({source}).",
                  line=line.index, value=value, source=source.source)  # fmt: skip
        return Basis(value, value)
    sheet.say("Line {line}: entered under {source}, free of duty and of the duties of chapter 99.",
              line=line.index, source=source.source)  # fmt: skip
    return Basis(entered, entered, free=source, overlays=False)


def _stated(sheet: Sheet, line: Line, name: str) -> Decimal:
    found = line.asked.measures.get(name)
    if found is None:
        sheet.say("Line {line}: {name} must be stated.", line=line.index, name=name)
        raise unknown("quantity_missing")
    return found
