"""Revisions of the HTS: inheritance, special groups, column 2, the tree, dates; and what is refused.

hts_excerpt.json holds lines in the form of the USITC's export. Source: HTS 2026 rev. 10; some lines shortened.
"""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from entrepot.customs import queries
from entrepot.customs.models import MeasureRow
from entrepot.customs.rules import (
    claimable,
    compiled,
    duty_at,
    goods_for,
    leaves_of,
    measures_on,
    schedule_from,
    successors_of,
)
from entrepot.customs.rules.loaders import TariffFile, recognise
from entrepot.customs.rules.loaders.hts import hts_lines, rated_lines, read_hts
from entrepot.customs.services import load_part
from entrepot.customs.terms import Law, TariffUnreadable
from tests.customs import make

EXCERPT = Path(__file__).with_name("hts_excerpt.json").read_bytes()
DATES = (
    b"revision,effective_date,policy_effective_date\nbasic,2025-01-01,NA\nrev_16,2025-06-06,2025-07-01\n"
    b"2026_basic,2026-01-01,NA\n2026_rev_5,2026-04-06,NA\n"
)
CONCORDANCE = b"old_hts10,new_hts10,change_type\n6109100012,6109100013,split\n6109100012,6109100012,same\nNA,1,added\n"
ON = date(2026, 3, 2)


def file(revision: str = "2025_basic", body: bytes = EXCERPT, **beside: bytes) -> TariffFile:
    files = {"revision_dates.csv": DATES, "hts_concordance.csv": CONCORDANCE} | beside
    return TariffFile(f"hts_{revision}.json", body, files)


def changed(change: Callable[[list], object]) -> bytes:
    rows = json.loads(EXCERPT)
    change(rows)
    return json.dumps(rows).encode()


def law(on: date = ON, body: bytes = EXCERPT) -> Law:
    rows = read_hts(file(body=body), at_least=5).rows
    return compiled(destination="US", currency="USD", on=on, rows=rows, version="t")


def base(law: Law, code: str, origin: str = "VN", *claims: str) -> list[str]:
    found = measures_on(law=law, code=code, origin=origin)
    return [one.rate.text for one in found if claimable(measure=one, claims=claims)]


def test_a_blank_rate_inherits_and_is_never_free() -> None:
    assert base(law(), "6109100012") == ["16.5%"]
    assert base(law(), "7202111000") == ["1.4%"]


def test_column_2_is_for_its_four_countries_and_no_preference_is_theirs() -> None:
    assert base(law(), "6109100012", "RU") == ["90%"]
    assert base(law(), "6109100012", "RU", "KR") == ["90%"]
    assert base(law(), "6109100012", "KR", "KR") == ["16.5%", "Free"]


def test_each_group_of_a_special_cell_is_had_by_its_own_programmes() -> None:
    assert base(law(), "8211922000", "JP", "JP") == ["0.8¢ each + 4.6%", "3.2%"]
    assert base(law(), "8211922000", "AU", "AU") == ["0.8¢ each + 4.6%", "Free"]
    found = measures_on(law=law(), code="8211922000", origin="MX")
    (see,) = [one for one in found if claimable(measure=one, claims=["S+"]) and one.claims_any]
    assert duty_at(rate=see.rate, value=make.Decimal(1), measures={}) == "duty:9822.04.65"


def test_the_tree_keeps_the_words_of_headings_without_a_code() -> None:
    men = goods_for(law=law(), code="6109100012")
    assert men is not None
    assert (men.text["en"], men.above, men.units, men.indent) == ("Men's (338)", ("Men's or boys':",), ("doz", "kg"), 4)
    assert [one.code for one in leaves_of(law=law(), code="6109")] == ["6109100012", "6109100014"]
    cotton = goods_for(law=law(), code="61091000")
    assert cotton is not None
    assert cotton.footnotes == (("general", "See 9903.88.15."),)


def test_headings_of_chapter_99_are_left_to_their_own_parts() -> None:
    assert not [line for line in hts_lines(file(), at_least=5) if line.code.startswith("99")]
    assert "9801001000"[:8] in rated_lines(hts_lines(file(), at_least=5))


def test_a_rate_under_a_rated_heading_of_chapter_99_is_no_stumbling_block() -> None:
    def deeper(rows: list) -> None:
        over = rows[0] | {"htsno": "9903.01.24", "indent": "0", "general": "10%", "other": "10%"}
        rows += [over, over | {"htsno": "9903.01.24.10", "indent": "1", "general": "20%"}]

    assert not [line for line in hts_lines(file(body=changed(deeper)), at_least=5) if line.code.startswith("99")]


def test_a_revision_holds_from_the_later_of_the_days_it_is_given() -> None:
    loading = read_hts(file("2025_rev_16"), at_least=5)
    assert (loading.edition, loading.rows.holds_from) == ("2025 rev. 16", date(2025, 7, 1))
    assert read_hts(file("2026_rev_5"), at_least=5).rows.holds_from == date(2026, 4, 6)
    alone = TariffFile("hts_2026_basic.json", EXCERPT)
    assert read_hts(alone, at_least=5).rows.holds_from == date(2026, 1, 1)


def test_the_year_before_the_first_revision_is_told_by_it_and_flagged_by_its_date() -> None:
    before = law(date(2024, 6, 3))
    (rate,) = measures_on(law=before, code="6109100012", origin="VN")[:1]

    assert (rate.rate.text, rate.valid_from) == ("16.5%", date(2025, 1, 1))
    assert base(law(date(2023, 12, 31)), "6109100012") == []
    assert schedule_from(law=before) == date(2024, 1, 1)


def test_the_files_are_recognised_by_name_and_by_their_first_bytes() -> None:
    for name in ("hts_2026_rev_10.json.gz", "hts_2025_basic.json", "download.json"):
        kind = recognise(name=name, head=EXCERPT[:2000])
        assert kind is not None
        assert kind.part == "us.hts"
    assert recognise(name="notes.json", head=b"{}") is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (EXCERPT[:-900], "line 2[0-9]: the text ends or breaks"),
        (EXCERPT[: len(EXCERPT) // 2] + b"\x00\xff", "the text ends or breaks"),
        (b"", "the text ends or breaks"),
        (b'{"htsno": "6109"}', "not of the schedule's form"),
        (b"[]", "0 rows; a whole revision has 5 or more"),
        (changed(lambda rows: rows[3].pop("general")), "not of the schedule's form.*general"),
        (changed(lambda rows: rows[3].update(htsno="6109.10.0O.12")), "line 4: '6109.10.0O.12' is no code"),
        (changed(lambda rows: rows[3].update(indent="four")), "line 4: the indent 'four' is no number"),
        (changed(lambda rows: rows[3].update(htsno="6109.10.00.14")), "line 5: 6109.10.00.14 stands there twice"),
        (changed(lambda rows: rows[1].update(general="sixteen")), "line 2: the rate 'sixteen' of 6109.10.00"),
        (changed(lambda rows: rows[1].update(special="Free AU)")), "line 2: the special rate"),
        (changed(lambda rows: rows[1].update(general="", special="", other="")), "line 4: 6109.10.00.12 has no rate"),
        (changed(lambda rows: rows[5].update(other="")), "line 6: 7202.11.10.00 has no column 2 rate"),
    ],
)
def test_a_file_that_does_not_look_right_is_refused_with_its_line_and_reason(body: bytes, why: str) -> None:
    with pytest.raises(TariffUnreadable) as refused:
        read_hts(file(body=body), at_least=5)

    assert re.search(why, refused.value.text()), refused.value.text()


def test_a_small_file_is_no_whole_revision() -> None:
    with pytest.raises(TariffUnreadable):
        read_hts(file())


@pytest.mark.parametrize(
    ("name", "dates", "why"),
    [
        ("hts_2025_rev_4", DATES, "no row for rev_4"),
        ("hts_2026_rev_16", DATES, "no row for rev_16"),
        ("hts_2025_rev_16", b"revision\nrev_16\n", "the column effective_date is missing"),
        ("hts_2025_rev_16", b"revision,effective_date\nrev_16,soon\n", "line 2"),
        ("download", DATES, "does not tell the revision"),
    ],
)
def test_a_revision_without_a_day_is_refused(name: str, dates: bytes, why: str) -> None:
    with pytest.raises(TariffUnreadable) as refused:
        read_hts(TariffFile(f"{name}.json", EXCERPT, {"revision_dates.csv": dates}), at_least=5)

    assert why in refused.value.text()


def put_in(revision: str, body: bytes = EXCERPT):
    loading = read_hts(file(revision, body), at_least=5)
    return load_part(
        jurisdiction="US",
        part="us.hts",
        edition=loading.edition,
        rows=loading.rows,
        digest=f"{revision} {hash(body)}",
        at=make.NOON,
        file=revision,
    )


@pytest.mark.django_db
def test_revisions_in_any_order_leave_one_row_for_a_line_that_stays_and_successors_for_one_that_goes() -> None:
    queries.forget()

    def later(rows: list) -> None:
        rows[3]["htsno"] = "6109.10.00.13"
        rows[1]["general"] = "16%"

    first = put_in("2026_basic", changed(later))
    second = put_in("2025_basic")
    third = put_in("2025_rev_16")

    assert (first.new, second.load is None, third.changed) == (20, False, 0)
    assert third.same > 0
    kept = MeasureRow.objects.filter(key="general.7202111000", until_load=None)
    assert [(row.valid_from, row.valid_until) for row in kept] == [(date(2025, 1, 1), None)]
    changed_rows = MeasureRow.objects.filter(key="general.61091000", until_load=None).order_by("valid_from")
    assert [(row.rate, row.valid_from, row.valid_until) for row in changed_rows] == [
        ("16.5%", date(2025, 1, 1), date(2026, 1, 1)),
        ("16%", date(2026, 1, 1), None),
    ]
    now, then = (queries.law(destination="US", on=on) for on in (ON, date(2025, 8, 1)))
    assert goods_for(law=now, code="6109100012") is None
    assert goods_for(law=then, code="6109100012")
    assert successors_of(law=now, code="6109100012") == ("6109100013",)
    queries.forget()
