"""Measures as loaders write them: every field defaulted; and figures read from cells."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypedDict, Unpack

from entrepot.customs.rules.loaders.files import TariffFile
from entrepot.customs.rules.rates import rate_expression
from entrepot.customs.terms import Measure, RateUnreadable, Relation, UnitPrice

_HUNDRED = Decimal(100)


class Further(TypedDict, total=False):
    """What a measure may say beyond its rate, codes and first day."""

    valid_until: date | None
    unknown_from: date | None
    origins: frozenset[str]
    origins_except: frozenset[str]
    regions: frozenset[str]
    claim: str
    relation: Relation
    unit_price: UnitPrice | None
    note: str


def written(
    *, key: str, kind: str, rate: str, codes: Sequence[str], valid_from: date, source: str, **further: Unpack[Further]
) -> Measure:
    """A measure on the value, with what is named. Raises RateUnreadable."""
    return Measure(
        key=key,
        kind=kind,
        codes=tuple(codes),
        codes_except=(),
        origins=further.get("origins", frozenset()),
        origins_except=further.get("origins_except", frozenset()),
        regions=further.get("regions", frozenset()),
        rate=rate_expression(text=rate),
        base="value",
        relation=further.get("relation", Relation.ADD),
        claim=further.get("claim", ""),
        claims_except=frozenset(),
        shut_out_by=frozenset(),
        unit_price=further.get("unit_price"),
        transit=None,
        valid_from=valid_from,
        valid_until=further.get("valid_until"),
        unknown_from=further.get("unknown_from"),
        source=source,
        note=further.get("note", ""),
    )


def figure(*, text: str, file: TariffFile, line: int) -> Decimal:
    """A cell as a number. Raises TariffUnreadable naming file and line."""
    try:
        value = Decimal(text)
    except InvalidOperation as wrong:
        raise file.refuse(f"{text!r} is not a number", line) from wrong
    if not value.is_finite():
        raise file.refuse(f"{text!r} is not a number", line)
    return value


def day(*, text: str, file: TariffFile, line: int) -> date:
    """A cell as a date, 2026-01-01. Raises TariffUnreadable naming file and line."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise file.refuse(f"{text!r} is not a day like 2026-01-01", line) from wrong


def rate_text(*, text: str, file: TariffFile, line: int) -> str:
    """A rate cell in a form that rates are read in: a bare number is per cent. Raises TariffUnreadable."""
    plain = text.strip()
    bare = plain.replace(".", "", 1)
    if bare.isdecimal():
        plain = "Free" if Decimal(plain) == 0 else f"{Decimal(plain).normalize():f}%"
    try:
        rate_expression(text=plain)
    except RateUnreadable as wrong:
        raise file.refuse(f"the rate {text!r} is in no form we can read", line) from wrong
    return plain


def percent_text(*, value: Decimal) -> str:
    """Per cent as the law writes it: 6.5%; Free for nothing."""
    return "Free" if value == 0 else f"{value.normalize():f}%"
