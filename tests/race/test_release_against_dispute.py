"""A claim and the release of the money it is about, at the same moment: the claim that was first stops the release."""

import pytest
from django.db import connection

from entrepot.base import locks
from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from entrepot.disputes.terms import Reason
from entrepot.flows.open_dispute import open_dispute
from entrepot.flows.release_hold import release_hold
from entrepot.payments import queries
from entrepot.payments.terms import HoldState, NotDue
from tests.disputes import make
from tests.race.threads import one_behind_the_other

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _market():
    channels.forget()
    open_presets()
    yield
    channels.forget()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.parametrize("locked", [False, True], ids=["control without the lock", "with the lock"])
def test_money_that_is_claimed_is_not_released_beside_the_claim(locked, monkeypatch) -> None:
    case = make.case()
    order, part = case.sale.order(), case.part
    if not locked:
        monkeypatch.setattr(locks, "take", lambda *_: None)

    def claim():
        told = make.told("It leaks.", make.refund(5_000), key="k")
        return open_dispute.__wrapped__(
            viewer=case.shopper, consignment=(order.ref, part.ref), reason=Reason.DAMAGED, lines=(), told=told, at=make.LATER
        )  # fmt: skip

    def release():
        release_hold.__wrapped__(consignment_id=part.id, merchant_id=part.merchant_id, at=part.release_at)

    claimed, released = one_behind_the_other(claim, release)
    assert not isinstance(claimed, Exception)
    state = queries.hold(merchant_id=part.merchant_id, consignment_id=part.id).state
    if locked:
        assert isinstance(released, NotDue)
        assert state is HoldState.OPEN
    else:
        assert (released, state) == (None, HoldState.RELEASED)
