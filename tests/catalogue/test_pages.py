"""The merchant's pages: a file goes in, its report is read, the rejected rows come back, a listing is edited."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.catalogue import queries
from entrepot.catalogue.models import ImportRun
from entrepot.catalogue.terms import ImportState, Status
from entrepot.jobs import feeds
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties_queries
from tests.catalogue import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> None:
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"


class Desk:
    """A signed-in owner and their merchant."""

    def __init__(self) -> None:
        self.user = parties.user()
        self.merchant_id = parties.merchant(owner=self.user, channels=("mall", "bazaar"))
        self.slug = parties_queries.merchant(merchant_id=self.merchant_id).slug
        self.client = Client()
        self.client.force_login(parties_user(self.user))

    def at(self, path: str, language: str = "en") -> str:
        return f"/{language}/merchant/{self.slug}/{path}"

    def upload(self, content: bytes, *, language: str = "en", key: str = "k", **fields: str):
        file = SimpleUploadedFile("products.csv", content)
        form = {"file": file, "channel": "mall", "currency": "CNY", "key": key, **fields}
        return self.client.post(self.at("imports/", language), form)

    def run(self) -> ImportRun:
        return ImportRun.objects.get(merchant_id=self.merchant_id)

    def work(self) -> None:
        feeds.run_import(merchant_id=self.merchant_id, run_id=self.run().id)


def parties_user(user_id: int):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(id=user_id)


def text(answer) -> str:
    return answer.content.decode()


def test_a_file_is_taken_in_once_and_its_progress_gives_way_to_the_report() -> None:
    desk = Desk()
    content = make.feed(make.row(), make.more(value="Blue", price="12,50"))
    first = desk.upload(content)
    assert first.status_code == 302
    assert desk.upload(content)["Location"] == first["Location"]
    page = text(desk.client.get(first["Location"]))
    assert 'hx-trigger="every 1s"' in page
    assert desk.client.get(first["Location"], HTTP_HX_REQUEST="true").headers.get("HX-Refresh") is None
    desk.work()
    assert desk.client.get(first["Location"], HTTP_HX_REQUEST="true").headers["HX-Refresh"] == "true"
    page = text(desk.client.get(first["Location"]))
    assert "The price 12,50 has a comma" in page
    assert "Before it can be published" not in page
    chinese = text(desk.client.get(first["Location"].replace("/en/", "/zh-hans/")))
    assert "价格 12,50 中有逗号" in chinese


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"PK\x03\x04xl/workbook.xml", "This is an Excel workbook", "这是 Excel 工作簿"),
        (b"%PDF-1.7", "This is a PDF document", "PDF"),
    ],
)
def test_what_is_no_csv_file_is_refused_in_the_readers_language(content: bytes, english: str, chinese: str) -> None:
    desk = Desk()
    for language, words in (("en", english), ("zh-hans", chinese)):
        answer = desk.upload(content, language=language)
        assert answer.status_code == 422
        assert words in text(answer)
    assert not ImportRun.objects.filter(merchant_id=desk.merchant_id).exists()


def test_a_file_that_fails_later_says_so_on_its_page() -> None:
    desk = Desk()
    where = desk.upload(b"Title,Variant Price\nScarf,1\n")["Location"]
    desk.work()
    assert desk.run().state == ImportState.FAILED
    assert "The column Handle is missing." in text(desk.client.get(where))


def test_the_rejected_rows_come_back_with_their_reason_in_the_readers_language() -> None:
    desk = Desk()
    where = desk.upload(make.feed(make.row(), make.more(value="Blue", price="12,50")))["Location"]
    desk.work()
    answer = desk.client.get(where.replace("/en/", "/zh-hans/") + "rejected/")
    lines = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"] == 'attachment; filename="products-rejected.csv"'
    assert "价格 12,50" in lines
    assert len(lines.strip().splitlines()) == 2


def test_an_import_is_undone_from_its_page() -> None:
    desk = Desk()
    where = desk.upload(make.feed(make.row()))["Location"]
    desk.work()
    assert "undo/" in text(desk.client.get(where))
    desk.client.post(where + "undo/")
    assert "Taking products.csv back" in text(desk.client.get(where))
    feeds.undo(merchant_id=desk.merchant_id, run_id=desk.run().id)
    (scarf,) = make.all_listings(merchant_id=desk.merchant_id).values()
    assert scarf.status is Status.ARCHIVED
    assert "undo/" not in text(desk.client.get(where))


def test_another_merchants_import_and_listing_are_not_there() -> None:
    desk, stranger = Desk(), Desk()
    where = desk.upload(make.feed(make.row()))["Location"]
    desk.work()
    (scarf,) = make.all_listings(merchant_id=desk.merchant_id).values()
    for path in (
        where,
        where + "rejected/",
        desk.at("imports/"),
        desk.at("listings/"),
        desk.at(f"listings/{scarf.ref}/"),
    ):
        assert stranger.client.get(path).status_code == 404
        assert stranger.client.get(path.replace(desk.slug, stranger.slug)).status_code in {200, 404}
    ref = desk.run().ref
    assert stranger.client.get(stranger.at(f"imports/{ref}/")).status_code == 404
    assert stranger.client.get(stranger.at(f"listings/{scarf.ref}/")).status_code == 404
    assert stranger.client.post(stranger.at(f"imports/{ref}/undo/")).status_code == 404
    assert stranger.client.post(stranger.at(f"listings/{scarf.ref}/pictures/")).status_code == 404


def test_a_listing_is_edited_with_codes_prices_and_texts_in_both_languages() -> None:
    desk = Desk()
    made = make.listing(merchant_id=desk.merchant_id, published=False, prices=())
    variant = made.variants[0]
    form = {
        "title_en": "Cherries", "title_zh-hans": "车厘子", "about_en": "", "about_zh-hans": "<p>甜</p>", "category": "food/fruit",
        "brand": "Larkspur", "origin": "us", "code_US": "0809.29.0000", "code_CN": "", "code_all": "080929",
        f"sku_{variant.ref}": "CH-1", f"grams_{variant.ref}": "1250", f"net_{variant.ref}": "1000",
        f"price_{variant.ref}_mall_USD": "19.50",
    }  # fmt: skip
    assert desk.client.post(desk.at(f"listings/{made.ref}/"), form).status_code == 302
    after = queries.listing_by_id(merchant_id=desk.merchant_id, listing_id=made.id)
    assert (after.titles, after.brand, after.origin) == ({"en": "Cherries", "zh-hans": "车厘子"}, "Larkspur", "US")
    assert after.goods_codes == {"US": "0809290000", "*": "080929"}
    assert (after.variants[0].sku, after.variants[0].gross_grams, after.variants[0].net_grams) == ("CH-1", 1250, 1000)
    assert after.variants[0].offers[0].price == Money(1950, "USD")
    for field, value in ((f"price_{variant.ref}_mall_USD", "19,50"), ("code_US", "12"), (f"grams_{variant.ref}", "a")):
        answer = desk.client.post(desk.at(f"listings/{made.ref}/"), form | {field: value})
        assert answer.status_code == 422
        assert f'value="{value}"' in text(answer)
    assert queries.listing_by_id(merchant_id=desk.merchant_id, listing_id=made.id) == after


def test_pictures_are_added_refused_and_taken_off() -> None:
    desk = Desk()
    made = make.listing(merchant_id=desk.merchant_id)
    where = desk.at(f"listings/{made.ref}/pictures/")
    desk.client.post(where, {"picture": SimpleUploadedFile("p.png", make.picture()), "alt": "Cherries in a bowl"})
    (picture,) = queries.listing_page(ref=made.ref).pictures
    assert picture.alt == {"en": "Cherries in a bowl"}
    answer = desk.client.post(where, {"picture": io.BytesIO(b"<svg/>")}, follow=True)
    assert "it is not a JPEG, PNG, WebP or GIF" in text(answer)
    served = desk.client.get(picture.small)
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert "immutable" in served["Cache-Control"]
    for close in served._resource_closers:
        close()  # its own close would end the test's connection as well
    desk.client.post(where + "drop/", {"digest": picture.digest})
    assert queries.listing_page(ref=made.ref).pictures == ()
