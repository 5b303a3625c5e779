"""Rows of a merchant's file that do not go in: handed back with line, reason and remedy, and the rest goes in."""

import csv
import io

import pytest

from entrepot.catalogue import models, queries
from tests.catalogue import make
from tests.parties import make as parties

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_a_price_with_a_comma_is_refused_with_line_field_and_remedy_and_the_rest_goes_in() -> None:
    merchant_id = parties.merchant()
    content = make.feed(make.row(), make.more(value="Blue", price="12,50"), make.more(value="Green", price="14"))
    ref = make.imported(content, merchant_id=merchant_id)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    (found,) = queries.import_rows(viewer=viewer, merchant_id=merchant_id, ref=ref, severity="error").rows
    assert (found.line, found.handle, found.field, found.code) == (3, "scarf", "Variant Price", "feed.price_comma")
    assert found.facts == {"value": "12,50"}
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert [variant.options for variant in scarf.variants] == [("Red",), ("Green",)]
    assert make.report(merchant_id=merchant_id, ref=ref).rows_rejected == 1


def test_rejected_rows_come_back_with_their_reason_and_go_in_once_corrected() -> None:
    merchant_id = parties.merchant()
    content = make.feed(
        make.row(body="=1+1", picture="https://p.example/1"), make.more(value="Blue", price="12,50", sku="-2"),
        make.more(picture="https://p.example/2", position="2"), make.row("ok"), make.row("bad", Title="x" * 300),
        make.more("bad", value="Blue", price="3"),
    )  # fmt: skip
    ref = make.imported(content, merchant_id=merchant_id)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    text = "".join(queries.rejected_csv(viewer=viewer, merchant_id=merchant_id, ref=ref))
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Handle"], row["Entrepot line"]) for row in rows] == [("scarf", "3"), ("bad", "6"), ("bad", "7")]
    assert rows[0]["Entrepot reason"].startswith("The price 12,50 has a comma.")
    assert "12.50" in rows[0]["Entrepot remedy"]
    assert (rows[0]["Title"], rows[0]["Body (HTML)"], rows[0]["Variant SKU"]) == ("Scarf", "'=1+1", "'-2")
    assert "line 6" in rows[2]["Entrepot reason"]

    before = make.all_listings(merchant_id=merchant_id)
    rows[0]["Variant Price"], rows[1]["Title"] = "12.50", "Bad no more"
    ref = make.imported(make.feed(*rows, columns=tuple(rows[0])), merchant_id=merchant_id)
    after = make.all_listings(merchant_id=merchant_id)
    assert after["ok"] == before["ok"]
    assert after["bad"].titles == {"en": "Bad no more"}
    assert [variant.options for variant in after["scarf"].variants] == [("Red",), ("Blue",)]
    assert after["scarf"].variants[1].sku == "-2"
    assert after["scarf"].descriptions == before["scarf"].descriptions == {"en": "=1+1"}
    assert models.Picture.objects.filter(merchant_id=merchant_id, listing_id=after["scarf"].id).count() == 2
    assert make.report(merchant_id=merchant_id, ref=ref).rows_rejected == 0


def test_rows_of_an_unknown_product_without_a_title_are_handed_back_every_one() -> None:
    merchant_id = parties.merchant()
    content = make.feed(
        make.more("x", value="Blue", price="9"), make.more("x", picture="https://p.example/1"), make.row("ok")
    )
    ref = make.imported(content, merchant_id=merchant_id)
    assert make.said(merchant_id=merchant_id, ref=ref) == [(2, "title_missing"), (3, "title_missing")]
    assert make.report(merchant_id=merchant_id, ref=ref).rows_rejected == 2
    assert list(make.all_listings(merchant_id=merchant_id)) == ["ok"]


def test_a_product_of_which_no_variant_can_be_read_is_handed_back_whole() -> None:
    merchant_id = parties.merchant()
    content = make.feed(make.row(price="?"), make.more(picture="https://p.example/1"), make.row("ok"))
    ref = make.imported(content, merchant_id=merchant_id)
    assert set(make.said(merchant_id=merchant_id, ref=ref)) == {
        (2, "price_form"), (2, "variants_all_rejected"), (3, "product_rejected"),
    }  # fmt: skip
    assert make.report(merchant_id=merchant_id, ref=ref).rows_rejected == 2, "two rows, however much is wrong with them"


def test_a_row_is_counted_once_whichever_half_of_the_import_rejects_it() -> None:
    merchant_id = parties.merchant()
    content = make.feed(*(make.row(f"item-{n}", price="12,50") for n in range(7)), make.row("ok"))
    ref = make.imported(content, merchant_id=merchant_id)
    report = make.report(merchant_id=merchant_id, ref=ref)
    assert (report.rows_read, report.rows_rejected) == (8, 7)
    assert list(make.all_listings(merchant_id=merchant_id)) == ["ok"]
