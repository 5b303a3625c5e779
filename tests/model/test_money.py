"""The whole life of an order in money: whatever happens in whatever order, the books say what a few numbers in Python say.

The reference knows what was paid, what is held, what is a merchant's, what was sent to the bank and what lies in stock;
it knows nothing of accounts, transfers or rows.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from django.db import transaction
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

from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.end_chargeback import end_chargeback
from entrepot.flows.fail_payout import fail_payout
from entrepot.flows.open_chargeback import open_chargeback
from entrepot.flows.open_payout import open_payout
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.flows.return_payout import return_payout
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.settle_payout import settle_payout
from entrepot.flows.settle_refund import settle_refund
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.services import pause_release, resume_release
from entrepot.orders.terms import CancelReason, NotExpired, WrongMoment
from entrepot.payments import queries
from entrepot.payments.services import record_sending
from entrepot.payments.terms import (
    ChargebackStatus,
    NotDue,
    Part,
    ProviderChargeback,
    ProviderPayout,
    ProviderProof,
    RefundAsk,
    TransitStatus,
)
from entrepot.stock import queries as stock
from entrepot.stock.services import issue_stock
from tests.flows import make
from tests.parties import make as parties
from tests.payments.make import AT

pytestmark = pytest.mark.django_db
AREAS = {"ledger", "holds", "refunds", "payouts", "chargebacks", "stock", "promotions"}
NAMES = {"orders.stages", "orders.holds", "orders.money", "orders.stock", "payments.allocated"}
SOUND = [one for one in CHECKS if one.name.split(".")[0] in AREAS or one.name in NAMES]
FEE = 1_500
START = 5


@dataclass
class Sale:
    """One order of one consignment, as the reference knows it. All in minor units: CNY of the shopper, USD of the merchant."""

    made: make.Sale
    pieces: int
    total: int
    goods: int
    net: int
    number: int
    stage: str = "placed"
    goods_back: int = 0
    refunds: list[int] = field(default_factory=list)
    asked: dict[str, RefundAsk] = field(default_factory=dict)
    paused: bool = False
    chargeback: str = ""
    cut: int = 0

    @property
    def given(self) -> int:
        return sum(self.refunds)

    @property
    def held(self) -> int:
        return self.total - self.given if self.stage in {"paid", "delivered"} else 0

    @property
    def earned(self) -> Fraction:
        """The merchant's part of what the shopper has not had back."""
        if self.stage != "released" or self.chargeback in {"open", "lost"}:
            return Fraction(0)
        return Fraction(self.net * (self.goods - self.goods_back), self.goods)


@dataclass
class Sent:
    """One payout."""

    id: int
    minor: int
    state: str = "open"


class Purse(RuleBasedStateMachine):
    """One merchant, its article, its sales and payouts."""

    @initialize()
    def open(self) -> None:
        self.keys = count(1)
        self.merchant = parties.merchant()
        parties.bank_account(merchant_id=self.merchant)
        self.team = parties.merchant_viewer(merchant_id=self.merchant)
        self.sales: list[Sale] = []
        self.sent: list[Sent] = []
        # Every refund after release may be rounded once for each part it comes from.
        self.slack = 0

    # --- the order

    @rule(pieces=st.integers(1, 3))
    def place(self, pieces: int) -> None:
        number = next(self.keys)
        made = make.sale(owners=(self.merchant,), pieces=pieces, intent_id=f"pi_{self.merchant}_{number}")
        part = made.order().consignments[0]
        self.sales.append(
            Sale(made, pieces, made.total.minor, part.amounts.goods.minor, part.merchant_net.minor, number)
        )

    def some(self, data: st.DataObject, *stages: str) -> Sale:
        return data.draw(st.sampled_from([sale for sale in self.sales if sale.stage in stages]))

    def has(*stages: str) -> Any:  # type: ignore[misc]
        return precondition(lambda self: any(sale.stage in stages for sale in self.sales))

    @has("placed", "paid", "cancelled", "returned")
    @rule(data=st.data(), expires=st.booleans())
    def give_up(self, data: st.DataObject, expires: bool) -> None:
        sale = self.some(data, "placed", "paid", "cancelled", "returned")
        ask = {"order_id": sale.made.order_id, "shopper_id": sale.made.shopper_id, "at": AT}
        if sale.stage == "paid":
            with pytest.raises(WrongMoment):
                cancel_order(reason=CancelReason.SHOPPER, **ask)
        elif sale.stage == "placed" and expires:
            with pytest.raises(NotExpired):
                cancel_order(reason=CancelReason.EXPIRED, **ask)
            cancel_order(reason=CancelReason.EXPIRED, **{**ask, "at": sale.made.order().expires_at})
            sale.stage = "cancelled"
        else:
            assert cancel_order(reason=CancelReason.SHOPPER, **ask) is (sale.stage == "placed")
            sale.stage = "cancelled" if sale.stage == "placed" else sale.stage

    @has("placed", "paid", "cancelled", "returned", "released", "delivered")
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        sale = self.some(data, "placed", "paid", "cancelled", "returned", "released", "delivered")
        new = settle_payment(payment_id=sale.made.payment_id, proof=sale.made.proof(), at=AT)
        assert new is (sale.stage in {"placed", "cancelled"})
        if sale.stage == "placed":
            sale.stage = "paid"
        elif sale.stage == "cancelled":
            sale.stage, sale.refunds = "returned", [sale.total]

    @has("paid")
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        sale = self.some(data, "paid")
        variants = [line.variant_id for line in sale.made.order().consignments[0].lines]
        issue_stock(order_id=sale.made.order_id, merchant_id=self.merchant, variant_ids=variants, at=AT)
        sale.made.deliver()
        sale.stage = "delivered"

    # --- held money

    @has("paid", "delivered")
    @rule(data=st.data())
    def pause_or_go_on(self, data: st.DataObject) -> None:
        sale = self.some(data, "paid", "delivered")
        if sale.chargeback == "open":
            return
        part = sale.made.order().consignments[0]
        verb = resume_release if sale.paused else pause_release
        with transaction.atomic():
            verb(consignment_id=part.id, merchant_id=self.merchant, at=make.due() if sale.paused else AT)
        sale.paused = not sale.paused

    @has("paid", "delivered", "released", "refunded")
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        sale = self.some(data, "paid", "delivered", "released", "refunded")
        part = sale.made.order().consignments[0]
        ask = {"consignment_id": part.id, "merchant_id": self.merchant, "at": make.due() + timedelta(days=90)}
        if sale.stage == "released":
            release_hold(**ask)
        elif sale.stage != "delivered" or sale.paused:
            with pytest.raises(Refused):
                release_hold(**ask)
        else:
            with pytest.raises(NotDue):
                release_hold(**{**ask, "at": AT})
            release_hold(**ask)
            sale.stage = "released"
            self.slack += 1 + len(sale.refunds)

    @has("paid", "delivered", "released", "refunded")
    @rule(data=st.data(), minor=st.integers(1, 20_000), whole=st.booleans())
    def refund(self, data: st.DataObject, minor: int, whole: bool) -> None:
        sale = self.some(data, "paid", "delivered", "released", "refunded")
        part = sale.made.order().consignments[0]
        amount = None if whole else Money(minor, "CNY")
        ask = RefundAsk(f"r{next(self.keys)}", "test", amount, parts=tuple(Part) if whole else (Part.GOODS,))
        given = {"consignment_id": part.id, "merchant_id": self.merchant, "at": AT}
        left = sale.goods - sale.goods_back
        taken = sale.chargeback in {"open", "lost"}
        if taken or sale.stage == "refunded" or (whole and not sale.total - sale.given) or (not whole and left < minor):
            with pytest.raises(Refused):
                refund_consignment(ask=ask, **given)
            return
        refund_consignment(ask=ask, **given)
        sale.asked[ask.key] = ask
        sale.refunds.append(sale.total - sale.given if whole else minor)
        sale.goods_back = sale.goods if whole else sale.goods_back + minor
        if sale.stage == "released":
            self.slack += 4
        elif sale.goods_back == sale.goods:
            # What nobody gave back of the rest went where it is owed.
            sale.stage = "refunded" if sale.stage == "delivered" else "refunded unsent"

    @precondition(lambda self: any(sale.asked for sale in self.sales))
    @rule(data=st.data())
    def refund_again(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from([sale for sale in self.sales if sale.asked]))
        key = data.draw(st.sampled_from(sorted(sale.asked)))
        part = sale.made.order().consignments[0]
        refund_consignment(consignment_id=part.id, merchant_id=self.merchant, ask=sale.asked[key], at=AT)

    @precondition(lambda self: any(sale.refunds for sale in self.sales))
    @rule(data=st.data())
    def refunds_arrive(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from([sale for sale in self.sales if sale.refunds]))
        made = sale.made
        for owed in queries.refunds_of(shopper_id=made.shopper_id, payment_id=made.payment_id):
            proof = ProviderProof(f"re_{owed.id}", owed.amount)
            settle_refund(refund_id=owed.id, shopper_id=made.shopper_id, proof=proof, at=AT)

    # --- the card holder's bank

    def said(self, sale: Sale, status: ChargebackStatus) -> ProviderChargeback:
        won = status is ChargebackStatus.WON
        return ProviderChargeback(
            id=f"cb_{self.merchant}_{sale.number}", reference=sale.made.payment().ref, status=status,
            amount=Money(sale.cut, "CNY"), fee=Money(FEE, "CNY"), fee_back=Money(FEE if won else 0, "CNY"), taken=True,
            reason="fraudulent", due_by=None,
        )  # fmt: skip

    @has("paid", "delivered", "released")
    @rule(data=st.data())
    def charge_back(self, data: st.DataObject) -> None:
        sale = self.some(data, "paid", "delivered", "released")
        if sale.chargeback or sale.total == sale.given:
            return
        sale.cut = sale.total - sale.given
        said = self.said(sale, ChargebackStatus.NEEDS_RESPONSE)
        known = open_chargeback(payment_id=sale.made.payment_id, said=said, at=AT)
        assert open_chargeback(payment_id=sale.made.payment_id, said=said, at=AT) == known
        sale.chargeback = "open"
        sale.paused = sale.stage != "released"
        self.slack += 4

    @precondition(lambda self: any(sale.chargeback == "open" for sale in self.sales))
    @rule(data=st.data(), status=st.sampled_from([ChargebackStatus.WON, ChargebackStatus.LOST]))
    def bank_rules(self, data: st.DataObject, status: ChargebackStatus) -> None:
        sale = data.draw(st.sampled_from([sale for sale in self.sales if sale.chargeback == "open"]))
        said = self.said(sale, status)
        known = open_chargeback(payment_id=sale.made.payment_id, said=said, at=AT)
        for _ in range(2):
            end_chargeback(chargeback_id=known.id, shopper_id=sale.made.shopper_id, said=said, at=AT)
        sale.chargeback = status.value
        if sale.stage != "released":
            sale.paused = False
            if status is ChargebackStatus.LOST:
                sale.stage = "refunded unsent" if sale.stage == "paid" else "refunded"

    # --- to the merchant's bank

    def available(self) -> int:
        return ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=self.merchant, currency="USD").available.minor

    def owes(self) -> int:
        debt = ledger.balances_of(kind=Kind.MERCHANT_RECEIVABLE, subject=self.merchant).get("USD")
        return debt.owed.minor if debt else 0

    @rule()
    def ask_for_payout(self) -> None:
        there, key = self.available(), f"p{next(self.keys)}"
        ask = {"merchant_id": self.merchant, "currency": "USD", "key": key, "at": AT}
        if there <= 0 or self.owes():
            with pytest.raises(Refused):
                open_payout(**ask)
            return
        ref = open_payout(**ask)
        assert open_payout(**ask) == ref
        payout = queries.payout(viewer=self.team, merchant_id=self.merchant, ref=ref)
        assert payout.amount == Money(there, "USD")
        record_sending(
            payout=payout,
            answer=ProviderPayout(f"po_{payout.id}", TransitStatus.IN_TRANSIT, payout.amount, ref, ""),
            at=AT,
        )
        self.sent.append(Sent(payout.id, there))

    @precondition(lambda self: any(one.state in {"open", "paid"} for one in self.sent))
    @rule(data=st.data(), fails=st.booleans())
    def bank_says(self, data: st.DataObject, fails: bool) -> None:
        one = data.draw(st.sampled_from([one for one in self.sent if one.state in {"open", "paid"}]))
        proof = ProviderProof(f"po_{one.id}", Money(one.minor, "USD"))
        ask = {"payout_id": one.id, "merchant_id": self.merchant, "proof": proof, "at": AT}
        for _ in range(2):
            if one.state == "open":
                fail_payout(reason="closed", **ask) if fails else settle_payout(**ask)
            else:
                return_payout(reason="closed", **ask)
        one.state = ("failed" if fails else "paid") if one.state == "open" else "returned"

    # --- what must be true

    def out(self, *states: str) -> int:
        return sum(one.minor for one in self.sent if one.state in states)

    @invariant()
    def the_books_say_what_the_reference_says(self) -> None:
        if not hasattr(self, "sales"):
            return
        for sale in self.sales:
            part = sale.made.order().consignments[0]
            held = ledger.balance(kind=Kind.HOLD, subject=part.id, currency="CNY").posted.minor
            assert held == sale.held, sale
        balance = ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=self.merchant, currency="USD")
        assert balance.debits_pending.minor == self.out("open")
        assert balance.available.minor >= 0
        has = balance.available.minor + self.out("open", "paid") - self.owes()
        earned = sum((sale.earned for sale in self.sales), Fraction(0))
        assert abs(has - earned) <= self.slack, (has, earned, self.sales)
        assert ledger.drift() == ()

    @invariant()
    def goods_lie_where_the_reference_has_them(self) -> None:
        for sale in getattr(self, "sales", ()):
            part = sale.made.order().consignments[0]
            (here,) = stock.positions(
                viewer=self.team, merchant_id=self.merchant, variant_ids=[part.lines[0].variant_id]
            )
            gone = sale.pieces if sale.stage in {"delivered", "released", "refunded"} else 0
            reserved = sale.pieces if sale.stage in {"placed", "paid"} else 0
            assert (here.on_hand, here.reserved) == (START - gone, reserved), sale

    def teardown(self) -> None:
        found = audited(checks=SOUND, at=AT, patience=timedelta(days=9000))
        assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Purse,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_an_orders_money_goes_where_the_reference_says_whatever_happens() -> None:
    run(6, 18)


@pytest.mark.slow
def test_an_orders_money_for_long() -> None:
    run(400, 50)
