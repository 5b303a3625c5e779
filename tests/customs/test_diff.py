"""What changed between two states of the law: lines, codes, and the listings they touch; and the check of the rates."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from entrepot.catalogue import queries as catalogue
from entrepot.cli import app
from entrepot.cli import tariff_diff as _diff  # noqa: F401 - registers its commands
from entrepot.customs import queries
from entrepot.customs.rules import changes, compiled, counted, touched_codes
from entrepot.customs.rules.loaders.hts import hts_lines, read_hts
from entrepot.customs.rules.loaders.hts_check import agreement
from entrepot.customs.terms import Law, Rows, TariffUnreadable
from tests.catalogue import make as shop
from tests.customs import make
from tests.customs.test_hts import EXCERPT, changed, file
from tests.parties import make as parties

ON = date(2026, 3, 2)
TABLE = (
    "hts_line10,general_disposition,general_rate,column2_disposition,column2_rate\n"
    "6109100000,ad_valorem,0.165,ad_valorem,0.9\n7202111000,ad_valorem,0.015,ad_valorem,0.065\n"
    "8211922000,compound,,compound,\n9999999999,free,0,free,0\n0101210000,free,0,free,0\n"
)


def law(*measures, **facts) -> Law:
    return compiled(destination="US", currency="USD", on=ON, rows=Rows(measures=measures, **facts), version="t")


def test_rates_scopes_and_codes_that_changed_are_told_and_nothing_else() -> None:
    before = law(
        make.measure("a", "5%", codes=("6109",)),
        make.measure("b", codes=("6110", "6111")),
        make.measure("c", codes=("6112",)),
        make.measure("d", codes=("6113",), note="old words"),
        make.measure("e", codes=("6114",), valid_until=ON),
        goods=(make.goods("6109100012"), make.goods("6109100014")),
    )
    after = law(
        make.measure("a", "7%", codes=("6109",)),
        make.measure("b", codes=("6110", "6115")),
        make.measure("d", codes=("6113",), note="new words"),
        make.measure("e", codes=("6114",)),
        goods=(make.goods("6109100014"), make.goods("6109100015")),
    )
    found = changes(before=before, after=after)

    assert [(one.verb, one.key, one.codes, one.old, one.new) for one in found] == [
        ("changed", "a", ("6109",), "5%", "7%"),
        ("changed", "b", ("6111", "6115"), "5%", "5%"),
        ("gone", "c", ("6112",), "5%", ""),
        ("new", "e", ("6114",), "", "5%"),
        ("gone", "6109100012", ("6109100012",), "", ""),
        ("new", "6109100015", ("6109100015",), "", ""),
    ]
    assert counted(found=found)["changed base"] == 2
    assert "6113" not in touched_codes(found=found)
    assert changes(before=before, after=before) == ()


@pytest.mark.django_db
def test_two_loads_are_compared_as_they_were_known() -> None:
    queries.forget()
    first = make.put_in(make.measure())
    second = make.put_in(make.measure(rate="6%"))
    names = [queries.law(destination="US", on=ON, as_of=one.load).version for one in (first, second)]
    run = CliRunner().invoke(app, ["tariff", "diff", *names, "--on", "2026-03-02", "--json"])

    assert run.exit_code == 0, run.output
    (found,) = json.loads(run.stdout)["changes"]
    assert (found["key"], found["old"], found["new"]) == ("base.6109", "5%", "6%")
    assert CliRunner().invoke(app, ["tariff", "diff", "US:9999-ab", names[0]]).exit_code == 3
    assert CliRunner().invoke(app, ["tariff", "diff", "never", names[0]]).exit_code == 2
    queries.forget()


def test_our_reading_is_checked_against_a_table_and_each_difference_has_its_reason() -> None:
    found = agreement(lines=hts_lines(file(), at_least=5), table=TABLE, file="table.csv", at_least=3)

    assert (found.lines, found.cells, found.missing, found.extra) == (3, 6, ("0101210000",), ())
    (only,) = found.differences
    assert (only.code, only.column, only.why) == ("7202111000", "general", "the rate differs")
    with pytest.raises(TariffUnreadable):
        agreement(lines=hts_lines(file(), at_least=5), table=TABLE, file="table.csv")


def test_a_revision_with_another_rate_differs_in_that_line_only() -> None:
    def dearer(rows: list) -> None:
        rows[5]["general"] = "2%"

    laws = [
        compiled(destination="US", currency="USD", on=ON, rows=read_hts(file(body=body), at_least=5).rows, version="t")
        for body in (EXCERPT, changed(dearer))
    ]
    (found,) = changes(before=laws[0], after=laws[1])

    assert (found.key, found.old, found.new) == ("general.7202111000", "1.4%", "2%")


@pytest.mark.django_db
def test_listings_under_a_changed_code_are_found_over_all_merchants(django_assert_num_queries) -> None:
    for slug, code in (("one", "6109.10.00.12"), ("two", "610910"), ("three", "8471.30.01.00")):
        shop.listing(merchant_id=parties.merchant(name=slug), handle=slug, goods_codes={"US": code}, published=False)
    with django_assert_num_queries(1):
        found = catalogue.affected_listings(codes=("61091000",), destinations=("US",))

    assert sorted((one.handle, one.goods_code) for one in found) == [("one", "6109100012"), ("two", "610910")]
    assert catalogue.affected_listings(codes=("61091000",), destinations=("CN",)) == ()
    assert catalogue.affected_listings(codes=(), destinations=("US",)) == ()
