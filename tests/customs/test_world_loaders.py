"""Files of China and Europe: what they say, and what is refused with its line."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.customs.rules import compiled, measures_on
from entrepot.customs.rules.loaders import KINDS, TariffFile, recognise
from entrepot.customs.rules.loaders.cn_articles import articles_table
from entrepot.customs.rules.loaders.cn_history import costa_rica_schedule, swiss_schedule
from entrepot.customs.rules.loaders.cn_tables import consumption_table, positive_list, schedule, vat_table
from entrepot.customs.rules.loaders.cn_workbook import workbook
from entrepot.customs.rules.loaders.eu_vat import vat_history
from entrepot.customs.terms import Measure, Rows, TariffUnreadable
from tests.shared import TRADE, needs

WORKBOOK = """\
hs10,description_en,mfn_2018_01_01,add_us_2018_04_02,chg_mfn_2018_07_01,add_us_2018_07_06,chg_us_2019_01_01
0809290000,"Cherries: Other",10,15,0,25,0
8703236010,Cars,25,0,-10,25,-25
8521101100A,Recorders,14.000000000000002,0,0,0,0
8521101100B,Recorders,,0,,0,0
0207120000,Chicken,11.032,0,0,25,0
"""
ARTICLES = """\
article_code8,name_zh,tax_rate_pct,scheduled_value_cny,unit_zh
01010100,奶粉,13,200,千克
02050000,威士忌,50,300,瓶
01019900,其他食品,13,,件
"""
VAT = "eu_code,name,effective_from,standard_rate_pct\n" + "".join(
    f"{place},x,2016-01-01,{rate}\n"
    for place, rate in zip(
        "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(),
        "20 21 20 19 21 19 25 20 23 21 24 20 25 27 23 22 21 17 21 18 21 23 23 20 25 22 20".split(),
        strict=True,
    )
)
SCHEDULE = """\
code,zh,en,mfn,conventional,special,general,provisional,export,units,valid_from,valid_until,source
61091000,棉制T恤衫,T-shirts of cotton,6,ACFTA=Free; CH=3.5%,Free,90,,,no;kg,2026-01-01,2027-01-01,Tariff Commission 2026
22042100,小包装葡萄酒,Wine,14,CL=0,,180,,,l;kg,2026-01-01,2027-01-01,Tariff Commission 2026
02071200,冻整鸡,Frozen chicken,CNY 1.3/kg,,,CNY 5.6/kg,,,kg,2026-01-01,2027-01-01,Tariff Commission 2026
33030000,香水,Perfume,3,,,150,2,,kg,2026-01-01,2027-01-01,Tariff Commission 2026
"""


def file(text: str, name: str = "x.csv") -> TariffFile:
    return TariffFile(name, text.encode())


def held(rows: Rows, code: str, on: str, origin: str = "US", kind: str = "") -> dict[str, str]:
    law = compiled(destination="CN", currency="CNY", on=date.fromisoformat(on), rows=rows, version="t")
    found: list[Measure] = measures_on(law=law, code=code, origin=origin)
    # The longest code stands first, and counts.
    return {row.kind: row.rate.text for row in reversed(found) if not kind or row.kind == kind}


def refused(read, text: str, **options) -> str:
    with pytest.raises(TariffUnreadable) as caught:
        read(file(text), **options)
    return str(caught.value.facts["why"])


def test_the_workbook_adds_its_changes_up_by_day() -> None:
    rows = workbook(file(WORKBOOK), at_least=1).rows

    assert held(rows, "0809290000", "2018-04-01") == {"duty": "10%"}
    assert held(rows, "0809290000", "2018-04-02") == {"duty": "10%", "additional_us_list": "15%"}
    assert held(rows, "0809290000", "2018-07-06") == {"duty": "10%", "additional_us_list": "40%"}
    assert held(rows, "8703236010", "2018-08-01") == {"duty": "15%", "additional_us_list": "25%"}
    assert held(rows, "8703236010", "2019-01-01") == {"duty": "15%", "additional_us_list": "Free"}
    assert held(rows, "0809290000", "2018-07-06", origin="CL") == {"duty": "10%"}


def test_duties_that_are_not_ad_valorem_are_unknown_there() -> None:
    loading = workbook(file(WORKBOOK), at_least=1)

    assert held(loading.rows, "0207120000", "2018-05-01", "BR") == {"duty": "unknown"}
    assert held(loading.rows, "8521101100", "2018-05-01", "JP") == {"duty": "unknown"}
    assert "2 codes have a duty that is not ad valorem" in loading.findings[0]


def test_a_workbook_that_looks_wrong_is_refused_with_its_line() -> None:
    assert refused(workbook, WORKBOOK) == "5 rows; a whole file has 10000 or more"
    assert "line 2" in refused(workbook, WORKBOOK.replace("0809290000", "08O9290000"), at_least=1)
    assert "line 3: 'x' is not a number" in refused(workbook, WORKBOOK.replace("Cars,25", "Cars,x"), at_least=1)
    assert "stands twice" in refused(workbook, WORKBOOK.replace("8703236010", "0809290000"), at_least=1)
    assert "per cent" in refused(workbook, WORKBOOK.replace("Cars,25", "Cars,2500"), at_least=1)
    assert "mfn_" in refused(workbook, WORKBOOK.replace("mfn_2018_01_01", "mfn", 1), at_least=1)
    assert "'2018-13-01' is not a day" in refused(
        workbook, WORKBOOK.replace("mfn_2018_01_01", "mfn_2018_13_01"), at_least=1
    )


def test_schedules_of_agreements_give_names_and_old_duties() -> None:
    text = (
        "hs8,name_zh,mfn_2009_pct,mfn_2011_pct,fta_cr_2011_pct\n37023210,胶卷,21元/平方米,21元/平方米,16.8元/平方米\n"
    )
    rows = costa_rica_schedule(file(text), at_least=1).rows
    swiss = swiss_schedule(
        file("hs8,name_zh,mfn_pct,fta_ch_pct\n91021100,电子表,12.5,10\n01,x,1,\n".replace("01,x,1,\n", "")), at_least=1
    )

    assert rows.goods[0].value.text == {"zh-hans": "胶卷"}
    assert held(rows, "37023210", "2011-09-01", "CR") == {"duty": "CNY 21/m2", "duty_conventional": "CNY 16.8/m2"}
    assert held(swiss.rows, "91021100", "2014-08-01", "CH") == {"duty": "12.5%", "duty_conventional": "10%"}
    assert held(swiss.rows, "91021100", "2015-08-01", "CH") == {}


def test_the_articles_table_gives_rates_and_scheduled_values() -> None:
    rows = articles_table(file(ARTICLES), at_least=1).rows

    assert held(rows, "#01010100", "2026-03-02") == {"articles_tax": "13%", "articles_value": "CNY 200/kg"}
    assert held(rows, "#02050000", "2026-03-02") == {"articles_tax": "50%", "articles_value": "CNY 300/each"}
    assert held(rows, "#01019900", "2026-03-02") == {"articles_tax": "13%"}
    assert held(rows, "01010100", "2026-03-02") == {}
    assert "line 2: '14' is no rate" in refused(articles_table, ARTICLES.replace(",13,200", ",14,200"), at_least=1)
    assert "no unit" in refused(articles_table, ARTICLES.replace("千克", "斤"), at_least=1)
    assert "250 or more" in refused(articles_table, ARTICLES)


def test_vat_of_the_member_states_by_day() -> None:
    rows = vat_history(file(VAT + "EL,Greece,2016-06-01,24\n")).rows
    days = {row.valid_from.isoformat(): row.rate.text for row in rows.measures if row.regions == {"GR"}}

    assert days == {"2016-01-01": "23%", "2016-06-01": "24%"}
    assert "cut off" in refused(vat_history, "\n".join(VAT.splitlines()[:-1]), at_least=1)
    assert "no member state" in refused(vat_history, VAT.replace("\nSK,", "\nGB,"))
    assert "line 2: a standard rate of 2 per cent" in refused(
        vat_history, VAT.replace("AT,x,2016-01-01,20", "AT,x,2016-01-01,2")
    )


def test_the_documented_schedule_has_all_columns() -> None:
    rows = schedule(file(SCHEDULE), at_least=1).rows

    assert held(rows, "61091000", "2026-03-02", "CH") == {"duty": "6%", "duty_conventional": "3.5%"}
    assert held(rows, "61091000", "2026-03-02", "BD") == {"duty": "6%", "duty_special": "Free"}
    assert held(rows, "61091000", "2026-03-02", "ZZ") == {"duty_general": "90%"}
    assert held(rows, "33030000", "2026-03-02", "FR") == {"duty": "3%", "duty_provisional": "2%"}
    assert held(rows, "33030000", "2027-03-02", "FR") == {}


@pytest.mark.parametrize(
    ("find", "put", "why"),
    [
        ("ACFTA=Free", "NAFTA=Free", "line 2: 'NAFTA=Free' is not an agreement"),
        ("2026-01-01,2027-01-01", "2026-01-01,2025-01-01", "is not after"),
        ("CNY 1.3/kg", "1.3 a kilo", "line 4: the rate '1.3 a kilo'"),
        ("33030000", "3303", "line 5: '3303' is not a code"),
        ("22042100", "61091000", "begins twice"),
        ("provisional,", "", "the column provisional is missing"),
    ],
)
def test_a_schedule_that_looks_wrong_is_refused(find: str, put: str, why: str) -> None:
    assert why in refused(schedule, SCHEDULE.replace(find, put), at_least=1)


def test_the_other_documented_tables() -> None:
    dated = "2019-04-01,,MOF 2019 No.39"
    vat = vat_table(file(f"code,rate,valid_from,valid_until,source\n,13,{dated}\n0809,9,{dated}\n")).rows
    excise = consumption_table(
        file(
            f"code,rate,at_least,per,valid_from,valid_until,source\n3304,15,10,ml;g,{dated}\n2208,20% + CNY 1/kg,,,{dated}\n"
        ),
        at_least=1,
    ).rows
    listed = positive_list(
        file(f"code,zh,remark,valid_from,valid_until,source\n10063020,大米,每人每年20千克,{dated}\n"), at_least=1
    )

    assert held(vat, "0809290000", "2026-01-01") == {"vat": "9%"}
    assert held(vat, "8517130000", "2026-01-01") == {"vat": "13%"}
    assert excise.measures[0].unit_price is not None
    assert excise.measures[0].unit_price.at_least == Decimal(10)
    assert listed.rows.measures[0].note == "每人每年20千克"
    assert "standard rate" in refused(
        vat_table, f"code,rate,valid_from,valid_until,source\n08,9,{dated}\n07,9,{dated}\n"
    )


@pytest.mark.parametrize(
    ("name", "head", "part"),
    [
        ("cn_tariff_2018_2019_hs10.csv.gz", b"", "cn.mfn_2018"),
        ("mine.csv", b"hs10,description_en,mfn_2018_01_01,add_us_2018_04_02", "cn.mfn_2018"),
        ("cn_inbound_articles_table.csv", b"", "cn.articles"),
        ("eu_standard_vat_history.csv", b"", "eu.vat"),
        ("list.csv", b"code,zh,remark,valid_from,valid_until,source", "cn.cbec_list"),
    ],
)
def test_files_are_recognised_by_name_or_heading(name: str, head: bytes, part: str) -> None:
    found = recognise(name=name, head=head)

    assert found is not None
    assert found.part == part


@needs(TRADE)
@pytest.mark.parametrize(
    ("path", "measures", "goods"),
    [
        ("cn/cn_tariff_2018_2019_hs10.csv.gz", 16_175, 11_776),
        ("cn/cn_mfn_2014_hs8_zh_swiss_fta.csv.gz", 171, 8_277),
        ("cn/cn_mfn_2011_hs8_zh_costa_rica_fta.csv.gz", 268, 7_977),
        ("cn/cn_inbound_articles_table.csv", 488, 0),
        ("eu/eu_standard_vat_history.csv", 40, 0),
    ],
)
def test_the_whole_files_load(path: str, measures: int, goods: int) -> None:
    body = (TRADE / path).read_bytes()
    name = Path(path).name
    kind = recognise(name=name, head=b"")
    assert kind in KINDS
    rows = kind.read(TariffFile(name, gzip.decompress(body) if name.endswith(".gz") else body)).rows

    assert (len(rows.measures), len(rows.goods)) == (measures, goods)


@needs(TRADE)
def test_a_truncated_workbook_is_refused() -> None:
    body = gzip.decompress((TRADE / "cn/cn_tariff_2018_2019_hs10.csv.gz").read_bytes())

    with pytest.raises(TariffUnreadable):
        workbook(TariffFile("cut.csv", body[: len(body) // 2]))
