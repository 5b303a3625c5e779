"""How text is cut and what words mean."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.search import rules
from entrepot.search.rules import dictionary
from entrepot.search.terms import Suggestion, WordsTooLong


def test_english_words_meet_in_their_stem() -> None:
    assert rules.tokens("Cherries") == rules.tokens("cherry") == ("cherri",)
    assert rules.tokens("Men's Running Shoes") == ("men", "run", "shoe")


def test_full_width_and_accents_make_no_difference() -> None:
    assert rules.tokens("ＵＳＢ Café") == rules.tokens("usb cafe")


def test_chinese_is_cut_into_words_and_the_words_inside_them() -> None:
    assert {"手机壳", "手机"} <= set(rules.tokens("苹果手机壳"))
    assert "帝王蟹" in rules.tokens("阿拉斯加帝王蟹腿")


def test_mixed_text_is_cut_by_script() -> None:
    assert {"iphone15", "iphon", "15", "手机壳"} <= set(rules.tokens("iPhone15手机壳"))


def test_a_weight_stays_one_word_and_is_found_apart() -> None:
    assert {"2.5kg", "2.5", "kg"} <= set(rules.tokens("2.5kg礼盒"))


@given(st.text(max_size=80))
def test_any_text_can_be_cut_and_its_tokens_hold_no_space(text: str) -> None:
    assert all(token and not any(letter.isspace() for letter in token) for token in rules.tokens(text))


@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    for asked in rules.understood(text):
        assert asked.tokens
        assert asked.tokens not in asked.others


@given(st.text(max_size=60), st.text(max_size=20))
def test_pieces_join_to_the_text_itself(text: str, words: str) -> None:
    assert "".join(piece.text for piece in rules.pieces(text, rules.understood(words))) == text


def test_a_chinese_word_is_also_asked_in_english_and_back() -> None:
    (cherry,) = rules.understood("车厘子")
    assert {("cherri",), ("樱桃",)} <= set(cherry.others)
    (case,) = rules.understood("phone cases")
    assert case.tokens == ("phone", "case")
    assert ("手机壳",) in case.others


def test_the_longest_known_meaning_wins() -> None:
    assert [one.text for one in rules.understood("fresh green tea")] == ["fresh", "green tea"]


def test_every_meaning_of_the_dictionary_is_understood_in_each_way() -> None:
    for english, chinese in dictionary.MEANINGS:
        for way in english:
            (asked,) = rules.understood(way)
            assert {rules.tokens(one)[-1] for one in chinese} <= {other[-1] for other in asked.others}, way
        for way in chinese:
            others = {other for asked in rules.understood(way) for other in asked.others}
            assert {rules.tokens(one) for one in english} <= others, way


def test_words_that_say_nothing_fall_away_unless_alone() -> None:
    assert [one.text for one in rules.understood("case for the iphone")] == ["case", "iphone"]
    assert [one.text for one in rules.understood("the")] == ["the"]


def test_too_many_words_are_refused() -> None:
    with pytest.raises(WordsTooLong):
        rules.understood("x" * 201)


def test_a_translated_phrase_is_marked_only_where_it_stands_together() -> None:
    pieces = rules.pieces("Phone case, pencil case", rules.understood("手机壳"))
    assert [(piece.text, piece.marked) for piece in pieces] == [("Phone case", True), (", pencil case", False)]


def test_marks_follow_the_stem_and_the_script() -> None:
    marked = [piece.text for piece in rules.pieces("Sweet CHERRIES 大樱桃", rules.understood("车厘子")) if piece.marked]
    assert marked == ["CHERRIES", "樱桃"]


@pytest.mark.parametrize(
    ("one", "other", "slips"), [("chery", "cherry", 1), ("hcerry", "cherry", 1), ("cherry", "cherry", 0), ("abcd", "wxyz", 2)]
)  # fmt: skip
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert rules.slips(one, other, most=1) == slips


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert rules.slips(one, other, most=9) == rules.slips(other, one, most=9)


def test_of_equally_near_words_the_frequent_one_was_meant() -> None:
    known = [Suggestion("cherty", 1), Suggestion("cherry", 9), Suggestion("apple", 99)]
    assert rules.nearest("chervy", known) == "cherry"
    assert rules.nearest("zzzzzz", known) is None
    assert rules.nearest("abc", [Suggestion("abd", 1)]) is None


@pytest.mark.parametrize("currency", rules.CURRENCIES)
def test_price_bands_leave_no_gap(currency: str) -> None:
    bands = rules.bands(currency)
    assert bands[0][0] == 0
    assert bands[-1][1] is None
    assert all(before[1] == after[0] for before, after in itertools.pairwise(bands))


@given(st.text(max_size=80))
def test_cutting_by_script_gives_the_same_tokens(text: str) -> None:
    spaced, unspaced = rules.by_script(text)
    assert sorted(spaced + unspaced) == sorted(rules.tokens(text))
