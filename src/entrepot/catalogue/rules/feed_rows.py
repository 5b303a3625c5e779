"""One row of a merchant's file: its cells by name, and what may be said about each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from entrepot.catalogue.rules.feed_headings import Headings
from entrepot.catalogue.rules.findings import finding
from entrepot.catalogue.terms import Finding, Severity
from entrepot.kernel.money import Money, exponent

_NUMBER: Final = re.compile(r"[0-9]{1,13}(\.[0-9]+)?")
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}(\.0+)?")
_INJECTION: Final = re.compile(r"'[=+\-@\t\r]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_TRUE: Final = frozenset("true yes 1 wahr vrai ja oui 是".split())
_FALSE: Final = frozenset("false no 0 falsch faux nein non 否".split())
GRAMS_MAX: Final = 50_000_000


@dataclass(slots=True)
class Book:
    """What was found in one product's rows; `spoiled` holds the lines that do not go in."""

    handle: str
    found: list[Finding] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)

    def say(self, code: str, *, line: int, field: str = "", **facts: str | int) -> None:
        """Note a finding; an error spoils its line, which is said once."""
        said = finding(code, line=line, handle=self.handle, field=field, **facts)
        if said.severity is Severity.ERROR:
            self.spoiled.add(line)
        self.found.append(said)


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells, without space around them, under the file's headings."""

    line: int
    cells: Sequence[str]
    headings: Headings
    named: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """The cell, or nothing when the file has no such column. An apostrophe against formulas is taken off."""
        return self.named.get(name)

    def code(self, name: str) -> str | None:
        """As `text`, for codes and numbers: a leading apostrophe only says that it is text."""
        cell = self.named.get(name)
        return cell[1:].strip() if cell and cell[0] == "'" else cell

    def own(self, name: str) -> str | None:
        """The cell of one of our own metafields."""
        place = self.headings.metafields.get(f"entrepot.{name}")
        return None if place is None else self.cells[place]

    def metafields(self) -> Mapping[str, str]:
        """The merchant's other metafields."""
        return {
            name: self.cells[place]
            for name, place in self.headings.metafields.items()
            if not name.startswith("entrepot.")
        }

    def column(self, name: str) -> str:
        """The heading of a column, as the file writes it."""
        return self.headings.column(name)


def checked_row(line: int, cells: Sequence[str], headings: Headings, book: Book) -> Row | None:
    """The row, or nothing when its cells do not fit the headings or its letters are lost; the book says why."""
    expected = len(headings.cells)
    if len(cells) != expected and (len(cells) < expected or any(cell.strip() for cell in cells[expected:])):
        book.say("feed.row_width", line=line, count=len(cells), expected=expected)
        return None
    whole = "".join(cells)
    if "\ufffd" in whole or "\x00" in whole:
        place = next(place for place, cell in enumerate(cells) if "\ufffd" in cell or "\x00" in cell)
        column = headings.cells[min(place, expected - 1)]
        book.say("feed.letters_lost", line=line, field=column, column=column)
        return None
    stripped = [cell.strip() for cell in cells]
    if "'" in whole:
        stripped = [cell[1:] if cell[:1] == "'" and _INJECTION.match(cell) else cell for cell in stripped]
    return Row(line, stripped, headings, {name: stripped[place] for name, place in headings.at.items()})


def price_of(row: Row, name: str, currency: str, book: Book) -> int | None:
    """A price in minor units, 0 for none; nothing when the file has no such column. Never guessed: `12,50` is refused."""
    value = row.code(name)
    if not value:
        return None if value is None else 0
    if _NUMBER.fullmatch(value):
        try:
            return Money.of(Decimal(value), currency).minor
        except ValueError:
            decimals = exponent(currency)
            book.say(
                "feed.price_fine",
                line=row.line,
                field=row.column(name),
                value=value,
                currency=currency,
                decimals=decimals,
            )
            return None
    code = "feed.price_comma" if "," in value or "，" in value else "feed.price_form"
    book.say(code, line=row.line, field=row.column(name), value=value)
    return None


def compare_of(row: Row, price: int, currency: str, book: Book) -> int | None:
    """A former price above `price` in minor units, 0 for none; one that makes no sense is left out and said."""
    value = row.code("compare_at")
    if not value:
        return None if value is None else 0
    column = row.column("compare_at")
    if not _NUMBER.fullmatch(value):
        book.say("feed.compare_form", line=row.line, field=column, value=value)
        return 0
    decimal = Decimal(value)
    if decimal == 0:
        return 0
    try:
        minor = Money.of(decimal, currency).minor
    except ValueError:
        book.say("feed.compare_form", line=row.line, field=column, value=value)
        return 0
    if price and minor <= price:
        book.say(
            "feed.compare_low", line=row.line, field=column, value=value, price=str(Money(price, currency).decimal)
        )
        return 0
    return minor


def grams_of(value: str | None, *, row: Row, name: str, book: Book) -> int | None:
    """Whole grams, half up, 0 for unknown; nothing when the file has no such column."""
    if not value:
        return None if value is None else 0
    if not _NUMBER.fullmatch(value) or int(value.partition(".")[0]) > GRAMS_MAX:
        book.say("feed.weight_form", line=row.line, field=row.column(name), value=value)
        return None
    if value.isdigit():
        return int(value)
    return int(Decimal(value).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def quantity_of(value: str | None, *, row: Row, name: str, book: Book) -> int | None:
    """Pieces on hand; nothing when not given; below zero counts as none and is said."""
    if not value:
        return None
    if not _WHOLE.fullmatch(value):
        book.say("feed.quantity_form", line=row.line, field=row.column(name), value=value)
        return None
    pieces = int(value.partition(".")[0])
    if pieces < 0:
        book.say("feed.stock_negative", line=row.line, field=row.column(name), value=value)
        return 0
    return pieces


def flag_of(value: str) -> bool | None:
    """Yes, no, or nothing when it is neither."""
    folded = value.strip().casefold()
    return True if folded in _TRUE else False if folded in _FALSE else None


def language_of(text: str) -> str:
    """The tag a merchant's own text goes under: Chinese when a third of its letters are."""
    return "zh-hans" if 3 * len(_HAN.findall(text)) >= max(1, len(text.replace(" ", ""))) else "en"


def within(value: str | None, limit: int, *, row: Row, name: str, book: Book) -> str | None:
    """The text, unless it is longer than `limit` letters."""
    if value is not None and len(value) > limit:
        column = row.column(name)
        book.say("feed.too_long", line=row.line, field=column, column=column, limit=limit)
        return None
    return value
