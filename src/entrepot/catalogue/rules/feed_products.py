"""Rows that share a handle become one product: its own fields, its variants, its pictures, and what was found."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from entrepot.catalogue.rules.feed_fields import head_of, note_other_titles, option_names_of, pictures_of, variants_of
from entrepot.catalogue.rules.feed_headings import Headings
from entrepot.catalogue.rules.feed_rows import Book, checked_row
from entrepot.catalogue.rules.feed_shapes import Cells, FeedProduct
from entrepot.catalogue.terms import ImportTrouble

# A product's rows are held together in memory; Shopify itself allows 2,048 variants and 250 pictures.
ROWS_MAX: Final = 2500


def records_of(lines: Iterable[str], *, delimiter: str) -> Iterator[Cells]:
    """The file's records with the number of the line each begins in; empty lines are passed over.

    Raises ImportTrouble for a quotation mark that is never closed.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=False)
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as broken:
        raise ImportTrouble("feed.quote_open", line=begins) from broken


def groups_of(records: Iterable[Cells], headings: Headings) -> Iterator[list[Cells]]:
    """Records in stretches of one handle, none longer than ROWS_MAX; rows without a handle stand alone."""
    place = headings.at.get("handle", -1)
    group: list[Cells] = []
    current = ""
    for line, cells in records:
        handle = cells[place].strip() if 0 <= place < len(cells) else ""
        if group and (handle != current or not handle or len(group) >= ROWS_MAX):
            yield group
            group = []
        current = handle
        group.append((line, cells))
    if group:
        yield group


def product_of(group: Sequence[Cells], headings: Headings, *, currency: str) -> FeedProduct:
    """One stretch of rows, read and checked."""
    place = headings.at["handle"]
    handle = next((cells[place].strip() for _, cells in group if len(cells) > place), "")
    book = Book(handle)
    rows = [row for line, cells in group if (row := checked_row(line, cells, headings, book))]
    start, last = group[0][0], group[-1][0]
    first_row = next((row for row in rows if row.text("title")), None)
    if not _fits_together(group, handle, headings, book) or (first_row is None and start in book.spoiled):
        return _rejected(group, book)
    names = option_names_of(first_row, rows, book) if first_row else None
    head = head_of(first_row, names, book) if first_row and names else None
    if first_row and first_row.line in book.spoiled:
        return _rejected(group, book)
    if first_row:
        note_other_titles(first_row, rows, book)
    variants = variants_of(rows, names, currency, book)
    pictures = pictures_of(rows, book)
    rejected = frozenset(book.spoiled)
    return FeedProduct(start, last, handle, len(group), head, variants, pictures, tuple(book.found), rejected)


def _fits_together(group: Sequence[Cells], handle: str, headings: Headings, book: Book) -> bool:
    first = group[0][0]
    if not handle:
        book.say("feed.handle_missing", line=first, field=headings.column("handle"), column=headings.column("handle"))
    elif len(handle) > 255:
        book.say("feed.handle_long", line=first, field=headings.column("handle"))
    elif len(group) >= ROWS_MAX:
        book.say("feed.product_too_large", line=first, limit=ROWS_MAX)
    else:
        return True
    return False


def _rejected(group: Sequence[Cells], book: Book) -> FeedProduct:
    """None of the rows goes in; each says so."""
    reason = min(book.spoiled)
    for line, _ in group:
        if line not in book.spoiled:
            book.say("feed.product_rejected", line=line, first=reason)
    return FeedProduct(
        group[0][0], group[-1][0], book.handle, len(group), findings=tuple(book.found), rejected=frozenset(book.spoiled)
    )
