"""Whatever shoppers, merchants, crashes and clocks do in whatever order: stock, orders and money agree.

The model is a handful of numbers in Python; after every step the database must say the same, and the audit of goods,
orders, money and ledger must find nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection
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
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.place_order import place_order
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.jobs.audit import CHECKS, audited
from entrepot.orders import queries as orders
from entrepot.orders.services import claim_order
from entrepot.orders.terms import CancelReason, NotExpired, OrderView, State, WrongMoment
from entrepot.payments import queries as payments
from entrepot.payments.terms import ProviderProof
from entrepot.stock import queries as stock
from entrepot.stock import services as stock_services
from entrepot.stock.terms import ORPHAN_SECONDS, BelowReserved, SoldOut, Wanted
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock.make import article

pytestmark = pytest.mark.django_db

SOUND = [check for check in CHECKS if check.name.split(".")[0] in {"ledger", "holds", "refunds", "stock", "orders"}]
PIECES = 6
QUANTITIES = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(any)


@dataclass
class Sale:
    """What the model knows of one order."""

    order: OrderView
    payment_ref: str
    wanted: tuple[int, int]
    state: State = State.PLACED
    shipped: set[int] = field(default_factory=set)


class Trade(RuleBasedStateMachine):
    """Two merchants with an article each, one shopper, and everything that may happen to them."""

    @initialize()
    def open(self) -> None:
        # A world of its own each time; the database holds all of them until the test ends.
        self.at: datetime = AT
        self.viewer = parties.shopper_viewer()
        self.address = parties.address(shopper_id=self.shopper)
        self.merchants = (parties.merchant(), parties.merchant())
        self.teams = tuple(parties.merchant_viewer(merchant_id=one) for one in self.merchants)
        self.variants = tuple(article(merchant_id=one, pieces=PIECES) for one in self.merchants)
        self.on_hand = [PIECES, PIECES]
        self.orphans: list[tuple[datetime, tuple[int, int]]] = []
        self.sales: list[Sale] = []

    @property
    def shopper(self) -> int:
        assert self.viewer.shopper_id
        return self.viewer.shopper_id

    def promised(self, place: int) -> int:
        open_ = (sale for sale in self.sales if sale.state is not State.CANCELLED and place not in sale.shipped)
        return sum(sale.wanted[place] for sale in open_) + sum(wanted[place] for _, wanted in self.orphans)

    def free(self, place: int) -> int:
        return self.on_hand[place] - self.promised(place)

    def quote(self, wanted: tuple[int, int]) -> str:
        asked = [
            Asked(merchant, variant, pieces)
            for merchant, variant, pieces in zip(self.merchants, self.variants, wanted, strict=True)
            if pieces
        ]
        return make.quoted(*asked, shopper_id=self.shopper, valid_until=self.at + timedelta(minutes=15))

    @rule(wanted=QUANTITIES)
    def order(self, wanted: tuple[int, int]) -> None:
        given = {"quote_ref": self.quote(wanted), "address_ref": self.address, "key": new_reference("key")}
        lacking = any(self.free(place) < pieces for place, pieces in enumerate(wanted) if pieces)
        if lacking:
            # Who finds too little frees what has lapsed, if any of it holds what they lack.
            self.lapse(only=[place for place, pieces in enumerate(wanted) if pieces and self.free(place) < pieces])
        if any(self.free(place) < pieces for place, pieces in enumerate(wanted) if pieces):
            with pytest.raises(SoldOut):
                place_order(viewer=self.viewer, at=self.at, **given)
            return
        placed = place_order(viewer=self.viewer, at=self.at, **given)
        assert place_order(viewer=self.viewer, at=self.at, **given) == placed
        seen = orders.order(viewer=self.viewer, ref=placed.order_ref)
        self.sales.append(Sale(seen, placed.payment_ref, wanted))

    @rule(wanted=QUANTITIES)
    def crash_between_the_beats(self, wanted: tuple[int, int]) -> None:
        if any(self.free(place) < pieces for place, pieces in enumerate(wanted)):
            return
        order_id = claim_order(shopper_id=self.shopper, quote_ref=self.quote(wanted), at=self.at)
        lines = [
            Wanted(merchant, variant, pieces)
            for merchant, variant, pieces in zip(self.merchants, self.variants, wanted, strict=True)
            if pieces
        ]
        until = self.at + timedelta(seconds=ORPHAN_SECONDS)
        stock_services.reserve_stock(order_id=order_id, lines=lines, until=until, at=self.at)
        self.orphans.append((until, wanted))

    @rule(minutes=st.sampled_from([1, 3, 31]))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        self.lapse(only=[0, 1])
        stock_services.free_lapsed_reservations(at=self.at)

    def lapse(self, *, only: list[int]) -> None:
        def freed(until: datetime, wanted: tuple[int, int]) -> bool:
            return until <= self.at and any(wanted[place] for place in only)

        self.orphans = [orphan for orphan in self.orphans if not freed(*orphan)]

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from(self.sales))
        payment = payments.payment(viewer=self.viewer, ref=sale.payment_ref)
        proof = ProviderProof(payment.intent_id or f"pi_{payment.id}", payment.amount)
        with connection.cursor() as cursor:
            # The provider's page was opened, or its closing had not reached it yet.
            cursor.execute(
                """UPDATE payments_payment SET state = 'awaiting', intent_id = %s
                    WHERE shopper_id = %s AND id = %s AND state = 'created'""",
                [proof.provider_id, self.shopper, payment.id],
            )
        settle_payment(payment_id=payment.id, proof=proof, at=self.at)
        if sale.state is State.PLACED:
            sale.state = State.PAID

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), reason=st.sampled_from(CancelReason))
    def give_up(self, data: st.DataObject, reason: CancelReason) -> None:
        sale = data.draw(st.sampled_from(self.sales))
        given = {"order_id": sale.order.id, "shopper_id": self.shopper, "reason": reason, "at": self.at}
        if sale.state is State.CANCELLED:
            assert not cancel_order(**given)
        elif sale.state is not State.PLACED:
            with pytest.raises(WrongMoment):
                cancel_order(**given)
        elif reason is CancelReason.EXPIRED and self.at < sale.order.expires_at:
            with pytest.raises(NotExpired):
                cancel_order(**given)
        else:
            assert cancel_order(**given)
            sale.state = State.CANCELLED

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from(self.sales))
        part = data.draw(st.sampled_from(sale.order.consignments))
        place = self.merchants.index(part.merchant_id)
        given = {"viewer": self.teams[place], "consignment_ref": part.ref, "key": "k", "at": self.at}
        if sale.state is not State.PAID:
            with pytest.raises(WrongMoment):
                ship_consignment(**given)
            return
        ship_consignment(**given)
        if place not in sale.shipped:
            sale.shipped.add(place)
            self.on_hand[place] -= sale.wanted[place]

    @rule(place=st.sampled_from([0, 1]), counted=st.integers(0, 9))
    def count(self, place: int, counted: int) -> None:
        refused = stock_services.set_on_hand_all(
            merchant_id=self.merchants[place], quantities=[(self.variants[place], counted)], at=self.at
        )
        if counted < self.promised(place):
            assert refused == (BelowReserved(self.variants[place], counted, self.promised(place)),)
        else:
            assert refused == ()
            self.on_hand[place] = counted

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "sales"):
            return
        for place, (team, merchant, variant) in enumerate(zip(self.teams, self.merchants, self.variants, strict=True)):
            (here,) = stock.positions(viewer=team, merchant_id=merchant, variant_ids=[variant])
            assert (here.on_hand, here.reserved) == (self.on_hand[place], self.promised(place))
        for sale in self.sales:
            assert orders.order_for_payment(order_id=sale.order.id, shopper_id=self.shopper).state is sale.state
        # Nothing is overdue for one who has all the patience in the world.
        found = audited(checks=SOUND, at=self.at, patience=timedelta(days=9))
        assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def test_stock_orders_and_money_agree_whatever_happens() -> None:
    run_state_machine_as_test(
        Trade,
        settings=settings(
            max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
