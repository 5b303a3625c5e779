"""What a merchant's file says, read and checked: products, variants, pictures, counts. Absent, empty and given differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrepot.catalogue.terms import Finding

Cells = tuple[int, list[str]]
Blankable = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class FeedHead:
    """A product's own fields. None: the file has no such column; empty, or None inside a mapping: blanked.

    wanted: empty when the file does not say. category: where the merchant's words lead, a proposal.
    """

    titles: Blankable
    descriptions: Blankable
    brand: str | None
    kind: str | None
    category: str
    tags: tuple[str, ...] | None
    origin: str | None
    goods_codes: Blankable
    option_names: tuple[str, ...] | None
    attributes: Blankable
    wanted: str


@dataclass(frozen=True, slots=True)
class FeedVariant:
    """A variant's row. None: no such column; 0 and empty: blanked. price, compare_at: minor units; weights: grams."""

    line: int
    options: tuple[str, ...]
    key: str
    sku: str | None = None
    barcode: str | None = None
    gross_grams: int | None = None
    net_grams: int | None = None
    price: int | None = None
    compare_at: int | None = None
    quantity: int | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class FeedPicture:
    """A picture's address, its place in the row of pictures and what it shows."""

    line: int
    source: str
    position: int
    alt: Blankable


@dataclass(frozen=True, slots=True)
class FeedProduct:
    """The rows that stood together under one handle. head: nothing when they only continue an earlier product.

    rejected: lines that do not go in; each has an error among the findings. last: the last of the lines.
    """

    line: int
    last: int
    handle: str
    rows: int
    head: FeedHead | None = None
    variants: tuple[FeedVariant, ...] = ()
    pictures: tuple[FeedPicture, ...] = ()
    findings: tuple[Finding, ...] = ()
    rejected: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class FeedCount:
    """A row of an inventory file: what lies in one place, and what customs asks. goods_code: six digits."""

    line: int
    handle: str
    key: str
    sku: str
    quantity: int | None
    goods_code: str
    origin: str


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """Some of a file, small enough to write at once. last_line, bytes_read: how far the file has been read."""

    products: tuple[FeedProduct, ...]
    counts: tuple[FeedCount, ...]
    findings: tuple[Finding, ...]
    rows: int
    rejected: int
    last_line: int
    bytes_read: int
