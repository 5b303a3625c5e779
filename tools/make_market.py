"""`make_market.py [text | pictures | all]`: writes the demo market that ships, from tools/market/*.toml.

The texts are kept there by hand; this makes Shopify product files of them, half in the legacy dialect and half in the
current one, as merchants would send them, and draws one picture for each listing.
"""

import csv
import itertools
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pictures import draw_picture

SOURCE = Path(__file__).resolve().parent / "market"
TARGET = SOURCE.parent.parent / "src" / "entrepot" / "cli" / "market"
CODES = tomllib.loads((SOURCE / "codes.toml").read_text(encoding="utf-8"))
OURS = "(product.metafields.entrepot.{})"
EXTRAS = {
    f"{name} {OURS.format(key)}": key
    for name, key in [
        ("Goods code US", "goods_code_us"),
        ("Goods code CN", "goods_code_cn"),
        ("Origin", "origin"),
        ("Title zh-Hans", "title_zh_hans"),
        ("Description zh-Hans", "description_zh_hans"),
        ("Net grams", "net_grams"),
    ]
}
# What a column of ours is called in (legacy, current).
COLUMNS = [
    ("handle", "Handle", "URL handle"),
    ("title", "Title", "Title"),
    ("body", "Body (HTML)", "Description"),
    ("vendor", "Vendor", "Vendor"),
    ("category", "Product Category", "Product category"),
    ("type", "Type", "Type"),
    ("tags", "Tags", "Tags"),
    ("published", "Published", "Published on online store"),
    ("status", "Status", "Status"),
    ("sku", "Variant SKU", "SKU"),
    ("barcode", "Variant Barcode", "Barcode"),
    ("option1", "Option1 Name", "Option1 name"),
    ("value1", "Option1 Value", "Option1 value"),
    ("option2", "Option2 Name", "Option2 name"),
    ("value2", "Option2 Value", "Option2 value"),
    ("option3", "Option3 Name", "Option3 name"),
    ("value3", "Option3 Value", "Option3 value"),
    ("price", "Variant Price", "Price"),
    ("compare_at", "Variant Compare At Price", "Compare-at price"),
    ("taxable", "Variant Taxable", "Charge tax"),
    ("tracker", "Variant Inventory Tracker", "Inventory tracker"),
    ("stock", "Variant Inventory Qty", "Inventory quantity"),
    ("policy", "Variant Inventory Policy", "Continue selling when out of stock"),
    ("grams", "Variant Grams", "Weight value (grams)"),
    ("unit", "Variant Weight Unit", "Weight unit for display"),
    ("shipped", "Variant Requires Shipping", "Requires shipping"),
    ("fulfilment", "Variant Fulfillment Service", "Fulfillment service"),
    ("image", "Image Src", "Product image URL"),
    ("position", "Image Position", "Image position"),
    ("alt", "Image Alt Text", "Image alt text"),
    ("gift", "Gift Card", "Gift card"),
]


# Of these the label says what is inside; a millilitre of them weighs about a gram.
WEIGHED = ("Cherries", "Apples", "Crab", "Nuts", "Honey", "Skin care", "Face masks", "Make-up", "Hair care", "Coffee")
WEIGHED += ("Chocolate", "Tea", "Pet food", "Protein", "Vitamins and supplements")
LABEL = re.compile(r"(?:(\d+) × )?(\d+(?:\.\d+)?) (kg|g|ml)\b")


@dataclass(frozen=True)
class Variant:
    """One row of a listing's table of variants."""

    values: tuple[str, ...]
    price: str
    grams: str
    stock: str
    compare_at: str


def merchants() -> dict[str, dict]:
    """Every merchant's file, by slug."""
    files = sorted(path for path in SOURCE.glob("*.toml") if path.stem != "codes")
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in files}


def variants(table: str) -> tuple[list[str], list[Variant]]:
    """The option names, and the rows: `Red, Blue / S, M | price | grams | stock [| compare at]` is four variants."""
    head, *lines = [line for line in table.strip().splitlines() if line.strip()]
    rows = []
    for line in lines:
        values, price, grams, stock, *compare = [cell.strip() for cell in line.split("|")]
        axes = [[value.strip() for value in axis.split(",")] for axis in values.split(" / ")]
        rows += [Variant(combo, price, grams, stock, *(compare or [""])) for combo in itertools.product(*axes)]
    return [name.strip() for name in head.split(" / ")], rows


def html(text: str) -> str:
    """Lines as paragraphs, lines that begin with a dash as one list."""
    blocks = []
    for listed, lines in itertools.groupby(text.strip().splitlines(), lambda line: line.startswith("- ")):
        if listed:
            blocks.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            blocks += [f"<p>{escape(line)}</p>" for line in lines]
    return "".join(blocks)


def net_grams(listing: dict, kind: str, variant: Variant) -> str:
    """What is inside without its packing, where the label or the listing says so."""
    if "net" in listing:
        return str(listing["net"])
    found = LABEL.search(" ".join(variant.values))
    if kind not in WEIGHED or not found:
        return ""
    pieces, amount, unit = found.groups()
    return str(round(int(pieces or 1) * float(amount) * (1000 if unit == "kg" else 1)))


def rows(slug: str, number: int, merchant: dict, listing: dict) -> Iterator[dict[str, str]]:
    """A listing's rows: the first carries what is the product's, each carries one variant."""
    us, cn, kind = CODES[listing["goods"]]
    options, all_variants = variants(listing["variants"])
    current = merchant["dialect"] == "current"
    for index, variant in enumerate(all_variants, start=1):
        row = {
            "handle": listing["handle"],
            "sku": f"{slug[:4].upper().strip('-')}-{number:02}{index:02}",
            "price": variant.price,
            "compare_at": variant.compare_at,
            "taxable": "TRUE" if current else "true",
            "tracker": "shopify",
            "stock": variant.stock,
            "policy": "DENY" if current else "deny",
            "grams": variant.grams,
            "unit": "g",
            "shipped": "TRUE" if current else "true",
            "fulfilment": "manual",
            "net_grams": net_grams(listing, kind, variant),
        }
        row |= {f"value{place}": value for place, value in enumerate(variant.values, start=1)}
        if index == 1:
            row |= {f"option{place}": name for place, name in enumerate(options, start=1)}
            row |= {
                "title": listing["title"],
                "body": html(listing["about"]),
                "vendor": merchant["name"],
                "type": listing.get("type", kind),
                "tags": listing["tags"],
                "published": "TRUE" if current else "true",
                "status": "Active" if current else "active",
                "gift": "FALSE" if current else "false",
                "goods_code_us": us,
                "goods_code_cn": cn,
                "origin": listing.get("origin", merchant["country"]),
                "title_zh_hans": listing["zh"],
                "description_zh_hans": html(listing["zh_about"]),
            }
        yield row


def write_text() -> None:
    """The merchants as JSON, and a product file for each."""
    TARGET.mkdir(parents=True, exist_ok=True)
    cards = []
    for slug, content in merchants().items():
        merchant = content["merchant"]
        dialect = 2 if merchant["dialect"] == "current" else 1
        headers = {column[0]: column[dialect] for column in COLUMNS} | {key: name for name, key in EXTRAS.items()}
        with (TARGET / f"{slug}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, fieldnames=list(headers), restval="", lineterminator="\n")
            table.writerow(headers)
            for number, listing in enumerate(content["listing"], start=1):
                table.writerows(rows(slug, number, merchant, listing))
        cards.append(
            {
                "slug": slug,
                **{key: merchant[key] for key in ("name", "country", "region", "city", "currency", "channel")},
                "owner": merchant["owner"],
                "staff": merchant["staff"],
                "about": {"en": merchant["about"], "zh-hans": f"{merchant['zh']}：{merchant['zh_about']}"},
            }
        )
    (TARGET / "merchants.json").write_text(json.dumps(cards, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_pictures() -> None:
    """One square picture for each listing."""
    for slug, content in merchants().items():
        folder = TARGET / "pictures" / slug
        folder.mkdir(parents=True, exist_ok=True)
        for listing in content["listing"]:
            draw_picture(listing["draw"], seed=listing["handle"]).save(
                folder / f"{listing['handle']}.webp", quality=82, method=6
            )


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    if wanted in {"text", "all"}:
        write_text()
    if wanted in {"pictures", "all"}:
        write_pictures()
