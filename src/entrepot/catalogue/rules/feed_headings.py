"""Which column of a merchant's file means what: both Shopify dialects, the inventory file, and our own metafields."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entrepot.catalogue.rules.texts import folded
from entrepot.catalogue.terms import Dialect, ImportTrouble

COLUMNS_MAX: Final = 400
FIELD_MAX: Final = 1024 * 1024
# A quotation mark left open swallows the rest of the file; the reader stops at this many letters instead.
csv.field_size_limit(FIELD_MAX)
PARTIAL: Final = "entrepot line"
_DELIMITERS: Final = (",", ";", "\t", "|")

# Ours: name, then the headings it goes by, folded. Source: Shopify help centre, "Using CSV files to import and export
# products" (current template) and the exports before its columns were renamed (legacy).
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "handle": ("url handle", "handle"),
    "title": ("title",),
    "description": ("description", "body (html)", "body html", "body"),
    "brand": ("vendor", "brand"),
    "product_category": ("product category", "standard product type", "standardized product type"),
    "google_category": ("google shopping / google product category",),
    "kind": ("type", "product type", "custom product type"),
    "tags": ("tags",),
    "published": ("published on online store", "published"),
    "status": ("status",),
    "option1_name": ("option1 name",),
    "option1_value": ("option1 value",),
    "option2_name": ("option2 name",),
    "option2_value": ("option2 value",),
    "option3_name": ("option3 name",),
    "option3_value": ("option3 value",),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "grams": ("weight value (grams)", "variant grams"),
    "tracker": ("inventory tracker", "variant inventory tracker"),
    "quantity": ("inventory quantity", "variant inventory qty", "variant inventory quantity"),
    "policy": ("continue selling when out of stock", "variant inventory policy"),
    "price": ("price", "variant price"),
    "compare_at": ("compare-at price", "compare at price", "variant compare at price", "variant compare-at price"),
    "requires_shipping": ("requires shipping", "variant requires shipping"),
    "picture": ("product image url", "image src"),
    "picture_position": ("image position",),
    "picture_alt": ("image alt text",),
    "variant_picture": ("variant image url", "variant image"),
    "gift_card": ("gift card",),
    "seo_title": ("seo title",),
    "seo_description": ("seo description",),
    "gender": ("google shopping / gender",),
    "age_group": ("google shopping / age group",),
    "mpn": ("google shopping / mpn", "google shopping / manufacturer part number (mpn)"),
    "condition": ("google shopping / condition",),
    "hs_code": ("hs code", "harmonized system code"),
    "coo": ("coo", "country of origin", "country/region of origin"),
    "location": ("location",),
    "on_hand_new": ("on hand (new)",),
    "on_hand": ("on hand (current)", "on hand"),
    "available": ("available (not editable)", "available"),
}
# Known and without meaning here; everything else that is not known is reported once.
_SILENT: Final = frozenset(
    {
        "option1 linked to", "option2 linked to", "option3 linked to", "variant fulfillment service", "fulfillment service",
        "variant weight unit", "weight unit for display", "variant taxable", "charge tax", "bin name",
        "incoming (not editable)", "unavailable (not editable)", "committed (not editable)",
        PARTIAL, "entrepot reason", "entrepot remedy",
    }
)  # fmt: skip
OWN_METAFIELDS: Final = frozenset(
    "goods_code goods_code_us goods_code_cn origin title_zh_hans description_zh_hans title_en description_en net_grams".split()
)
_METAFIELD: Final = re.compile(r"\(product\.metafields\.([^.()]+)\.([^()]+)\)\s*$")
_NAMES: Final[Mapping[str, str]] = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_PRODUCT_ONLY: Final = frozenset(
    "title description brand product_category google_category kind tags published status gift_card seo_title "
    "seo_description gender age_group mpn condition option1_name option2_name option3_name".split()
)


@dataclass(frozen=True, slots=True)
class Headings:
    """A file's first line, understood. at: column number by our name; metafields: by `namespace.key`.

    unused: headings without meaning here, with their column number.
    """

    cells: tuple[str, ...]
    delimiter: str
    dialect: Dialect
    at: Mapping[str, int]
    metafields: Mapping[str, int]
    unused: Mapping[str, int]

    def column(self, name: str) -> str:
        """The heading as the file writes it, or the current name of one that is absent."""
        place = self.at.get(name, self.metafields.get(f"entrepot.{name}", -1))
        return self.cells[place] if place >= 0 else _shown(_ALIASES.get(name, (name,))[0])

    @property
    def partial(self) -> bool:
        """Whether this is a file of rejected rows that we handed back: what it leaves out is not gone."""
        return any(_folded(cell) == PARTIAL for cell in self.cells)

    @property
    def product_columns(self) -> frozenset[int]:
        """The columns that only a product's first row fills."""
        return frozenset(place for name, place in self.at.items() if name in _PRODUCT_ONLY) | frozenset(
            self.metafields.values()
        )


def delimiter_of(line: str) -> str:
    """What separates the cells of the first line: the one under which the most headings are known, else the comma."""
    return max(_DELIMITERS, key=lambda delimiter: (_known(_split(line, delimiter)), -_DELIMITERS.index(delimiter)))


def headings_of(cells: Sequence[str], *, delimiter: str) -> Headings:
    """The columns understood.

    Raises ImportTrouble when none is known, when the handle or the title is missing, or when one is there twice.
    """
    if len(cells) > COLUMNS_MAX:
        raise ImportTrouble("feed.too_many_columns", count=len(cells), limit=COLUMNS_MAX)
    at: dict[str, int] = {}
    metafields: dict[str, int] = {}
    unused: dict[str, int] = {}
    for place, cell in enumerate(cells):
        key = _folded(cell)
        metafield = _METAFIELD.search(key)
        name = _NAMES.get(key, "")
        if name or metafield:
            target, entry = (at, name) if name else (metafields, f"{metafield[1]}.{metafield[2]}" if metafield else "")
            if entry in target:
                raise ImportTrouble("feed.heading_twice", column=cell.strip())
            target[entry] = place
        elif key and key not in _SILENT:
            unused[cell.strip()] = place
    if not at:
        raise ImportTrouble("feed.heading_unknown", found=", ".join(cell.strip() for cell in cells[:8])[:200])
    dialect = _dialect(at, cells)
    _must_have(at, dialect)
    if dialect is Dialect.SHOPIFY_INVENTORY and not {"on_hand", "on_hand_new", "available"} & at.keys():
        unused = {}  # older inventory files have one column for each place, named after it
    return Headings(tuple(cells), delimiter, dialect, at, metafields, unused)


def _dialect(at: Mapping[str, int], cells: Sequence[str]) -> Dialect:
    if {"hs_code", "coo", "on_hand", "on_hand_new", "location"} & at.keys() and "price" not in at:
        return Dialect.SHOPIFY_INVENTORY
    legacy = {"handle", "body (html)", "variant price", "variant sku", "image src"}
    return Dialect.SHOPIFY_LEGACY if any(_folded(cell) in legacy for cell in cells) else Dialect.SHOPIFY


def _must_have(at: Mapping[str, int], dialect: Dialect) -> None:
    wanted = ("handle",) if dialect is Dialect.SHOPIFY_INVENTORY else ("handle", "title")
    for name in wanted:
        if name not in at and not (dialect is Dialect.SHOPIFY_INVENTORY and "sku" in at):
            legacy = dialect is Dialect.SHOPIFY_LEGACY and name == "handle"
            raise ImportTrouble("feed.heading_missing", column="Handle" if legacy else _shown(_ALIASES[name][0]))


def _known(cells: Sequence[str]) -> int:
    return sum(_folded(cell) in _NAMES for cell in cells)


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _folded(cell: str) -> str:
    return folded(cell.lstrip("\ufeff'"))


def _shown(alias: str) -> str:
    return "URL handle" if alias == "url handle" else alias[:1].upper() + alias[1:]
