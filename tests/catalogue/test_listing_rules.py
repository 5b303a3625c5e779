"""What a listing is made of: clean descriptions, product numbers, goods codes, what it lacks, its category and options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.catalogue.rules.categories import category_for, tree
from entrepot.catalogue.rules.completeness import clean_code, gtin_holds, lacks, status_for
from entrepot.catalogue.rules.findings import MESSAGES
from entrepot.catalogue.rules.texts import clean_html, options_key, taken_out
from entrepot.catalogue.terms import Lack, Severity, Status


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick=x()>Hi</p>", "<p>Hi</p>"),
        ("<a href='javascript:x'>Hi</a>", "Hi"),
        ("<script>alert(1)</script>Hi", "Hi"),
        ("<style>p{}</style><p style='color:red'>Hi</p><p>&nbsp;</p>", "<p>Hi</p>"),
        ("plain & simple", "plain &amp; simple"),
        ("  plain  ", "plain"),
    ],
)
def test_descriptions_keep_their_words_and_lose_what_runs(dirty: str, clean: str) -> None:
    assert clean_html(dirty) == clean


def test_what_a_merchant_would_miss_is_named() -> None:
    assert taken_out("<p>x</p><IMG src=a><iframe></iframe><img>") == ("img", "iframe")


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_html("<p>" + text + "</p>")
    assert clean_html(once) == once
    assert "<script" not in once.lower()


@given(st.from_regex(r"[0-9]{11,12}", fullmatch=True), st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_breaks_a_gtin(body: str, place: int, by: int) -> None:
    check = next(str(digit) for digit in range(10) if gtin_holds(body + str(digit)))
    whole = body + check
    changed = str((int(whole[place]) + by) % 10)
    assert not gtin_holds(whole[:place] + changed + whole[place + 1 :])


@pytest.mark.parametrize("text", ["036000291452", "4006381333931", "96385074", "10614141000415"])
def test_real_gtins_hold(text: str) -> None:
    assert gtin_holds(text)


@pytest.mark.parametrize("text", ["", "12345", "0360002914521", "03600029145x", "٠٣٦٠٠٠٢٩١٤٥٢"])
def test_others_do_not(text: str) -> None:
    assert not gtin_holds(text)


def test_goods_codes_are_six_eight_or_ten_digits() -> None:
    assert [clean_code(text) for text in ("0809.29", "0809.29.00", "0809 29 00 00")] == [
        "080929",
        "08092900",
        "0809290000",
    ]
    for text in ("", "08092", "0809290", "abc123", "08092900000"):
        with pytest.raises(ValueError):
            clean_code(text)


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_nothing_incomplete_is_published(title: bool, code: bool, origin: bool, weighed: bool, priced: bool) -> None:
    missing = lacks(
        titles={"en": "x"} if title else {}, goods_codes={"US": "080929"} if code else {},
        origin="US" if origin else "", weighed=weighed, priced=priced,
    )  # fmt: skip
    assert (Lack.TITLE in missing) == (not title)
    assert bool(missing) == (not (title and code and origin and weighed and priced))
    for wanted in Status:
        status = status_for(wanted=wanted, complete=not missing)
        assert status is (Status.DRAFT if wanted is Status.PUBLISHED and missing else wanted)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"kind": "Cherries"}, "food/fruit/cherries"),
        ({"kind": "women's scarves"}, "clothing/accessories"),
        ({"product_category": "Apparel & Accessories > Clothing > Dresses"}, "clothing/women"),
        ({"product_category": "Sporting Goods > Outdoor Recreation > Unheard Of"}, "outdoor"),
        ({"kind": "手机壳"}, "electronics/phone-cases"),
        ({"kind": "", "title": "iPhone Case, clear"}, "electronics/phone-cases"),
        ({"kind": "Bike Accessories"}, "outdoor/cycling"),
        ({"kind": "", "tags": ["sale", "Fish Oil"]}, "health/fish-oil"),
        ({"kind": "Qwerty"}, ""),
    ],
)
def test_a_merchants_words_lead_into_the_tree(words: dict[str, str], path: str) -> None:
    assert category_for(**{"product_category": "", "kind": "", **words}) == path  # type: ignore[arg-type]


def test_every_category_but_the_roots_has_its_parent_before_it() -> None:
    seen: set[str] = set()
    for path, _ in tree():
        assert "/" not in path or path.rpartition("/")[0] in seen
        seen.add(path)


def test_options_are_compared_without_width_case_and_space() -> None:
    assert options_key(["Ｒｅｄ", " Large "]) == options_key(["red", "large"])
    assert options_key(["a", "b"]) != options_key(["ab", ""])


def test_every_sentence_fills_and_errors_have_a_remedy() -> None:
    for code, said in MESSAGES.items():
        assert said.message.endswith((".", "}.")), code
        assert said.remedy or said.severity is Severity.NOTE, code
