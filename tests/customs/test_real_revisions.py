"""All revisions of the HTS as published, where they are at hand: every rate parses, the rates agree, quotes replay."""

import gzip
import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import msgspec
import pytest

from entrepot.customs import queries
from entrepot.customs.rules.loaders import TariffFile
from entrepot.customs.rules.loaders.hts import CONCORDANCE, DATES, hts_lines, read_hts
from entrepot.customs.rules.loaders.hts_check import agreement
from entrepot.customs.rules.rates import plain_text, rate_expression, special_rates
from entrepot.customs.services import load_part
from entrepot.customs.terms import TariffUnreadable
from entrepot.landed import queries as landed
from entrepot.landed.terms import Mode, Status
from tests.customs import make
from tests.landed import make as asked
from tests.shared import TRADE, needs

DATA = TRADE / "us" / "hts"
pytestmark = [needs(DATA), pytest.mark.slow]


def unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


@cache
def revision(name: str) -> TariffFile:
    beside = {one: (DATA / one).read_bytes() for one in (DATES, CONCORDANCE)}
    return TariffFile(f"hts_{name}.json", unpacked(DATA / f"hts_{name}.json.gz"), beside)


def put_in(name: str) -> None:
    loading = read_hts(revision(name))
    load_part(
        jurisdiction="US",
        part="us.hts",
        edition=loading.edition,
        rows=loading.rows,
        digest=name,
        at=make.NOON,
        file=name,
    )


def test_every_rate_text_of_every_revision_is_taken_apart() -> None:
    texts: dict[str, set[str]] = {"general": set(), "special": set(), "other": set()}
    for path in sorted(DATA.glob("hts_2*.json.gz")):
        for row in json.loads(unpacked(path)):
            for column, found in texts.items():
                found.add(row[column] or "")
    read = 0
    for column, found in texts.items():
        for text in (one for one in found if plain_text(one)):
            read += len(special_rates(text=text)) if column == "special" else len(rate_expression(text=text).text) > 0

    assert read > 2500


def test_the_rates_agree_with_a_table_made_by_others_but_for_what_is_explained() -> None:
    table = unpacked(DATA / "base_rates_2026_rev15.csv.gz").decode()
    found = agreement(lines=hts_lines(revision("2026_rev_10")), table=table, file="base_rates")

    assert (found.lines, found.missing, found.extra) == (11_415, (), ())
    # docs/reference/hts-rates.md lists them.
    assert Counter(one.why for one in found.differences) == {
        "a percentage with a fraction, computed here and left open there": 84,
        "a sum under a cap, which needs another duty here and is called compound there": 4,
        "on the entire set: of the whole value here, of a part there": 2,
        "the line prints one column only and inherits the other": 1,
    }


@pytest.mark.django_db
def test_a_quote_of_january_2025_replays_to_the_cent_after_later_revisions_are_loaded() -> None:
    queries.forget()
    put_in("2025_basic")
    on = date(2025, 1, 15)
    request = asked.request(
        asked.line("2600.00", goods_code="6109.10.00.12", quantity=100, origin="CN"),
        asked.line("913.37", goods_code="8211.92.20.00", origin="AU", measures={"no": 41}),
        on=on,
        mode=Mode.CARGO,
    )
    before = landed.answer(request=request)
    for name in ("2026_rev_10", "2025_rev_16", "2026_basic"):
        put_in(name)
    after = landed.answer(request=request, data_version=before.data_version)
    today = landed.answer(request=request)

    assert before.status is Status.AMOUNT
    assert msgspec.json.encode(after) == msgspec.json.encode(before)
    assert today.data_version != before.data_version
    assert today.total == before.total
    queries.forget()


@pytest.mark.parametrize("cut", [0.999, 0.5])
def test_a_cut_revision_is_refused(cut: float) -> None:
    whole = revision("2026_rev_10")
    with pytest.raises(TariffUnreadable):
        read_hts(TariffFile(whole.name, whole.body[: int(len(whole.body) * cut)], whole.beside))
