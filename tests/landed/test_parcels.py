"""Parcels at the door: shares, exchange, and what cannot be had."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.carriage.terms import Freight, Service
from entrepot.kernel.money import Money
from entrepot.landed.rules import No, Priced, gross_grams, no_lane, on_sale, priced, worked
from entrepot.landed.terms import Policy, QuoteRequest, Worked
from tests.landed import make

RATES = {pair: make.rate(*pair, value) for pair, value in {("CNY", "USD"): "0.15", ("USD", "CNY"): "6.6"}.items()}
FREIGHT = Freight(Money(3100, "CNY"), 7, 14, Service.DIRECT, "test")


def answering(request: QuoteRequest, policy: Policy) -> Worked:
    return worked(request=request, law=make.law(request.destination, request.on), policy=policy, rates=RATES)


def at_the_door(parcel=None, door=None, freight: Freight | None = FREIGHT, rates=RATES) -> Priced | No:
    return priced(
        parcel=parcel or make.parcel(), door=door or make.door(), freight=freight, rates=rates, answering=answering
    )


PIECES = st.lists(
    st.builds(
        lambda minor, count, grams: make.piece(minor, quantity=count, gross_grams=grams),
        st.integers(1, 9_000_00),
        st.integers(1, 9),
        st.integers(1, 5000),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    ("destination", "hour", "day"), [("JP", 15, 23), ("AU", 13, 22), ("AU", 14, 23), ("US", 4, 21)]
)
def test_the_entry_date_is_the_authoritys_own(destination: str, hour: int, day: int) -> None:
    door = replace(make.door(destination), at=make.NOV.replace(hour=hour))
    assert door.on == make.NOV.date().replace(day=day)


@given(PIECES)
def test_every_part_is_shared_among_the_pieces_to_the_cent(pieces) -> None:
    found = at_the_door(make.parcel(*pieces))

    assert isinstance(found, Priced)
    assert Money.total(found.freight, "USD") == FREIGHT.cost.exchanged(Decimal("0.15"), "USD")
    for name in ("duty", "tax", "fees"):
        assert Money.total(getattr(found, name), "USD").decimal == getattr(found.answer, name)
    for unit, goods, piece in zip(found.units, found.goods, pieces, strict=True):
        assert goods == unit * piece.quantity


def test_a_quantity_in_dozens_and_kilograms_follows_from_pieces_and_weight() -> None:
    found = at_the_door(make.parcel(make.piece(quantity=6, net_grams=250)))

    assert isinstance(found, Priced)
    assert found.asked is not None
    assert found.asked.lines[0].measures == {
        "no": 6, "prs": 6, "doz": Decimal("0.5"), "dpr": Decimal("0.5"), "g": 1500, "kg": Decimal("1.5"),
    }  # fmt: skip


def test_a_shelf_weight_stands_in_for_a_packed_one_and_without_either_there_is_no_price() -> None:
    assert gross_grams(parcel=make.parcel(make.piece(gross_grams=None, quantity=2))) == 90
    unweighed = make.parcel(make.piece(gross_grams=None, net_grams=None))

    assert gross_grams(parcel=unweighed) is None
    assert at_the_door(unweighed) == No("weight_missing", {})


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"freight": None}, "no_freight"), ({"rates": {}}, "exchange_rate_missing")],
)
def test_what_is_missing_is_named(facts: dict, reason: str) -> None:
    found = at_the_door(**facts)

    assert isinstance(found, No)
    assert found.reason == reason


def test_the_day_on_which_a_fee_lapsed_is_told_where_nobody_bears_the_difference() -> None:
    export = make.CHANNELS["export"]
    bare = replace(export, destinations={"US": replace(export.destinations["US"], guaranteed=False)})

    found = at_the_door(replace(make.parcel(), channel=bare))

    assert found == No("rate_unknown_from", {"since": "2026-10-01"})


def test_a_channel_without_a_lane_says_so() -> None:
    found = no_lane(parcel=make.parcel(channel="mall"), door=make.door())

    assert found == No("no_lane", {"channel": "mall", "destination": "US"})
    assert no_lane(parcel=make.parcel(), door=make.door()) is None


def test_the_entry_date_is_the_authoritys() -> None:
    late = replace(make.door("CN", "CNY"), at=make.NOV.replace(hour=17))

    assert (late.on.day, replace(late, destination="US").on.day) == (23, 22)


def test_an_unverified_merchant_is_not_admitted_to_the_mall() -> None:
    from entrepot.basket.terms import BasketLine
    from tests.landed.sale import merchant, sale

    line = BasketLine(1, 5, "mall", 1)
    offered, refusals = on_sale(
        lines=[line], sales={(5, "mall"): sale()}, merchants={1: merchant(verified=False)}, channels=make.CHANNELS
    )

    assert (offered, [refusal.reason for refusal in refusals]) == ([], ["not_admitted"])
    gone = on_sale(lines=[line], sales={}, merchants={1: merchant()}, channels=make.CHANNELS)[1]
    assert [refusal.reason for refusal in gone] == ["not_on_sale"]
