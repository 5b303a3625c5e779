from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.base.identity import new_id
from entrepot.base.models import OutboxRow
from entrepot.base.owners import across_owners
from entrepot.parties.terms import NotYours, Viewer
from entrepot.stock import queries, rules, services
from entrepot.stock.models import Movement, Position, Reservation
from entrepot.stock.terms import BelowPromised, BelowReserved, NoPlace, ReservationLost, SoldOut, Wanted
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock import make
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db


def counters(merchant_id: int) -> list[tuple[int, int]]:
    return list(Position.objects.filter(merchant_id=merchant_id).order_by("id").values_list("on_hand", "reserved"))


def states(merchant_id: int) -> set[str]:
    return set(Reservation.objects.filter(merchant_id=merchant_id).values_list("state", flat=True))


def news() -> list[tuple[int, int]]:
    return list(OutboxRow.objects.filter(topic="stock.changed").order_by("id").values_list("owner", "subject"))


def test_the_first_place_is_home_and_its_name_is_kept_once() -> None:
    merchant = parties.merchant()
    first = services.open_place(merchant_id=merchant, name="Yakima cold store", country="US", at=AT)
    second = services.open_place(merchant_id=merchant, name="Seattle", country="US", at=AT + timedelta(days=1))
    assert services.open_place(merchant_id=merchant, name="Seattle", country="US", at=AT) == second != first
    home = queries.home(merchant_id=merchant)
    assert home is not None
    assert home.id == first


def test_a_count_makes_positions_and_movements_and_a_repeat_changes_nothing() -> None:
    merchant = parties.merchant(country="US")
    a, b = new_id(), new_id()
    for _ in range(2):
        assert services.set_on_hand_all(merchant_id=merchant, quantities=[(a, 7), (b, 0)], at=AT, actor="run 1") == ()
    assert queries.available(variant_ids=[a, b], merchant_ids=[merchant]) == {a: 7, b: 0}
    assert [
        place.name
        for place in queries.places(viewer=parties.merchant_viewer(merchant_id=merchant), merchant_id=merchant)
    ] == ["Main"]
    services.set_on_hand_all(merchant_id=merchant, quantities=[(a, 4)], at=AT)
    assert list(Movement.objects.filter(merchant_id=merchant).order_by("id").values_list("delta", "reason")) == [
        (7, "import"),
        (-3, "import"),
    ]
    assert news() == [(merchant, a)]


def test_a_count_below_what_is_promised_is_answered_and_the_rest_taken_over() -> None:
    merchant = parties.merchant()
    a, b = make.article(merchant_id=merchant), make.article(merchant_id=merchant)
    make.reserve((merchant, a, 3))
    refused = services.set_on_hand_all(merchant_id=merchant, quantities=[(a, 2), (b, 9)], at=AT)
    assert refused == (BelowReserved(a, 2, 3),)
    assert queries.available(variant_ids=[a, b]) == {a: 2, b: 9}


@pytest.mark.parametrize("quantities", [[(1, -1)], [(1, 2), (1, 3)]])
def test_a_count_that_makes_no_sense_is_a_mistake(quantities: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError):
        services.set_on_hand_all(merchant_id=parties.merchant(), quantities=quantities, at=AT)


def test_a_strangers_place_is_no_place() -> None:
    merchant, stranger = parties.merchant(), parties.merchant()
    place = services.open_place(merchant_id=stranger, name="Theirs", country="US", at=AT)
    with pytest.raises(NoPlace):
        services.set_on_hand_all(merchant_id=merchant, quantities=[(1, 1)], at=AT, place_id=place)
    with pytest.raises(NoPlace):
        queries.place(merchant_id=merchant, place_id=place)


def test_a_correction_is_booked_as_one_and_not_below_what_is_promised() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    home = queries.home(merchant_id=merchant)
    assert home is not None
    services.adjust_stock(merchant_id=merchant, variant_id=variant, place_id=home.id, quantity=6, at=AT, actor="Ana")
    make.reserve((merchant, variant, 4))
    with pytest.raises(BelowPromised):
        services.adjust_stock(
            merchant_id=merchant, variant_id=variant, place_id=home.id, quantity=3, at=AT, actor="Ana"
        )
    seen = queries.movements(
        viewer=parties.merchant_viewer(merchant_id=merchant), merchant_id=merchant, variant_id=variant
    )
    assert [(one.reason, one.delta, one.actor) for one in seen] == [("adjust", 1, "Ana"), ("import", 5, "")]


def test_a_whole_order_is_reserved_over_merchants_and_places_in_one_statement(
    django_assert_num_queries: "pytest.FixtureRequest",
) -> None:
    one, other = parties.merchant(), parties.merchant()
    a = make.article(merchant_id=one, pieces=2)
    second = services.open_place(merchant_id=one, name="Second", country="US", at=AT + timedelta(days=1))
    services.set_on_hand_all(merchant_id=one, quantities=[(a, 3)], at=AT, place_id=second)
    b = make.article(merchant_id=other)
    OutboxRow.objects.all().delete()
    with django_assert_num_queries(1):  # type: ignore[operator]
        order = make.reserve((one, a, 1), (other, b, 1), (one, a, 3))
    assert counters(one) == [(2, 2), (3, 2)]
    assert counters(other) == [(5, 1)]
    assert queries.available(variant_ids=[a, b]) == {a: 1, b: 4}
    make.reserve((one, a, 1), (other, b, 1), (one, a, 3), order_id=order)
    assert counters(one) == [(2, 2), (3, 2)], "a repeat promises nothing more"
    assert news() == []
    make.reserve((one, a, 1))
    assert news() == [(one, a)], "selling out is news"


def test_an_order_that_cannot_be_served_whole_reserves_nothing() -> None:
    merchant = parties.merchant()
    a, b, gone = make.article(merchant_id=merchant), make.article(merchant_id=merchant, pieces=1), new_id()
    with pytest.raises(SoldOut) as said, transaction.atomic():
        make.reserve((merchant, a, 1), (merchant, b, 2), (merchant, gone, 1))
    assert [(one.variant_id, one.wanted, one.left) for one in said.value.lacking] == [(b, 2, 1), (gone, 1, 0)]
    assert counters(merchant) == [(5, 0), (1, 0)]
    assert states(merchant) == set()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(1, 12))
def test_the_statement_spreads_over_places_as_the_rule_says(pieces: list[int], wanted: int) -> None:
    with transaction.atomic():
        merchant = parties.merchant()
        variant = new_id()
        for number, count in enumerate(pieces):
            place = services.open_place(merchant_id=merchant, name=f"{number}", country="US", at=AT)
            services.set_on_hand_all(merchant_id=merchant, quantities=[(variant, count)], at=AT, place_id=place)
        taken = rules.shares(free=pieces, wanted=wanted)
        if sum(taken) == wanted:
            make.reserve((merchant, variant, wanted))
            assert counters(merchant) == list(zip(pieces, taken, strict=True))
        else:
            with pytest.raises(SoldOut), transaction.atomic():
                make.reserve((merchant, variant, wanted))
            assert counters(merchant) == [(count, 0) for count in pieces]


def test_released_goods_are_on_sale_again_once() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=2)
    order = make.reserve((merchant, variant, 2))
    OutboxRow.objects.all().delete()
    assert services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT) == 2
    assert services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT) == 0
    assert counters(merchant) == [(2, 0)]
    assert news() == [(merchant, variant)], "being there again is news"
    make.reserve((merchant, variant, 1), order_id=order)
    assert counters(merchant) == [(2, 1)], "an order may reserve again what it had let go"


def test_paid_goods_stay_promised_until_they_leave() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    order = make.reserve((merchant, variant, 2))
    assert services.issue_stock(order_id=order, merchant_id=merchant, variant_ids=[variant], at=AT) == 0, (
        "unpaid goods do not leave"
    )
    for _ in range(2):
        assert services.commit_reservations(order_id=order, merchant_ids=[merchant], at=AT) == 1
    assert counters(merchant) == [(5, 2)]
    other = [new_id()]
    assert services.issue_stock(order_id=order, merchant_id=merchant, variant_ids=other, at=AT) == 0
    assert services.issue_stock(order_id=order, merchant_id=merchant, variant_ids=[variant], at=AT, actor="Ana") == 2
    assert services.issue_stock(order_id=order, merchant_id=merchant, variant_ids=[variant], at=AT, actor="Ana") == 0
    assert services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT) == 0
    assert counters(merchant) == [(3, 0)]
    assert list(Movement.objects.filter(merchant_id=merchant, reason="sale").values_list("delta", "about")) == [
        (-2, order)
    ]


def test_an_order_that_was_never_written_loses_its_goods_after_its_time() -> None:
    one, other = parties.merchant(), parties.merchant()
    a, b = make.article(merchant_id=one), make.article(merchant_id=other)
    order = make.reserve((one, a, 5), (other, b, 1))
    assert services.free_lapsed_reservations(at=UNTIL - timedelta(seconds=1)) == 0
    assert services.free_lapsed_reservations(at=UNTIL, variant_ids=[new_id()]) == 0
    assert services.free_lapsed_reservations(at=UNTIL, variant_ids=[a]) == 6, "the whole order, not the one article"
    assert counters(one) + counters(other) == [(5, 0), (5, 0)]
    with pytest.raises(ReservationLost):
        services.bind_reservations(order_id=order, merchant_ids=[one, other], until=UNTIL)


def test_a_written_order_keeps_its_goods_past_the_time() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    order = make.reserve((merchant, variant, 1))
    services.bind_reservations(order_id=order, merchant_ids=[merchant], until=UNTIL)
    assert services.free_lapsed_reservations(at=UNTIL + timedelta(days=9)) == 0
    assert counters(merchant) == [(5, 1)]


def test_rows_of_an_order_are_its_open_positions() -> None:
    merchant, other = parties.merchant(), parties.merchant()
    a, b = make.article(merchant_id=merchant), make.article(merchant_id=merchant)
    make.article(merchant_id=other)
    order = make.reserve((merchant, a, 1), (merchant, b, 1))
    rows = queries.rows_of_order(order_id=order, merchant_ids=[merchant, other])
    assert rows.ids == tuple(Position.objects.filter(merchant_id=merchant).order_by("id").values_list("id", flat=True))
    services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT)
    assert queries.rows_of_order(order_id=order, merchant_ids=[merchant]).ids == ()


def test_strangers_see_no_positions_movements_or_places() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    viewer = parties.merchant_viewer(merchant_id=merchant)
    seen = queries.positions(viewer=viewer, merchant_id=merchant, variant_ids=[variant])
    assert [(one.place, one.on_hand, one.reserved, one.available) for one in seen] == [("Main", 5, 0, 5)]
    for stranger in (Viewer(), parties.merchant_viewer(merchant_id=parties.merchant()), parties.depot_worker()):
        with pytest.raises(NotYours):
            queries.positions(viewer=stranger, merchant_id=merchant, variant_ids=[variant])
        with pytest.raises(NotYours):
            queries.movements(viewer=stranger, merchant_id=merchant, variant_id=variant)
        with pytest.raises(NotYours):
            queries.places(viewer=stranger, merchant_id=merchant)


@pytest.mark.parametrize("change", ["reserved = 6", "reserved = -1", "on_hand = -1"])
def test_the_database_itself_refuses_impossible_counters(change: str) -> None:
    merchant = parties.merchant()
    make.article(merchant_id=merchant)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE stock_position SET {change} WHERE merchant_id = %s", [merchant])


def test_nothing_is_wanted_nothing_is_read() -> None:
    with across_owners("none"):
        assert queries.available(variant_ids=[]) == {}
    assert services.set_on_hand_all(merchant_id=1, quantities=[], at=AT) == ()


def test_light_commit_holds_for_one_transaction() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        services.commit_lightly()
        services.reserve_stock(
            order_id=1, lines=[Wanted(m := parties.merchant(), make.article(merchant_id=m), 1)], until=UNTIL, at=AT
        )
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)
