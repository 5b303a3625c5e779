"""The last room of a person's year goes to one order, whoever asks at the same moment; without the lock to both."""

import pytest

from entrepot.allowance import queries, services
from entrepot.allowance.models import YearRow
from entrepot.allowance.terms import AllowanceSpent
from entrepot.kernel.money import Money
from tests.allowance import make
from tests.allowance.make import LIMIT
from tests.parties.make import AT
from tests.race.threads import one_behind_the_other, together

pytestmark = pytest.mark.django_db(transaction=True)


def held(shopper_id: int) -> int:
    return queries.use_of(shopper_id=shopper_id, at=AT).held.minor


def looked_first(person_id: int, year: int, wanted: Money, limit: Money) -> bool:
    """Look for room, then take it: what anybody would write at first."""
    held = YearRow.objects.filter(person_id=person_id, year=year).values_list("held_minor", flat=True).first() or 0
    return held + wanted.minor <= limit.minor and bool(
        services._room_taken_(person_id, year, wanted, Money(10**12, "CNY"))
    )


def two_accounts(left: int) -> tuple[int, int]:
    """One person with two accounts and so much room left."""
    one, other = make.shopper(), make.shopper()
    make.hold(one, LIMIT.minor - left)
    return one, other


def test_control_with_the_lock_off_both_get_the_last_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_room_taken_", services._room_taken, raising=False)
    monkeypatch.setattr(services, "_room_taken", looked_first)
    one, other = two_accounts(50_000)
    one_behind_the_other(lambda: make.hold(one, 50_000), lambda: make.hold(other, 50_000))
    assert held(one) == LIMIT.minor + 50_000


def test_of_two_orders_at_once_exactly_one_gets_the_last_room() -> None:
    one, other = two_accounts(50_000)
    first, second = one_behind_the_other(lambda: make.hold(one, 50_000), lambda: make.hold(other, 50_000))
    assert isinstance(first, int)
    assert isinstance(second, AllowanceSpent)
    assert held(one) == LIMIT.minor


def test_sixteen_orders_share_the_room_of_five() -> None:
    one, other = two_accounts(5 * 10_000 + 9_999)
    answers = together(*[lambda: make.hold(one, 10_000), lambda: make.hold(other, 10_000)] * 8)
    assert sorted(type(answer).__name__ for answer in answers) == ["AllowanceSpent"] * 11 + ["int"] * 5
    assert held(one) == LIMIT.minor - 9_999


def test_the_first_two_orders_of_a_year_at_once_are_counted_together() -> None:
    one, other = make.shopper(), make.shopper()
    answers = together(lambda: make.hold(one, 1_400_000), lambda: make.hold(other, 1_400_000))
    assert sorted(type(answer).__name__ for answer in answers) == ["AllowanceSpent", "int"]
    assert held(one) == 1_400_000


def test_giving_up_and_delivering_at_once_end_a_hold_once() -> None:
    shopper = make.shopper()
    for _ in range(6):
        order = make.hold(shopper, 10_000)
        together(
            lambda order=order: services.release_allowance(shopper_id=shopper, order_id=order, at=AT),
            lambda order=order: services.use_allowance(parts=[(shopper, order, 1)], at=AT),
        )
    assert held(shopper) == 0
