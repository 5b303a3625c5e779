"""Money that goes back, at the same moment as something else wants it: released, refunded twice, disputed, paid out."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection

from entrepot.base import locks
from entrepot.flows.open_payout import open_payout
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.services import pause_release
from entrepot.orders.terms import Stage
from entrepot.payments import queries as payments
from entrepot.payments.terms import HoldState, MoreThanLeft, NotDue, Part, RefundAsk
from tests.disputes import make as disputes
from tests.flows import make
from tests.race.test_money_flows import _market  # noqa: F401 - the fixture
from tests.race.threads import one_behind_the_other, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: rows are read as they are, nobody waits for anybody."""
    monkeypatch.setattr(locks, "take", lambda *_: nullcontext())


def delivered() -> tuple[make.Sale, int, int]:
    sale = make.sale().pay()
    ((consignment_id, merchant_id),) = sale.deliver()
    return sale, consignment_id, merchant_id


def refund(consignment_id: int, merchant_id: int, minor: int | None, key: str = "k", *, flow=refund_consignment):
    ask = RefundAsk(key, "test", Money(minor, "CNY") if minor else None, parts=(Part.GOODS,))
    return lambda: flow(consignment_id=consignment_id, merchant_id=merchant_id, ask=ask, at=make.due())


def release(consignment_id: int, merchant_id: int, *, flow=release_hold):
    return lambda: flow(consignment_id=consignment_id, merchant_id=merchant_id, at=make.due())


# Their work without the transaction around it, which `one_behind_the_other` keeps open between the two.
REFUND, RELEASE, PAYOUT = (flow.__wrapped__ for flow in (refund_consignment, release_hold, open_payout))


def sound() -> None:
    assert ledger.drift() == ()
    assert payments.held_differs() == ()


def given(consignment_id: int, merchant_id: int) -> int:
    parts = payments.parts_given_back(merchant_id=merchant_id, consignment_id=consignment_id)
    return sum(one.amount.minor for one in parts)


def test_the_same_refund_four_times_at_once_is_one() -> None:
    _, *pair = delivered()
    answers = together(*[refund(*pair, 5_000)] * 4)
    assert len({answer.ref for answer in answers if not isinstance(answer, Exception)}) == 1
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert given(*pair) == 5_000
    sound()


def test_two_refunds_at_once_never_give_more_than_there_is() -> None:
    _, *pair = delivered()
    first, second = one_behind_the_other(
        refund(*pair, 20_000, "a", flow=REFUND), refund(*pair, 20_000, "b", flow=REFUND)
    )
    assert not isinstance(first, Exception)
    assert isinstance(second, MoreThanLeft)
    assert given(*pair) == 20_000
    sound()


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_the_second_refund_is_not_refused_in_words() -> None:
    _, *pair = delivered()
    _, second = one_behind_the_other(refund(*pair, 20_000, "a", flow=REFUND), refund(*pair, 20_000, "b", flow=REFUND))
    # Only the last guards, of the hold's row and of the ledger, still stand in its way.
    assert not isinstance(second, MoreThanLeft)


@pytest.mark.parametrize("turn", range(2))
def test_a_refund_and_the_release_at_once_end_in_the_same_money(turn: int) -> None:
    sale, *pair = delivered()
    works = (refund(*pair, 10_000, flow=REFUND), release(*pair, flow=RELEASE))
    answers = one_behind_the_other(*(works if turn else reversed(works)))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    hold = payments.hold(merchant_id=pair[1], consignment_id=pair[0])
    assert (hold.state, given(*pair)) == (HoldState.RELEASED, 10_000)
    own = ledger.balances_of(kind=Kind.MERCHANT_AVAILABLE, subject=pair[1])["USD"]
    assert own.available == hold.left.merchant_net
    assert sale.order().consignments[0].stage is Stage.RELEASED
    sound()


def test_a_claim_and_the_release_at_once_leave_the_money_where_one_of_them_says() -> None:
    for first_release in (True, False):
        sale, *pair = delivered()
        claim = lambda pair=pair: pause_release(consignment_id=pair[0], merchant_id=pair[1], at=make.due())  # noqa: E731
        works = (release(*pair, flow=RELEASE), claim) if first_release else (claim, release(*pair, flow=RELEASE))
        answers = one_behind_the_other(*works)
        stage = sale.order().consignments[0].stage
        if first_release:
            assert (stage, answers) == (Stage.RELEASED, [None, None])
        else:
            assert stage is Stage.DELIVERED
            assert isinstance(answers[1], NotDue)
    sound()


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_a_claim_is_run_over_by_the_release() -> None:
    sale, *pair = delivered()
    claim = lambda: pause_release(consignment_id=pair[0], merchant_id=pair[1], at=make.due())  # noqa: E731
    answers = one_behind_the_other(claim, release(*pair, flow=RELEASE))
    # The release read before the claim was written, so it went through although money is claimed.
    assert answers == [None, None]
    assert sale.order().consignments[0].stage is Stage.RELEASED


def test_a_dispute_opened_twice_at_once_is_one() -> None:
    case = disputes.case()
    first, second = together(*[lambda: case.open(key="same")] * 2)
    assert {getattr(one, "ref", one) for one in (first, second)} == {case.dispute.ref}


@pytest.mark.parametrize("turn", range(2))
def test_a_refund_and_a_payout_at_once_never_spend_the_same_money(turn: int) -> None:
    sale, *pair = delivered()
    release(*pair)()
    net = payments.hold(merchant_id=pair[1], consignment_id=pair[0]).shares.merchant_net
    pay = lambda: PAYOUT(merchant_id=pair[1], currency="USD", key="k", at=make.due() + timedelta(days=60))  # noqa: E731
    works = (refund(*pair, None, flow=REFUND), pay)
    one_behind_the_other(*(works if turn else reversed(works)))
    own = ledger.balances_of(kind=Kind.MERCHANT_AVAILABLE, subject=pair[1])["USD"]
    owes = ledger.balances_of(kind=Kind.MERCHANT_RECEIVABLE, subject=pair[1]).get("USD")
    sent = own.debits_pending
    assert own.available.minor >= 0
    # What was released is, to the cent, what is still there, what is on its way to the bank, and what was taken back
    # beyond what is owed now.
    assert own.available + sent - (owes.owed if owes else Money(0, "USD")) == Money(0, "USD")
    assert sent in {net, Money(0, "USD")}
    assert given(*pair) == sale.order().consignments[0].amounts.goods.minor
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_account WHERE guard = 'credit' AND debits_posted > credits_posted")
        assert cursor.fetchone() == (0,)
    sound()
