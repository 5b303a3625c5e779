"""Listings: what shoppers see, what orders copy, what the team may change."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.base.models import OutboxRow
from entrepot.catalogue import queries, services
from entrepot.catalogue.terms import (
    CHANGED,
    CategoryUnknown,
    EditTrouble,
    Lack,
    ListingEdit,
    ListingUnknown,
    NotComplete,
    Offer,
    PictureRefused,
    Status,
    VariantEdit,
)
from entrepot.channels.terms import NotAdmitted
from entrepot.kernel.money import Money
from entrepot.parties.terms import NotYours
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def news() -> int:
    return OutboxRow.objects.filter(topic=CHANGED).count()


def test_a_published_listing_is_seen_by_anyone_whole_in_one_statement() -> None:
    made = make.listing(merchant_id=parties.merchant())
    queries.categories()
    with CaptureQueriesContext(connection) as statements:
        seen = queries.listing_page(ref=made.ref)
    assert len(statements) == 1
    assert seen == made
    assert seen.titles == {"en": "Bing cherries", "zh-hans": "美国车厘子"}
    assert seen.goods_codes == {"US": "0809290000", "CN": "08092900"}
    assert seen.ships_from == "US"
    assert seen.channels == ("mall",)
    assert seen.category is not None
    assert [name["zh-hans"] for name in seen.category.trail] == ["食品", "新鲜水果", "车厘子"]
    assert [variant.options for variant in seen.variants] == [("1 kg",), ("2 kg",)]
    assert seen.variants[0].offers == (Offer("mall", Money(19900, "CNY")),)
    assert seen.texts["en"] == {"title": "Bing cherries", "description_html": "<p>Bing cherries from the orchard</p>"}


def test_a_draft_is_seen_by_its_team_and_operators_only() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id, published=False)
    assert queries.listing_page(ref=made.ref, viewer=parties.merchant_viewer(merchant_id=merchant_id)) == made
    assert queries.listing_page(ref=made.ref, viewer=parties.operator()) == made
    for stranger in (None, parties.shopper_viewer(), parties.merchant_viewer(merchant_id=parties.merchant())):
        with pytest.raises(ListingUnknown):
            queries.listing_page(ref=made.ref, viewer=stranger)


def test_a_stranger_sees_nothing_of_a_merchants_list() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    stranger = parties.merchant_viewer(merchant_id=parties.merchant())
    with pytest.raises(NotYours):
        queries.listings_of(viewer=stranger, merchant_id=merchant_id)
    with pytest.raises(NotYours):
        queries.listing(viewer=stranger, merchant_id=merchant_id, ref=made.ref)
    with pytest.raises(ListingUnknown):
        queries.listing(viewer=stranger, merchant_id=next(iter(stranger.merchants)), ref=made.ref)


def test_the_list_is_paged_filtered_searched_and_counted_in_two_statements() -> None:
    merchant_id = parties.merchant()
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    for number in range(5):
        make.listing(merchant_id=merchant_id, handle=f"h{number}", title=f"Box {number} 100%", published=number < 3)
    with CaptureQueriesContext(connection) as statements:
        first = queries.listings_of(viewer=viewer, merchant_id=merchant_id, limit=3)
    assert len(statements) == 2
    rest = queries.listings_of(viewer=viewer, merchant_id=merchant_id, limit=3, after=first.next)
    assert sorted(row.handle for row in first.rows + rest.rows) == ["h0", "h1", "h2", "h3", "h4"]
    assert rest.next == ""
    assert first.counts == {"published": 3, "draft": 2}
    drafts = queries.listings_of(viewer=viewer, merchant_id=merchant_id, status="draft")
    assert {row.handle for row in drafts.rows} == {"h3", "h4"}
    assert [row.handle for row in queries.listings_of(viewer=viewer, merchant_id=merchant_id, words="H2-1").rows] == [
        "h2"
    ]
    assert len(queries.listings_of(viewer=viewer, merchant_id=merchant_id, words="0%").rows) == 5
    assert queries.listings_of(viewer=viewer, merchant_id=merchant_id, words="_ox").rows == ()
    assert first.rows[0].low == Money(19900, "CNY")


def test_a_sale_line_carries_all_that_an_order_copies() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    variant = made.variants[1]
    with CaptureQueriesContext(connection) as statements:
        lines = queries.sale_lines(variant_ids=[(merchant_id, variant.id, "mall")])
    assert len(statements) == 1
    line = lines[variant.id]
    assert line.published
    assert (line.title["en"], line.options, line.sku) == ("Bing cherries", ("2 kg",), "BING-CHERRIES-1")
    assert (line.goods_code("CN"), line.goods_code("US"), line.goods_code("DE")) == ("08092900", "0809290000", "")
    assert (line.origin, line.ships_from, line.net_grams, line.gross_grams) == ("US", "US", 1000, 1100)
    assert line.price == Money(19900, "CNY")
    assert line.listing_ref == made.ref
    assert line.category == "food/fruit/cherries"


def test_sale_lines_leave_out_other_channels_and_other_merchants_and_mark_drafts() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id, published=False)
    variant_id = made.variants[0].id
    assert queries.sale_lines(variant_ids=[(merchant_id, variant_id, "bazaar")]) == {}
    assert queries.sale_lines(variant_ids=[(parties.merchant(), variant_id, "mall")]) == {}
    assert not queries.sale_lines(variant_ids=[(merchant_id, variant_id, "mall")])[variant_id].published
    assert queries.sale_lines(variant_ids=[]) == {}


def test_a_sale_line_prefers_the_asked_currency() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id, prices=(("export", "999", "USD"), ("export", "899", "EUR")))
    variant_id = made.variants[0].id
    asked = [(merchant_id, variant_id, "export")]
    assert queries.sale_lines(variant_ids=asked, currency="USD")[variant_id].price == Money(999, "USD")
    assert queries.sale_lines(variant_ids=asked, currency="EUR")[variant_id].price == Money(899, "EUR")
    assert queries.sale_lines(variant_ids=asked, currency="CNY")[variant_id].price == Money(899, "EUR")


def test_cards_keep_the_asked_order_and_leave_out_drafts_in_two_statements() -> None:
    first = make.listing(merchant_id=parties.merchant(name="A"), handle="a")
    second = make.listing(
        merchant_id=parties.merchant(name="B"), handle="b", prices=(("bazaar", "5", "USD"), ("mall", "700", "CNY"))
    )
    hidden = make.listing(merchant_id=parties.merchant(), handle="c", published=False)
    with CaptureQueriesContext(connection) as statements:
        cards = queries.cards(listing_ids=[second.id, hidden.id, first.id], channel="mall")
    assert len(statements) == 2
    assert [card.ref for card in cards] == [second.ref, first.ref]
    assert [card.price for card in cards] == [Money(700, "CNY"), Money(19900, "CNY")]
    assert [card.merchant_name for card in cards] == ["B", "A"]
    assert not cards[0].more_prices
    assert queries.cards(listing_ids=[second.id])[0].price == Money(5, "USD")
    assert queries.cards(listing_ids=[]) == []


def test_a_card_says_when_sizes_cost_differently() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    edit = ListingEdit(variants=(VariantEdit(made.variants[1].id, offers=(Offer("mall", Money(30000, "CNY")),)),))
    services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=edit, at=AT)
    card = queries.cards(listing_ids=[made.id])[0]
    assert (card.price, card.more_prices, card.variant_id) == (Money(19900, "CNY"), True, made.variants[0].id)


def test_index_documents_hold_the_words_and_prices_of_what_is_on_sale() -> None:
    made = make.listing(merchant_id=parties.merchant(name="Columbia"))
    hidden = make.listing(merchant_id=parties.merchant(), published=False)
    documents = queries.index_documents(listing_ids=[made.id, hidden.id])
    assert [document.listing_id for document in documents] == [made.id]
    document = documents[0]
    assert document.descriptions == {"en": "Bing cherries from the orchard"}
    assert document.prices == (("mall", Money(19900, "CNY")),)
    assert document.options == ("1 kg", "2 kg")
    assert document.codes == ("BING-CHERRIES-0", "BING-CHERRIES-1")
    assert document.merchant_name == "Columbia"
    assert queries.published_ids() == [made.id]
    assert queries.published_ids(after=made.id) == []


@pytest.mark.parametrize(
    ("changed", "lack"),
    [
        ({"goods_codes": {}}, Lack.GOODS_CODE),
        ({"origin": ""}, Lack.ORIGIN),
        ({"grams": None}, Lack.WEIGHT),
        ({"prices": ()}, Lack.PRICE),
    ],
)
def test_an_incomplete_listing_is_not_published(changed, lack: Lack) -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id, published=False, **changed)
    assert made.lacks == (lack,)
    with pytest.raises(NotComplete):
        services.publish_listing(merchant_id=merchant_id, listing_id=made.id, at=AT)
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id) == made


def test_the_mall_takes_verified_merchants_only() -> None:
    merchant_id = parties.merchant(verified=False)
    made = make.listing(merchant_id=merchant_id, published=False)
    with pytest.raises(NotAdmitted):
        services.publish_listing(merchant_id=merchant_id, listing_id=made.id, at=AT)


def test_publishing_unpublishing_and_archiving_tell_the_news_once() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    before = news()
    for verb, status in (
        (services.publish_listing, Status.PUBLISHED),
        (services.archive_listing, Status.ARCHIVED),
        (services.archive_listing, Status.ARCHIVED),
        (services.unpublish_listing, Status.DRAFT),
        (services.publish_listing, Status.PUBLISHED),
        (services.publish_listing, Status.PUBLISHED),
    ):
        verb(merchant_id=merchant_id, listing_id=made.id, at=AT)
        assert queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id).status is status
    assert news() - before == 3


def test_an_edit_changes_what_is_given_and_the_same_edit_again_nothing() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    before = news()
    edit = ListingEdit(
        titles={"en": "Rainier cherries"},
        descriptions={"zh-hans": "<p onclick='x()'>甜<script>alert(1)</script></p>"},
        goods_codes={"US": "0809.29.00"},
        variants=(VariantEdit(made.variants[0].id, gross_grams=1200, offers=(Offer("mall", Money(100, "CNY")),)),),
    )
    for _ in range(2):
        services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=edit, at=AT)
    after = queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id)
    assert after.titles == {"en": "Rainier cherries", "zh-hans": "美国车厘子"}
    assert after.descriptions == {"en": "<p>Bing cherries from the orchard</p>", "zh-hans": "<p>甜</p>"}
    assert after.goods_codes == {"US": "08092900", "CN": "08092900"}
    assert (after.variants[0].gross_grams, after.variants[0].net_grams) == (1200, 1000)
    assert after.variants[0].offers == (Offer("mall", Money(100, "CNY")),)
    assert after.variants[1] == made.variants[1]
    assert news() - before == 1


def test_an_edit_that_takes_the_origin_away_takes_the_listing_off_sale_and_giving_it_back_puts_it_on() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=ListingEdit(origin=""), at=AT)
    off = queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id)
    assert (off.status, off.wanted, off.lacks) == (Status.DRAFT, Status.PUBLISHED, (Lack.ORIGIN,))
    services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=ListingEdit(origin="us"), at=AT)
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id).status is Status.PUBLISHED


@pytest.mark.parametrize(
    "edit",
    [
        ListingEdit(goods_codes={"US": "12"}),
        ListingEdit(origin="USA"),
        ListingEdit(titles={"en": "", "zh-hans": " "}),
        ListingEdit(titles={"en": "x" * 256}),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(edit: ListingEdit) -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    with pytest.raises(EditTrouble):
        services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=edit, at=AT)
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=made.id) == made


def test_an_edit_cannot_reach_another_listings_variant_or_a_price_of_nothing() -> None:
    merchant_id = parties.merchant()
    made, other = (make.listing(merchant_id=merchant_id, handle=handle) for handle in "ab")
    with pytest.raises(ListingUnknown):
        services.edit_listing(
            merchant_id=merchant_id, listing_id=made.id,
            edit=ListingEdit(variants=(VariantEdit(other.variants[0].id, sku="x"),)), at=AT,
        )  # fmt: skip
    with pytest.raises(EditTrouble):
        services.edit_listing(
            merchant_id=merchant_id, listing_id=made.id,
            edit=ListingEdit(variants=(VariantEdit(made.variants[0].id, offers=(Offer("mall", Money(0, "CNY")),)),)), at=AT,
        )  # fmt: skip
    with pytest.raises(CategoryUnknown):
        services.edit_listing(merchant_id=merchant_id, listing_id=made.id, edit=ListingEdit(category="no"), at=AT)


def test_the_same_handle_again_gives_the_listing_that_has_it() -> None:
    merchant_id = parties.merchant()
    assert make.listing(merchant_id=merchant_id).id == make.listing(merchant_id=merchant_id).id


def test_a_picture_is_kept_square_in_two_sizes_and_once(media: Path) -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    for _ in range(2):
        digest = services.attach_picture(
            merchant_id=merchant_id, listing_id=made.id, file=make.picture(), alt={"en": "Red"}, at=AT
        )
    seen = queries.listing_page(ref=made.ref)
    assert [picture.large for picture in seen.pictures] == [f"/media/{digest[:2]}/{digest}-800.webp"]
    assert seen.pictures[0].alt == {"en": "Red"}
    assert sorted(path.name for path in media.rglob("*.webp")) == [f"{digest}-320.webp", f"{digest}-800.webp"]
    assert queries.cards(listing_ids=[made.id])[0].picture == seen.pictures[0]
    assert queries.sale_lines(variant_ids=[(merchant_id, made.variants[0].id, "mall")])[
        made.variants[0].id
    ].picture.endswith("-320.webp")


@pytest.mark.parametrize(
    "file", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nxx"]
)
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    with pytest.raises(PictureRefused):
        services.attach_picture(merchant_id=merchant_id, listing_id=made.id, file=file, alt={}, at=AT)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    with pytest.raises(PictureRefused):
        services.attach_picture(
            merchant_id=merchant_id, listing_id=made.id, file=make.picture(size=(10000, 6000)), alt={}, at=AT
        )


def test_the_tree_has_names_in_both_languages_and_no_gap() -> None:
    def walk(nodes):
        for node in nodes:
            yield node
            yield from walk(node.children)

    nodes = list(walk(queries.categories()))
    assert len(nodes) == 90
    assert all(node.name["en"] and node.name["zh-hans"] for node in nodes)
    assert queries.category(path="electronics/phone-cases").name["zh-hans"] == "手机壳"
    with pytest.raises(CategoryUnknown):
        queries.category(path="nowhere")
