"""A quote becomes an order: once, with its goods and its payment, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.base.identity import new_id
from entrepot.base.models import OutboxRow
from entrepot.base.owners import across_owners
from entrepot.basket import queries as basket
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.place_order import place_order
from entrepot.kernel.errors import EntrepotError
from entrepot.landed.services import freeze_quote
from entrepot.landed.terms import QuoteExpired, QuoteMissing, Refusal
from entrepot.orders import queries as orders
from entrepot.orders import services as order_services
from entrepot.orders.rules import PAY_WITHIN
from entrepot.orders.terms import (
    AddressElsewhere,
    BasketChanged,
    CancelReason,
    KeyReused,
    NotDeliverable,
    OrderView,
    PlacedOrder,
    QuoteUsed,
    State,
)
from entrepot.parties.models import Address
from entrepot.parties.terms import AddressIncomplete, NotYours, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.terms import State as PaymentState
from entrepot.stock import queries as stock
from entrepot.stock import services as stock_services
from entrepot.stock.models import Reservation
from entrepot.stock.terms import ORPHAN_SECONDS, ReservationLost, SoldOut, Wanted
from tests.flows.budget import at_most
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AMERICAN, AT, CHINESE
from tests.stock.make import article

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Scene:
    """A shopper with an address, two merchants with 5 pieces of an article each, 2 and 1 of them in the basket."""

    viewer: Viewer
    address: str
    asked: tuple[Asked, Asked]
    quote: str

    @property
    def variants(self) -> list[int]:
        return [one.variant_id for one in self.asked]

    def place(self, *, key: str = "k1", at=AT, **changes: str) -> PlacedOrder:
        given = {"quote_ref": self.quote, "address_ref": self.address, **changes}
        return place_order(viewer=self.viewer, key=key, at=at, **given)

    def available(self) -> list[int]:
        free = stock.available(variant_ids=self.variants)
        return [free[variant] for variant in self.variants]

    def orders(self) -> list[OrderView]:
        return [orders.order(viewer=self.viewer, ref=card.ref) for card in orders.orders_of(viewer=self.viewer)]


def scene(**quote: object) -> Scene:
    viewer = parties.shopper_viewer()
    assert viewer.shopper_id
    one, other = parties.merchant(), parties.merchant()
    asked = (
        Asked(one, article(merchant_id=one), 2),
        Asked(other, article(merchant_id=other), 1),
    )
    address = parties.address(shopper_id=viewer.shopper_id)
    OutboxRow.objects.all().delete()
    return Scene(viewer, address, asked, make.quoted(*asked, shopper_id=viewer.shopper_id, **quote))


def state_of_things(at: Scene) -> object:
    """Everything a refusal must leave as it was."""
    with across_owners("a test looks at everything"):
        promised = list(Reservation.objects.exclude(state="released").values_list("order_id", "quantity"))
    told = list(OutboxRow.objects.values_list("topic", flat=True))
    jobs = ProcrastinateJob.objects.count()
    return at.available(), at.orders(), basket.basket(viewer=at.viewer), promised, told, jobs


def test_an_order_has_its_goods_its_lines_and_its_payment() -> None:
    sale = scene()
    placed = sale.place()
    (order,) = sale.orders()
    assert (order.ref, order.state, order.address) == (placed.order_ref, State.PLACED, CHINESE)
    assert [[line.quantity for line in part.lines] for part in order.consignments] == [[2], [1]]
    assert sale.available() == [3, 4]
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    assert (payment.ref, payment.amount, payment.state) == (
        placed.payment_ref,
        order.amounts.total,
        PaymentState.CREATED,
    )
    assert basket.basket(viewer=sale.viewer).lines == ()
    assert list(OutboxRow.objects.values_list("topic", "subject", "owner")) == [
        ("orders.placed", order.id, order.shopper_id)
    ]
    assert ProcrastinateJob.objects.filter(task_name="payments.open_intent").count() == 1
    with across_owners("a test looks at all reservations"):
        assert {(row.bound, row.expires_at) for row in Reservation.objects.all()} == {(True, order.expires_at)}


def test_the_statements_are_counted() -> None:
    scene().place()  # channels and law are known to the process from here
    sale = scene()
    with at_most(2):
        sale.place()
    with at_most(2):
        sale.place()


def test_the_same_key_gives_the_same_order_whatever_has_happened_since() -> None:
    sale = scene()
    placed = sale.place()
    assert sale.place(at=AT + timedelta(days=1)) == placed
    (order,) = sale.orders()
    cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    assert sale.place() == placed
    assert sale.available() == [5, 5]


def test_the_same_quote_from_another_window_gives_the_same_order() -> None:
    sale = scene()
    assert sale.place(key="k1") == sale.place(key="k2")
    assert len(sale.orders()) == 1
    assert sale.available() == [3, 4]


def test_an_article_in_two_lines_is_asked_for_together() -> None:
    sale = scene()
    one = sale.asked[0]
    assert sale.viewer.shopper_id
    twice = (Asked(one.merchant_id, one.variant_id, 3), Asked(one.merchant_id, one.variant_id, 3))
    fingerprint = basket.basket(viewer=sale.viewer).fingerprint
    kept = replace(make.quote(*twice, shopper_id=sale.viewer.shopper_id), basket_fingerprint=fingerprint)
    freeze_quote(quote=kept)
    before = state_of_things(sale)
    with pytest.raises(SoldOut, match=r"Rainier cherries 2 kg \(5/6\)"):
        sale.place(quote_ref=kept.ref)
    assert state_of_things(sale) == before


def sold_out(sale: Scene) -> None:
    stock_services.set_on_hand_all(
        merchant_id=sale.asked[1].merchant_id, quantities=[(sale.asked[1].variant_id, 0)], at=AT
    )


def changed_basket(sale: Scene) -> None:
    assert sale.viewer.shopper_id
    make.basket_of(sale.asked[0], shopper_id=sale.viewer.shopper_id)


@pytest.mark.parametrize(
    ("happens", "said", "words"),
    [(sold_out, SoldOut, r"Rainier cherries 2 kg \(0/1\)"), (changed_basket, BasketChanged, "has changed")],
)
def test_what_happened_meanwhile_is_refused_and_changes_nothing(
    happens: Callable[[Scene], None], said: type[EntrepotError], words: str
) -> None:
    sale = scene()
    happens(sale)
    before = state_of_things(sale)
    with pytest.raises(said, match=words):
        sale.place()
    assert state_of_things(sale) == before


FORBIDDEN = Refusal(
    1, "Columbia", (2,), ({"en": "Fresh apples", "zh-hans": "苹果"},), "mall", "prohibited", {}, ()
)  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "said", "words"),
    [
        ({"valid_until": AT}, QuoteExpired, "good until"),
        ({"refusals": (FORBIDDEN,)}, NotDeliverable, "Fresh apples"),
        ({"destination": "US"}, AddressElsewhere, "CN-GD"),
        ({"region": "ZJ"}, AddressElsewhere, "CN-ZJ"),
    ],
)
def test_a_quote_that_does_not_hold_is_refused_and_changes_nothing(
    quote: dict[str, object], said: type[EntrepotError], words: str
) -> None:
    sale = scene(**quote)
    before = state_of_things(sale)
    with pytest.raises(said, match=words) as refusal:
        sale.place()
    assert refusal.value.remedy
    assert state_of_things(sale) == before


def test_a_strange_or_incomplete_address_is_refused_and_changes_nothing() -> None:
    sale = scene()
    stranger = parties.address(shopper_id=parties.shopper())
    before = state_of_things(sale)
    for ref in (stranger, "adr_0000000000000000"):
        with pytest.raises(NotYours):
            sale.place(address_ref=ref)
    Address.objects.filter(shopper_id=sale.viewer.shopper_id, ref=sale.address).update(district="")
    with pytest.raises(AddressIncomplete, match="the district or county"):
        sale.place()
    assert state_of_things(sale) == before


def test_an_address_in_another_country_is_refused() -> None:
    sale = scene()
    assert sale.viewer.shopper_id
    abroad = parties.address(shopper_id=sale.viewer.shopper_id, address=AMERICAN)
    with pytest.raises(AddressElsewhere, match="US-WA"):
        sale.place(address_ref=abroad)


def test_another_shoppers_quote_is_not_found() -> None:
    sale, other = scene(), scene()
    before = state_of_things(sale)
    with pytest.raises(QuoteMissing):
        sale.place(quote_ref=other.quote)
    with pytest.raises(NotYours):
        place_order(viewer=Viewer(), quote_ref=sale.quote, address_ref=sale.address, key="k", at=AT)
    assert state_of_things(sale) == before


def test_a_key_for_another_quote_and_a_quote_that_has_ended_are_refused() -> None:
    sale = scene()
    sale.place(key="k1")
    assert sale.viewer.shopper_id
    second = make.quoted(*sale.asked, shopper_id=sale.viewer.shopper_id)
    with pytest.raises(KeyReused):
        sale.place(key="k1", quote_ref=second)
    (order,) = sale.orders()
    cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    with pytest.raises(QuoteUsed, match=order.ref):
        sale.place(key="k2")
    sale.place(key="k2", quote_ref=second)
    assert len(sale.orders()) == 2


def crashed_between(sale: Scene) -> int:
    """The first beat is done, then the machine went down; answers the order id that was promised."""
    assert sale.viewer.shopper_id
    order_id = order_services.claim_order(shopper_id=sale.viewer.shopper_id, quote_ref=sale.quote, at=AT)
    stock_services.reserve_stock(
        order_id=order_id,
        lines=[Wanted(one.merchant_id, one.variant_id, one.quantity) for one in sale.asked],
        until=AT + timedelta(seconds=ORPHAN_SECONDS),
        at=AT,
    )
    return order_id


def test_after_a_crash_between_the_beats_the_repeat_takes_up_what_is_held() -> None:
    sale = scene()
    order_id = crashed_between(sale)
    assert sale.available() == [3, 4]
    sale.place(at=AT + timedelta(seconds=5))
    assert [order.id for order in sale.orders()] == [order_id]
    assert sale.available() == [3, 4]


def test_after_a_crash_the_next_shopper_who_finds_too_little_frees_what_lapsed() -> None:
    sale = scene()
    crashed_between(sale)
    rival = parties.shopper_viewer()
    assert rival.shopper_id
    one = sale.asked[0]
    quote = make.quoted(Asked(one.merchant_id, one.variant_id, 5), shopper_id=rival.shopper_id)
    given = {"quote_ref": quote, "address_ref": parties.address(shopper_id=rival.shopper_id), "key": "r"}
    with pytest.raises(SoldOut, match=r"\(3/5\)"):
        place_order(viewer=rival, at=AT + timedelta(seconds=60), **given)
    place_order(viewer=rival, at=AT + timedelta(seconds=ORPHAN_SECONDS), **given)
    assert sale.available() == [0, 5]


def test_an_order_that_lost_part_of_its_goods_is_not_written() -> None:
    sale = scene()
    order_id = crashed_between(sale)
    one, other = sale.asked
    stock_services.release_reservations(order_ids=[order_id], merchant_ids=[one.merchant_id], at=AT)
    with pytest.raises(ReservationLost):
        sale.place()
    assert sale.orders() == []
    assert sale.available() == [5, 4]
    stock_services.release_reservations(order_ids=[order_id], merchant_ids=[other.merchant_id], at=AT)
    sale.place()
    assert sale.available() == [3, 4]


def test_goods_that_go_to_another_while_the_order_is_written_leave_nothing_behind() -> None:
    sale = scene()
    rival = Asked(sale.asked[1].merchant_id, sale.asked[1].variant_id, 5)
    before: list[object] = []

    def overtaken(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "landed_quote" in sql and not before:
            lines = [Wanted(rival.merchant_id, rival.variant_id, 5)]
            stock_services.reserve_stock(order_id=new_id(), lines=lines, until=AT + PAY_WITHIN, at=AT)
            before.append(state_of_things(sale))
        # As if they went after the statement has looked whether there is enough.
        sql = sql.replace(
            "stock_short(%s, %s, %s, %s)", "left(concat(%s::text, %s::text, %s::text, %s::text), 0) || NULL"
        )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtaken), pytest.raises(SoldOut, match=r"Rainier cherries 2 kg \(0/1\)"):
        sale.place()
    assert [state_of_things(sale)] == before
