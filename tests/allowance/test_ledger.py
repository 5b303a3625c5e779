"""The year's allowance: held, released, used, restored, corrected; the year's row is the sum of its entries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from entrepot.allowance import queries, services
from entrepot.allowance.models import EntryRow, YearRow
from entrepot.allowance.terms import AllowanceSpent, EntryKind, IdentityNeeded, NothingHeld, TooLateToRestore
from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from tests.allowance import make
from tests.allowance.make import LIMIT
from tests.flows.budget import at_most
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db


def known(shopper_id: int, at=AT) -> tuple[int, int, int]:
    use = queries.use_of(shopper_id=shopper_id, at=at)
    return use.held.minor, use.used.minor, use.elsewhere.minor


@pytest.fixture(autouse=True)
def the_years_are_the_sums_of_their_entries():
    yield
    with across_owners("a test counts"):
        entries = list(EntryRow.objects.order_by("id"))
    # What came last of a part is what it is now.
    now = {(row.order_id, row.part): row for row in entries}
    sums = {kind: sum(row.amount_minor for row in now.values() if row.kind == kind) for kind in EntryKind}
    years = list(YearRow.objects.all())
    assert sum(row.held_minor for row in years) == sums[EntryKind.HELD]
    assert sum(row.used_minor for row in years) == sums[EntryKind.USED]


def test_an_order_holds_and_giving_it_up_releases() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 100_000, 20_000)
    assert known(shopper) == (120_000, 0, 0)
    for _ in range(2):
        services.release_allowance(shopper_id=shopper, order_id=order, at=AT)
        assert known(shopper) == (0, 0, 0)
    services.use_allowance(parts=[(shopper, order, 1)], at=AT)
    assert known(shopper) == (0, 0, 0)


def test_what_is_delivered_is_used_part_by_part_and_once() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 100_000, 20_000)
    for _ in range(2):
        services.use_allowance(parts=[(shopper, order, 2)], at=AT)
        assert known(shopper) == (100_000, 20_000, 0)
    services.release_allowance(shopper_id=shopper, order_id=order, at=AT)
    assert known(shopper) == (0, 20_000, 0)


def test_exactly_the_limit_is_within_it_and_a_fen_more_is_not() -> None:
    shopper = make.shopper()
    make.hold(shopper, LIMIT.minor - 1)
    with pytest.raises(AllowanceSpent) as told:
        make.hold(shopper, 2)
    assert told.value.facts["left"] == Money(1, "CNY")
    make.hold(shopper, 1)
    assert known(shopper) == (LIMIT.minor, 0, 0)
    with pytest.raises(AllowanceSpent):
        make.hold(make.shopper(make.number(5)), LIMIT.minor + 1)


def test_a_new_year_is_a_new_allowance() -> None:
    shopper = make.shopper()
    make.hold(shopper, LIMIT.minor, at=datetime(2026, 12, 31, 15, tzinfo=UTC))
    make.hold(shopper, LIMIT.minor, at=datetime(2026, 12, 31, 16, tzinfo=UTC))
    assert known(shopper, datetime(2026, 12, 31, 16, tzinfo=UTC)) == (LIMIT.minor, 0, 0)


def test_without_an_identity_nothing_is_held() -> None:
    with pytest.raises(IdentityNeeded):
        make.hold(parties.shopper(), 100)
    make.hold(parties.shopper())


def test_goods_that_came_back_in_time_count_again() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 100_000)
    services.use_allowance(parts=[(shopper, order, 1)], at=AT)
    back = {"shopper_id": shopper, "order_id": order, "number": 1, "cleared_at": AT}
    with pytest.raises(TooLateToRestore), transaction.atomic():
        services.restore_allowance(**back, back_at=AT + timedelta(days=46), at=AT)
    for _ in range(2):
        services.restore_allowance(**back, back_at=AT + timedelta(days=40), at=AT)
        assert known(shopper) == (0, 0, 0)
    with pytest.raises(NothingHeld), transaction.atomic():
        services.restore_allowance(**(back | {"number": 2}), back_at=AT, at=AT)


def test_customs_word_corrects_what_we_know() -> None:
    shopper = make.shopper()
    make.hold(shopper, 100_000)
    order = make.hold(shopper, 50_000)
    told = {"shopper_id": shopper, "order_id": order, "number": 1, "limit": LIMIT, "at": AT}
    for _ in range(2):
        services.correct_allowance(**told, said=None)
        assert known(shopper) == (100_000, 0, 2_450_001)
    with pytest.raises(AllowanceSpent):
        make.hold(shopper, 50_000)
    make.hold(shopper, 49_999)
    kinds = [entry.kind for entry in queries.entries_of(viewer=parties.operator(), shopper_id=shopper)]
    assert kinds == [EntryKind.HELD, EntryKind.HELD, EntryKind.CUSTOMS_SAYS, EntryKind.HELD]


def test_customs_own_figure_counts_when_they_tell_it() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 50_000)
    services.correct_allowance(
        shopper_id=shopper, order_id=order, number=1, limit=LIMIT, said=Money(2_599_000, "CNY"), at=AT
    )
    assert known(shopper) == (0, 0, 2_599_000)


def test_the_statements_are_counted() -> None:
    shopper = make.shopper()
    with at_most(3):
        order = make.hold(shopper, 100, 200)
    with at_most(4):
        services.use_allowance(parts=[(shopper, order, 1)], at=AT)
    with at_most(4):
        services.release_allowance(shopper_id=shopper, order_id=order, at=AT)
    with at_most(1):
        services.release_allowance(shopper_id=shopper, order_id=order + 1, at=AT)
