"""The inventory file: what lies where, with goods codes and origins, joined to products by handle and options or SKU."""

from collections.abc import Sequence
from typing import Final

from entrepot.catalogue.rules.completeness import clean_code, clean_country
from entrepot.catalogue.rules.feed_fields import sku_and_key
from entrepot.catalogue.rules.feed_headings import Headings
from entrepot.catalogue.rules.feed_rows import Book, Row, checked_row, quantity_of
from entrepot.catalogue.rules.feed_shapes import Cells, FeedCount
from entrepot.catalogue.rules.texts import folded
from entrepot.catalogue.terms import Finding

_QUANTITIES: Final = ("on_hand_new", "on_hand", "available")
# What Shopify writes for a place that does not keep the article.
_NOT_STOCKED: Final = "not stocked"


def counts_of(group: Sequence[Cells], headings: Headings) -> tuple[tuple[FeedCount, ...], tuple[Finding, ...]]:
    """The rows that can be read, each by itself, and what was found."""
    counts: list[FeedCount] = []
    found: list[Finding] = []
    for line, cells in group:
        place = headings.at.get("handle", -1)
        book = Book(cells[place].strip() if 0 <= place < len(cells) else "")
        row = checked_row(line, cells, headings, book)
        if row is not None:
            count = _count(row, book)
            if line not in book.spoiled:
                counts.append(count)
        found.extend(book.found)
    return tuple(counts), tuple(found)


def _count(row: Row, book: Book) -> FeedCount:
    sku, key = sku_and_key(row)
    if not book.handle and not sku:
        column = row.column("handle")
        book.say("feed.handle_missing", line=row.line, field=column, column=column)
    return FeedCount(row.line, book.handle, key, sku[:255], _pieces(row, book), _code(row, book), _country(row, book))


def _pieces(row: Row, book: Book) -> int | None:
    """The newest count given; older files have a column for each place, whose counts are added up."""
    for name in _QUANTITIES:
        value = row.code(name)
        if value and folded(value) != _NOT_STOCKED:
            return quantity_of(value, row=row, name=name, book=book)
    if any(row.text(name) is not None for name in _QUANTITIES):
        return None
    known = set(row.headings.at.values()) | set(row.headings.metafields.values())
    places = [
        place for place in range(len(row.headings.cells)) if place not in known and row.headings.cells[place].strip()
    ]
    after = row.headings.at.get("coo", row.headings.at.get("hs_code", -1))
    given = [row.cells[place].strip() for place in places if place > after]
    pieces = [
        quantity_of(value, row=row, name="on_hand", book=book)
        for value in given
        if value and folded(value) != _NOT_STOCKED
    ]
    return sum(count for count in pieces if count is not None) if pieces else None


def _code(row: Row, book: Book) -> str:
    value = row.code("hs_code") or ""
    if not value:
        return ""
    try:
        digits = clean_code(value)
    except ValueError:
        book.say("feed.goods_code_form", line=row.line, field=row.column("hs_code"), value=value)
        return ""
    if len(digits) > 6:
        book.say("feed.code_cut", line=row.line, field=row.column("hs_code"), value=value)
    return digits[:6]


def _country(row: Row, book: Book) -> str:
    value = row.text("coo") or ""
    try:
        return clean_country(value) if value else ""
    except ValueError:
        book.say("feed.origin_form", line=row.line, field=row.column("coo"), value=value)
        return ""
