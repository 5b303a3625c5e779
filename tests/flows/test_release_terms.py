"""What becomes of released money by the terms of its day: it matures, a part is kept, debts are paid, releases wait."""

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels import queries as channels
from entrepot.channels.services import add_reserve_rule
from entrepot.channels.terms import ReserveRule
from entrepot.flows.extend_release import extend_release
from entrepot.flows.mature_money import mature_money
from entrepot.flows.net_debts import net_debts
from entrepot.flows.open_payout import open_payout
from entrepot.flows.release_hold import release_hold
from entrepot.flows.write_off_debt import write_off_debt
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules.legs import taken
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Overdrawn, Transfer
from entrepot.orders.terms import ConsignmentUnknown, OrderUnknown
from entrepot.parties.terms import NotYours
from entrepot.payments import queries
from entrepot.payments.terms import CannotExtend, NotDue, OwesMoney, ReasonMissing, Who
from tests.flows import make
from tests.parties import make as parties
from tests.payments.make import AT

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KINDS = (Kind.MERCHANT_PENDING, Kind.MERCHANT_AVAILABLE, Kind.MERCHANT_RESERVE, Kind.MERCHANT_RECEIVABLE)


@pytest.fixture(autouse=True)
def _fresh():
    channels.forget()
    yield
    channels.forget()


def usd(minor):
    return Money(minor, "USD")


def keep(rate, days, mature, merchant_id=None):
    rule = ReserveRule(0, merchant_id, "mall", Decimal(rate), days, mature, AT.date(), "they are new here")
    add_reserve_rule(rule=rule, key=f"{rate} {merchant_id}", at=AT)


def released(at=None):
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    release_hold(consignment_id=pair[0], merchant_id=pair[1], at=at or make.due())
    return pair


def money(merchant_id):
    """Pending, available, kept and owed, in cents: of one sale 38.00 USD are the merchant's."""
    minors = []
    for kind in KINDS:
        balance = ledger.balances_of(kind=kind, subject=merchant_id).get("USD")
        minors.append(0 if balance is None else abs(balance.posted.minor))
    return tuple(minors)


def take(pair, minor, key="claim"):
    """A claim takes money back."""
    about = About(consignment_id=pair[0], merchant_id=pair[1])
    post_transfers(
        transfers=taken(
            key=key, merchant_id=pair[1], credit=AccountRef(Kind.FX_POSITION), amount=usd(minor), code=Code.CLAWED_BACK,
            about=about,
        ),
        at=make.due(),
    )  # fmt: skip


def test_money_matures_and_its_reserve_comes_back_each_once(django_assert_num_queries) -> None:
    keep("0.10", 30, 3)
    at = make.due()
    _, merchant_id = released()
    assert money(merchant_id) == (3_800, 0, 0, 0)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    (waiting,) = queries.earnings_waiting(viewer=viewer, merchant_id=merchant_id)
    assert (waiting.net, waiting.reserve, waiting.matures_at) == (usd(3_800), usd(380), at + 3 * DAY)
    (seen,) = queries.money_of(viewer=viewer, merchant_id=merchant_id)
    assert (seen.pending, seen.available, seen.reserve) == (usd(3_800), usd(0), usd(0))
    assert mature_money(at=at + 3 * DAY - timedelta(seconds=1)) == 0
    with django_assert_num_queries(7 + 2):
        assert mature_money(at=at + 3 * DAY) == 1
    assert mature_money(at=at + 3 * DAY) == 0
    assert money(merchant_id) == (0, 3_420, 380, 0)
    assert mature_money(at=at + 33 * DAY) == 1
    assert mature_money(at=at + 33 * DAY) == 0
    assert money(merchant_id) == (0, 3_800, 0, 0)
    assert queries.earnings_waiting(viewer=viewer, merchant_id=merchant_id) == ()
    assert ledger.drift() == ()


def test_without_waiting_the_reserve_is_kept_at_once_and_merchants_have_their_own_terms() -> None:
    keep("0.10", 30, 0)
    _, merchant_id = released()
    assert money(merchant_id) == (0, 3_420, 380, 0)
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    keep("0", 0, 0, pair[1])
    release_hold(consignment_id=pair[0], merchant_id=pair[1], at=make.due())
    assert money(pair[1]) == (0, 3_800, 0, 0)


def test_what_claims_took_of_waiting_money_does_not_mature() -> None:
    keep("0.10", 30, 3)
    pair = released()
    take(pair, 3_000)
    assert money(pair[1]) == (800, 0, 0, 0)
    mature_money(at=make.due() + 3 * DAY)
    assert money(pair[1]) == (0, 420, 380, 0)
    take(pair, 600, "another claim")  # available first, then of the reserve
    assert money(pair[1]) == (0, 0, 200, 0)
    mature_money(at=make.due() + 33 * DAY)
    assert money(pair[1]) == (0, 200, 0, 0)
    assert ledger.drift() == ()


def test_a_debt_stops_payouts_is_paid_by_the_next_release_and_can_be_given_up(django_assert_num_queries) -> None:
    keep("0.10", 30, 0)
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    merchant_id, boss = pair[1], parties.operator()
    parties.bank_account(merchant_id=merchant_id)
    take(pair, 5_000)
    assert money(merchant_id) == (0, 0, 0, 5_000)
    (debt,) = queries.debts(viewer=boss, at=make.due() + 45 * DAY)
    assert (debt.owed, debt.buckets) == (usd(5_000), (usd(0), usd(5_000), usd(0), usd(0)))
    release_hold(consignment_id=pair[0], merchant_id=merchant_id, at=make.due())
    assert money(merchant_id) == (0, 0, 0, 1_200)
    with pytest.raises(OwesMoney):
        open_payout(merchant_id=merchant_id, currency="USD", key="k", at=AT)
    (left,) = queries.debts(viewer=boss, at=make.due())
    assert left.owed == usd(1_200)
    facts = {"merchant_id": merchant_id, "key": "w", "at": AT, "reason": "closed for good"}
    for more, refusal in (({"reason": "no"}, ReasonMissing), ({"amount": usd(1_201)}, Overdrawn)):
        with pytest.raises(refusal):
            write_off_debt(viewer=boss, **{"amount": usd(1_200), **facts, **more})
    with pytest.raises(NotYours):
        write_off_debt(viewer=parties.merchant_viewer(merchant_id=merchant_id), amount=usd(1_200), **facts)
    ref = write_off_debt(viewer=boss, amount=usd(1_200), **facts)
    assert write_off_debt(viewer=boss, amount=usd(1_200), **facts) == ref
    assert money(merchant_id) == (0, 0, 0, 0)
    assert [(one.ref, one.reason, one.user_id) for one in queries.write_offs(viewer=boss)] == [
        (ref, "closed for good", boss.user_id)
    ]
    assert queries.debts(viewer=boss, at=AT) == ()


def test_money_that_came_another_way_pays_a_debt_too() -> None:
    pair = released()
    receivable, available = (AccountRef(kind, pair[1]) for kind in (Kind.MERCHANT_RECEIVABLE, Kind.MERCHANT_AVAILABLE))
    about = About(merchant_id=pair[1])
    # As if a debt had come up beside the release.
    debt = Transfer("debt", receivable, AccountRef(Kind.FX_POSITION), usd(1_000), Code.CLAWED_BACK, about)
    assert available != receivable
    post_transfers(transfers=[debt], at=AT)
    assert net_debts(at=AT) == 1
    assert money(pair[1]) == (0, 2_800, 0, 0)
    assert net_debts(at=AT) == 0


def test_a_shopper_puts_the_release_off_once_when_few_days_are_left() -> None:
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    part = sale.order().consignments[0]
    release_at = part.release_at

    def ask(viewer, at, *, days=0, key="k"):
        return extend_release(
            viewer=viewer, order_ref=sale.order().ref, consignment_ref=part.ref, days=days, reason="", key=key, at=at
        )

    shopper = sale.viewer
    with pytest.raises(CannotExtend):
        ask(shopper, release_at - 4 * DAY)
    later = ask(shopper, release_at - 2 * DAY)
    assert later == release_at + 3 * DAY
    assert ask(shopper, release_at - 2 * DAY) == later
    with pytest.raises(CannotExtend):
        ask(shopper, later - DAY, key="again")
    hold = queries.hold(consignment_id=pair[0], merchant_id=pair[1])
    assert hold.release_at == sale.order().consignments[0].release_at == later
    with pytest.raises(NotDue):
        release_hold(consignment_id=pair[0], merchant_id=pair[1], at=later - timedelta(seconds=1))
    team = parties.merchant_viewer(merchant_id=pair[1])
    assert ask(team, AT, days=20, key="m") == later + 20 * DAY
    with pytest.raises(CannotExtend):
        ask(parties.operator(), AT, days=11, key="o")
    assert ask(parties.operator(), AT, days=10, key="o") == later + 30 * DAY
    told = queries.extensions(merchant_id=pair[1], consignment_id=pair[0])
    assert [(one.who, one.days) for one in told] == [(Who.SHOPPER, 3), (Who.MERCHANT, 20), (Who.OPERATOR, 10)]
    for stranger in (make.sale().viewer, parties.merchant_viewer(merchant_id=parties.merchant())):
        with pytest.raises((OrderUnknown, ConsignmentUnknown)):
            ask(stranger, AT, days=1, key="s")
    release_hold(consignment_id=pair[0], merchant_id=pair[1], at=later + 30 * DAY)
    with pytest.raises(CannotExtend):
        ask(team, AT, days=1, key="late")
