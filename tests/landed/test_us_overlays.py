"""Chapter 99 with the official lists: what stacks on what, for which goods, from which day."""

from datetime import date
from decimal import Decimal

import pytest

from entrepot.landed.rules import quote
from entrepot.landed.terms import Mode, Status
from tests.landed.make import line, request
from tests.landed.overlays import NEEDED, answer, law, percentages

pytestmark = NEEDED

FEB, MAY, AUG = "2026-02-15", "2026-05-01", "2026-08-10"
# code, origin, day, base, facts, per cent by kind without the base
CASES = {
    # ---- China 301 by list and day
    "list 3 at its first rate": ("4202.92.31.31", "CN", "2019-01-07", "5%", {}, {"s301_cn": 10}),
    "list 3 raised": ("4202.92.31.31", "CN", "2019-05-10", "5%", {}, {"s301_cn": 25}),
    "list 4A at its first rate": ("6109.10.00.12", "CN", "2020-02-13", "5%", {}, {"s301_cn": 15}),
    "list 4A lowered": ("6109.10.00.12", "CN", "2020-02-14", "5%", {}, {"s301_cn": "7.5"}),
    "list 4B is never charged": ("8517.13.00.00", "CN", "2024-06-03", "5%", {}, {}),
    "battery of list 4A": ("8507.60.00.20", "CN", "2025-01-15", "3.4%", {}, {"s301_cn": "7.5"}),
    "battery of an electric vehicle, reviewed first": ("8507.60.00.10", "CN", "2025-01-15", "3.4%", {}, {"s301_cn": 25}),
    "battery reviewed in 2026, with what else holds": (
        "8507.60.00.90", "CN", MAY, "3.4%", {}, {"s301_cn": 25, "s122": 10}),
    "electric car": ("8703.80.00.00", "CN", "2024-10-01", "2.5%", {}, {"s301_cn": 100}),
    "semiconductors at fifty": ("8542.31.00.45", "CN", "2025-01-01", "Free", {}, {"s301_cn": 50}),
    "semiconductors before": ("8542.31.00.45", "CN", "2024-12-31", "Free", {}, {"s301_cn": 25}),
    "rubber gloves in 2025": ("4015.12.10.10", "CN", "2025-01-15", "Free", {}, {"s301_cn": 50}),
    "rubber gloves in 2026": ("4015.12.10.10", "CN", MAY, "Free", {}, {"s301_cn": 100, "s122": 10}),
    "a face mask's own ten digits": ("6307.90.98.50", "CN", "2026-03-02", "7%", {}, {"s301_cn": 50, "s122": 10}),
    "other made-up textiles beside it": ("6307.90.98.91", "CN", "2026-03-02", "7%", {}, {"s301_cn": "7.5", "s122": 10}),
    "a router at list 3's ten digits": ("8517.62.00.20", "CN", "2024-06-03", "Free", {}, {"s301_cn": 25}),
    "another apparatus at list 4A's": ("8517.62.00.90", "CN", "2024-06-03", "Free", {}, {"s301_cn": "7.5"}),
    "an exclusion that is claimed": (
        "9401.71.00.31", "CN", "2024-07-01", "Free", {"claims": ("99:9903.88.69",)}, {}),
    "an exclusion that is not": ("9401.71.00.31", "CN", "2024-07-01", "Free", {}, {"s301_cn": 25}),
    "Hong Kong is no part of it": ("6109.10.00.12", "HK", "2024-06-03", "5%", {}, {}),
    # ---- IEEPA
    "fentanyl first": ("6109.10.00.12", "CN", "2025-02-04", "5%", {}, {"s301_cn": "7.5", "ieepa_fentanyl": 10}),
    "fentanyl doubled": ("6109.10.00.12", "HK", "2025-03-04", "5%", {}, {"ieepa_fentanyl": 20}),
    "reciprocal at its height": (
        "6109.10.00.12", "CN", "2025-04-12", "5%", {}, {"s301_cn": "7.5", "ieepa_fentanyl": 20, "ieepa_reciprocal": 125}),
    "a phone is exempt of it": ("8517.13.00.00", "CN", "2025-04-12", "Free", {}, {"ieepa_fentanyl": 20}),
    "after Geneva": (
        "6109.10.00.12", "CN", "2025-05-14", "5%", {}, {"s301_cn": "7.5", "ieepa_fentanyl": 20, "ieepa_reciprocal": 10}),
    "fentanyl halved": (
        "6109.10.00.12", "CN", "2025-11-10", "5%", {}, {"s301_cn": "7.5", "ieepa_fentanyl": 10, "ieepa_reciprocal": 10}),
    "ferromanganese before the end": ("7202.11.10.00", "CN", FEB, "1.4%", {}, {"s301_cn": 25, "ieepa_fentanyl": 10}),
    "all are gone on the day": ("6109.10.00.12", "VN", "2026-02-24", "16.5%", {}, {"s122": 10}),
    "Viet Nam's own rate": ("6109.10.00.12", "VN", FEB, "16.5%", {}, {"ieepa_reciprocal": 20}),
    "Viet Nam before it": ("6109.10.00.12", "VN", "2025-08-06", "16.5%", {}, {"ieepa_reciprocal": 10}),
    "Viet Nam under way in time": (
        "6109.10.00.12", "VN", "2025-09-01", "16.5%", {"claims": ("in_transit:2025-08-01",)}, {}),
    "Côte d'Ivoire": ("1806.32.90.00", "CI", "2025-09-01", "6%", {}, {"ieepa_reciprocal": 15}),
    "Kenya has no rate of its own": ("6109.10.00.12", "KE", FEB, "16.5%", {}, {"ieepa_reciprocal": 10}),
    "European total": ("6214.10.10.00", "FR", FEB, "1.2%", {}, {"ieepa_reciprocal": "13.8"}),
    "European base above it": ("6109.10.00.12", "FR", FEB, "16.5%", {}, {}),
    "Japan before the deal": ("9506.62.40.40", "JP", "2025-09-15", "5%", {}, {"ieepa_reciprocal": 15}),
    "Japan by the deal": ("9506.62.40.40", "JP", "2025-09-16", "5%", {}, {"ieepa_reciprocal": 10}),
    "Korea by the deal": ("9506.62.40.40", "KR", "2025-11-14", "5%", {}, {"ieepa_reciprocal": 10}),
    "Korea with KORUS": (
        "9506.62.40.40", "KR", "2025-11-14", "5%", {"claims": ("KORUS",)}, {"ieepa_reciprocal": 15}),
    "Switzerland before the deal": ("9506.62.40.40", "CH", "2025-11-13", "5%", {}, {"ieepa_reciprocal": 39}),
    "Switzerland by the deal": ("9506.62.40.40", "CH", "2025-11-14", "5%", {}, {"ieepa_reciprocal": 10}),
    "Taiwan stayed at twenty": ("9506.62.40.40", "TW", FEB, "5%", {}, {"ieepa_reciprocal": 20}),
    "Russia pays column 2 instead": ("9506.62.40.40", "RU", FEB, "5%", {}, {}),
    "Canada 25": ("9506.62.40.40", "CA", "2025-03-10", "5%", {}, {"ieepa_fentanyl": 25}),
    "Canada 35": ("9506.62.40.40", "CA", "2025-08-01", "5%", {}, {"ieepa_fentanyl": 35}),
    "Canada with USMCA": ("9506.62.40.40", "CA", "2025-08-01", "5%", {"claims": ("USMCA",)}, {}),
    "Canada with USMCA before it was spared": (
        "9506.62.40.40", "CA", "2025-03-05", "5%", {"claims": ("USMCA",)}, {"ieepa_fentanyl": 25}),
    "Canadian oil": ("2709.00.10.00", "CA", "2025-09-01", "Free", {}, {"ieepa_fentanyl": 10}),
    "Canadian potash": ("3104.20.00.00", "CA", "2025-09-01", "Free", {}, {"ieepa_fentanyl": 10}),
    "Mexican potash": ("3104.20.00.00", "MX", "2025-09-01", "Free", {}, {"ieepa_fentanyl": 10}),
    "India with the oil duty": (
        "6302.60.00.20", "IN", "2025-08-27", "9.1%", {}, {"ieepa_reciprocal": 25, "ieepa_india": 25}),
    "India after it": ("6302.60.00.20", "IN", "2026-02-07", "9.1%", {}, {"ieepa_reciprocal": 25}),
    "Indian medicine": ("3004.90.92.90", "IN", "2025-09-01", "Free", {}, {}),
    "Brazil": ("6402.91.80.05", "BR", "2025-09-01", "20%", {}, {"ieepa_reciprocal": 10, "ieepa_brazil": 40}),
    "Brazilian orange juice": ("2009.11.00.20", "BR", "2025-09-01", "5%", {}, {"ieepa_reciprocal": 10}),
    "Brazilian coffee before the farm list": (
        "0901.11.00.15", "BR", "2025-11-12", "Free", {}, {"ieepa_reciprocal": 10, "ieepa_brazil": 40}),
    "Brazilian coffee after it": ("0901.11.00.15", "BR", "2025-11-13", "Free", {}, {}),
    "Brazilian aircraft part, not claimed": (
        "8411.91.90.85", "BR", "2025-09-01", "Free", {}, {"ieepa_reciprocal": 10, "ieepa_brazil": 40}),
    "US content of a quarter": (
        "9506.62.40.40", "VN", FEB, "5%", {"claims": ("us_content",), "measures": {"value:us": Decimal(2500)}},
        {"ieepa_reciprocal": 15}),
    # ---- section 122
    "inside the window, list 4A": ("9506.62.40.40", "CN", MAY, "Free", {}, {"s301_cn": "7.5", "s122": 10}),
    "last day of it": ("6109.10.00.12", "VN", "2026-07-23", "16.5%", {}, {"s122": 10}),
    "day between it and forced labour": ("6109.10.00.12", "KE", "2026-07-24", "16.5%", {}, {}),
    "on its annex": ("8517.13.00.00", "CN", "2026-03-15", "Free", {}, {}),
    "USMCA spares": ("9506.62.40.40", "MX", MAY, "5%", {"claims": ("USMCA",)}, {}),
    "aircraft article, not claimed": ("8411.91.90.85", "FR", MAY, "Free", {}, {"s122": 10}),
    "aircraft article, claimed": ("8411.91.90.85", "FR", MAY, "Free", {"claims": ("civil_aircraft",)}, {}),
    "bread is not an article of religion": ("1905.90.10.41", "FR", MAY, "Free", {}, {"s122": 10}),
    "bread for religion": ("1905.90.10.41", "FR", MAY, "Free", {"claims": ("99:9903.03.04",)}, {}),
    "magnets split at ten digits": ("8505.11.00.70", "JP", MAY, "2.1%", {}, {}),
    "magnets of another kind": ("8505.11.00.10", "JP", MAY, "2.1%", {}, {"s122": 10}),
    "under way in time": ("6109.10.00.12", "VN", "2026-02-27", "16.5%", {"claims": ("in_transit:2026-02-20",)}, {}),
    # ---- forced labour and Brazil 301
    "flat": ("6109.10.00.12", "VN", AUG, "16.5%", {}, {"s301_fl": "12.5"}),
    "flat ten": ("6109.10.00.12", "BD", AUG, "16.5%", {}, {"s301_fl": 10}),
    "beside China's list": ("6109.10.00.12", "CN", AUG, "16.5%", {}, {"s301_cn": "7.5", "s301_fl": "12.5"}),
    "European total of ten": ("6214.10.10.00", "FR", AUG, "1.2%", {}, {"s301_fl": "8.8"}),
    "Japanese total of 12.5": ("9506.62.40.40", "JP", AUG, "5%", {}, {"s301_fl": "7.5"}),
    "Taiwanese base above ten": ("6109.10.00.12", "TW", AUG, "16.5%", {}, {}),
    "Liechtenstein is not among the sixty": ("9506.62.40.40", "LI", AUG, "5%", {}, {}),
    "Mexico": ("9506.62.40.40", "MX", AUG, "5%", {}, {"s301_fl": 10}),
    "Mexico with USMCA": ("9506.62.40.40", "MX", AUG, "5%", {"claims": ("USMCA",)}, {}),
    "on the proposed list": ("8517.13.00.00", "VN", AUG, "Free", {}, {}),
    "Brazil has both": ("6402.91.80.05", "BR", AUG, "20%", {}, {"s301_br": 25, "s301_fl": "12.5"}),
    "Brazilian coffee": ("0901.11.00.15", "BR", AUG, "Free", {}, {}),
    "Brazil between its two days": ("6402.91.80.05", "BR", "2026-07-22", "20%", {}, {"s301_br": 25, "s122": 10}),
    "Canadian beer": ("2203.00.00.30", "CA", "2026-08-20", "Free", {}, {"s301_fl": 10, "s338": 50}),
    # ---- section 232
    "steel coil in 2024": ("7208.10.15.00", "CN", "2024-10-01", "Free", {}, {"s301_cn": 25, "s232": 25}),
    "European steel in 2024, within its quota": ("7208.10.15.00", "DE", "2024-06-03", "Free", {}, {}),
    "steel coil from 12 March 2025": ("7208.10.15.00", "DE", "2025-03-12", "Free", {}, {"s232": 25}),
    "steel coil doubled": ("7208.10.15.00", "DE", "2025-06-04", "Free", {}, {"s232": 50}),
    "British steel": ("7208.10.15.00", "GB", "2025-06-04", "Free", {}, {"s232": 25}),
    "Canadian steel has no fentanyl duty": ("7208.10.15.00", "CA", "2025-09-01", "Free", {}, {"s232": 50}),
    "Chinese steel keeps it": (
        "7208.10.15.00", "CN", "2025-09-01", "Free", {}, {"s301_cn": 25, "s232": 50, "ieepa_fentanyl": 20}),
    "Russian aluminium": ("7601.10.30.00", "RU", "2025-09-01", "2.6%", {"column_2": "11%"}, {"s232": 200}),
    "aluminium at ten": ("7601.10.30.00", "IN", "2024-06-03", "2.6%", {}, {"s232": 10}),
    "pig iron is on no list": ("7201.10.00.00", "IN", MAY, "Free", {}, {"s122": 10}),
    "knives by their steel": (
        "8211.92.20.00", "JP", "2025-12-01", "5%", {"measures": {"value:steel": Decimal(4000)}},
        {"s232": 20, "ieepa_reciprocal": 6}),
    "knives before they were listed": ("8211.92.20.00", "JP", "2025-08-17", "5%", {}, {"ieepa_reciprocal": 15}),
    "a refrigerator of the June list, steel unknown": ("8418.10.00.75", "MX", "2025-07-01", "Free", {}, {"s232": 50}),
    "knives on the full value": ("8211.92.20.00", "JP", MAY, "5%", {}, {"s232": 25}),
    "ferro-alloys are not in it": ("7202.11.10.00", "CN", MAY, "1.4%", {}, {"s301_cn": 25}),
    "core metal at fifty": ("7208.10.15.00", "DE", MAY, "Free", {}, {"s232": 50}),
    "British core metal": ("7208.10.15.00", "GB", MAY, "Free", {}, {"s232": 25}),
    "British downstream metal": ("7323.93.00.80", "GB", MAY, "2%", {}, {"s232": 15}),
    "copper wire of annex I-B": ("8544.42.20.00", "VN", MAY, "Free", {}, {"s232": 25}),
    "a laptop is of no metal": ("8471.30.01.00", "VN", MAY, "Free", {}, {}),
    "an electric motor of no list": ("8501.10.40.20", "VN", MAY, "4.4%", {}, {"s122": 10}),
    "a shelf of wire": ("9403.99.90.20", "VN", MAY, "Free", {}, {"s232": 25}),
    "other parts of furniture": ("9403.99.90.61", "VN", MAY, "Free", {}, {"s122": 10}),
    "copper tube": ("7411.10.10.30", "CL", MAY, "1.5%", {}, {"s232": 50}),
    "annex III totals fifteen": ("8428.33.00.00", "VN", MAY, "Free", {}, {"s232": 15}),
    "light in metal": ("8211.92.20.00", "JP", MAY, "5%", {"claims": ("metal_under_15",)}, {"s122": 10}),
    "bulldozer before June": ("8429.11.00.10", "JP", "2026-06-07", "Free", {}, {"s232": 25}),
    "bulldozer of a framework country": ("8429.11.00.10", "JP", "2026-06-08", "Free", {}, {"s232": 15}),
    "bulldozer of another": ("8429.11.00.10", "IN", "2026-06-08", "Free", {}, {"s232": 25}),
    "no forced-labour duty on metal": ("7208.10.15.00", "VN", AUG, "Free", {}, {"s232": 50}),
    "car": ("8703.23.01.90", "MX", "2025-05-01", "2.5%", {}, {"s232": 25}),
    "Japanese car before the deal": ("8703.23.01.90", "JP", "2025-09-15", "2.5%", {}, {"s232": 25}),
    "Japanese car": ("8703.23.01.90", "JP", "2025-09-16", "2.5%", {}, {"s232": "12.5"}),
    "British car in its quota": ("8703.23.01.90", "GB", "2025-07-01", "2.5%", {}, {"s232": "7.5"}),
    "car part": ("8708.80.65.90", "IN", "2025-06-01", "2.5%", {}, {"s232": 25}),
    "car part with USMCA": ("8708.30.50.90", "MX", "2025-06-01", "2.5%", {"claims": ("USMCA",)}, {}),
    "a laptop is no car part": ("8471.30.01.00", "VN", "2025-09-01", "Free", {}, {}),
    "a battery for cars, claimed": (
        "8507.60.00.90", "KR", MAY, "3.4%", {"claims": ("auto_part",)}, {"s232": "11.6"}),
    "truck": ("8704.23.01.00", "IN", "2025-11-01", "25%", {}, {"s232": 25}),
    "bus": ("8702.10.31.00", "BR", "2025-11-01", "2%", {}, {"s232": 10}),
    "lumber": ("4407.11.00.01", "CA", "2025-10-14", "Free", {}, {"s232": 10}),
    "sofa": ("9401.61.60.11", "VN", "2025-10-14", "Free", {}, {"s232": 25}),
    "European sofa": ("9401.61.60.11", "IT", "2025-10-14", "Free", {}, {"s232": 15}),
    "British sofa": ("9401.61.60.11", "GB", "2025-10-14", "Free", {}, {"s232": 10}),
    "Taiwanese sofa by its deal": ("9401.61.60.11", "TW", "2026-05-01", "Free", {}, {"s232": 15}),
    "copper content": (
        "7411.10.10.30", "CL", "2025-08-01", "1.5%", {"measures": {"value:copper": Decimal(6000)}},
        {"s232": 30, "ieepa_reciprocal": 4}),
    "patented medicine": ("3004.90.92.16", "IN", "2026-09-30", "Free", {"claims": ("patented",)}, {"s232": 100}),
    "patented medicine of Japan": ("3004.90.92.16", "JP", "2026-09-30", "Free", {"claims": ("patented",)}, {"s232": 15}),
    # ---- chapter 98
    "repaired abroad": (
        "9506.62.40.40", "CN", MAY, "5%",
        {"claims": ("98:9802.00.50",), "measures": {"value:repair": Decimal(1000)}}, {"s301_cn": "0.75", "s122": 1}),
    "American goods returned": ("9506.62.40.40", "US", MAY, "5%", {"claims": ("98:9801.00.10",)}, {}),
    "solar module": ("8541.43.00.10", "VN", "2025-06-02", "Free", {}, {"s201": 14, "ieepa_reciprocal": 10}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_duties_of_chapter_99(name: str) -> None:
    code, origin, on, base, facts, expected = CASES[name]
    found = answer(code, origin, date.fromisoformat(on), base, **facts)
    assert found.status is Status.AMOUNT, (found.reason, found.trace)
    told = percentages(found)
    told.pop("base", None)
    assert told == {kind: Decimal(str(rate)) for kind, rate in expected.items()}, "\n".join(found.trace)


def test_a_delivered_price_that_states_its_duty_is_taken_apart() -> None:
    found = answer(
        "6109.10.00.12", "VN", date(2026, 8, 10), "16.5%", "1290", facts={"ddp": True, "duty_itemised": True}
    )
    assert (found.customs_value, found.duty) == (Decimal("1000.00"), Decimal("290.00"))


def test_a_delivered_price_that_does_not_is_dutiable_whole() -> None:
    found = answer("6109.10.00.12", "VN", date(2026, 8, 10), "16.5%", "1000", facts={"ddp": True})
    assert found.duty == Decimal("290.00")
    assert any("without stating it" in note for note in found.notes)


def test_a_claim_of_a_programme_that_is_not_in_force_is_told() -> None:
    found = answer("6109.10.00.12", "IN", date(2024, 6, 3), "16.5%", claims=("GSP",))
    assert percentages(found) == {"base": Decimal("16.5")}
    assert found.notes == ("Line 0: GSP is not counted: it is not in force on that day.",)


def test_preference_spares_the_fee_where_its_agreement_says_so() -> None:
    for origin, claim, fee in (("KR", "KORUS", 0), ("JO", "JOFTA", 1), ("AU", "AUSFTA", 0)):
        found = answer("6109.10.00.12", origin, date(2026, 8, 10), "16.5%", claims=(claim,))
        assert bool(found.fees) == bool(fee), claim


def test_a_postal_item_of_two_origins_pays_each_rate_or_the_highest_amount() -> None:
    lines = (line("100", goods_code=None, origin="VN"), line("50", goods_code=None, origin="CN"))
    asked = request(*lines, on=date(2025, 10, 6), mode=Mode.POST)
    found = quote(request=asked, law=law("6109100012", "16.5%", "90%", date(2025, 10, 6)))
    # 100 at 20 %, 50 at 10 + 20 %; over 25 % the item pays USD 200.
    assert (found.range.low, found.range.high) == (Decimal("35.00"), Decimal("200.00"))


def test_a_one_sided_preference_counts_for_beneficiary_countries_only() -> None:
    def of(claim: str, origin: str, on: date) -> tuple[Decimal, bool, str]:
        symbol = {"AGOA": "D", "CBTPA": "R"}.get(claim, "E")
        asked = request(
            line("10000", goods_code="6109.10.00.12", origin=origin, claims=(claim,)), on=on, mode=Mode.CARGO
        )
        found = quote(request=asked, law=law("6109100012", "16.5%", "90%", on, symbol))
        parts = {part.kind: part.amount for part in found.components}
        return parts["base"], "mpf" in parts, " ".join(note for note in found.notes if note.startswith("Line 0"))

    day = date(2024, 6, 3)
    assert of("AGOA", "KE", day) == (Decimal(0), True, "")
    assert "MX is no beneficiary country (HTS general note 16(a)" in of("AGOA", "MX", day)[2]
    assert of("AGOA", "GA", day)[0] == Decimal("1650.00")
    assert "not in force" in of("AGOA", "KE", date(2025, 12, 1))[2]
    assert of("AGOA", "KE", date(2026, 3, 2))[0] == Decimal(0)
    assert "was not checked" in of("AGOA", "KE", date(2026, 3, 2))[2]
    assert "not known to us" in of("AGOA", "KE", date(2023, 12, 29))[2]
    assert of("CBI", "HT", day)[:2] == (Decimal(0), False)
    assert "DO is no beneficiary country" in of("CBERA", "DO", day)[2]
    assert of("CBTPA", "AW", day)[0] == Decimal("1650.00")
    # Products of the Caribbean Basin owe no merchandise processing fee, with a claim or without.
    assert not of("none", "AW", day)[1]
