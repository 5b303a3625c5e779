"""Listings with variants, prices and pictures, for tests."""

import csv
import io
from collections.abc import Mapping

from PIL import Image

from entrepot.base.identity import new_reference
from entrepot.catalogue import queries, services
from entrepot.catalogue.models import ImportRun
from entrepot.catalogue.terms import ImportReport, Listing, ListingDraft, Offer, VariantDraft
from entrepot.jobs import feeds
from entrepot.kernel.money import Money
from tests.parties.make import AT, merchant_viewer


def listing(
    *,
    merchant_id: int,
    handle: str = "bing-cherries",
    title: str = "Bing cherries",
    chinese: str = "美国车厘子",
    goods_codes: Mapping[str, str] | None = None,
    origin: str = "US",
    category: str = "food/fruit/cherries",
    prices: tuple[tuple[str, ...], ...] = (("mall", "19900", "CNY"),),
    sizes: tuple[str, ...] = ("1 kg", "2 kg"),
    grams: int | None = 1000,
    published: bool = True,
) -> Listing:
    """A listing, published unless told otherwise; every size costs the same in each (channel, minor, currency)."""
    offers = tuple(Offer(channel, Money(int(minor), currency)) for channel, minor, currency in prices)
    variants = tuple(
        VariantDraft(
            offers=offers,
            sku=f"{handle}-{place}".upper(),
            options=(size,) if size else (),
            net_grams=grams,
            gross_grams=grams + 100 if grams else None,
        )
        for place, size in enumerate(sizes or ("",))
    )
    draft = ListingDraft(
        handle=handle,
        titles={"en": title, "zh-hans": chinese},
        descriptions={"en": f"<p>{title} from the orchard</p>"},
        category=category,
        brand="Cascade",
        origin=origin,
        goods_codes={"US": "0809.29.0000", "CN": "08092900"} if goods_codes is None else goods_codes,
        option_names=("Size",) if sizes else (),
        variants=variants,
    )
    listing_id = services.create_listing(merchant_id=merchant_id, draft=draft, at=AT)
    if published:
        services.publish_listing(merchant_id=merchant_id, listing_id=listing_id, at=AT)
    return queries.listing_by_id(merchant_id=merchant_id, listing_id=listing_id)


def picture(colour: str = "red", size: tuple[int, int] = (40, 20), form: str = "PNG") -> bytes:
    """The bytes of a plain picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


HEADINGS = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,"
    "Image Position,Status,Goods code US (product.metafields.entrepot.goods_code_us),"
    "Origin (product.metafields.entrepot.origin)"
)
COLUMNS = tuple(HEADINGS.split(","))


def row(handle: str = "scarf", **cells: str) -> dict[str, str]:
    """A complete row of a legacy product file; cells by the first words of their heading."""
    usual = {
        "Handle": handle, "Title": handle.title(), "Type": "Scarves", "Published": "true", "Option1 Name": "Color",
        "Option1 Value": "Red", "Variant SKU": f"{handle}-1", "Variant Grams": "200",
        "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "5", "Variant Price": "12.50",
        "Status": "active", COLUMNS[-2]: "6214.20.00.00", COLUMNS[-1]: "US",
    }  # fmt: skip
    return usual | {_heading(name): value for name, value in cells.items()}


def more(handle: str = "scarf", **cells: str) -> dict[str, str]:
    """A following row of the same product: only what is given."""
    return {"Handle": handle} | {_heading(name): value for name, value in cells.items()}


def feed(*rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> bytes:
    """A CSV file of these rows, UTF-8."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _heading(name: str) -> str:
    """`sku` for `Variant SKU`, `price` for `Variant Price`, and so on: the heading that ends so."""
    short = {"value": "Option1 Value", "option": "Option1 Name", "code": COLUMNS[-2], "body": "Body (HTML)",
             "compare": "Variant Compare At Price", "quantity": "Variant Inventory Qty", "picture": "Image Src",
             "position": "Image Position", "origin": COLUMNS[-1], "price": "Variant Price", "sku": "Variant SKU",
             "grams": "Variant Grams", "barcode": "Variant Barcode", "tracker": "Variant Inventory Tracker"}  # fmt: skip
    return short.get(name, name.title())


def imported(
    content: bytes, *, merchant_id: int, channel: str = "mall", currency: str = "CNY", key: str = "", encoding: str = ""
) -> str:
    """Import a file to its end through the job; answers the run's reference."""
    ref = services.open_import(
        merchant_id=merchant_id, file=io.BytesIO(content), filename="products.csv", currency=currency, channel=channel,
        at=AT, key=key or new_reference("key"), encoding=encoding,
    )  # fmt: skip
    feeds.run_import(merchant_id=merchant_id, run_id=run_id(merchant_id=merchant_id, ref=ref))
    return ref


def run_id(*, merchant_id: int, ref: str) -> int:
    """The run's key."""
    return ImportRun.objects.get(merchant_id=merchant_id, ref=ref).id


def report(*, merchant_id: int, ref: str) -> ImportReport:
    """The run as its team sees it."""
    return queries.import_run(viewer=merchant_viewer(merchant_id=merchant_id), merchant_id=merchant_id, ref=ref)


def said(*, merchant_id: int, ref: str) -> list[tuple[int, str]]:
    """(line, code) of everything found, without the notes on unused columns."""
    viewer = merchant_viewer(merchant_id=merchant_id)
    rows = queries.import_rows(viewer=viewer, merchant_id=merchant_id, ref=ref, limit=10_000).rows
    return [(found.line, found.code.removeprefix("feed.")) for found in rows if found.code != "feed.column_unused"]


def all_listings(*, merchant_id: int) -> dict[str, Listing]:
    """Every listing of the merchant by handle."""
    viewer = merchant_viewer(merchant_id=merchant_id)
    rows = queries.listings_of(viewer=viewer, merchant_id=merchant_id, limit=5000).rows
    return {row.handle: queries.listing(viewer=viewer, merchant_id=merchant_id, ref=row.ref) for row in rows}
