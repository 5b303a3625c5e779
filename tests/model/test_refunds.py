"""Refunds, releases, disputes and payouts in any order, against a few numbers in plain Python.

The reference knows nothing of steps: it works out from the totals what each side must have, and the books must say so.
"""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from entrepot.base.identity import new_reference
from entrepot.disputes import queries as disputes
from entrepot.disputes.services import answer_claim, lapse_claim
from entrepot.disputes.terms import Outcome, Reason, Remedy, Side, State, Told, Verb
from entrepot.flows.end_dispute import end_dispute
from entrepot.flows.open_dispute import open_dispute
from entrepot.flows.open_payout import open_payout
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.payments import queries as payments
from entrepot.payments.terms import Bearer, MoreThanLeft, NotDue, NothingLeft, Part, RefundAsk
from tests.flows import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
SOUND = [check for check in CHECKS if check.name.split(".")[0] in {"ledger", "holds", "refunds", "payouts"}]
PARTS = st.sets(st.sampled_from([Part.GOODS, Part.FREIGHT, Part.TAX]), min_size=1)
MINE = (Kind.MERCHANT_AVAILABLE, Kind.MERCHANT_PENDING, Kind.MERCHANT_RESERVE)


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


class Returns(RuleBasedStateMachine):
    """One delivered consignment of two articles, its merchant, its shopper and an operator."""

    @initialize()
    def sell(self) -> None:
        merchant = parties.merchant()
        self.sale = make.sale(owners=(merchant, merchant), pieces=3).pay()
        ((self.id, self.merchant),) = self.sale.deliver()
        self.team = parties.merchant_viewer(merchant_id=merchant)
        self.part = self.sale.order().consignments[0]
        self.at = self.part.release_at - timedelta(days=1)
        self.left = {
            (number, part): getattr(line.amounts, part).minor
            for number, line in enumerate(self.part.lines, start=1)
            for part in (Part.GOODS, Part.FREIGHT, Part.TAX)
        }
        self.gone = dict.fromkeys(self.left, 0)
        self.on_top = 0
        self.released = self.ended = False
        self.claim = ""

    def pool(self, lines, parts):
        return {
            key: left for key, left in self.left.items() if key[1] in parts and (not lines or key[0] in lines) and left
        }

    @rule(
        parts=PARTS,
        lines=st.sets(st.sampled_from([1, 2]), max_size=1),
        percent=st.sampled_from([1, 7, 33, 50, 99, 100, 101]),
        borne=st.booleans(),
    )
    def refund(self, parts, lines, percent, borne) -> None:
        pool = self.pool(lines, parts)
        amount = max(1, sum(pool.values()) * percent // 100)
        bearers = {Part.TAX: Bearer.MERCHANT, Part.FREIGHT: Bearer.MARKETPLACE} if borne else {}
        ask = RefundAsk(new_reference("key"), "test", Money(amount, "CNY"), tuple(lines), tuple(parts), bearers)
        given = {"consignment_id": self.id, "merchant_id": self.merchant, "ask": ask, "at": self.at}
        if not pool or amount > sum(pool.values()) or self.ended:
            with pytest.raises((NothingLeft, MoreThanLeft)):
                refund_consignment(**given)
            return
        owed = refund_consignment(**given)
        assert refund_consignment(**given) == owed
        self.took(pool, amount, bearers)

    def took(self, pool, amount: int, bearers) -> None:
        """Largest remainder, worked out by exact fractions."""
        whole = sum(pool.values())
        exact = {key: Fraction(amount * left, whole) for key, left in pool.items()}
        shares = {key: int(one) for key, one in exact.items()}
        order = sorted(pool, key=lambda key: (-(exact[key] - shares[key]), list(pool).index(key)))
        for key in order[: amount - sum(shares.values())]:
            shares[key] += 1
        for key, share in shares.items():
            self.left[key] -= share
            bearer = bearers.get(key[1], Bearer.HOLDER)
            if bearer is Bearer.HOLDER:
                self.gone[key] += share
            elif bearer is Bearer.MERCHANT and share:
                fx = payments.hold(merchant_id=self.merchant, consignment_id=self.id).shares.fx
                self.on_top += Money(share, "CNY").exchanged(fx, "USD").minor
        if not self.released and not any(self.part_left(number) for number in (1, 2)):
            self.ended = True

    def part_left(self, number: int) -> int:
        return self.part.lines[number - 1].amounts.goods.minor - self.gone[number, Part.GOODS]

    @rule()
    def release(self) -> None:
        given = {"consignment_id": self.id, "merchant_id": self.merchant, "at": self.at + timedelta(days=90)}
        if self.released:
            release_hold(**given)
        elif self.ended or self.claim:
            with pytest.raises(Refused):
                release_hold(**given)
        else:
            with pytest.raises(NotDue):
                release_hold(**given | {"at": self.at})
            release_hold(**given)
            self.released = True

    @precondition(lambda self: not self.claim and not self.ended)
    @rule(percent=st.sampled_from([1, 40, 100]))
    def dispute(self, percent) -> None:
        pool = self.pool((), {Part.GOODS})
        if not pool:
            return
        self.wanted = max(1, sum(pool.values()) * percent // 100)
        told = Told(
            Side.SHOPPER, None, new_reference("key"), "It leaks.", Outcome(Remedy.REFUND, Money(self.wanted, "CNY"))
        )
        order = self.sale.order()
        self.claim = open_dispute(
            viewer=self.sale.viewer, consignment=(order.ref, self.part.ref), reason=Reason.DAMAGED, lines=(), told=told,
            at=self.at,
        ).ref  # fmt: skip

    @precondition(lambda self: self.claim)
    @rule(how=st.sampled_from(["withdraw", "agree", "silence"]))
    def end(self, how) -> None:
        viewer = {"withdraw": self.sale.viewer, "agree": self.team}.get(how)
        dispute = disputes.dispute(viewer=self.team, ref=self.claim)
        if viewer is not None:
            told = Told(Side.MARKET, None, new_reference("key"))
            answer_claim(viewer=viewer, ref=self.claim, verb=Verb(how), told=told, at=self.at)
        else:
            assert lapse_claim(dispute_id=dispute.id, merchant_id=self.merchant, at=dispute.due_at)
        dispute = disputes.dispute(viewer=self.team, ref=self.claim)
        assert dispute.state is State.SETTLING
        ask = disputes.settling_ask(dispute=dispute, outcome=dispute.decided)
        if ask is not None:
            goods = self.pool((), {Part.GOODS})
            if self.wanted <= sum(goods.values()):
                refund_consignment(consignment_id=self.id, merchant_id=self.merchant, ask=ask, at=self.at)
                self.took(goods, self.wanted, {})
        end_dispute(dispute_id=dispute.id, merchant_id=self.merchant, at=self.at)
        self.claim = ""

    @rule()
    def pay_out(self) -> None:
        try:
            open_payout(merchant_id=self.merchant, currency="USD", key=new_reference("key"), at=self.at)
        except Refused:
            return

    @invariant()
    def the_books_say_what_the_totals_say(self) -> None:
        if not hasattr(self, "claim"):
            return
        paid = sum(self.left.values()) + sum(self.refunded().values())
        assert paid == self.part.amounts.total.minor
        standing = ledger.balance(kind=Kind.HOLD, subject=self.id, currency="CNY").posted.minor
        open_ = not self.released and not self.ended
        assert standing == (self.part.amounts.total.minor - sum(self.gone.values()) if open_ else 0)
        mine = sum(self.balance(kind) for kind in MINE) - self.balance(Kind.MERCHANT_RECEIVABLE)
        owed = self.entitled() if self.released or self.ended else 0
        assert mine == owed - self.on_top
        transit = ledger.balance(kind=Kind.REFUND_IN_TRANSIT, subject=self.sale.payment_id, currency="CNY")
        assert transit.posted.minor == sum(self.refunded().values())
        stage = self.sale.order().consignments[0].stage
        assert stage is (Stage.RELEASED if self.released else Stage.REFUNDED if self.ended else Stage.DELIVERED)

    def refunded(self):
        found = dict.fromkeys(self.left, 0)
        for one in payments.parts_given_back(merchant_id=self.merchant, consignment_id=self.id):
            found[one.number, one.part] += one.amount.minor
        return found

    def balance(self, kind: Kind) -> int:
        found = ledger.balances_of(kind=kind, subject=self.merchant).get("USD")
        if found is None:
            return 0
        return found.owed.minor if kind is Kind.MERCHANT_RECEIVABLE else found.posted.minor

    def entitled(self) -> int:
        """What the merchant has of its own once released, from the totals alone."""
        whole = 0
        for number, line in enumerate(self.part.lines, start=1):
            goods, back = line.amounts.goods.minor, self.gone[number, Part.GOODS]
            fee = line.commission.minor + line.commission_tax.minor
            fees = half_up(Fraction(fee * back, goods))
            whole += line.merchant_net.minor - half_up(Fraction(line.merchant_net.minor * (back - fees), goods - fee))
        return whole

    def teardown(self) -> None:
        if hasattr(self, "claim"):
            found = audited(checks=SOUND, at=self.at, patience=timedelta(days=900))
            assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def test_refunds_releases_and_disputes_agree_with_the_totals_whatever_happens() -> None:
    run_state_machine_as_test(
        Returns,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
