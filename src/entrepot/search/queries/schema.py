"""The index's columns, and the one place that names them."""

from typing import Final

import tantivy

from entrepot.search.rules import CURRENCIES
from entrepot.search.terms import Side

# How much a word counts by where it stands: in the title, in brand, tags or category, in the description.
# Each exists once for words written with spaces and once for those without, so no text dilutes the other's lengths.
# Chosen on rated queries (`python -m bench relevance`).
WEIGHTS: Final = {"title": 3, "label": 2, "body": 2}
SPACED: Final = "en"
UNSPACED: Final = "zh"

COLUMNS: Final = {
    Side.CATEGORY: "category",
    Side.CHANNEL: "channel",
    Side.ORIGIN: "origin",
    Side.SHIPS_TO: "ships_to",
    Side.BRAND: "brand",
}


def price_column(*, currency: str) -> str:
    """The column of prices in `currency`."""
    return f"price_{currency.lower()}"


def schema() -> tantivy.Schema:
    """The columns of a generation. A change to them needs a new EDITION."""
    columns = tantivy.SchemaBuilder()
    # Signed: the engine deletes by a term only where it is (an unsigned one stays, without a word).
    columns.add_integer_field("id", indexed=True, fast=True)
    columns.add_integer_field("merchant", indexed=True)
    for place in WEIGHTS:
        for script in (SPACED, UNSPACED):
            columns.add_text_field(f"{place}_{script}", tokenizer_name="whitespace")
    columns.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    for column in COLUMNS.values():
        columns.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    for currency in CURRENCIES:
        columns.add_integer_field(price_column(currency=currency), fast=True)
    columns.add_integer_field("published", fast=True)
    columns.add_boolean_field("in_stock", indexed=True, fast=True)
    # The engine multiplies a hit's score by the logarithm of `weight`; `rank` orders when nothing is asked.
    columns.add_unsigned_field("weight", fast=True)
    columns.add_unsigned_field("rank", fast=True)
    columns.add_text_field("titles", stored=True, tokenizer_name="raw", index_option="basic")
    return columns.build()
