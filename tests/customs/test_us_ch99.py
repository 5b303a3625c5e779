"""The files of chapter 99: what they become, what is refused, what is told."""

import json
from datetime import date

import pytest

from entrepot.customs.rules.loaders import TariffFile, recognise
from entrepot.customs.rules.loaders.us_ch99 import chapter_99
from entrepot.customs.rules.loaders.us_frame import against_texts, against_timeline, frame, headings_of
from entrepot.customs.rules.loaders.us_kinds import US_KINDS, plain_name
from entrepot.customs.rules.loaders.us_lists import FILES, Entry, code_of, entries, table
from entrepot.customs.rules.loaders.us_sources import lists_of
from entrepot.customs.terms import TariffUnreadable
from tests.customs import make

HEADS = {name: ",".join(columns.names) for name, columns in FILES.items()}


def file(name: str, *rows: str) -> str:
    """A file of that name with these rows, and as many others as a whole one has."""
    columns = FILES[name].names or ("prefix",)
    filler = (
        ",".join(f"{90_000_000 + number}" if column.startswith(("hts", "prefix")) else "" for column in columns)
        for number in range(FILES[name].least)
    )
    return "\n".join([*([HEADS[name]] if FILES[name].names else []), *rows, *filler])


def annexes(*rows: str, noted: tuple[str, ...] = ()):
    notes = file("note_incidence.csv", *(f"note16-232-steel,s232_steel_primary,{code},1" for code in noted))
    lists, findings = lists_of(
        {"note_incidence.csv": notes, "s232_annex_products.csv": file("s232_annex_products.csv", *rows)}
    )
    return lists, [finding.text for finding in findings]


def codes(found) -> set[str]:
    return {entry.code for entry in found if not entry.code.startswith("9")}


def test_codes_are_told_as_prefixes() -> None:
    assert code_of("6109.10.00") == "61091000"
    assert code_of("2032920") == "02032920"
    assert code_of("8471300100") == "84713001"
    assert code_of("8505110070") == "8505110070"


def test_a_torn_file_is_refused_with_its_line() -> None:
    whole = file("s232_annex_products.csv", "73239300,1b,steel,proclamation,2026-04-06")
    with pytest.raises(TariffUnreadable, match="it is torn"):
        table(name="s232_annex_products.csv", text="\n".join(whole.splitlines()[:20]))
    with pytest.raises(TariffUnreadable, match=r"line 2: 3 cells instead of 5"):
        table(
            name="s232_annex_products.csv", text=whole.replace("73239300,1b,steel,proclamation,2026-04-06", "7323,1b,x")
        )


def test_foreign_columns_codes_and_days_are_refused() -> None:
    with pytest.raises(TariffUnreadable, match="no column annex"):
        table(name="s232_annex_products.csv", text="hts_prefix,metal_type,source,effective_date\n")
    with pytest.raises(TariffUnreadable, match="'73x' is no goods code"):
        table(name="s232_annex_products.csv", text=file("s232_annex_products.csv", "73x,1b,steel,p,2026-04-06"))
    with pytest.raises(TariffUnreadable, match="line 2: '6 April' is no day"):
        table(name="s232_annex_products.csv", text=file("s232_annex_products.csv", "73239300,1b,steel,p,6 April"))
    with pytest.raises(TariffUnreadable, match="no column effective_from"):
        table(name="fl301_country_rates.csv", text="ch99_code,country_iso2,basis,rate_pct\n")
    with pytest.raises(TariffUnreadable, match="line 2: 'soon' is no day"):
        table(name="fl301_country_rates.csv", text=file("fl301_country_rates.csv", "9903.05.20,DZ,flat_add,12.5,soon"))


def test_a_ten_digit_line_under_its_own_subheading_is_kept_once() -> None:
    rows = [{"c": "61091000"}, {"c": "6109100012"}, {"c": "6109902000"}]
    assert entries(rows, column="c") == [Entry("61091000"), Entry("61099020")]


def test_a_later_annex_takes_a_code_out_of_its_earlier_one() -> None:
    lists, _ = annexes(
        "84291100,1b,steel,proclamation,2026-04-06",
        "84291100,1c,steel,proclamation_11032,2026-06-08",
        "73239300,1b,steel,proclamation,2026-04-06",
    )
    first = {str(entry.valid_from): entry for entry in lists["annex.1b.other"] if entry.code == "84291100"}
    assert str(first["2026-04-06"].valid_until) == "2026-06-08"
    assert codes(lists["annex.1c.other"]) == {"84291100"}
    assert codes(lists["annex.1b.metal"]) == {"73239300"}


def test_a_longer_code_in_another_annex_leaves_the_shorter_one() -> None:
    lists, _ = annexes("84159080,1b,steel,p,2026-04-06", "8415908010,3,aluminum,p,2026-04-06")
    assert codes(lists["annex.1b.not"]) == {"8415908010"}


def test_headings_that_the_note_does_not_name_are_dropped_and_told() -> None:
    lists, told = annexes("8471,1b,steel,p,2026-04-06", "7206,1a,steel,p,2026-04-06", noted=("7206",))
    assert codes(lists["annex.1a.metal"]) == {"7206"}
    assert codes(lists["annex.1b.other"]) == set()
    assert any("1 headings and subheadings that US note 16(c) does not name" in text for text in told)


def test_a_part_whose_lists_are_lacking_is_not_made() -> None:
    made = chapter_99(frame=frame(), files={"s201_solar_products.csv": file("s201_solar_products.csv")})
    assert set(made.parts) == {"us.ch99.s201"}
    assert "301.list_1" in made.missing["us.ch99.s301_cn"]


def test_a_leading_file_without_its_companions_is_refused() -> None:
    kind = recognise(name="s122_exempt_products.csv", head=b"")
    assert kind is not None
    assert kind.part == "us.ch99.s122"
    with pytest.raises(TariffUnreadable, match="read together with other files"):
        kind.read(TariffFile("s122_exempt_products.csv", file("s122_exempt_products.csv").encode()))


def test_names_are_known_without_their_revision() -> None:
    assert plain_name("note_incidence_2026_rev15.csv") == "note_incidence.csv"
    assert plain_name("fl301_country_rates_2026_rev19.csv") == "fl301_country_rates.csv"
    assert len({kind.part for kind in US_KINDS}) == len(US_KINDS)


def test_every_heading_of_ours_names_its_source_and_reads() -> None:
    reviewed = ("9903.88.04", *(f"9903.91.{number:02}" for number in range(1, 12)))
    lists = {name: file(name) for name in FILES}
    lists["s301_product_lists.csv"] = file("s301_product_lists.csv", *(f"90000001,review,{one}" for one in reviewed))
    made = chapter_99(frame=frame(), files=lists)
    assert not made.missing
    for rows in made.parts.values():
        assert bool(rows.speaks) == bool(rows.measures)
        assert all(measure.source for measure in rows.measures)
        keys = [(measure.key, measure.valid_from) for measure in rows.measures]
        assert len(keys) == len(set(keys))


def test_headings_are_read_from_a_source_with_those_it_abbreviates() -> None:
    assert headings_of("HTS 9903.94.40 and .41, FR 2025-17908") == ("9903.94.40", "9903.94.41")
    assert headings_of("HTS 9903.02.02 to .04") == ("9903.02.02", "9903.02.03", "9903.02.04")
    assert headings_of("HTS 9903.02.09 to 9903.02.11, EO 14326") == ("9903.02.09", "9903.02.10", "9903.02.11")
    assert headings_of("HTS 9903.88.03, US note 20(e)") == ("9903.88.03",)
    assert headings_of("Proclamation 10962") == ()


def test_a_revision_that_prints_another_rate_than_our_frame_is_told() -> None:
    on = date(2026, 6, 8)
    every = {one: "" for measure in frame().split("source = ")[1:] for one in headings_of(measure.split("\n")[0])}
    assert list(against_texts(texts=every, on=on, file="hts.json")) == []
    printed = every | {"9903.88.03": "The duty provided in the applicable subheading + 25%"}
    assert list(against_texts(texts=printed, on=on, file="hts.json")) == []
    (other,) = against_texts(texts=printed | {"9903.88.03": "... + 30%"}, on=on, file="hts.json")
    assert other.codes == ("s301_cn.list_3 9903.88.03: 25 % here, 30 % there",)
    del every["9903.88.03"]
    (absent,) = against_texts(texts=every, on=on, file="hts.json")
    assert absent.codes == ("s301_cn.list_3 9903.88.03",)
    assert list(against_texts(texts={}, on=on, file="hts.json")) == []


def test_a_table_of_rates_by_day_is_compared_country_by_country() -> None:
    since = date(2025, 4, 3)
    ours = (
        make.measure("s232.autos.vehicles", "25%", valid_from=since, origins_except=frozenset({"JP"})),
        make.measure("s232.autos.vehicles_jp", "15%", valid_from=since, origins=frozenset({"JP"})),
    )
    steps = [
        {"base_date": "2025-04-03", "base_rate": 0.25},
        {"census_code": "5880", "adjust_date": "2025-09-16", "adjust_rate": 0.15},
        {"census_code": "4120", "adjust_date": "2025-07-01", "adjust_rate": 0.1},
    ]
    told = [{"tariff_authority": "s232", "tariff_name": "autos", "effective_date": steps}]
    (found,) = against_timeline(measures=ours, body=json.dumps(told))
    assert found.text == "s232 autos: 1 of 3 rates differ"
    assert found.codes == ("GB 2025-07-01: 10 % there, 25 % here",)
    assert list(against_timeline(measures=(), body=json.dumps(told))) == []
    with pytest.raises(TariffUnreadable):
        list(against_timeline(measures=ours, body="[{"))
