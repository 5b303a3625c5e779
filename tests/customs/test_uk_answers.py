"""The UK's tariff service as its API answers (JSON:API): the same law as from the nested form, or a named reason."""

import copy
import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from entrepot.customs.rules.loaders import TariffFile, recognise, why_unused
from entrepot.customs.rules.loaders.uk_measures import uk_tariff
from entrepot.customs.rules.loaders.uk_schemes import schemes_of
from entrepot.customs.terms import Rows, TariffUnreadable
from tests.customs.test_uk_loader import AREAS, beside, component, measure
from tests.shared import TRADE, needs

ANSWER = json.loads((Path(__file__).parent / "uk_answer.json").read_text())
SCHEME = {
    "scheme_code": "andes", "title": "Andean Agreement", "countries": ["CO", "EC", "PE"], "unilateral": None,
    "proofs": [{"id": "1", "summary": "EUR1 certificate"}, {"id": "2", "summary": "Origin declaration"}],
}  # fmt: skip
_TYPES = {
    "import_measures": "measure", "measure_components": "measure_component", "measure_conditions": "measure_condition",
    "measure_condition_components": "measure_condition_component", "excluded_countries": "geographical_area",
    "children_geographical_areas": "geographical_area", "legal_acts": "legal_act", "proofs": "rules_of_origin_proof",
    "measure_type": "measure_type", "geographical_area": "geographical_area", "duty_expression": "duty_expression",
    "additional_code": "additional_code", "order_number": "order_number",
}  # fmt: skip


def spread(nested: dict, kind: str, included: list[dict]) -> dict:
    """A nested resource as the API answers it: what it holds goes to `included`, and a reference stays."""
    attributes, relationships = {}, {}

    def put(value: dict, name: str, number: int) -> dict:
        own = value.get("id") if name not in {"measure_components", "measure_condition_components"} else None
        child = spread({**value, "id": own or f"{nested['id']}-{name}-{number}"}, _TYPES[name], included)
        included.append(child)
        return {"id": child["id"], "type": child["type"]}

    for name, value in nested.items():
        if name not in _TYPES or isinstance(value, str):
            attributes[name] = value
        elif isinstance(value, list):
            relationships[name] = {"data": [put(one, name, number) for number, one in enumerate(value)]}
        else:
            relationships[name] = {"data": None if value is None else put(value, name, 0)}
    return {"id": str(nested["id"]), "type": kind, "attributes": attributes, "relationships": relationships}


def answered(nested: dict | list, kind: str) -> bytes:
    included: list[dict] = []
    several = isinstance(nested, list)
    data = [spread(one, kind, included) for one in nested] if several else spread({"id": 1, **nested}, kind, included)
    return json.dumps({"data": data, "included": included}).encode()


def areas() -> bytes:
    return json.dumps(AREAS).encode()


def load(commodity: object, **more: bytes) -> Rows:
    body = json.dumps(commodity).encode()
    files = {"uk__commodities__0902100011.json": body, **{f"{name}.json": more[name] for name in more}}
    return uk_tariff(TariffFile("uk__geographical_areas.json", areas(), files)).rows


def told(rows: Rows) -> list[tuple[str, str, str]]:
    return [(row.kind, row.rate.text, row.claim) for row in rows.measures]


def test_an_answer_of_the_api_is_read_whole() -> None:
    rows = load(ANSWER)

    assert told(rows) == [
        ("duty", "8% + GBP 0.931/kg", ""),
        ("duty", "Free", "preference"),
        ("duty", "2%", "quota:054003"),
        ("anti_dumping", "12.4%", "additional_code:C901"),
        ("anti_dumping", "48.5%", ""),
        ("duty", "unknown", ""),
        ("vat", "20%", ""),
    ]
    assert rows.goods[0].value.text == {"en": "Tea, scented"}
    assert (rows.measures[1].origins, rows.measures[1].origins_except) == ({"CO", "PE"}, {"PE"})
    assert rows.measures[2].valid_until == date(2028, 1, 1)
    assert "measure 70001 (Third country duty), C0001/90" in rows.measures[0].source
    assert "MIN 2.00 GBP" in rows.measures[5].note
    assert rows.measures[1].note == "Proof of origin, document U900."


def test_the_api_and_the_nested_form_give_the_same_rows() -> None:
    condition = {"id": 5, "condition_code": "V", "document_code": "", "measure_condition_components": [component(14.4)]}
    flat = beside(
        measure("103", component(10.2), component(93.1, "04", "EUR", "DTN")),
        measure("142", component(0), area="2080", excluded_countries=[{"id": "PE"}], id=2),
        measure("122", component(20), order_number={"id": "054003", "number": "054003"}),
        measure("103", measure_conditions=[condition], area="CN", additional_code={"id": "9", "code": "B1"}, id=4),
        measure("277", series="A"),
    )
    name, body = next(iter(flat.items()))
    api = {name: answered(json.loads(body), "commodity")}
    all_areas = answered(AREAS, "geographical_area")

    first = uk_tariff(TariffFile("uk__geographical_areas.json", areas(), flat))
    second = uk_tariff(TariffFile("uk__geographical_areas.json", all_areas, api))

    assert second == first


@needs(TRADE)
def test_the_fixtures_of_the_service_say_the_same_in_both_forms() -> None:
    def unpacked(pattern: str) -> dict[str, bytes]:
        found = (TRADE / "uk").glob(pattern)
        return {path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes()) for path in found}

    listed = unpacked("uk__geographical_areas.json.gz")["uk__geographical_areas.json"]
    flat = unpacked("uk__commodities__07*")
    api = {name: answered(json.loads(flat[name]), "commodity") for name in flat}

    first = uk_tariff(TariffFile("uk__geographical_areas.json", listed, flat))
    second = uk_tariff(
        TariffFile("uk__geographical_areas.json", answered(json.loads(listed), "geographical_area"), api)
    )

    assert len(first.rows.measures) > 40
    assert second == first


def cut(path: str) -> Callable[[dict], object]:
    def change(answer: dict) -> None:
        answer["included"] = [one for one in answer["included"] if f"{one['type']} {one['id']}" != path]

    return change


def drop(key: str) -> Callable[[dict], object]:
    return lambda answer: answer.pop(key)


def first_measure(answer: dict) -> dict:
    return next(one for one in answer["included"] if one["type"] == "measure")["relationships"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (drop("included"), "`included` is missing, where import_measures of commodity 90001 should stand"),
        (cut("measure 70003"), "import_measures of commodity 90001 names measure 70003, which is not in `included`"),
        (cut("measure_type 142"), "measure_type of measure 70002 names measure_type 142"),
        (cut("measure_component 70001-04"), "measure_components of measure 70001 names"),
        (cut("geographical_area CN"), "geographical_area CN, which is not in"),
        (lambda a: a["data"].update(type="heading"), "heading 90001 stands where a commodity is expected"),
        (lambda a: a.update(data=[a["data"]]), "`data` holds 1 resources where one commodity"),
        (lambda a: a.update(data=None), "`data` holds 0 resources"),
        (lambda a: a["data"]["relationships"].pop("import_measures"), "does not say its import_measures"),
        (lambda a: first_measure(a).pop("measure_type"), "measure 70001 does not say its measure_type"),
        (lambda a: first_measure(a).update(geographical_area={"data": None}), "measure 70001 has no geographical_area"),
        (lambda a: first_measure(a).update(measure_type={"data": []}), "measure_type of measure 70001 is a list"),
        (
            lambda a: first_measure(a).update(measure_type={"data": {"id": "9001", "type": "measure_condition"}}),
            "names a measure_condition",
        ),
        (lambda a: a["data"]["attributes"].pop("goods_nomenclature_item_id"), "no commodity of the tariff service"),
        (lambda a: a.update(included="x"), "no answer of the tariff service"),
        (lambda a: a.update(errors=[{"detail": "not found"}]), r"answered with an error \(not found\)"),
    ],
)
def test_an_answer_that_looks_wrong_is_refused_with_the_reason(change: Callable[[dict], object], why: str) -> None:
    answer = copy.deepcopy(ANSWER)
    change(answer)

    with pytest.raises(TariffUnreadable, match=why) as refused:
        load(answer)
    assert "uk__commodities__0902100011.json" in refused.value.text()


def test_an_area_without_members_is_reported() -> None:
    files = beside(measure("142", component(0), area="1006"), measure("103", component(4)))
    loading = uk_tariff(TariffFile("uk__geographical_areas.json", areas(), files))

    assert not any("1006" in finding for finding in loading.findings[:1])

    listed = json.dumps([one for one in AREAS if one["id"] != "2080"]).encode()
    lost = beside(measure("142", component(0), area="2080"))
    loading = uk_tariff(TariffFile("uk__geographical_areas.json", listed, lost))
    assert any("reach nobody: 2080" in finding for finding in loading.findings)


@pytest.mark.parametrize(
    "body", [json.dumps([SCHEME]).encode(), answered([SCHEME | {"id": "andes"}], "rules_of_origin_scheme")]
)
def test_a_preference_names_the_scheme_and_the_proofs_that_it_asks_for(body: bytes) -> None:
    rows = load(ANSWER, uk__rules_of_origin_schemes=body)

    assert rows.measures[1].note == (
        "Proof of origin, scheme andes (Andean Agreement): EUR1 certificate or Origin declaration; document U900."
    )
    assert not any(row.note for row in rows.measures if row.rate.known and row.claim != "preference")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([SCHEME, SCHEME | {"title": "Another"}], "andes stands twice"),
        ([SCHEME | {"countries": []}], "names no country"),
        ([{"title": "x"}], "no list of rules-of-origin schemes"),
        ({"data": {"id": "andes", "type": "rules_of_origin_scheme"}}, "`data` is no list"),
    ],
)
def test_schemes_that_look_wrong_are_refused(body: object, why: str) -> None:
    with pytest.raises(TariffUnreadable, match=why):
        schemes_of({"uk__rules_of_origin_schemes.json": json.dumps(body).encode()})


@needs(TRADE)
def test_every_file_of_the_data_folder_is_read_or_its_reason_told() -> None:
    names = (
        "cn_2024_us_retaliation_exclusion_codes.json", "cn_provisional_2007.json", "hs_sections_en.csv",
        "cn_2024_partline_vat_ct_codes.json", "cn_customs_announcements_selected_zh.jsonl.gz", "roo_rule_set_eu.json.gz",
        "uk__geographical_areas__countries.json.gz", "xi__geographical_areas__1013.json.gz", "cn_postal_tax_2007.json",
        "base_rates_2026_rev15.csv.gz", "yale_policy_params_2026-06.yaml.gz",
    )  # fmt: skip
    there = {path.name for path in TRADE.rglob("*") if path.is_file()}

    assert there.issuperset(names)
    assert all(why_unused(name) and recognise(name=name, head=b"") is None for name in names)
    assert not any(why_unused(name) for name in there if recognise(name=name, head=b""))
    assert not why_unused("mine.csv")
