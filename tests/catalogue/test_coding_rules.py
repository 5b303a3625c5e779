"""Goods codes from texts: what is compared, how likely it is, what is asked, what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.catalogue.queries.coding import shipped_model
from entrepot.catalogue.rules.coding import Memory, memory_bytes, memory_from, suggestion, trusted
from entrepot.catalogue.rules.coding.index import index_of
from entrepot.catalogue.rules.coding.learning import is_held_out, of_goods, of_hts, own_words
from entrepot.catalogue.rules.coding.ranking import calibration_error, chance_error, heat_of, softmax, stepped, steps_of
from entrepot.catalogue.rules.coding.remembering import believed, mixed, recalled
from entrepot.catalogue.rules.coding.words import features, is_chinese, is_readable, singular, words
from entrepot.catalogue.terms import Asked, CodingFileUnreadable, Kind, Labelled

MODEL = shipped_model()


def first(text: str, **more: object) -> str:
    found = suggestion(MODEL, Asked(text, **more))  # type: ignore[arg-type]
    return found.candidates[0].code if found.candidates else "refused"


PLAIN = (
    ("stainless steel vacuum flask 500 ml", "961700"),
    ("phone case", "392690"),
    ("cotton T-shirt", "610910"),
    ("face cream 50 ml", "330499"),
    ("fresh cherries", "080929"),
    ("power bank 10000 mAh", "850760"),
    ("running shoes", "640411"),
    ("board game", "950490"),
    ("手机壳", "392690"),
    ("不锈钢保温杯 500ml", "961700"),
    ("纯棉短袖T恤", "610910"),
    ("美国车厘子 2kg", "080929"),
    ("婴儿纸尿裤 L号", "961900"),
    ("面霜", "330499"),
    ("蓝牙耳机", "851830"),
    ("曲奇饼干", "190531"),
)


@pytest.mark.parametrize(("text", "code"), PLAIN)
def test_plain_titles_get_their_code_first(text, code):
    assert first(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "   ", "12345 67890", "!!! ???", "привет мир это чашка", "كوب من الفولاذ", "手" * 30_000, "x" * 100_000, "\x00\x01\x02",
     "qwxz vbnmk plghj"],
)  # fmt: skip
def test_what_is_no_description_is_refused(text):
    found = suggestion(MODEL, Asked(text))
    assert found.refused
    assert found.candidates == ()
    assert found.question is None


def test_control_characters_change_nothing():
    assert first("vacuum\x00 \x07flask\u200b") == first("vacuum flask")


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_probabilities_are_shares_in_falling_order(text, description):
    found = suggestion(MODEL, Asked(text, description))
    scores = [one.score for one in found.candidates]
    assert all(0 <= score <= 1 for score in scores)
    assert sum(scores) <= 1 + 1e-9
    assert scores == sorted(scores, reverse=True)
    assert found.refused == (not found.candidates)
    assert len(found.candidates) <= 10


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_the_calibration_line_never_falls(pairs):
    steps = steps_of([raw for raw, _ in pairs], [hit for _, hit in pairs])
    assert [raw for raw, _ in steps] == sorted(raw for raw, _ in steps)
    assert [true for _, true in steps] == sorted(true for _, true in steps)
    assert all(0 <= true <= 1 for _, true in steps)


def test_corrected_probabilities_never_exceed_one_in_all():
    assert stepped(np.array([0.5, 0.5]), [(0.0, 0.9), (1.0, 1.0)]).sum() == pytest.approx(1)


def test_calibration_error_is_the_distance_of_belief_and_truth():
    assert calibration_error([0.8] * 10, [True] * 8 + [False] * 2, bins=1) == pytest.approx(0)
    assert calibration_error([0.9] * 10, [False] * 10, bins=1) == pytest.approx(0.9)


def test_a_dress_asks_what_decides_and_the_answer_narrows():
    found = suggestion(MODEL, Asked("women's dress"))
    assert found.question is not None
    answers = {one.key for one in found.question.answers}
    key = found.question.key
    chosen = min(answers)
    after = suggestion(MODEL, Asked("women's dress", answers={key: chosen}))
    codes = next(one.codes for one in found.question.answers if one.key == chosen)
    assert after.candidates[0].code.startswith(codes)
    assert after.question is None or after.question.key != key


def test_every_question_speaks_both_languages_and_of_codes_that_are_there():
    known = set(MODEL.index.codes)
    for question in MODEL.questions:
        assert set(question.text) == {"en", "zh-hans"}
        reached = [one for one in question.answers if any(code.startswith(one.codes) for code in known)]
        assert len(reached) > 1, question.key
        for answer in question.answers:
            assert set(answer.text) == {"en", "zh-hans"}
            assert all(code.isdigit() and len(code) in {2, 4, 6} for code in answer.codes)


def test_an_unknown_answer_changes_nothing():
    plain = suggestion(MODEL, Asked("leather bag"))
    odd = suggestion(MODEL, Asked("leather bag", answers={"knitted": "neither", "nonsense": "x"}))
    assert [one.code for one in plain.candidates] == [one.code for one in odd.candidates]


def test_what_was_decided_before_comes_first():
    memory = index_of([Labelled("Zorblax wonder cup", "691200", Kind.MEMORY, "decision")])
    found = suggestion(MODEL, Asked("Zorblax wonder cup"), [Memory(memory)])
    assert found.candidates[0].code == "691200"
    assert found.candidates[0].score > 0.9
    assert found.candidates[0].because[0].kind is Kind.MEMORY


def test_words_are_cut_alike_for_both_sides():
    assert words("Vacuum Flasks, 500 ml!") == ["vacuum", "flask"]
    assert words("不锈钢保温杯") == ["不锈钢", "保温杯"]
    assert singular("batteries") == "battery"
    assert singular("glass") == "glass"
    assert "wflask" in features("flasks")
    assert len(words("word " * 1000)) <= 60


def test_scripts_are_told_apart():
    assert is_chinese("iPhone 手机壳")
    assert not is_chinese("phone case")
    assert is_readable("café crème")
    assert not is_readable("привет")
    assert not is_readable("")


def test_held_out_texts_go_with_their_like():
    assert is_held_out("Phone Cases") == is_held_out("phone case")
    letters = "abcdefghij"
    several = [f"{a}{b}x {c}qz" for a in letters for b in letters for c in letters]
    assert 60 < sum(is_held_out(text) for text in several) < 140


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda text: list(of_goods(text, "g.csv", "x")), "wrong,columns\n1,2\n"),
        (lambda text: list(of_goods(text, "g.csv", "x")), "title,code\n" + "a,nonsense\n" * 5),
        (lambda text: list(of_hts(text, "h.json")), '[{"htsno": "0101'),
        (lambda text: list(of_hts(text, "h.json")), '{"a": 1}'),
        (lambda text: own_words(text, "w.csv"), "code,title_en\n961700,flask\n"),
    ],
)
def test_files_that_do_not_look_right_are_refused_by_name(read, text):
    with pytest.raises(CodingFileUnreadable) as refusal:
        read(text)
    assert ".csv" in str(refusal.value) or ".json" in str(refusal.value)


def test_a_spreadsheets_lost_nought_is_put_back():
    assert [one.code for one in of_goods("title,code\nlive horses,101210000\n", "g.csv", "x")] == ["010121"]


def test_a_large_memory_is_believed_as_far_as_its_own_titles_bear_out():
    things = [("cup", "691200"), ("lamp", "940521"), ("scarf", "611710"), ("spoon", "821599"), ("rope", "560750")]
    letters = "abcdefghijklmnop"
    shades = [f"q{a}{b}v" for a in letters for b in letters]
    index = index_of(
        Labelled(f"{thing}{shade} {thing} zz{thing}", code, Kind.MEMORY, "x")
        for thing, code in things
        for shade in shades
    )
    memory = trusted(index, lambda _: {"691200": 0.2})
    assert memory.trust is not None
    said = recalled(memory, Asked("newest cup zzcup"))
    after = mixed({"940521": 0.6, "691200": 0.2}, said)
    assert max(after, key=lambda code: after[code]) == "691200"
    assert after["691200"] > 0.75
    assert sum(after.values()) <= 1 + 1e-9
    kept = memory_from(memory_bytes(memory), "taught.npz")
    assert kept.trust == memory.trust
    assert believed(recalled(kept, Asked("cupqabv cup zzcup"))) >= believed(said)


def test_a_small_memory_has_no_fit_and_an_unlike_question_is_left_alone():
    index = index_of([Labelled("blue cup", "691200", Kind.MEMORY, "x")])
    memory = trusted(index, lambda _: {})
    assert memory.trust is None
    assert mixed({"940521": 0.6}, recalled(memory, Asked("zebra"))) == {"940521": 0.6}


def test_too_sure_a_ranking_is_cooled_to_what_is_true():
    sums = np.array([4.0, 0.0])
    rows = [(sums, 0)] * 300 + [(sums, 1)] * 100
    assert softmax(sums * heat_of(rows))[0] == pytest.approx(0.75, abs=0.01)


def test_the_error_by_chance_falls_with_the_number_of_texts():
    assert chance_error([0.5] * 4_000) < chance_error([0.5] * 400) < chance_error([0.5] * 40)
    assert chance_error([1.0] * 40) == 0
