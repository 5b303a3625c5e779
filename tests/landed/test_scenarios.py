"""What if: files are read with care, laws change only where the change says, demand follows published figures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from entrepot.cli import app, simulate  # noqa: F401 - registers the command
from entrepot.customs import queries as customs
from entrepot.customs.rules import compiled, measures_on
from entrepot.kernel.money import Money
from entrepot.landed.queries.scenarios import simulated
from entrepot.landed.rules.chart import demand_chart
from entrepot.landed.rules.elasticities import OVERALL, elasticity_of
from entrepot.landed.rules.scenario_file import goods_of, scenario_of
from entrepot.landed.rules.what_if import Tried, changed_law, outcome_of
from entrepot.landed.terms.scenarios import Elasticity, ScenarioInvalid
from tests.landed import make

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "scenario.yaml"
HEAD = "destination: US\nchanges:\n"
GOODS = (
    "category,goods_code,origin,price,currency,quantity\n"
    "electronics/phone-cases,3926909989,CN,6.90,USD,900\n"
    "clothing/bags,42022190,CN,80,USD,40\n"
    "clothing,6109.10.00,VN,12,USD,300\n"
    "odd,9999999999,VN,12,USD,3\n"
)


def scenario(text, head=HEAD):
    return scenario_of(text=head + text)


def rates(law, code, origin):
    return sorted((m.kind, m.rate.text) for m in measures_on(law=law, code=code, origin=origin) if not m.claim)


def test_the_example_in_the_documents_is_read():
    found = scenario_of(text=EXAMPLE.read_text())
    assert [(one.verb.value, one.kind, one.line) for one in found.changes] == [
        ("end", "s301_fl", 8), ("add", "s338", 10), ("set", "s301_cn", 14),
    ]  # fmt: skip
    assert (found.pass_through, found.on, found.changes[1].codes) == (Decimal(1), date(2026, 11, 22), ("39", "72"))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "empty"),
        ("destination: US", 1, "`changes` is missing"),
        (HEAD + "  - end: vat", 3, "`vat` is no kind of duty"),
        (HEAD + "  - end: s122\n    rate: 5%", 3, "`rate` is needed with"),
        (HEAD + "  - add: s122", 3, "`rate` is needed with"),
        (HEAD + "  - add: s122\n    rate: plenty", 4, "in no form we can read"),
        (HEAD + "  - add: s122\n    rate: 5%\n    codes: [x]", 5, "no goods code"),
        (HEAD + "  - add: s122\n    rate: 5%\n    origins: [China]", 5, "no ISO 3166"),
        (HEAD + "  - add: s122\n    end: s122", 3, "one of `add`, `set` and `end`"),
        (HEAD + "  - ad: s122", 3, "`ad` is not known"),
        (HEAD + "  - end: s122\n    end: s301_cn", 4, "comes twice"),
        (HEAD + "  - end: &a s122\n  - end: *a", 3, "anchors"),
        (HEAD + "  - end: !!python/object:os.system s122", 3, "tags are not allowed"),
        (HEAD + "  - end: [", 4, "no YAML"),
        ("destination: US\non: tomorrow\nchanges:\n  - end: s122", 2, "2026-06-15"),
        ("destination: US\npass_through: 130%\nchanges:\n  - end: s122", 2, "between 0 and 100"),
        (HEAD + "  - end: s122\nelasticities:\n  food: {low: 1, central: 2, high: 3}", 5, "`source` is missing"),
        (HEAD + "  - end: s122\nelasticities:\n  food: {low: 3, central: 2, high: 3, source: x}", 5, "low <= central"),
        ("x" * 64_001, 1, "characters"),
        ("- a\n- b", 1, "names with values"),
        ("[" * 60_000, 1, "no YAML"),
        ("{a: " * 15_000, 1, "no YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text, line, why):
    with pytest.raises(ScenarioInvalid) as refused:
        scenario_of(text=text)
    assert why in str(refused.value.facts["why"])
    assert refused.value.facts["line"] == line or why == "no YAML"


def test_an_end_spares_only_its_codes_and_origins():
    law = make.law("US", date(2026, 8, 10))
    before = rates(law, "42022190", "CN")
    assert ("s301_cn", "25%") in before
    changed = changed_law(law=law, scenario=scenario("  - end: s301_cn\n    codes: ['420221']\n"))
    assert rates(changed, "42022190", "CN") == [one for one in before if one[0] != "s301_cn"]
    for code, origin in (("42023220", "CN"), ("39269099", "CN"), ("42022190", "DE")):
        assert rates(changed, code, origin) == rates(law, code, origin)
    everywhere = changed_law(law=law, scenario=scenario("  - end: s301_cn\n"))
    assert not [one for one in rates(everywhere, "42023220", "CN") if one[0] == "s301_cn"]


def test_another_rate_for_one_origin_leaves_the_others():
    law = make.law("US", date(2026, 6, 15))
    changed = changed_law(
        law=law, scenario=scenario("  - set: s122\n    rate: 35%\n    origins: [DE]\n    codes: ['61']\n")
    )
    assert ("s122", "35%") in rates(changed, "61091000", "DE")
    for code, origin in (("61091000", "FR"), ("39269099", "DE")):
        assert rates(changed, code, origin) == rates(law, code, origin)


def test_changes_follow_one_another():
    law = make.law("US", date(2026, 6, 15))
    text = "  - set: s122\n    rate: 35%\n  - end: s122\n    origins: [DE]\n  - add: s338\n    rate: 5%\n    origins: [DE]\n"
    changed = changed_law(law=law, scenario=scenario(text))
    kinds = dict(rates(changed, "61091000", "DE"))
    assert "s122" not in kinds
    assert kinds["s338"] == "5%"
    assert ("s122", "35%") in rates(changed, "61091000", "FR")


def test_there_must_be_something_to_change():
    law = make.law("US", date(2026, 8, 10))
    with pytest.raises(ScenarioInvalid, match="no `s122` is in force on 2026-08-10"):
        changed_law(law=law, scenario=scenario("  - end: s122\n"))


@settings(max_examples=40, deadline=None)
@given(
    on=st.dates(date(2024, 6, 1), date(2026, 11, 1)),
    kind=st.sampled_from(["base", "s301_cn", "s301_fl", "s122", "s232", "ieepa_reciprocal"]),
    code=st.sampled_from(["42", "4202", "42022190", "61091000", "9"]),
    origin=st.sampled_from(["CN", "DE", "JP"]),
    asked=st.tuples(
        st.sampled_from(["42022190", "42023220", "61091000", "39269099"]), st.sampled_from(["CN", "DE", "FR"])
    ),
)
def test_outside_a_change_the_law_stays_and_inside_it_is_the_new_rate(on, kind, code, origin, asked):
    law = make.law("US", on)
    try:
        changed = changed_law(
            law=law,
            scenario=scenario(f"  - set: {kind}\n    rate: 77%\n    codes: ['{code}']\n    origins: [{origin}]\n"),
        )
    except ScenarioInvalid:
        return
    before, after = rates(law, *asked), rates(changed, *asked)
    if asked[0].startswith(code) and asked[1] == origin:
        assert [one for one in after if one[0] != kind] == [one for one in before if one[0] != kind]
        spared = {
            m.rate.text for m in measures_on(law=law, code=asked[0], origin=asked[1])
            if m.kind == kind and m.relation.value == "exempt"
        }  # fmt: skip
        assert {rate for name, rate in after if name == kind} <= {"77%"} | spared
        assert len(after) == len(before)
    else:
        assert after == before


def test_a_change_equals_the_law_written_so():
    rows = make.rows("us")
    on = date(2026, 8, 10)
    written = replace(
        rows,
        measures=tuple(
            replace(one, rate=replace(one.rate, text="60%", terms=tuple(t._replace(rate=Decimal("0.6")) for t in one.rate.terms)))
            if one.kind == "s301_cn" else one
            for one in rows.measures
        ),
    )  # fmt: skip
    as_written = compiled(destination="US", currency="USD", on=on, rows=written, version="t")
    changed = changed_law(law=make.law("US", on), scenario=scenario("  - set: s301_cn\n    rate: 60%\n"))
    for code in ("42022190", "39269099", "85076000", "61091000"):
        for origin in ("CN", "DE"):
            assert rates(changed, code, origin) == rates(as_written, code, origin)


def test_demand_falls_as_the_published_figures_say():
    found = scenario("  - end: s122\n")
    tried = [Tried("odd", 1, 10_000, 11_000), Tried("odd", 1, 10_000, 10_000)]
    outcome = outcome_of(category="odd", tried=tried, currency="USD", scenario=found)
    assert outcome.elasticity == OVERALL
    # Half of the spending has a price 10 % up: 50 + 50 x 1.1 ^ -2.53 = 50 + 50 x 0.7857.
    assert (outcome.central, outcome.price, outcome.changed) == (Decimal("89.3"), Decimal("0.05"), 1)
    assert outcome.low < outcome.central < outcome.high < 100
    cheaper = outcome_of(category="odd", tried=[Tried("odd", 1, 10_000, 8_000)], currency="USD", scenario=found)
    assert 100 < cheaper.low < cheaper.central < cheaper.high
    none = outcome_of(category="odd", tried=tried, currency="USD", scenario=replace(found, pass_through=Decimal(0)))
    assert (none.central, none.price) == (Decimal("100.0"), 0)
    lost = outcome_of(category="odd", tried=[*tried, Tried("odd", 2, 10_000, None)], currency="USD", scenario=found)
    assert (lost.lost, lost.high < 50) == (1, True)


def test_the_deepest_category_with_a_figure_decides_and_ones_own_go_first():
    assert elasticity_of(category="food/fruit/cherries", own={}).central == Decimal("1.85")
    assert elasticity_of(category="food/tea", own={}).central == Decimal("2.0")
    assert elasticity_of(category="", own={}) == OVERALL
    own = {"food": Elasticity(Decimal(1), Decimal(1), Decimal(1), "ours")}
    assert elasticity_of(category="food/tea", own=own).source == "ours"
    for path in ("food", "electronics", "clothing/shoes", "nowhere"):
        one = elasticity_of(category=path, own={})
        assert 0 < one.low < one.central < one.high
        assert "20" in one.source


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("category,goods_code\n", 1), (GOODS + "a,b,CN,1,USD,1\n", 6), (GOODS + "a,3926,CN,-1,USD,1\n", 6),
        (GOODS + "a,3926,CN,1,XX,1\n", 6), (GOODS + "a,3926,CN,1.001,USD,1\n", 6), (GOODS + "a,3926\n", 6),
        (GOODS + "a,3926,CN,1,USD,1,9\n", 6),
    ],
)  # fmt: skip
def test_wrong_goods_are_refused_with_their_line(text, line):
    with pytest.raises(ScenarioInvalid) as refused:
        goods_of(text=text)
    assert refused.value.facts["line"] == line


@pytest.fixture
def _law_of_this_test():
    customs.forget()
    yield
    customs.forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("_law_of_this_test")
def test_goods_of_a_file_are_priced_before_and_after():
    text = "on: 2026-08-10\n" + HEAD + "  - add: s338\n    rate: 50%\n    origins: [CN]\n"
    found = simulated(scenario=scenario_of(text=text), today=date(2026, 11, 1), goods=goods_of(text=GOODS))
    by_name = {one.category: one for one in found.categories}
    cases = by_name["electronics/phone-cases"]
    # USD 7 entered: 5.3 + 7.5 + 12.5 % is 1.77, with 50 % more 5.27; beside the price of 6.90 and the fee of 1.34.
    assert cases.before == Money((690 + 177 + 134) * 900, "USD")
    assert cases.after == Money((690 + 527 + 134) * 900, "USD")
    assert by_name["clothing"].changed == 0
    assert found.unpriced == {"code_unknown": 1}
    assert found.whole.low < found.whole.central < found.whole.high < 100


@pytest.mark.django_db
@pytest.mark.usefixtures("_law_of_this_test")
def test_the_market_is_tried_and_nothing_is_written():
    from entrepot.landed.models import UnitPriceRow
    from tests.landed.test_requote import market

    merchant = market()
    text = HEAD + "  - add: s338\n    rate: 50%\n    origins: [CN]\n"
    told = []
    found = simulated(
        scenario=scenario_of(text=text),
        today=date(2026, 11, 1),
        progress=lambda done, whole: told.append((done, whole)),
    )
    (cases,) = found.categories
    assert (cases.category, cases.goods, cases.changed) == ("electronics/phone-cases", 6, 6)
    assert cases.central < 100
    assert told[-1][0] == told[-1][1] == 6
    assert not UnitPriceRow.objects.filter(merchant_id=merchant).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_law_of_this_test")
def test_the_command_says_it_and_draws_it(tmp_path):
    goods, asked = tmp_path / "goods.csv", tmp_path / "what.yaml"
    goods.write_text(GOODS)
    asked.write_text("on: 2026-08-10\n" + HEAD + "  - end: s301_cn\n")
    run = CliRunner().invoke(
        app, ["simulate", str(asked), "--goods", str(goods), "--json", "--chart", str(tmp_path / "c.svg")]
    )
    assert run.exit_code == 0, run.output
    assert '"clothing/bags"' in run.stdout
    assert ET.parse(tmp_path / "c.svg").getroot().tag.endswith("svg")
    shown = CliRunner().invoke(app, ["simulate", str(asked), "--goods", str(goods)])
    assert "Fajgelbaum" in shown.stdout
    asked.write_text(HEAD + "  - end: sales")
    refused = CliRunner().invoke(app, ["simulate", str(asked)])
    assert (refused.exit_code, "Line 3" in refused.stderr) == (3, True)


def test_the_chart_holds_each_category_and_escapes_names():
    found = scenario("  - end: s122\n")
    outcome = outcome_of(category="a&b", tried=[Tried("a&b", 1, 100, 120)], currency="USD", scenario=found)
    cheaper = outcome_of(category="b", tried=[Tried("b", 1, 100, 80)], currency="USD", scenario=found)
    svg = demand_chart(outcomes=[outcome, cheaper], name_of=lambda name: name, heading='"<x>"')
    wide = [float(bar.get("x2")) for bar in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}line")]
    assert max(wide) <= 460
    assert "a&amp;b" in svg
    assert "style=" not in svg
    ET.fromstring(svg)
