"""What was scanned, weights that do not agree, and what may share a box."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.depot.rules import parcels as rules
from entrepot.depot.rules.parcels import Scanned
from entrepot.depot.terms import (
    BarcodeUnreadable,
    Box,
    BoxId,
    BoxMismatch,
    BoxState,
    BoxTooHeavy,
    Parcel,
    ParcelId,
    ParcelState,
    WeightImpossible,
)
from entrepot.kernel.ids import ALPHABET, reference

AT = datetime(2026, 11, 22, tzinfo=UTC)
PARCEL = Parcel(
    id=ParcelId(1),
    barcode="CSN7K3M9P2Q4R6T8V0W",
    merchant_id=7,
    merchant_name="Wenatchee Cherries",
    consignment_id=1,
    consignment_ref="csn_7k3m9p2q4r6t8v0w",
    site="ONT",
    destination="CN",
    mode="cbec_direct",
    recipient="王小明, 上海市",
    pieces=2,
    state=ParcelState.RECEIVED,
    grams=2200,
    measured=None,
    differs=False,
    box_id=None,
    expected_at=AT,
    received_at=AT,
)
BOX = Box(BoxId(1), "box_1", "MB", "ONT", "CN", "cbec_direct", BoxState.OPEN, AT, None)


@pytest.mark.parametrize(
    ("scanned", "kind", "code"),
    [
        ("CSN7K3M9P2Q4R6T8V0W", Scanned.PARCEL, "CSN7K3M9P2Q4R6T8V0W"),
        ("csn_7k3m9p2q4r6t8v0w\r\n", Scanned.PARCEL, "CSN7K3M9P2Q4R6T8V0W"),
        (" CSN 7k3m 9p2q 4r6t 8vow ", Scanned.PARCEL, "CSN7K3M9P2Q4R6T8V0W"),
        ("2210", Scanned.WEIGHT, "2210"),
        ("2210 g", Scanned.WEIGHT, "2210"),
        ("2210克", Scanned.WEIGHT, "2210"),
        ("2.21 kg", Scanned.WEIGHT, "2210"),
        ("0.085", Scanned.WEIGHT, "85"),
    ],
)
def test_knows_a_barcode_from_a_weight(scanned, kind, code):
    assert rules.scan_read(scanned=scanned) == (kind, code)


@pytest.mark.parametrize(
    "scanned",
    ["", "hello", "6901234567892x", "CSN7K3M", "CSNUUUUUUUUUUUUUUUU", "2,21 kg", "-5", "1234567", "MB0000000000Z"],
)
def test_refuses_what_is_neither(scanned):
    with pytest.raises(BarcodeUnreadable) as refused:
        rules.scan_read(scanned=scanned)
    assert refused.value.facts["barcode"] == scanned.strip()


@given(st.binary(min_size=10, max_size=10), st.integers(0, 9), st.sampled_from(ALPHABET.upper()))
def test_one_wrong_letter_of_a_box_is_noticed(noise, place, letter):
    code = rules.box_barcode(ref=reference("box", noise))
    assert rules.scan_read(scanned=code) == (Scanned.BOX, code)
    wrong = code[: 2 + place] + letter + code[3 + place :]
    if wrong != code:
        with pytest.raises(BarcodeUnreadable):
            rules.scan_read(scanned=wrong)


@pytest.mark.parametrize(
    ("declared", "measured", "differs"),
    [(1000, 1100, False), (1000, 1101, True), (1000, 900, False), (1000, 899, True), (1000, None, False)],
)
def test_more_than_a_tenth_off_is_worth_a_look(declared, measured, differs):
    assert rules.weight_differs(declared=declared, measured=measured) is differs


def test_weights_no_parcel_can_have_are_refused():
    for grams in (0, -1, 30_001):
        with pytest.raises(WeightImpossible):
            rules.weight_checked(grams=grams)
    assert rules.weight_checked(grams=30_000) == 30_000


def test_packing_is_allowed_for_when_the_merchant_does_not_say():
    assert rules.gross_estimate(net_grams=120) == 170
    assert rules.gross_estimate(net_grams=2000) == 2200


def test_only_parcels_of_one_way_share_a_box():
    rules.check_shared_box(parcels=[PARCEL, replace(PARCEL, id=ParcelId(2))], box=BOX)
    for other in (
        replace(PARCEL, destination="US"),
        replace(PARCEL, mode="personal"),
        replace(PARCEL, site="SZX"),
    ):
        with pytest.raises(BoxMismatch):
            rules.check_shared_box(parcels=[PARCEL, other], box=BOX)


def test_a_box_takes_no_more_than_it_may_weigh():
    full = replace(BOX, grams=rules.BOX_GRAMS_MAX - 2200)
    rules.check_shared_box(parcels=[PARCEL], box=full)
    with pytest.raises(BoxTooHeavy) as refused:
        rules.check_shared_box(parcels=[replace(PARCEL, measured=2201)], box=full)
    assert refused.value.facts == {"grams": 300_001, "most": 300_000}
