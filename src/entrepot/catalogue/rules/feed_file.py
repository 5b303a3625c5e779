"""A whole file in batches: opened, understood, and read on from where an earlier attempt stopped."""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from entrepot.catalogue.rules.feed_bytes import Unpacked, lines_of, text_of_file
from entrepot.catalogue.rules.feed_counts import counts_of
from entrepot.catalogue.rules.feed_headings import Headings, delimiter_of, headings_of
from entrepot.catalogue.rules.feed_products import groups_of, product_of, records_of
from entrepot.catalogue.rules.feed_shapes import Cells, FeedBatch, FeedCount, FeedProduct
from entrepot.catalogue.rules.findings import finding
from entrepot.catalogue.terms import Dialect, Finding, ImportTrouble, Severity

BATCH_ROWS: Final = 5000


class FeedFile:
    """A merchant's file under its headings. Raises ImportTrouble for one that cannot be read as a whole."""

    def __init__(self, file: BinaryIO, *, encoding: str) -> None:
        self._raw: Unpacked
        self._raw, text = text_of_file(file, encoding=encoding)
        lines = lines_of(text)
        first = next(lines, "")
        while first and not first.strip():
            first = next(lines, "")
        delimiter = delimiter_of(first)
        self._records = records_of(chain([first], lines), delimiter=delimiter)
        _, cells = next(self._records, (1, []))
        if not cells:
            raise ImportTrouble("feed.empty")
        self.headings: Headings = headings_of(cells, delimiter=delimiter)
        self._unused = dict(self.headings.unused)

    def records(self) -> Iterator[Cells]:
        """Every record with the number of the line it begins in."""
        return self._records

    def batches(self, *, currency: str, after: int = 0) -> Iterator[FeedBatch]:
        """What the file says, beyond line `after`, in batches of about BATCH_ROWS rows that end with a product."""
        groups = groups_of(self._beyond(after), self.headings)
        kept: list[list[Cells]] = []
        rows = 0
        for group in groups:
            kept.append(group)
            rows += len(group)
            if rows >= BATCH_ROWS:
                yield self._batch(kept, rows, currency)
                kept, rows = [], 0
        if kept:
            yield self._batch(kept, rows, currency)

    def first_findings(self) -> tuple[Finding, ...]:
        """What the headings alone say."""
        if self.headings.dialect is Dialect.SHOPIFY_INVENTORY or "price" in self.headings.at:
            return ()
        column = "Variant Price" if self.headings.dialect is Dialect.SHOPIFY_LEGACY else "Price"
        return (finding("feed.no_price_column", line=0, field=column, column=column),)

    def _beyond(self, after: int) -> Iterator[Cells]:
        for line, cells in self._records:
            if line > after:
                yield line, cells

    def _batch(self, groups: list[list[Cells]], rows: int, currency: str) -> FeedBatch:
        products: list[FeedProduct] = []
        counts: list[FeedCount] = []
        found: list[Finding] = []
        for group in groups:
            if self.headings.dialect is Dialect.SHOPIFY_INVENTORY:
                counted, said = counts_of(group, self.headings)
                counts.extend(counted)
                found.extend(said)
            else:
                product = product_of(group, self.headings, currency=currency)
                products.append(product)
                found.extend(product.findings)
        found.extend(self._used(groups))
        return FeedBatch(
            products=tuple(products),
            counts=tuple(counts),
            findings=tuple(found),
            rows=rows,
            rejected=len({said.line for said in found if said.severity is Severity.ERROR}),
            last_line=groups[-1][-1][0],
            bytes_read=self._raw.read_so_far,
        )

    def _used(self, groups: list[list[Cells]]) -> Iterator[Finding]:
        """Each heading without meaning here, once, at the first row that has something under it."""
        if not self._unused:
            return
        for group in groups:
            for line, cells in group:
                seen = [name for name, place in self._unused.items() if place < len(cells) and cells[place].strip()]
                for name in seen:
                    del self._unused[name]
                    yield finding("feed.column_unused", line=line, field=name, column=name)
