"""Whatever is counted, reserved, released, handed over, spread and gathered: the rows say what a few numbers in Python say."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
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

from entrepot.base.identity import new_id
from entrepot.jobs.audit.goods import GOODS
from entrepot.jobs.audit.report import audited
from entrepot.stock import queries, services
from entrepot.stock.terms import Ahead, BelowReserved, NotArrived, OverLimit, SoldOut, Spread, Wanted
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db

# `stock.orders` asks for orders, of which there are none here.
CHECKS = [check for check in GOODS if check.name != "stock.orders"]
QUANTITIES = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(any)
ON = date(2030, 1, 1)


@dataclass
class Order:
    """What the model knows of one order. here: pieces promised from what lies there; waits: from goods to come."""

    wanted: tuple[int, int]
    here: list[int]
    waits: list[int]
    shopper: int
    state: str = "held"
    paid: int = 0


class Shelf(RuleBasedStateMachine):
    """One merchant, two articles at two places, two shoppers."""

    @initialize()
    def open(self) -> None:
        self.merchant = parties.merchant()
        self.team = parties.merchant_viewer(merchant_id=self.merchant)
        self.variants = (new_id(), new_id())
        self.places = [
            services.open_place(merchant_id=self.merchant, name=name, country="US", at=AT + timedelta(days=number))
            for number, name in enumerate(("First", "Second"))
        ]
        self.lies = {(place, article): 0 for place in (0, 1) for article in (0, 1)}
        self.orders: dict[int, Order] = {}
        self.limit: list[int | None] = [None, None]
        self.limited_since: list[set[int]] = [set(), set()]
        self.ahead = [0, 0]
        self.clock = 0
        for place, article in self.lies:
            self.count(place, article, 6)

    def free(self, article: int) -> int:
        promised = sum(order.here[article] for order in self.orders.values() if order.state in {"held", "committed"})
        return sum(pieces for (_, one), pieces in self.lies.items() if one == article) - promised

    def waited(self, article: int) -> int:
        return sum(order.waits[article] for order in self.orders.values() if order.state in {"held", "committed"})

    def give(self) -> None:
        """Those who paid first get theirs first."""
        for article in (0, 1):
            for order in sorted(self.orders.values(), key=lambda order: order.paid):
                if order.state == "committed" and order.waits[article]:
                    got = min(order.waits[article], self.free(article))
                    order.here[article] += got
                    order.waits[article] -= got

    @rule(place=st.sampled_from([0, 1]), article=st.sampled_from([0, 1]), counted=st.integers(0, 9))
    def count(self, place: int, article: int, counted: int) -> None:
        refused = services.set_on_hand_all(
            merchant_id=self.merchant,
            quantities=[(self.variants[article], counted)],
            at=AT,
            place_id=self.places[place],
        )
        if refused:
            # Where a promise lies is the statement's choice; that it is kept is not.
            (one,) = refused
            assert one == BelowReserved(self.variants[article], counted, one.reserved)
            assert counted < one.reserved
            return
        self.lies[place, article] = counted
        assert self.free(article) >= 0
        self.give()

    @rule(wanted=QUANTITIES, agreed=st.booleans(), shopper=st.sampled_from([1, 2]))
    def reserve(self, wanted: tuple[int, int], agreed: bool, shopper: int) -> None:
        order_id = new_id()
        lines = [
            # In two lines, which must be put together.
            Wanted(self.merchant, self.variants[article], pieces, ahead=agreed)
            for article in (0, 1)
            for pieces in (wanted[article] - wanted[article] // 2, wanted[article] // 2)
            if pieces
        ]
        over = any(
            limit is not None and self.had(article, shopper) + wanted[article] > limit
            for article, limit in enumerate(self.limit)
            if wanted[article]
        )
        here = [min(wanted[article], self.free(article)) for article in (0, 1)]
        waits = [wanted[article] - here[article] for article in (0, 1)]
        lacks = any(
            pieces and not (agreed and self.waited(article) + pieces <= self.ahead[article])
            for article, pieces in enumerate(waits)
        )

        def reserve() -> None:
            services.reserve_stock(order_id=order_id, lines=lines, until=UNTIL, at=AT, shopper_id=shopper)

        if over or lacks:
            with pytest.raises(OverLimit if over else SoldOut), transaction.atomic():
                reserve()
            return
        reserve()
        reserve()
        self.orders[order_id] = Order(wanted, here, waits, shopper)
        for article in (0, 1):
            if self.limit[article] is not None and wanted[article]:
                self.limited_since[article].add(order_id)

    def had(self, article: int, shopper: int) -> int:
        return sum(
            order.wanted[article]
            for number, order in self.orders.items()
            if order.shopper == shopper and order.state != "released" and number in self.limited_since[article]
        )

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(list(self.orders)))
        order = self.orders[order_id]
        back = services.release_reservations(order_ids=[order_id], merchant_ids=[self.merchant], at=AT)
        if order.state == "issued":
            assert back == 0
            return
        assert back == (sum(order.here) if order.state != "released" else 0)
        order.state = "released"
        self.give()

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(list(self.orders)))
        self.clock += 1
        services.commit_reservations(
            order_id=order_id, merchant_ids=[self.merchant], at=AT + timedelta(seconds=self.clock)
        )
        order = self.orders[order_id]
        if order.state == "held":
            order.state, order.paid = "committed", self.clock

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(list(self.orders)))
        order = self.orders[order_id]
        asked = {
            "order_id": order_id,
            "merchant_id": self.merchant,
            "variant_ids": self.variants,
            "at": AT,
        }
        if order.state == "committed" and any(order.waits):
            with pytest.raises(NotArrived), transaction.atomic():
                services.issue_stock(**asked)  # type: ignore[arg-type]
            return
        gone = services.issue_stock(**asked)  # type: ignore[arg-type]
        assert gone == (sum(order.wanted) if order.state == "committed" else 0)
        if order.state == "committed":
            order.state = "issued"
            with connection.cursor() as cursor:
                cursor.execute(
                    """SELECT place_id, variant_id, sum(delta) FROM stock_movement
                        WHERE merchant_id = %s AND about = %s GROUP BY 1, 2""",
                    [self.merchant, order_id],
                )
                for place, variant, delta in cursor.fetchall():
                    self.lies[self.places.index(place), self.variants.index(variant)] += int(delta)

    @rule(article=st.sampled_from([0, 1]), how=st.sampled_from(Spread), buckets=st.integers(1, 5))
    def spread(self, article: int, how: Spread, buckets: int) -> None:
        services.spread_stock(merchant_id=self.merchant, variant_id=self.variants[article], how=how, buckets=buckets)

    @rule()
    def tend(self) -> None:
        services.tend_stock(at=AT)
        self.give()

    @rule(article=st.sampled_from([0, 1]), limit=st.sampled_from([None, 3, 6]))
    def limit_each(self, article: int, limit: int | None) -> None:
        services.limit_shoppers(merchant_id=self.merchant, variant_id=self.variants[article], limit_each=limit)
        self.limit[article] = limit

    @rule(article=st.sampled_from([0, 1]), limit=st.integers(3, 8))
    def sell_ahead(self, article: int, limit: int) -> None:
        if limit < self.waited(article):
            return
        services.sell_ahead(
            merchant_id=self.merchant,
            variant_id=self.variants[article],
            kind=Ahead.BACKORDER,
            limit=limit,
            on=ON,
            at=AT,
        )
        self.ahead[article] = limit

    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        if not hasattr(self, "ahead"):
            return
        here = queries.positions(viewer=self.team, merchant_id=self.merchant, variant_ids=self.variants)
        free = queries.available(variant_ids=self.variants, merchant_ids=[self.merchant])
        for article, variant in enumerate(self.variants):
            lying = [one for one in here if one.variant_id == variant]
            assert sum(one.available for one in lying) == self.free(article) == free[variant]
            assert [one.on_hand for one in sorted(lying, key=lambda one: one.place)] == [
                self.lies[place, article] for place in (0, 1)
            ]
        for number, order in self.orders.items():
            waits = {
                one.variant_id: one.pieces for one in queries.awaited(order_id=number, merchant_ids=[self.merchant])
            }
            open_ = order.state in {"held", "committed"}
            assert waits == {
                variant: pieces for variant, pieces in zip(self.variants, order.waits, strict=True) if pieces and open_
            }
        found = audited(checks=CHECKS, at=AT, patience=timedelta(days=9))
        assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def test_the_rows_say_what_the_model_says_whatever_happens() -> None:
    run_state_machine_as_test(
        Shelf,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
