"""Every sentence an import may say, with what to do about it. English; edges translate before facts are filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from entrepot.catalogue.terms import FILE_SENTENCES, Finding, Severity
from entrepot.kernel.errors import fill


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said and what to do. facts go where `{name}` stands."""

    severity: Severity
    message: str
    remedy: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

# One row, or all rows of one product: not imported.
_ERRORS: Final = {
    "feed.handle_missing": ("The row has no handle, so we cannot tell which product it belongs to.", "Fill in {column}."),
    "feed.handle_long": ("The handle is longer than 255 characters.", "Shorten it in all rows of the product."),
    "feed.row_width": ("The row has {count} cells, the headings are {expected}.", "Check the row for a missing or extra separator or quotation mark."),
    "feed.letters_lost": ("Letters in {column} cannot be read.", "Correct the text, or choose the file's encoding and import again."),
    "feed.title_missing": ("The product has no title, and there is none in your listings yet.", "Fill in the title in the first row of the product."),
    "feed.too_long": ("{column} is longer than {limit} characters.", "Shorten it."),
    "feed.product_rejected": ("The row was left out because line {first} of the same product was.", "Correct line {first} and import both again."),
    "feed.product_too_large": ("The product has more than {limit} rows.", "Split it into several products."),
    "feed.variant_twice": ("The same variant was already in line {first}.", "Remove one of the two rows, or give it other option values."),
    "feed.variants_all_rejected": ("No variant of the product could be imported.", "Correct its rows and import it again."),
    "feed.price_comma": ("The price {value} has a comma. We do not guess whether it separates decimals or thousands.", "Write it with a point and without thousands: 12.50."),
    "feed.price_form": ("The price {value} is not a number.", "Write digits and a point only, without a currency sign: 12.50."),
    "feed.price_fine": ("The price {value} is finer than {currency} allows.", "Round it to {decimals} decimals."),
    "feed.weight_form": ("The weight {value} is not a number of grams.", "Write whole grams: 450."),
    "feed.quantity_form": ("The quantity {value} is not a whole number.", "Write digits only."),
    "feed.unknown_product": ("There is no such product in your listings.", "Import the product file first, then the inventory file."),
    "feed.unknown_variant": ("The product has no such variant.", "Check the option values or the SKU, or import the product file first."),
    "feed.rows_nothing": ("The row has neither a variant nor a picture.", "Fill it in or remove it."),
}  # fmt: skip
# Imported, but worth a look.
_WARNINGS: Final = {
    "feed.goods_code_form": ("The goods code {value} does not have 6, 8 or 10 digits and was left out.", "Look it up in the tariff and write its digits."),
    "feed.origin_form": ("The origin {value} is not a country code and was left out.", "Write the two letters of the country, such as US or CN."),
    "feed.no_price_column": ("The file has no column {column}, so prices stay as they are and new products stay drafts.", "Add the column when you want prices to come from the file."),
    "feed.price_missing": ("The variant has no price, so it is not for sale.", "Fill in a price."),
    "feed.price_zero": ("The price is 0, so the variant is not for sale.", "Fill in a price."),
    "feed.compare_form": ("The former price {value} is not a number and was left out.", "Write digits and a point only: 12.50."),
    "feed.compare_low": ("The former price {value} is not above the price {price} and is not shown.", "Correct one of the two, or leave it empty."),
    "feed.stock_negative": ("The quantity {value} is below zero and counts as 0.", "Count the goods and correct the quantity."),
    "feed.stock_reserved": ("{reserved} pieces are promised to orders, so the quantity {value} was not taken over.", "Send or cancel these orders, or correct the quantity."),
    "feed.barcode_check": ("The check digit of the barcode {value} is wrong.", "Compare it with the package."),
    "feed.barcode_zero": ("The barcode {value} seems to have lost its leading zero.", "Format the column as text in your spreadsheet and export again."),
    "feed.barcode_spoiled": ("A spreadsheet has turned the barcode into {value}; it was left out.", "Format the column as text, fill in the barcode and export again."),
    "feed.sku_twice": ("The SKU {value} is also in line {first}.", "Give every variant its own SKU, so that counts and orders can be told apart."),
    "feed.option_name_missing": ("Option {number} has values but no name.", "Fill in its name in the first row of the product."),
    "feed.option_value_missing": ("The option {name} has no value in this row.", "Fill it in, so that shoppers can tell the variants apart."),
    "feed.published_form": ("{value} in {column} is not known; the product is kept as a draft.", "Write TRUE or FALSE, or Active, Draft or Archived."),
    "feed.product_twice": ("The product was already described in line {first}; what was said there counts.", "Remove one of the two, or give it another handle."),
    "feed.title_differs": ("The title differs from the one in line {first}; the first one counts.", "Give rows of different products different handles."),
    "feed.picture_address": ("The picture address {value} is not one we can fetch.", "Write an address that begins with https://."),
    "feed.html_cleaned": ("Parts of the description were taken out: {parts}.", "Describe the product with text; add pictures as pictures."),
    "feed.gift_card": ("Gift cards are not sold here; the product is kept as a draft.", "Remove it from the file, or leave it as a draft."),
    "feed.not_shipped": ("The variant is marked as not needing shipping; only goods are sold here.", "Check the product and publish it yourself if it is sent after all."),
    "feed.code_cut": ("Of the goods code {value} the first six digits were taken, which all countries share.", "Give national codes in the columns goods_code_us and goods_code_cn."),
    "feed.code_differs": ("The goods code or origin differs from line {first} of the same product; the first one counts.", "Make products of their own of variants that need another goods code or origin."),
    "feed.status_form": ("The status {value} is not known; the product is kept as a draft.", "Write Active, Draft or Archived."),
}  # fmt: skip
# Good to know.
_NOTES: Final = {
    "feed.lacks": ("Before it can be published it needs: {lacks}.", "Add them in the listing, or as columns of the file."),
    "feed.column_unused": ("The column {column} is not used.", ""),
    "feed.handle_returns": ("Rows of this product also stand further up, from line {first}; they were joined.", ""),
    "feed.barcode_own": ("The barcode {value} is not a GTIN; it is kept as your own code.", ""),
    "feed.category_unknown": ("We found no category for it.", "Choose one in the listing, so that shoppers find it."),
    "feed.untracked": ("Your shop does not count this variant; here its quantity is {value}, and no more is sold.", "Adjust the quantity if there is more."),
    "feed.oversell": ("Your shop sells this variant on when there is none left; here nothing is sold that is not there.", ""),
    "feed.variants_kept": ("{count} variants of the product are not in the file; they stay as they are.", "Archive the listing, or set their quantity to 0, if they are gone."),
    "feed.picture_twice": ("The picture is already in line {first}.", ""),
}  # fmt: skip

MESSAGES: Final[Mapping[str, Sentence]] = {
    code: Sentence(severity, message, remedy)
    for severity, table in ((_E, FILE_SENTENCES), (_E, _ERRORS), (_W, _WARNINGS), (_N, _NOTES))
    for code, (message, remedy) in table.items()
}


def finding(code: str, *, line: int, handle: str = "", field: str = "", **facts: str | int) -> Finding:
    """A finding under a known code, with long values cut to what a sentence bears."""
    short = {name: value if isinstance(value, int) else _short(value) for name, value in facts.items()}
    return Finding(line, handle[:255], field[:120], code, MESSAGES[code].severity, short)


def sentence(code: str, facts: Mapping[str, str | int]) -> tuple[str, str]:
    """What is said and what to do, in English with the facts filled in."""
    said = MESSAGES[code]
    return fill(said.message, facts), fill(said.remedy, facts)


def _short(value: str) -> str:
    return value if len(value) <= 80 else value[:79] + "…"
