from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from entrepot.basket import queries, services
from entrepot.basket.rules import check_size, fingerprint
from entrepot.basket.terms import BasketFull, BasketLine, QuantityOutOfBounds
from entrepot.parties.terms import ShopperId, Viewer
from tests.parties import make as parties
from tests.parties.make import AT

LINES = st.lists(
    st.builds(
        BasketLine, st.integers(1, 9), st.integers(1, 9), st.sampled_from(["mall", "bazaar"]), st.integers(1, 99)
    ),
    max_size=5,
)


@given(LINES, LINES)
def test_the_fingerprint_tells_baskets_apart_whatever_their_order(
    one: list[BasketLine], other: list[BasketLine]
) -> None:
    def key(line: BasketLine) -> tuple[int, int, str, int]:
        return line.merchant_id, line.variant_id, line.channel, line.quantity

    same = sorted(map(key, one)) == sorted(map(key, other))
    assert (fingerprint(lines=one) == fingerprint(lines=other)) is same
    assert fingerprint(lines=reversed(one)) == fingerprint(lines=one)


def put(shopper_id: int, variant_id: int, quantity: int, *, channel: str = "mall", merchant_id: int = 7) -> None:
    services.put_line(
        shopper_id=shopper_id, merchant_id=merchant_id, variant_id=variant_id, channel=channel, quantity=quantity, at=AT
    )


def lines(shopper_id: int) -> list[tuple[int, str, int]]:
    found = queries.basket(viewer=Viewer(shopper_id=ShopperId(shopper_id)))
    return [(line.variant_id, line.channel, line.quantity) for line in found.lines]


@pytest.mark.django_db
def test_a_line_holds_exactly_what_was_last_put() -> None:
    shopper = parties.shopper()
    put(shopper, 1, 2)
    put(shopper, 2, 1)
    put(shopper, 1, 5)
    put(shopper, 1, 1, channel="bazaar")
    assert lines(shopper) == [(1, "mall", 5), (2, "mall", 1), (1, "bazaar", 1)]
    put(shopper, 2, 0)
    put(shopper, 2, 0)
    assert lines(shopper) == [(1, "mall", 5), (1, "bazaar", 1)]
    services.empty_basket(shopper_id=shopper)
    assert lines(shopper) == []


@pytest.mark.django_db
def test_a_viewer_without_a_basket_has_an_empty_one() -> None:
    nobody = queries.basket(viewer=Viewer())
    assert (nobody.ref, nobody.lines, nobody.pieces) == ("", (), 0)


@pytest.mark.django_db
def test_baskets_of_others_stay_apart() -> None:
    one, other = parties.shopper(), parties.shopper()
    put(one, 1, 2)
    put(other, 1, 3)
    assert lines(one) == [(1, "mall", 2)]
    services.empty_basket(shopper_id=one)
    assert lines(other) == [(1, "mall", 3)]


@pytest.mark.parametrize("quantity", [-1, 100])
@pytest.mark.django_db
def test_a_quantity_out_of_bounds_is_refused_and_changes_nothing(quantity: int) -> None:
    shopper = parties.shopper()
    put(shopper, 1, 2)
    with pytest.raises(QuantityOutOfBounds, match="1 to 99"):
        put(shopper, 1, quantity)
    assert lines(shopper) == [(1, "mall", 2)]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE basket_line SET quantity = 100 WHERE shopper_id = %s", [shopper])


def test_a_basket_takes_a_hundred_articles() -> None:
    check_size(lines=100)
    with pytest.raises(BasketFull):
        check_size(lines=101)


@pytest.mark.django_db
def test_a_visitors_basket_joins_the_persons_with_the_larger_quantity() -> None:
    visitor, person = parties.shopper(), parties.shopper()
    put(visitor, 1, 5)
    put(visitor, 2, 1)
    put(person, 1, 2)
    for _ in range(2):
        services.merge_basket(visitor_shopper_id=visitor, shopper_id=person, at=AT + timedelta(minutes=1))
    services.merge_basket(visitor_shopper_id=person, shopper_id=person, at=AT)
    assert sorted(lines(person)) == [(1, "mall", 5), (2, "mall", 1)]
    assert lines(visitor) == []


@pytest.mark.django_db
def test_an_order_takes_out_its_lines_but_not_one_changed_meanwhile() -> None:
    shopper = parties.shopper()
    put(shopper, 1, 2)
    put(shopper, 2, 1)
    ordered = queries.basket(viewer=Viewer(shopper_id=shopper)).lines
    put(shopper, 2, 4)
    put(shopper, 3, 1)
    services.clear_ordered_lines(shopper_id=shopper, lines=ordered)
    assert lines(shopper) == [(2, "mall", 4), (3, "mall", 1)]


@pytest.mark.django_db
def test_reading_a_basket_is_one_statement(django_assert_num_queries: "pytest.FixtureRequest") -> None:
    shopper = parties.shopper()
    put(shopper, 1, 2)
    with django_assert_num_queries(1):  # type: ignore[operator]
        lines(shopper)
