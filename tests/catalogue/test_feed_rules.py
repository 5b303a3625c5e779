"""Reading a merchant's file: kinds, encodings, dialects, limits, and what is said about odd cells."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.catalogue.rules import feed_bytes
from entrepot.catalogue.rules.feed_bytes import encoding_of, inspect
from entrepot.catalogue.rules.feed_file import FeedFile
from entrepot.catalogue.rules.feed_shapes import FeedProduct
from entrepot.catalogue.rules.findings import MESSAGES, sentence
from entrepot.catalogue.terms import Dialect, ImportTrouble, Severity
from tests.catalogue import make

SMALL = "Handle,Title,Variant Price\n"


def read(content: bytes, *, currency: str = "USD", chosen: str = "") -> list[FeedProduct]:
    file = io.BytesIO(content)
    inspect(file)
    feed = FeedFile(file, encoding=encoding_of(file, chosen=chosen))
    return [product for batch in feed.batches(currency=currency) for product in batch.products]


def codes(products: Iterable[FeedProduct]) -> list[str]:
    return [said.code.removeprefix("feed.") for product in products for said in product.findings]


def refused(content: bytes, **how: str) -> tuple[str, dict[str, str | int]]:
    with pytest.raises(ImportTrouble) as trouble:
        read(content, **how)
    assert trouble.value.why in MESSAGES
    return trouble.value.why.removeprefix("feed."), dict(trouble.value.details)


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("products.csv", SMALL)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (workbook(), "excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "excel"),
        (archive(), "zip"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "picture"),
        (b"\n<!doctype html><title>Sign in</title>", "html"),
        (b'{"products": []}', "json"),
        (bytes(range(256)) * 4, "binary"),
        (b"\x7fELF" + bytes(300), "binary"),
        (gzip.compress(gzip.compress(SMALL.encode(), mtime=0), mtime=0), "gzip_twice"),
        (gzip.compress(SMALL.encode() * 100, mtime=0)[:-20], "gzip_broken"),
        (b"name,colour\nx,red\n", "heading_unknown"),
        (b"Hello there, this is a letter.\nIt has lines.\n", "heading_unknown"),
        (b"Title,Variant Price\nScarf,1\n", "heading_missing"),
        (b"Handle,Variant Price\nscarf,1\n", "heading_missing"),
        (b"Handle,Title,handle \nscarf,Scarf,scarf\n", "heading_twice"),
        (("Handle,Title," + ",".join(f"c{n}" for n in range(400)) + "\n").encode(), "too_many_columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_product_file_is_refused_by_name(content: bytes, why: str) -> None:
    assert refused(content)[0] == why


def test_a_missing_column_is_named() -> None:
    assert refused(b"Title,Variant Price\nScarf,1\n") == ("heading_missing", {"column": "Handle"})
    assert refused(b"Title,SKU,Price\nScarf,1,2\n") == ("heading_missing", {"column": "URL handle"})
    assert refused(b"URL handle,SKU,Price\nscarf,1,2\n") == ("heading_missing", {"column": "Title"})


def test_a_quotation_mark_left_open_names_its_line() -> None:
    content = SMALL + 'a,A,1\nb,"B,2\n' + "c,C,3\n" * 300_000
    assert refused(content.encode()) == ("quote_open", {"line": 3})


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    assert refused(SMALL.encode() + b"x" * (feed_bytes.LINE_MAX + 1))[0] == "line_too_long"


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    row = b"a,A,1\n"
    assert refused(gzip.compress(SMALL.encode() + row * 4_000_000))[0] == "bomb"
    monkeypatch.setattr(feed_bytes, "FILE_MAX", 1_000_000)
    assert refused(gzip.compress(SMALL.encode() + row * 200_000)) == ("too_large", {"megabytes": 0})


def test_a_compressed_file_is_read() -> None:
    assert [product.handle for product in read(gzip.compress(make.feed(make.row())))] == ["scarf"]


CHINESE = make.row(Title="真丝围巾，轻盈保暖", Vendor="苏州丝绸", value="红色")
WESTERN = make.row(Title="Écharpe en soie naturelle", Vendor="Café Müller", value="Crème")


@pytest.mark.parametrize(
    ("row", "codec", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "gb18030", "gb18030"),
        (WESTERN, "utf-8", "utf-8"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "utf-16", "utf-16"),
        (make.row(), "ascii", "utf-8"),
    ],
)
def test_encodings_are_recognised_and_the_letters_come_through(row: dict[str, str], codec: str, found: str) -> None:
    content = make.feed(row).decode().encode(codec)
    file = io.BytesIO(content)
    inspect(file)
    assert encoding_of(file) == found
    (product,) = read(content)
    assert product.head is not None
    assert set(product.head.titles.values()) == {row["Title"]}
    assert product.head.brand == row.get("Vendor", "")
    assert product.variants[0].options == (row["Option1 Value"],)


def test_letters_beyond_the_first_thousands_of_rows_decide_too() -> None:
    rows = [make.row(f"p{n}") for n in range(3000)]
    content = make.feed(*rows, CHINESE).decode().encode("gb18030")
    assert encoding_of(io.BytesIO(content)) == "gb18030"


def test_a_chosen_encoding_that_does_not_fit_is_refused() -> None:
    content = make.feed(CHINESE).decode().encode("gb18030")
    assert refused(content, chosen="utf-8") == ("not_decodable", {"encoding": "utf-8"})
    assert refused(content, chosen="klingon")[0] == "encoding_unknown"
    assert read(content, chosen="gb18030")[0].head is not None


def test_a_row_with_broken_letters_is_handed_back_and_names_its_column() -> None:
    good = "".join(f"p{n},丝绸围巾{n},1\n" for n in range(40)).encode()
    products = read(SMALL.encode() + good + "x,围\n".encode()[:-2] + b"\xff,1\n")
    assert codes(products) == ["letters_lost"]
    assert products[-1].findings[0].facts == {"column": "Title"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators_are_recognised(delimiter: str) -> None:
    (product,) = read(make.feed(make.row(Tags="a, b; c | d"), delimiter=delimiter))
    assert product.variants[0].price == 1250


def test_headings_are_recognised_in_any_case_and_with_space_around() -> None:
    products = read(b" HANDLE , title,VARIANT  PRICE\nscarf,Scarf,3\n")
    assert products[0].variants[0].price == 300


def test_unknown_columns_are_said_once_when_something_stands_in_them() -> None:
    file = io.BytesIO(b"Handle,Title,Price,Colour of the moon,Never\na,Scarf,1,blue,\nb,Scarf,1,red,\n")
    (batch,) = FeedFile(file, encoding="utf-8").batches(currency="USD")
    said = [(found.code, found.field, found.line) for found in batch.findings]
    assert said == [("feed.column_unused", "Colour of the moon", 2)]


@pytest.mark.parametrize(
    ("value", "code", "facts"),
    [
        ("12,50", "price_comma", {"value": "12,50"}),
        ("1,299.00", "price_comma", {"value": "1,299.00"}),
        ("$12", "price_form", {"value": "$12"}),
        ("-3", "price_form", {"value": "-3"}),
        ("1e3", "price_form", {"value": "1e3"}),
        ("１２", "price_form", {"value": "１２"}),
        ("12.505", "price_fine", {"value": "12.505", "currency": "USD", "decimals": 2}),
    ],
)
def test_a_price_is_never_guessed(value: str, code: str, facts: dict[str, str | int]) -> None:
    (product,) = read(make.feed(make.row(price=value)))
    (found,) = product.findings
    assert (found.code, found.field, found.line, found.severity) == (f"feed.{code}", "Variant Price", 2, Severity.ERROR)
    assert dict(found.facts) == facts
    assert product.variants == ()
    assert product.rejected == {2}
    assert all(sentence(found.code, found.facts))


def test_a_price_follows_its_currency() -> None:
    assert read(make.feed(make.row(price="1200")), currency="JPY")[0].variants[0].price == 1200
    assert codes(read(make.feed(make.row(price="12.50")), currency="JPY")) == ["price_fine"]
    assert read(make.feed(make.row(price="'12.500")), currency="KWD")[0].variants[0].price == 12500


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"price": ""}, ["price_missing"]),
        ({"price": "0.00"}, ["price_zero"]),
        ({"compare": "9"}, ["compare_low"]),
        ({"compare": "9,90"}, ["compare_form"]),
        ({"compare": "0.00"}, []),
        ({"quantity": "-3"}, ["stock_negative"]),
        ({"quantity": "three"}, ["quantity_form"]),
        ({"quantity": "4.0"}, []),
        ({"tracker": ""}, ["untracked"]),
        ({"grams": "1,5"}, ["weight_form"]),
        ({"grams": "453.6"}, []),
        ({"barcode": "036000291452"}, []),
        ({"barcode": "'036000291452"}, []),
        ({"barcode": "36000291452"}, ["barcode_zero"]),
        ({"barcode": "036000291453"}, ["barcode_check"]),
        ({"barcode": "3.60003E+11"}, ["barcode_spoiled"]),
        ({"barcode": "A-17"}, ["barcode_own"]),
        ({"picture": "img/1.jpg"}, ["picture_address"]),
        ({"picture": "javascript:alert(1)"}, ["picture_address"]),
        ({"Published": "maybe"}, ["published_form"]),
        ({"Status": "gone"}, ["status_form"]),
        ({"code": "12345"}, ["goods_code_form"]),
        ({"origin": "Italy"}, ["origin_form"]),
        ({"option": ""}, ["option_name_missing"]),
        ({"Type": "Zzz", "Title": "Zzz"}, ["category_unknown"]),
        ({"body": "<p>x</p><script>1</script><img src=y>"}, ["html_cleaned"]),
        ({"Title": "x" * 256, "Type": "Scarf"}, ["too_long"]),
    ],
)
def test_what_is_said_about_odd_cells(cells: dict[str, str], expected: list[str]) -> None:
    assert codes(read(make.feed(make.row(**cells)))) == expected


def test_codes_stay_text() -> None:
    (product,) = read(make.feed(make.row(sku="'00123", barcode="'036000291452")))
    assert (product.variants[0].sku, product.variants[0].barcode) == ("00123", "036000291452")


def test_a_row_of_the_wrong_width_is_handed_back_and_the_others_go_in() -> None:
    products = read((SMALL + "a,Scarf,1\nb,Scarf\nc,Scarf,1,2\nd,Scarf,1,,\n\n").encode())
    assert [(product.handle, codes([product])) for product in products] == [
        ("a", []), ("b", ["row_width"]), ("c", ["row_width"]), ("d", []),
    ]  # fmt: skip


def test_rows_without_a_handle_or_with_nothing_are_said() -> None:
    products = read(make.feed(make.row("", Title="X"), make.row(), make.more()))
    assert codes(products) == ["handle_missing", "rows_nothing"]


def test_lines_count_from_where_a_row_begins() -> None:
    products = read((SMALL + 'a,"Scarf\nof\nsilk",1\nb,Scarf,"1,5"\n').encode())
    assert [product.line for product in products] == [2, 5]
    assert products[1].findings[0].line == 5


def test_default_title_is_no_option() -> None:
    (product,) = read(make.feed(make.row(option="Title", value="Default Title")))
    assert product.head is not None
    assert (product.head.option_names, product.variants[0].options) == ((), ())


def test_the_same_variant_twice_in_a_product_counts_once() -> None:
    (product,) = read(make.feed(make.row(), make.more(value=" RED ", price="9")))
    assert codes([product]) == ["variant_twice"]
    assert [variant.price for variant in product.variants] == [1250]


def test_a_product_of_too_many_rows_is_handed_back_whole() -> None:
    rows = [make.more(value=str(number), price="1") for number in range(2600)]
    products = read(make.feed(make.row(), *rows))
    assert codes(products[:1])[0] == "product_too_large"
    assert products[0].variants == ()
    assert len(products[0].rejected) == products[0].rows


def test_own_columns_give_the_other_language_and_national_codes() -> None:
    columns = ("URL handle", "Title", "Price", "中文 (product.metafields.entrepot.title_zh_hans)",
               "a (product.metafields.entrepot.goods_code_cn)", "n (product.metafields.entrepot.net_grams)",
               "Care (product.metafields.custom.care)", "Weight value (grams)")  # fmt: skip
    row = dict(zip(columns, ("s", "Silk scarf", "1", "真丝围巾", "6214.1000", "90", "Hand wash", "110"), strict=True))
    (product,) = read(make.feed(row, columns=columns))
    assert product.head is not None
    assert dict(product.head.titles) == {"en": "Silk scarf", "zh-hans": "真丝围巾"}
    assert dict(product.head.goods_codes) == {"CN": "62141000"}
    assert dict(product.head.attributes) == {"custom.care": "Hand wash"}
    assert (product.variants[0].net_grams, product.variants[0].gross_grams) == (90, 110)


def test_a_chinese_title_goes_under_chinese() -> None:
    (product,) = read(make.feed(make.row(Title="真丝围巾 Silk")))
    assert product.head is not None
    assert list(product.head.titles) == ["zh-hans"]


def test_reading_goes_on_behind_the_line_where_it_stopped() -> None:
    content = make.feed(*(make.row(f"p{n}") for n in range(20)))
    whole = read(content)
    rest = FeedFile(io.BytesIO(content), encoding="utf-8").batches(currency="USD", after=whole[9].last)
    assert [product for batch in rest for product in batch.products] == whole[10:]


def test_dialects_are_told_apart() -> None:
    for headings, dialect in (
        ("Handle,Title,Variant Price", Dialect.SHOPIFY_LEGACY),
        ("URL handle,Title,Price", Dialect.SHOPIFY),
        ("Handle,Title,SKU,HS Code,COO,Location,On hand (new)", Dialect.SHOPIFY_INVENTORY),
        ("Handle,Title,SKU,HS Code,COO,Berlin,Lyon", Dialect.SHOPIFY_INVENTORY),
    ):
        assert FeedFile(io.BytesIO(f"{headings}\n".encode()), encoding="utf-8").headings.dialect is dialect


def test_an_older_inventory_file_adds_up_its_places() -> None:
    content = b"Handle,Title,SKU,HS Code,COO,Berlin,Lyon\nscarf,Scarf,s,,,4,3\nscarf,Scarf,t,,,not stocked,\n"
    (batch,) = FeedFile(io.BytesIO(content), encoding="utf-8").batches(currency="USD")
    assert [count.quantity for count in batch.counts] == [7, None]


@given(
    st.lists(
        st.text(
            alphabet=st.characters(blacklist_characters="\r\n\x00\ufffd", blacklist_categories=["Cs"]), max_size=30
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_cell_survives_the_way_through_a_csv_file(cells: list[str]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Handle", "Title", "Vendor"])
    for number, cell in enumerate(cells):
        writer.writerow([f"p{number}", f"Scarf {number}", cell])
    products = read(out.getvalue().encode())
    brands = [product.head.brand for product in products if product.head]
    assert [brand for brand in brands if brand] == [
        stripped[1:] if stripped[:1] == "'" and stripped[1:2] in tuple("=+-@\t") else stripped
        for stripped in (cell.strip() for cell in cells)
        if stripped
    ]
