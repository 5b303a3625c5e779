"""The overlays of all countries against the published matrix, and the China lists against the schedule's footnotes."""

import csv
import gzip
import json
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from entrepot.customs.rules.us_matrix import CENSUS, differences
from entrepot.customs.terms import TariffUnreadable
from tests.landed.overlays import CH99, NEEDED, chapter, law

pytestmark = NEEDED


def matrix() -> bytes:
    return gzip.decompress((CH99 / "country_authority_rates_2026_rev_10.json.gz").read_bytes())


def test_every_difference_from_the_matrix_is_judged() -> None:
    agreed, found = differences(law=law("9506624040", "Free", "40%", date(2026, 6, 8)), matrix=matrix(), file="matrix")
    assert agreed + len(found) == 240 * 13
    assert not [one for one in found if not one.judged]
    assert len(found) < 60


def test_all_census_codes_are_countries_of_ours() -> None:
    codes = {row["Code"] for row in csv.DictReader((CH99 / "census_codes.csv").read_text().splitlines())}
    assert codes == set(CENSUS)


def test_a_torn_matrix_is_refused() -> None:
    with pytest.raises(TariffUnreadable):
        differences(law=law("9506624040", "Free", "40%", date(2026, 6, 8)), matrix=matrix()[:5000], file="matrix")


def test_the_forced_labour_rates_are_those_of_the_headings() -> None:
    rows = csv.DictReader((CH99 / "fl301_country_rates_2026_rev19.csv").read_text().splitlines())
    stated = {
        (row["country_iso2"], Decimal(row["rate_pct"]) / 100, row["basis"] == "net_of_mfn_total")
        for row in rows
        if row["basis"] in {"flat_add", "net_of_mfn_total"}
    }
    ours = {
        (measure.key.removeprefix("s301_fl.").upper(), measure.rate.ad_valorem, measure.relation.value == "top_up")
        for measure in chapter().parts["us.ch99.s301_fl"].measures
        if measure.relation.value != "exempt"
    }
    assert ours == stated
    assert len({country for country, _, _ in ours}) == 60


def test_the_china_lists_are_those_of_notes_and_footnotes() -> None:
    rows = json.loads(gzip.decompress((CH99.parent / "hts" / "hts_2026_rev_10.json.gz").read_bytes()))
    named = defaultdict(set)
    for row in rows:
        code = row["htsno"].replace(".", "")
        for note in row["footnotes"] or []:
            for heading in re.findall(r"9903\.88\.\d\d", note["value"] or ""):
                if code and not code.startswith(("98", "99")):
                    named[heading].add(code[:8])
    measures = {measure.key: measure for measure in chapter().parts["us.ch99.s301_cn"].measures}
    assert len(named["9903.88.03"]) == 5906
    assert set(measures["s301_cn.list_3"].codes) == named["9903.88.03"]
    assert set(measures["s301_cn.list_1"].codes) == named["9903.88.01"]
    assert set(measures["s301_cn.list_2"].codes) == named["9903.88.02"]
    # The note of August 2026 has 0403.20.50, which carries no footnote in June.
    assert len(named["9903.88.15"]) == 2963
    assert set(measures["s301_cn.list_4a"].codes) - named["9903.88.15"] == {"04032050"}
    assert named["9903.88.15"] <= set(measures["s301_cn.list_4a"].codes)


def test_what_the_lists_contradict_is_told() -> None:
    told = " ".join(finding.text for finding in chapter().findings if finding.file == "s301_product_lists.csv")
    assert "8507.60.00 is missing from list 4A" in told
    assert "249 lines stand on two lists" in told
    assert "list 4B (9903.88.16) is suspended" in told
    assert not [one for one in chapter().parts["us.ch99.s301_cn"].measures if "9903.88.16" in one.source]
