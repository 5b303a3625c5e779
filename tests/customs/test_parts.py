"""Parts of the law and its two times: what a load changes, what stays known, and which part counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from entrepot.customs import queries
from entrepot.customs.models import LoadRow, MeasureRow
from entrepot.customs.rules import (
    children_of,
    claimable,
    compiled,
    goods_for,
    indexed,
    is_complete,
    leaves_of,
    measures_on,
    successors_of,
)
from entrepot.customs.terms import Law, LoadUnknown, Rows, Speaks, TariffUnreadable
from tests.customs import make

ON = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget()
    yield
    queries.forget()


def rates(law: Law, code: str = "6109100012", kind: str = "base") -> list[str]:
    return [one.rate.text for one in measures_on(law=law, code=code, origin="CN") if one.kind == kind]


@pytest.mark.django_db
def test_a_load_ends_what_changed_and_what_was_known_before_stays_known() -> None:
    speaks = (Speaks("base", date(2025, 1, 1)),)
    first = make.put_in(make.measure(), make.measure("base.6110", codes=("6110",)), speaks=speaks)
    second = make.put_in(make.measure(rate="7%"), make.measure("base.6111", codes=("6111",)), speaks=speaks)

    assert (first.new, first.ended, first.changed, first.same) == (2, 0, 0, 0)
    assert (second.new, second.ended, second.changed, second.same) == (1, 1, 1, 0)
    now, then = queries.law(destination="US", on=ON), queries.law(destination="US", on=ON, as_of=first.load)
    assert (rates(now), rates(then)) == (["7%"], ["5%"])
    assert (rates(now, "6110"), rates(then, "6110")) == ([], ["5%"])
    assert now.version.startswith(f"US:{second.load}-")
    assert queries.load_named(version=then.version) == first.load
    # Two rows of the first load have ended, none is gone.
    assert MeasureRow.objects.filter(part="us.test").count() == 4


@pytest.mark.django_db
def test_loading_the_same_file_again_does_nothing_and_the_same_rows_of_another_file_change_nothing() -> None:
    assert make.put_in(make.measure(), digest="a").load
    assert make.put_in(make.measure(), digest="a").load is None
    again = make.put_in(make.measure(), digest="b")

    assert (again.new, again.ended, again.changed, again.same) == (0, 0, 0, 1)
    assert MeasureRow.objects.filter(part="us.test").count() == 1


@pytest.mark.django_db
def test_a_part_with_one_wrong_row_leaves_nothing_behind() -> None:
    before = LoadRow.objects.count()
    with pytest.raises(TariffUnreadable, match="begins twice"):
        make.put_in(make.measure("a"), make.measure("a"))

    assert LoadRow.objects.count() == before
    assert not MeasureRow.objects.filter(part="us.test").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_loads_at_once_follow_each_other() -> None:
    def put(rate: str) -> None:
        try:
            make.put_in(make.measure(rate=rate), digest=rate)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, ["1%", "2%", "3%", "4%"]))

    known = MeasureRow.objects.filter(part="us.test", until_load=None)
    assert known.count() == 1
    assert MeasureRow.objects.filter(part="us.test").count() == 4


@pytest.mark.django_db
def test_a_data_version_of_elsewhere_is_not_replayed() -> None:
    for version in ("US:1-000000000000", "US:999999-abcdef", "starter", ""):
        with pytest.raises(LoadUnknown):
            queries.load_named(version=version)


def test_where_an_official_part_speaks_the_starter_is_silent_and_elsewhere_it_counts() -> None:
    starter = Rows(measures=(make.measure("old", "9%", codes=("6109", "62"), valid_from=date(2024, 1, 1)),))
    official = Rows(
        measures=(make.measure("new", "5%"),),
        speaks=(Speaks("base", date(2025, 1, 1), codes=("61",)),),
    )
    index = indexed(currency="USD", version="t", official=official, starter=starter)

    assert rates(Law("US", date(2024, 6, 1), index)) == ["9%"]
    assert rates(Law("US", ON, index)) == ["5%"]
    assert rates(Law("US", ON, index), "6110") == []
    assert rates(Law("US", ON, index), "6201") == ["9%"]


def test_a_part_that_speaks_for_a_while_leaves_the_days_before_and_after() -> None:
    starter = Rows(measures=(make.measure("old", "9%", valid_from=date(2024, 1, 1)),))
    official = Rows(speaks=(Speaks("", date(2025, 1, 1), date(2026, 1, 1)),))
    index = indexed(currency="USD", version="t", official=official, starter=starter)

    assert [rates(Law("US", date(year, 6, 1), index)) for year in (2024, 2025, 2026)] == [["9%"], [], ["9%"]]


def test_a_prefix_with_many_rows_answers_for_its_day() -> None:
    years = range(1990, 2020)
    rows = Rows(
        measures=tuple(
            make.measure(
                f"m{year}", f"{year}%", codes=("",), valid_from=date(year, 1, 1), valid_until=date(year + 1, 1, 1)
            )
            for year in years
        )
    )
    for year in years:
        law = compiled(destination="US", currency="USD", on=date(year, 12, 31), rows=rows, version="t")
        assert rates(law) == [f"{year}%"]
        assert rates(law) == [f"{year}%"]


def scheduled(on: date = ON, *codes: str, back_to: date | None = None) -> Law:
    goods = tuple(make.goods(code, date(2025, 1, 1)) for code in codes)
    gone = make.goods("8507600020", date(2025, 1, 1), date(2026, 1, 1), successors=("8507600030",))
    rows = Rows(
        measures=(make.measure(codes=("61091000",)),),
        goods=(*goods, gone),
        speaks=tuple(Speaks(kind, date(2025, 1, 1), back_to=back_to) for kind in ("goods", "base")),
    )
    return compiled(destination="US", currency="USD", on=on, rows=rows, version="t")


CODES = ("6109", "61091000", "6109100012", "6109100014", "7202111000", "85076000", "8507600030", "94051940")


def test_a_code_exists_or_it_does_not_where_a_whole_schedule_is_loaded() -> None:
    law = scheduled(ON, *CODES)

    def found(code: str) -> str:
        goods = goods_for(law=law, code=code)
        return goods.code if goods else ""

    assert found("6109100012") == "6109100012"
    assert found("6109100013") == ""
    assert found("72021110") == "7202111000"
    assert found("9405194000") == "94051940"
    assert found("9405194010") == "94051940"
    assert (found("6109"), found("610910")) == ("6109", "6109100012")
    assert found("8507600020") == ""
    assert successors_of(law=law, code="8507600020") == ("8507600030",)


def test_the_codes_under_one_are_its_children_and_its_leaves_can_be_declared() -> None:
    law = scheduled(ON, *CODES)

    assert [one.code for one in children_of(law=law, code="6109")] == ["61091000"]
    assert [one.code for one in children_of(law=law, code="61")] == ["6109"]
    assert [one.code for one in leaves_of(law=law, code="61")] == ["6109100012", "6109100014"]
    assert [one.code for one in leaves_of(law=law, code="9405")] == ["94051940"]
    assert children_of(law=law, code="6109100012") == ()


def test_the_first_state_reaches_back_only_where_it_is_told_to() -> None:
    long_ago = date(2024, 6, 3)

    assert not is_complete(law=scheduled(long_ago, *CODES))
    back = scheduled(long_ago, *CODES, back_to=date(2024, 1, 1))
    assert is_complete(law=back)
    assert rates(back) == ["5%"]
    assert goods_for(law=back, code="6109100012")
    assert not is_complete(law=scheduled(date(2023, 12, 31), *CODES, back_to=date(2024, 1, 1)))


def test_a_preference_is_had_by_any_of_the_claims_it_names() -> None:
    measure = make.measure(claims_any=frozenset({"KR", "AU"}))

    assert claimable(measure=measure, claims={"AU"})
    assert not claimable(measure=measure, claims={"KORUS"})
    assert not claimable(measure=make.measure(claim="USMCA"), claims={"AU"})
    assert claimable(measure=make.measure(), claims=())
