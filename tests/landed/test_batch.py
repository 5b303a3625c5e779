"""The arrays give what the one-by-one engine gives, line by line, or leave the line to it."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.landed.rules import quote
from entrepot.landed.rules.batch import (
    UNIT,
    Flag,
    Parcels,
    blocks,
    duty_parts,
    full_codes,
    heading,
    matrix,
    parcels_taken,
    rate_table,
)
from entrepot.landed.rules.batch.units import OPEN
from entrepot.landed.terms import GUARANTEED, STRICT, Entry, Mode, Status
from tests.landed import make

ORIGINS = ("CN", "HK", "VN", "DE", "FR", "JP", "KR", "TW", "GB", "CA", "MX", "BR", "IN", "CH", "CU", "RU", "US", "AU")
CODES = tuple(sorted({row.value.code for row in make.rows("us").goods}))
FULL = (*CODES, *(code + "00" for code in CODES), "9999999999", "3926")
DAYS = st.dates(date(2024, 2, 1), date(2026, 11, 20))


def one_by_one(code, origin, value, law, mode, policy, **facts):
    line = make.line(value, goods_code=code, origin=origin)
    request = make.request(line, on=law.on, ship_from=origin, mode=mode, **facts)
    return quote(request=request, law=law, policy=policy)


def cents(amount):
    return int(amount * 100)


@settings(max_examples=60, deadline=None)
@given(
    on=DAYS,
    codes=st.lists(st.sampled_from(FULL), min_size=1, max_size=4, unique=True),
    origins=st.lists(st.sampled_from(ORIGINS), min_size=1, max_size=4, unique=True),
    values=st.lists(st.integers(0, 500_000), min_size=16, max_size=16),
    mode=st.sampled_from([Mode.EXPRESS, Mode.CARGO, Mode.POST]),
    carry=st.booleans(),
)
def test_arrays_and_the_engine_agree_on_every_parcel(on, codes, origins, values, mode, carry):
    law = make.law("US", on)
    table = rate_table(law=law, codes=codes, origins=origins, mode=mode, carry_forward=carry)
    pairs = [(i, j) for i in range(len(codes)) for j in range(len(origins))]
    lines = Parcels(
        np.array([i for i, _ in pairs], np.int32),
        np.array([j for _, j in pairs], np.int32),
        np.array(values[: len(pairs)], np.int64),
    )
    taken = parcels_taken(law=law, table=table, lines=lines)
    parts = duty_parts(table=table, lines=lines)
    for n, (i, j) in enumerate(pairs):
        value = Decimal(values[n]) / 100
        answer = one_by_one(codes[i], origins[j], value, law, mode, GUARANTEED if carry else STRICT)
        if not taken.settled[n]:
            assert (taken.duty[n], taken.fees[n]) == (0, 0)
            continue
        assert answer.status is Status.AMOUNT
        assert (cents(answer.duty), cents(answer.fees)) == (taken.duty[n], taken.fees[n])
        if answer.regime != "de_minimis":
            by_kind = {}
            for part in answer.components:
                if part.line == 0:
                    by_kind[part.kind] = by_kind.get(part.kind, 0) + cents(part.amount)
            assert {k: v for k, v in zip(table.kinds, parts[n].tolist(), strict=True) if v} == {
                k: v for k, v in by_kind.items() if v
            }


@pytest.mark.parametrize(
    "on", [date(2024, 6, 1), date(2025, 4, 20), date(2025, 9, 1), date(2026, 6, 15), date(2026, 8, 25)]
)
def test_the_matrix_leaves_open_only_what_the_engine_does_not_know_by_value(on):
    law = make.law("US", on)
    table = rate_table(law=law, codes=CODES, origins=ORIGINS)
    totals, flags = matrix(table=table)
    assert totals.shape == flags.shape == (len(CODES), len(ORIGINS))
    for i in range(0, len(CODES), 3):
        for j, origin in enumerate(ORIGINS):
            answer = one_by_one(CODES[i], origin, "3000000", law, Mode.EXPRESS, STRICT, entry=Entry.FORMAL)
            open_ = flags[i, j] & int(OPEN)
            if answer.status is Status.AMOUNT:
                assert not open_
                assert Decimal(int(totals[i, j])) * 3_000_000 / UNIT == answer.duty
            elif not (answer.reason or "").startswith("rate_unknown_from"):
                assert open_


def test_a_code_outside_the_schedule_is_unknown_and_never_free():
    table = rate_table(law=make.law(), codes=["9999999999", ""], origins=["CN"])
    assert matrix(table=table)[1].tolist() == [[Flag.UNKNOWN], [Flag.UNKNOWN]]


def test_a_new_measure_needs_no_new_code():
    from dataclasses import replace

    from entrepot.customs.rules import compiled

    rows = make.rows("us")
    sample = next(one for one in rows.measures if one.kind == "s301_cn")
    added = replace(
        sample, key="s338.test", kind="s338", codes=("3926",), origins=frozenset({"VN"}), claims_except=frozenset(),
        valid_from=date(2026, 1, 1), valid_until=None, unknown_from=None,
    )  # fmt: skip
    on = date(2026, 8, 10)
    laws = [
        compiled(destination="US", currency="USD", on=on, rows=each, version="t")
        for each in (rows, replace(rows, measures=(*rows.measures, added)))
    ]
    before, after = (matrix(table=rate_table(law=law, codes=["39269099"], origins=["VN", "CN"]))[0] for law in laws)
    assert (after - before).tolist() == [[int(sample.rate.ad_valorem * UNIT), 0]]


def test_days_apart_differ_only_where_a_measure_begins_or_ends():
    edges = {m.valid_from for m in make.rows("us").measures} | {m.valid_until for m in make.rows("us").measures}
    day = date(2026, 5, 4)
    assert day + timedelta(days=1) not in edges
    tables = [rate_table(law=make.law("US", on), codes=CODES, origins=ORIGINS) for on in (day, day + timedelta(days=1))]
    assert (matrix(table=tables[0])[0] == matrix(table=tables[1])[0]).all()


def test_every_line_of_the_file_says_its_rate_or_why_there_is_none():
    table = rate_table(law=make.law(), codes=[*CODES, "9999999999"], origins=ORIGINS)
    lines = [line.split(",") for block in blocks(table=table) for line in block.splitlines()]
    assert len(lines) == (len(CODES) + 1) * len(ORIGINS)
    width = len(heading(table=table).split(","))
    for line in lines:
        assert len(line) == width
        assert line[-2] or line[-1]
    plain = next(line for line in lines if line[:2] == ["39269099", "VN"])
    assert Decimal(plain[-2]) == sum(Decimal(rate) for rate in plain[2:-2] if rate)


def test_codes_are_declared_at_their_full_length():
    assert "3926" not in full_codes(law=make.law())
    assert "39269099" in full_codes(law=make.law())
