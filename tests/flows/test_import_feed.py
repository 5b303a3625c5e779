"""Importing a merchant's file: what goes in, what is handed back, and that doing it again changes nothing."""

import csv
import gzip
import io
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.base.models import OutboxRow
from entrepot.base.owners import across_owners
from entrepot.catalogue import models, queries, services
from entrepot.catalogue.terms import CHANGED, ImportState, Lack, ListingEdit, Offer, Status
from entrepot.jobs import feeds
from entrepot.kernel.money import Money
from entrepot.stock import queries as stock
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT
from tests.shared import CATALOG, needs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

EXPORTS = CATALOG / "shopify"


def snapshot() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the catalogue with the number of the transaction that wrote it: shows the smallest touch."""
    rows = {}
    with connection.cursor() as cursor:
        for table in ("listing", "variant", "offer", "picture"):
            with across_owners("a test looks at everything"):
                cursor.execute(f"SELECT t.ctid::text, t.* FROM catalogue_{table} t ORDER BY t.id")
            rows[table] = cursor.fetchall()
    return rows


def news() -> int:
    return OutboxRow.objects.filter(topic=CHANGED).count()


def test_a_complete_product_is_published_with_prices_stock_and_codes() -> None:
    merchant_id = parties.merchant()
    content = make.feed(
        make.row(body="<p onclick='x'>Silk</p>", picture="https://pics.example/1.jpg", barcode="'036000291452"),
        make.more(
            value="Blue", sku="scarf-2", grams="210", tracker="shopify", quantity="3", price="13", compare="20.00"
        ),
        make.more(picture="//pics.example/2.jpg", position="2"),
    )
    ref = make.imported(content, merchant_id=merchant_id)
    report = make.report(merchant_id=merchant_id, ref=ref)
    assert (report.state, report.rows_read, report.rows_rejected, report.products) == (ImportState.DONE, 3, 0, 1)
    assert (report.listings_created, report.listings_changed, report.stock_set, report.progress) == (1, 0, 2, 100)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert (scarf.status, scarf.lacks, scarf.origin, scarf.ships_from) == (Status.PUBLISHED, (), "US", "US")
    assert scarf.goods_codes == {"US": "6214200000"}
    assert scarf.descriptions == {"en": "<p>Silk</p>"}
    assert scarf.category is not None
    assert scarf.category.path == "clothing/accessories"
    assert [(variant.options, variant.sku, variant.gross_grams) for variant in scarf.variants] == [
        (("Red",), "scarf-1", 200), (("Blue",), "scarf-2", 210),
    ]  # fmt: skip
    assert scarf.variants[0].barcode == "036000291452"
    assert scarf.variants[1].offers == (Offer("mall", Money(1300, "CNY"), Money(2000, "CNY")),)
    ids = [variant.id for variant in scarf.variants]
    assert stock.available(variant_ids=ids) == {ids[0]: 5, ids[1]: 3}
    assert sorted(models.Picture.objects.filter(merchant_id=merchant_id).values_list("source", "position")) == [
        ("https://pics.example/1.jpg", 1), ("https://pics.example/2.jpg", 2),
    ]  # fmt: skip
    assert make.said(merchant_id=merchant_id, ref=ref) == []
    assert news() == 1


def test_the_same_file_again_touches_no_row_and_tells_no_news() -> None:
    merchant_id = parties.merchant()
    content = make.feed(
        make.row("a", compare="20", picture="https://p.example/a"), make.more("a", value="Blue", price="0"),
        make.row("b", Published="false"), make.row("c", code=""),
    )  # fmt: skip
    make.imported(content, merchant_id=merchant_id)
    before, told = snapshot(), OutboxRow.objects.count()
    ref = make.imported(content, merchant_id=merchant_id)
    assert snapshot() == before
    assert OutboxRow.objects.count() == told
    report = make.report(merchant_id=merchant_id, ref=ref)
    assert (report.listings_created, report.listings_changed, report.listings_same) == (0, 0, 3)


def test_a_corrected_file_repairs_only_what_changed() -> None:
    merchant_id = parties.merchant()
    good = [make.row(handle) for handle in "abc"]
    make.imported(make.feed(*good[:2], make.row("c", price="12,50")), merchant_id=merchant_id)
    before = make.all_listings(merchant_id=merchant_id)
    told = news()
    ref = make.imported(make.feed(good[0], good[1] | {"Vendor": "Loom"}, good[2]), merchant_id=merchant_id)
    report = make.report(merchant_id=merchant_id, ref=ref)
    assert (report.listings_created, report.listings_changed, report.listings_same) == (1, 1, 1)
    after = make.all_listings(merchant_id=merchant_id)
    assert after["a"] == before["a"]
    assert after["b"].brand == "Loom"
    assert after["b"].variants == before["b"].variants
    assert after["c"].variants[0].offers == (Offer("mall", Money(1250, "CNY")),)
    assert news() - told == 2


def test_products_without_what_a_border_asks_for_stay_drafts_and_say_so() -> None:
    merchant_id = parties.merchant()
    ref = make.imported(make.feed(make.row(code="", origin="", grams="0")), merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert (scarf.status, scarf.wanted) == (Status.DRAFT, Status.PUBLISHED)
    assert scarf.lacks == (Lack.GOODS_CODE, Lack.ORIGIN, Lack.WEIGHT)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    (note,) = queries.import_rows(viewer=viewer, merchant_id=merchant_id, ref=ref, severity="note").rows
    assert (note.code, note.facts) == ("feed.lacks", {"lacks": "goods_code, origin, weight"})


def test_an_inventory_file_completes_and_publishes_them() -> None:
    merchant_id = parties.merchant()
    make.imported(
        make.feed(make.row(code="", origin=""), make.more(value="Blue", sku="B", price="3", grams="9")),
        merchant_id=merchant_id,
    )
    inventory = (
        b"Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,On hand (current),On hand (new)\n"
        b"scarf,Scarf,Color,red,scarf-1,6214.20,us,East,7,\n"
        b"scarf,Scarf,Color,RED ,scarf-1,6214.20,US,West,not stocked,2\n"
        b",,,,B,6214200000,US,East,4,\n"
        b"gone,Gone,Color,Red,zzz,,,East,4,\n"
        b"scarf,Scarf,Color,Pink,zzz,,,East,4,\n"
    )
    ref = make.imported(inventory, merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert (scarf.status, scarf.goods_codes, scarf.origin) == (Status.PUBLISHED, {"*": "621420"}, "US")
    ids = [variant.id for variant in scarf.variants]
    assert stock.available(variant_ids=ids) == {ids[0]: 9, ids[1]: 4}
    assert make.said(merchant_id=merchant_id, ref=ref) == [
        (4, "code_cut"), (5, "unknown_product"), (6, "unknown_variant"),
    ]  # fmt: skip
    report = make.report(merchant_id=merchant_id, ref=ref)
    assert (report.rows_read, report.rows_rejected, report.listings_changed, report.dialect) == (
        5,
        2,
        1,
        "shopify_inventory",
    )
    before, told = snapshot(), news()
    make.imported(inventory, merchant_id=merchant_id)
    assert (snapshot(), news()) == (before, told)


def test_the_current_dialect_says_the_same_as_the_legacy_one() -> None:
    merchant_id = parties.merchant()
    renamed = {
        "Handle": "URL handle", "Body (HTML)": "Description", "Published": "Published on online store",
        "Option1 Name": "Option1 name", "Option1 Value": "Option1 value", "Variant SKU": "SKU",
        "Variant Grams": "Weight value (grams)", "Variant Inventory Tracker": "Inventory tracker",
        "Variant Inventory Qty": "Inventory quantity", "Variant Price": "Price", "Variant Barcode": "Barcode",
        "Variant Compare At Price": "Compare-at price", "Image Src": "Product image URL", "Image Position": "Image position",
    }  # fmt: skip
    rows = [make.row(compare="20", picture="https://p.example/1"), make.more(value="Blue", price="1")]
    make.imported(make.feed(*rows), merchant_id=merchant_id)
    before = snapshot()
    current = make.feed(
        *({renamed.get(name, name): cell for name, cell in row.items()} for row in rows),
        columns=tuple(renamed.get(name, name) for name in make.COLUMNS),
    )
    ref = make.imported(current, merchant_id=merchant_id)
    assert make.report(merchant_id=merchant_id, ref=ref).dialect == "shopify"
    assert snapshot() == before


def test_an_absent_column_leaves_alone_and_an_empty_one_blanks() -> None:
    merchant_id = parties.merchant()
    make.imported(
        make.feed(make.row(Vendor="Loom", Tags="a, b", compare="20", barcode="036000291452")), merchant_id=merchant_id
    )
    few = ("Handle", "Title", "Option1 Name", "Option1 Value", "Vendor", "Variant Compare At Price", "Variant Price")
    make.imported(make.feed(make.row(Vendor=""), columns=few), merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert (scarf.brand, scarf.tags, scarf.origin, scarf.status) == ("", ("a", "b"), "US", Status.PUBLISHED)
    assert scarf.variants[0].offers == (Offer("mall", Money(1250, "CNY")),)
    assert (scarf.variants[0].barcode, scarf.variants[0].gross_grams) == ("036000291452", 200)


def test_a_price_taken_away_takes_the_offer_away_and_the_listing_off_sale() -> None:
    merchant_id = parties.merchant()
    make.imported(make.feed(make.row()), merchant_id=merchant_id)
    ref = make.imported(make.feed(make.row(price="")), merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert (scarf.status, scarf.lacks, scarf.variants[0].offers) == (Status.DRAFT, (Lack.PRICE,), ())
    assert make.said(merchant_id=merchant_id, ref=ref) == [(2, "price_missing"), (2, "lacks")]


def test_a_handle_that_comes_back_later_is_one_product() -> None:
    merchant_id = parties.merchant()
    content = make.feed(
        make.row("a"), make.row("b"), make.more("a", value="Blue", price="9", grams="5"), make.row("c"),
        make.row("a", Title="Other", value="Green"), make.row("a", Title="Third", value="red", price="1"),
    )  # fmt: skip
    ref = make.imported(content, merchant_id=merchant_id)
    listings = make.all_listings(merchant_id=merchant_id)
    assert listings["a"].titles == {"en": "A"}
    assert {variant.options for variant in listings["a"].variants} == {("Red",), ("Green",), ("Blue",)}
    said = make.said(merchant_id=merchant_id, ref=ref)
    assert set(said) == {
        (4, "handle_returns"), (6, "handle_returns"), (6, "product_twice"), (7, "title_differs"), (7, "variant_twice"),
        (6, "sku_twice"), (7, "sku_twice"),
    }  # fmt: skip
    assert make.report(merchant_id=merchant_id, ref=ref).rows_rejected == 1
    before, told = snapshot(), news()
    make.imported(content, merchant_id=merchant_id)
    assert (snapshot(), news()) == (before, told)


def test_a_new_picture_takes_the_place_of_the_one_the_file_no_longer_names() -> None:
    merchant_id = parties.merchant()
    make.imported(make.feed(make.row(picture="https://p.example/old")), merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    services.attach_picture(merchant_id=merchant_id, listing_id=scarf.id, file=make.picture(), alt={}, at=AT)
    make.imported(make.feed(make.row(picture="https://p.example/new")), merchant_id=merchant_id)
    sources = sorted(models.Picture.objects.filter(merchant_id=merchant_id).values_list("source", flat=True))
    assert sources[0] == "https://p.example/new"
    assert len(sources) == 2
    assert sources[1].startswith("sha256:")


def test_a_quantity_below_what_is_promised_is_not_taken_over_and_said() -> None:
    from entrepot.stock.services import reserve_stock
    from entrepot.stock.terms import Wanted
    from tests.stock.make import UNTIL

    merchant_id = parties.merchant()
    make.imported(make.feed(make.row(quantity="5")), merchant_id=merchant_id)
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    variant_id = scarf.variants[0].id
    reserve_stock(order_id=1, lines=[Wanted(merchant_id, variant_id, 3)], until=UNTIL, at=AT)
    ref = make.imported(make.feed(make.row(quantity="2")), merchant_id=merchant_id)
    assert make.said(merchant_id=merchant_id, ref=ref) == [(2, "stock_reserved")]
    assert stock.available(variant_ids=[variant_id]) == {variant_id: 2}


def test_an_import_can_be_undone_but_not_what_was_changed_since() -> None:
    merchant_id = parties.merchant()
    make.imported(
        make.feed(make.row("a", picture="https://p.example/1"), make.row("b"), make.row("c")), merchant_id=merchant_id
    )
    before = make.all_listings(merchant_id=merchant_id)
    content = make.feed(
        make.row("a", Title="A2", price="99", picture="https://p.example/2"), make.more("a", value="Blue", price="1"),
        make.row("b", price="99"), make.row("c"), make.row("d"),
    )  # fmt: skip
    ref = make.imported(content, merchant_id=merchant_id)
    late = make.all_listings(merchant_id=merchant_id)["b"]
    services.edit_listing(
        merchant_id=merchant_id, listing_id=late.id, edit=ListingEdit(brand="Later"), at=AT + timedelta(days=1)
    )
    services.begin_undo(merchant_id=merchant_id, ref=ref)
    services.begin_undo(merchant_id=merchant_id, ref=ref)
    feeds.undo(merchant_id=merchant_id, run_id=make.run_id(merchant_id=merchant_id, ref=ref))
    after = make.all_listings(merchant_id=merchant_id)
    assert make.report(merchant_id=merchant_id, ref=ref).state is ImportState.UNDONE
    assert (after["a"].titles, after["a"].variants) == (before["a"].titles, before["a"].variants)
    assert (after["b"].brand, after["b"].variants[0].offers[0].price) == ("Later", Money(9900, "CNY"))
    assert after["c"] == before["c"]
    assert after["d"].status is Status.ARCHIVED
    sources = models.Picture.objects.filter(merchant_id=merchant_id).values_list("source", flat=True)
    assert list(sources) == ["https://p.example/1"]


def test_a_chunk_costs_the_same_statements_however_many_products() -> None:
    merchant_id = parties.merchant()

    def statements(count: int) -> int:
        ref = services.open_import(
            merchant_id=merchant_id, file=io.BytesIO(make.feed(*(make.row(f"p{count}-{n}") for n in range(count)))),
            filename="x.csv", currency="CNY", channel="mall", at=AT, key=f"k{count}",
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            feeds.run_import(merchant_id=merchant_id, run_id=make.run_id(merchant_id=merchant_id, ref=ref))
        return len(captured)

    statements(1)
    few = statements(2)
    assert statements(60) == few
    assert few < 90


EXPECTED = {
    # file: rows, products, variants, drafts
    "apparel": (104, 25, 96),
    "bicycles": (1399, 284, 1121),
    "fashion": (5024, 997, 3684),
    "jewelry": (30, 19, 24),
    "snowdevil": (636, 278, 622),
}


@needs(EXPORTS)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_export_imports_whole_and_again_without_a_trace(name: str) -> None:
    merchant_id = parties.merchant()
    content = (EXPORTS / f"{name}.csv.gz").read_bytes()
    ref = make.imported(content, merchant_id=merchant_id, currency="USD")
    report = make.report(merchant_id=merchant_id, ref=ref)
    rows, products, variants = EXPECTED[name]
    assert (report.rows_read, report.rows_rejected, report.products) == (rows, 0, products)
    assert (report.listings_created, report.trouble) == (products, "")
    assert models.Variant.objects.filter(merchant_id=merchant_id).count() == variants
    wanted = {row["Handle"] for row in csv.DictReader(io.StringIO(gzip.decompress(content).decode(), newline=""))}
    kept = models.Listing.objects.filter(merchant_id=merchant_id)
    assert set(kept.values_list("handle", flat=True)) == wanted
    assert Counter(kept.values_list("status", flat=True)) == {"draft": products}
    assert report.errors == 0
    assert next(code.count for code in report.codes if code.code == "feed.lacks") == products
    before, told = snapshot(), OutboxRow.objects.count()
    with connection.cursor() as cursor:
        # As PostgreSQL does by itself within a minute of a market's first goods, though not inside a test.
        cursor.execute("ANALYZE catalogue_listing, catalogue_variant, catalogue_offer, catalogue_picture")
    again = make.report(merchant_id=merchant_id, ref=make.imported(content, merchant_id=merchant_id, currency="USD"))
    assert (again.listings_created, again.listings_changed, again.listings_same) == (0, 0, products)
    assert snapshot() == before
    assert OutboxRow.objects.count() == told
    assert again.codes == report.codes
