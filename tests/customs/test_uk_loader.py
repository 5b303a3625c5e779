"""The United Kingdom's commodities as the tariff service answers them."""

import gzip
import json
from pathlib import Path

import pytest

from entrepot.customs.rules.loaders import TariffFile, recognise
from entrepot.customs.rules.loaders.uk_measures import uk_tariff, xi_tariff
from entrepot.customs.terms import Rows, TariffUnreadable
from tests.shared import TRADE, needs

AREAS = [{"id": f"{i:04}", "description": "x", "children_geographical_areas": []} for i in range(120)] + [
    {"id": "2080", "description": "Andes", "children_geographical_areas": [{"id": "CO"}, {"id": "PE"}]}
]


def component(amount: float, expression: str = "01", money: str | None = None, unit: str | None = None, **more) -> dict:
    return {
        "duty_expression_id": expression, "duty_amount": amount, "monetary_unit_code": money,
        "measurement_unit_code": unit, "measurement_unit_qualifier_code": None, **more,
    }  # fmt: skip


def measure(number: str, *components: dict, series: str = "C", area: str = "1011", **more) -> dict:
    return {
        "id": int(number) * 1000 + len(more) + len(components), "effective_start_date": "2021-01-01T00:00:00.000Z",
        "effective_end_date": None, "measure_type": {"id": number, "description": number, "measure_type_series_id": series},
        "geographical_area": {"id": area, "children_geographical_areas": []}, "duty_expression": {"base": "x"},
        "measure_components": list(components), "measure_conditions": [], "excluded_countries": [],
        "legal_acts": [{"regulation_code": "C0000/21"}], **more,
    }  # fmt: skip


def beside(*measures: dict, code: str = "0102291010") -> dict[str, bytes]:
    commodity = {"goods_nomenclature_item_id": code, "description": "Young <b>bulls</b>", "import_measures": measures}
    return {f"uk__commodities__{code}.json": json.dumps(commodity).encode()}


def file(*measures: dict, **more) -> TariffFile:
    return TariffFile("uk__geographical_areas.json", json.dumps(AREAS).encode(), beside(*measures, **more))


def told(rows: Rows) -> list[tuple[str, str, str]]:
    return [(row.kind, row.rate.text, row.claim) for row in rows.measures]


def test_components_become_one_rate_by_our_units() -> None:
    rows = uk_tariff(file(measure("103", component(10.2), component(93.1, "04", "EUR", "DTN")))).rows

    assert told(rows) == [("duty", "10.2% + EUR 0.931/kg", "")]
    assert rows.goods[0].value.text == {"en": "Young bulls"}
    assert "C0000/21" in rows.measures[0].source


@pytest.mark.parametrize(
    "components",
    [
        (component(16.5), component(320.9, "15", "GBP", "MIL")),
        (component(144.1, money="GBP", unit="TNE", measurement_unit_qualifier_code="I"),),
        (component(1.0, money="GBP", unit="ASV"),),
    ],
)
def test_minima_strengths_and_contents_are_unknown_never_dropped(components: tuple[dict, ...]) -> None:
    rows = uk_tariff(file(measure("103", *components))).rows

    assert [(row.rate.known, bool(row.note)) for row in rows.measures] == [(False, True)]


def test_an_entry_price_is_said_to_be_one() -> None:
    condition = {"condition_code": "V", "document_code": "", "measure_condition_components": [component(14.4)]}
    rows = uk_tariff(file(measure("103", measure_conditions=[condition]))).rows

    assert "entry price" in rows.measures[0].note


def test_preferences_quotas_and_exporters_ask_for_their_claims() -> None:
    rows = uk_tariff(
        file(
            measure("142", component(0), area="2080"),
            measure("122", component(20), order_number={"number": "054003"}),
            measure("552", component(5), series="D", area="CN", additional_code={"code": "B107"}),
            measure("552", component(40), component(0, "04"), series="D", area="CN", additional_code={"code": "B999"}),
            measure("305", component(20), series="P"),
            measure("305", component(0), series="P", additional_code={"code": "VATZ"}, order_number=None),
        )
    ).rows

    assert told(rows) == [
        ("duty", "Free", "preference"),
        ("duty", "20%", "quota:054003"),
        ("anti_dumping", "5%", "additional_code:B107"),
        ("anti_dumping", "40%", ""),
        ("vat", "20%", ""),
        ("vat", "Free", "additional_code:VATZ"),
    ]
    assert rows.measures[0].origins == {"CO", "PE"}
    assert rows.measures[2].origins == {"CN"}


def test_controls_are_reported_and_an_import_ban_restricts() -> None:
    loading = uk_tariff(file(measure("103", component(8)), measure("410", series="B"), measure("277", series="A")))

    assert any("410" in finding for finding in loading.findings)
    assert loading.rows.restrictions[0].value.codes == ("0102291010",)


def test_northern_ireland_has_a_tariff_of_its_own_and_british_vat() -> None:
    rows = xi_tariff(file(measure("103", component(10)), measure("305", component(20), series="P"))).rows

    assert told(rows) == [("duty_xi", "10%", "")]


def test_what_looks_wrong_is_refused() -> None:
    for name in ("effective_start_date", "effective_end_date"):
        with pytest.raises(TariffUnreadable, match="'2021-13-01', a day of measure"):
            uk_tariff(file(measure("103", component(10), **{name: "2021-13-01"})))
    with pytest.raises(TariffUnreadable, match="geographical areas"):
        uk_tariff(TariffFile("a.json", b"{}", beside()))
    with pytest.raises(TariffUnreadable, match="a whole file has"):
        uk_tariff(TariffFile("a.json", json.dumps(AREAS[:50]).encode(), beside()))
    with pytest.raises(TariffUnreadable, match="no commodity lies"):
        uk_tariff(TariffFile("a.json", json.dumps(AREAS).encode()))
    with pytest.raises(TariffUnreadable, match="uk__commodities__1"):
        uk_tariff(TariffFile("a.json", json.dumps(AREAS).encode(), {"uk__commodities__1.json": b'{"goods": 1'}))
    with pytest.raises(TariffUnreadable, match="ten digits"):
        uk_tariff(file(measure("103", component(1)), code="0102"))


@needs(TRADE)
@pytest.mark.parametrize(("service", "commodities", "measures"), [("uk", 6, 76), ("xi", 1, 2)])
def test_the_fixtures_of_the_service_load(service: str, commodities: int, measures: int) -> None:
    def unpacked(path: Path) -> bytes:
        return gzip.decompress(path.read_bytes())

    found = {
        path.name.removesuffix(".gz"): unpacked(path) for path in (TRADE / "uk").glob(f"{service}__commodities__*")
    }
    kind = recognise(name=f"{service}__geographical_areas.json.gz", head=b"")
    assert kind is not None
    areas = unpacked(TRADE / "uk" / f"{service}__geographical_areas.json.gz")
    rows = kind.read(TariffFile(f"{service}__geographical_areas.json", areas, found)).rows

    assert (len(rows.goods), len(rows.measures)) == (commodities, measures)
