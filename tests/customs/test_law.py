"""Dated law: the day's rows, the longest prefix, loading and what it refuses."""

from datetime import date

import pytest

from entrepot.customs import queries
from entrepot.customs.models import LoadRow, MeasureRow
from entrepot.customs.rules import compiled, covering, goods_on, measures_on, restriction_on, tariff_rows, threshold_on
from entrepot.customs.services import load_starter, load_tariff
from entrepot.customs.terms import Law, LawMissing, TariffUnreadable
from tests.landed import make

HEAD = 'jurisdiction = "XX"\ncurrency = "USD"\n'
GOODS = (
    "code,en,zh,units,column_1,valid_from,valid_until,source\n610910,T-shirts,T恤,no,5%,2025-01-01,2026-01-01,test\n"
)
MEASURE = """
[[measure]]
key = "m"
kind = "s122"
rate = "10%"
codes = [""]
codes_except = ["6109"]
origins_except = ["EU"]
valid_from = 2025-01-01
valid_until = 2025-07-01
source = "test"
"""


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget()
    yield
    queries.forget()


def law_of(text: str = MEASURE, goods: str = GOODS, on: date = date(2025, 3, 1)) -> Law:
    rows = tariff_rows(law=HEAD + '[areas]\nEU = ["FR", "DE"]\n' + text, goods=goods, file="t")
    return compiled(destination="XX", currency="USD", on=on, rows=rows, version="t")


def keys(law: Law, code: str, origin: str = "CN") -> list[str]:
    return [measure.key for measure in measures_on(law=law, code=code, origin=origin)]


def test_the_longest_prefix_decides_whether_a_code_is_inside() -> None:
    law = law_of(MEASURE.replace('[""]', '["", "61091000"]'))

    assert keys(law, "42021200") == ["m"]
    assert keys(law, "6109900000") == []
    assert keys(law, "6109100010") == ["m", "column_1.610910"]


def test_an_area_stands_for_its_members() -> None:
    assert keys(law_of(), "4202", "FR") == []
    assert keys(law_of(), "4202", "GB") == ["m"]


@pytest.mark.parametrize(("on", "held"), [("2024-12-31", 0), ("2025-01-01", 1), ("2025-06-30", 1), ("2025-07-01", 0)])
def test_the_first_day_counts_and_the_last_does_not(on: str, held: int) -> None:
    assert len(keys(law_of(on=date.fromisoformat(on)), "4202")) == held


def test_a_code_is_covered_while_its_row_holds() -> None:
    assert covering(law=law_of(), code="6109100012") is not None
    assert covering(law=law_of(), code="61") is None
    assert covering(law=law_of(on=date(2026, 1, 1)), code="6109100012") is None


def test_de_minimis_ended_for_china_first_and_for_all_then() -> None:
    def limit(on: str, *origins: str) -> bool:
        law = make.law("US", date.fromisoformat(on))
        return threshold_on(law=law, name="de_minimis", origins=origins) is not None

    assert limit("2025-05-01", "CN", "VN")
    assert not limit("2025-05-02", "CN", "VN")
    assert limit("2025-08-28", "VN")
    assert not limit("2025-08-29", "VN")


def test_fresh_fruit_is_banned_by_post_and_fruit_without_access_everywhere() -> None:
    law = make.law("CN", date(2026, 3, 2))

    def verdict(code: str, mode: str) -> str | None:
        found = restriction_on(law=law, code=code, origin="US", mode=mode, claims=frozenset())
        return found and found.key

    assert verdict("0809290000", "cbec_direct") is None
    assert verdict("0809290000", "personal") == "mail_ban.fresh_fruit"
    assert verdict("0810100000", "cbec_direct") == "fruit_access.us"


@pytest.mark.parametrize("jurisdiction", sorted(make.CURRENCIES))
def test_every_row_of_the_starter_names_its_source_and_reads(jurisdiction: str) -> None:
    rows = make.rows(jurisdiction)
    dated = [*rows.fees, *rows.thresholds, *rows.restrictions, *rows.goods]

    assert all(measure.source for measure in rows.measures)
    assert all(row.value.source for row in dated)
    assert all(row.valid_until is None or row.valid_from < row.valid_until for row in (*dated, *rows.measures))
    known = [(measure.key, measure.valid_from) for measure in rows.measures]
    assert len(known) == len(set(known))


@pytest.mark.parametrize("destination", ["US", "CN"])
def test_every_starter_code_has_one_base_duty_or_asks_for_it_on_every_day(destination: str) -> None:
    for on in (date(2024, 1, 1), date(2025, 6, 1), date(2026, 5, 1), date(2026, 11, 22)):
        law = make.law(destination, on)
        for code in [goods.code for goods in goods_on(law=law)]:
            kinds = [measure.kind for measure in measures_on(law=law, code=code, origin="CN")]
            assert kinds.count("base") == (1 if destination == "US" else 0)
            if destination == "CN":
                assert kinds.count("vat") == 1, code


@pytest.mark.django_db
def test_a_fresh_market_has_the_starter_and_loading_it_again_changes_nothing() -> None:
    assert [tariff.jurisdiction for tariff in queries.tariffs()] == ["AU", "CA", "CN", "EU", "GB", "JP", "KR", "US"]
    assert load_starter() == ()


@pytest.mark.django_db
def test_the_rows_in_the_database_say_what_the_files_say() -> None:
    on = date(2026, 8, 10)
    for destination in ("US", "CN", "FR", "GB", "CA"):
        stored, filed = queries.law(destination=destination, on=on), make.law(destination, on)
        for name in ("measures", "entries", "goods", "fees", "thresholds", "restrictions", "areas", "lengths"):
            assert getattr(stored.index, name) == getattr(filed.index, name), name


@pytest.mark.django_db
def test_a_loaded_edition_replaces_the_starter_and_stays(django_assert_num_queries) -> None:
    text = HEAD.replace("XX", "GB") + MEASURE
    before = queries.law(destination="GB", on=date(2025, 3, 1)).version

    assert load_tariff(law=text, goods=GOODS, file="gb.toml", edition="2025").load
    assert not load_tariff(law=text, goods=GOODS, file="gb.toml", edition="2025").load
    assert load_starter() == ()
    after = queries.law(destination="GB", on=date(2025, 3, 1))
    assert after.version != before
    with django_assert_num_queries(0):
        assert queries.law(destination="GB", on=date(2025, 3, 1)) is after


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("law", "goods"),
    [
        ("jurisdiction = ", GOODS),
        ("", GOODS),
        (HEAD + MEASURE.replace('source = "test"', ""), GOODS),
        (HEAD + MEASURE.replace("2025-01-01", '"soon"'), GOODS),
        (HEAD + MEASURE.replace('[""]', '"all"'), GOODS),
    ],
)
def test_a_broken_file_is_refused_and_nothing_is_changed(law: str, goods: str) -> None:
    rows = MeasureRow.objects.count()
    with pytest.raises(TariffUnreadable):
        load_tariff(law=law, goods=goods, file="x.toml", edition="x")

    assert MeasureRow.objects.count() == rows


@pytest.mark.django_db
def test_an_unknown_destination_has_no_law() -> None:
    with pytest.raises(LawMissing):
        queries.law(destination="BR", on=date(2026, 3, 2))


@pytest.mark.django_db
def test_the_starter_does_not_take_back_whom_an_own_edition_speaks_for() -> None:
    text = HEAD.replace('"XX"', '"GB"', 1).replace("\n", '\nmembers = ["GB", "IM"]\n', 1) + MEASURE
    load_tariff(law=text, goods=GOODS, file="gb.toml", edition="2025")
    LoadRow.objects.filter(tariff="GB", part="starter").update(digest="as an earlier version shipped it")

    load_starter()
    assert queries.law(destination="IM", on=date(2025, 3, 1)).currency == "USD"
