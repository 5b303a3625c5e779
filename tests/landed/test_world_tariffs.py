"""Loaded tariffs of China and Britain: what they change in an answer."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from entrepot.customs import queries as customs
from entrepot.customs.rules import compiled
from entrepot.customs.rules.loaders import TariffFile
from entrepot.customs.rules.loaders.cn_articles import articles_table
from entrepot.customs.rules.loaders.cn_tables import schedule
from entrepot.customs.rules.loaders.cn_workbook import workbook
from entrepot.customs.rules.loaders.uk_measures import uk_tariff
from entrepot.customs.services import load_part
from entrepot.landed import queries
from entrepot.landed.rules import quote
from entrepot.landed.terms import Given, Importer, Mode, QuoteAnswer
from tests.customs import test_uk_loader as uk
from tests.customs.make import NOON
from tests.customs.test_world_loaders import ARTICLES, SCHEDULE, WORKBOOK
from tests.landed import make

GIVEN = Given(vat_pct=Decimal(10))


@pytest.fixture
def loaded(db: None) -> Iterator[None]:
    parts = (
        ("cn.mfn_2018", workbook, WORKBOOK),
        ("cn.articles", articles_table, ARTICLES),
        ("cn.schedule", schedule, SCHEDULE),
    )
    for part, read, text in parts:
        loading = read(TariffFile("x.csv", text.encode()), at_least=1)
        load_part(jurisdiction="CN", part=part, edition=loading.edition, rows=loading.rows, digest=part, at=NOON)
    yield
    # The rows are rolled back; what was compiled of them must not stay in memory.
    customs.forget()


def trade(code: str, on: str, origin: str = "US", value: str = "10000", **facts) -> QuoteAnswer:
    line = make.line(value, goods_code=code, origin=origin, currency="CNY", **({"given": GIVEN} | facts))
    return queries.answer(
        request=make.request(
            line, on=date.fromisoformat(on), destination="CN", ship_from=origin, mode=Mode.CARGO,
            importer=Importer.BUSINESS, currency="CNY",
        )
    )  # fmt: skip


def parts(answer: QuoteAnswer) -> dict[str, Decimal]:
    return {part.kind: part.amount for part in answer.components}


def article(code: str, value: str, **facts) -> QuoteAnswer:
    line = make.line(value, goods_code=code, origin="AU", currency="CNY", **facts)
    request = make.request(
        line, on=date(2026, 3, 2), destination="CN", ship_from="AU", mode=Mode.PERSONAL, currency="CNY"
    )
    return queries.answer(request=request)


def test_american_cherries_of_2018_pay_the_lists_of_their_day(loaded: None) -> None:
    before, after = trade("0809290000", "2018-07-05"), trade("0809290000", "2018-07-06")

    assert parts(before) == {"duty": 1000, "additional_us": 1500, "vat": 1250}
    assert parts(after) == {"duty": 1000, "additional_us": 4000, "vat": 1500}


def test_goods_off_the_lists_and_of_other_countries_pay_none(loaded: None) -> None:
    assert parts(
        trade("8703236010", "2019-01-01", given=Given(vat_pct=Decimal(10), consumption_tax_pct=Decimal(0)))
    ) == {
        "duty": 1500,
        "vat": 1150,
    }
    assert "additional_us" not in parts(trade("0809290000", "2018-07-06", "CL"))


def test_after_the_loaded_law_the_answer_says_since_when_it_is_not_known(loaded: None) -> None:
    assert trade("0809290000", "2020-01-01", "CL").reason == "rate_unknown_from:2020-01-01"
    assert trade("0809290000", "2019-09-01").reason == "rate_unknown_from:2019-09-01"
    assert trade("0207120000", "2018-07-06", "BR").reason == "rate_unknown"


def test_an_exclusion_that_is_claimed_spares_the_lists(loaded: None) -> None:
    answer = trade("0809290000", "2018-07-06", claims=("exclusion",))

    assert parts(answer) == {"duty": 1000, "vat": 1100}


def test_the_column_is_chosen_by_origin_and_claim(loaded: None) -> None:
    tax = Given(vat_pct=Decimal(13), consumption_tax_pct=Decimal(0))
    duty = {
        (origin, claims): parts(trade("61091000", "2026-03-02", origin, claims=claims, given=tax))["duty"]
        for origin, claims in (("CH", ()), ("CH", ("CH",)), ("BD", ("LDC",)), ("ZZ", ()), ("TH", ("preference",)))
    }

    assert duty == {
        ("CH", ()): 600, ("CH", ("CH",)): 350, ("BD", ("LDC",)): 0, ("ZZ", ()): 9000, ("TH", ("preference",)): 0,
    }  # fmt: skip
    assert parts(trade("33030000", "2026-03-02", "FR", given=tax))["duty"] == 200


def test_a_specific_duty_asks_for_its_quantity(loaded: None) -> None:
    assert trade("02071200", "2026-03-02", "BR").reason == "quantity_missing"
    weighed = trade("02071200", "2026-03-02", "BR", measures={"t": Decimal(1)})
    assert parts(weighed) == {"duty": 1300, "vat": 1130}


def test_an_article_of_the_table_is_taken_at_its_scheduled_value(loaded: None) -> None:
    answer = article("01010100", "300", measures={"kg": Decimal(2)})

    assert (answer.customs_value, answer.tax) == (400, 52)
    assert not any("far off" in note for note in answer.notes)


def test_a_price_far_off_the_scheduled_value_is_noted(loaded: None) -> None:
    answer = article("02050000", "900", quantity=2)

    assert (answer.customs_value, answer.tax) == (600, 300)
    assert article("02050000", "1200", quantity=2).notes[0].startswith("The price 1200")


def test_an_article_without_a_scheduled_value_takes_its_price(loaded: None) -> None:
    assert article("01019900", "500").tax == 65


def british(code: str, origin: str, region: str | None = None, **facts) -> QuoteAnswer:
    proof = {"condition_code": "Q", "document_code": "U088"}
    measures = (
        uk.measure("103", uk.component(10.0), uk.component(93.1, "04", "EUR", "DTN")),
        uk.measure("142", uk.component(0), area="2080", measure_conditions=[proof]),
        uk.measure(
            "552", uk.component(40), uk.component(0, "04"), series="D", area="CN", additional_code={"code": "B999"}
        ),
        uk.measure("552", uk.component(5), series="D", area="CN", additional_code={"code": "B107"}),
        uk.measure("305", uk.component(20), series="P"),
    )
    rows = uk_tariff(uk.file(*measures)).rows
    law = compiled(destination="GB", currency="GBP", on=date(2026, 3, 2), rows=rows, version="test")
    line = make.line("1000", goods_code=code, origin=origin, currency="GBP", **facts)
    request = make.request(
        line, on=date(2026, 3, 2), destination="GB", region=region, ship_from=origin, mode=Mode.CARGO, currency="GBP",
        importer=Importer.BUSINESS,
    )  # fmt: skip
    return quote(request=request, law=law, rates={("EUR", "GBP"): make.rate("EUR", "GBP", "0.85")})


def test_british_duty_exchanges_its_euro_amounts() -> None:
    answer = british("0102291010", "BR", measures={"kg": Decimal(100)})

    # 10 % of 1000 and EUR 93.10 for 100 kg at 0.85: 79.135 to the penny half up, the sum cut.
    assert parts(answer) == {"duty": Decimal("179.14"), "vat": Decimal("235.82")}
    assert british("0102291010", "BR").reason == "quantity_missing"


def test_british_preferences_and_exporters_are_claimed() -> None:
    kilograms = {"kg": Decimal(100)}

    assert parts(british("0102291010", "PE", measures=kilograms, claims=("preference",)))["duty"] == 0
    unclaimed = british("0102291010", "PE", measures=kilograms).notes
    assert any("not claimed" in note for note in unclaimed)
    assert "To claim it: Proof of origin, document U088." in unclaimed
    assert parts(british("0102291010", "CN", measures=kilograms))["anti_dumping"] == 400
    named = british("0102291010", "CN", measures=kilograms, claims=("additional_code:B107",))
    assert parts(named)["anti_dumping"] == 50


def test_goods_at_risk_in_northern_ireland_need_the_european_tariff() -> None:
    kilograms = {"kg": Decimal(100)}

    assert british("0102291010", "BR", "GB-NIR", measures=kilograms).reason == "code_unknown"
    assert parts(british("0102291010", "BR", "GB-NIR", measures=kilograms, claims=("UKIMS",)))["duty"] == Decimal(
        "179.14"
    )


def test_a_code_too_short_gives_the_range_of_the_lines_under_it(loaded: None) -> None:
    more = SCHEDULE + "61091001,x,T-shirts,14,,,90,,,no;kg,2026-01-01,2027-01-01,Tariff Commission 2026\n"
    loading = schedule(TariffFile("x.csv", more.encode()), at_least=1)
    load_part(jurisdiction="CN", part="cn.schedule", edition="2026", rows=loading.rows, digest="two", at=NOON)
    tax = Given(vat_pct=Decimal(13), consumption_tax_pct=Decimal(0))

    answer = trade("610910", "2026-03-02", "BR", given=tax)

    # 6 % and 14 % duty: 10600 and 11400 with 13 % VAT.
    assert (answer.status, answer.total, answer.components) == ("range", None, ())
    assert answer.range is not None
    assert (answer.range.low, answer.range.high) == (Decimal("1978.00"), Decimal("2882.00"))
    assert "too short" in answer.range.because


def test_a_short_code_whose_lines_agree_gives_an_amount(loaded: None) -> None:
    tax = Given(vat_pct=Decimal(13), consumption_tax_pct=Decimal(0))

    assert parts(trade("330300", "2026-03-02", "FR", given=tax))["duty"] == 200
