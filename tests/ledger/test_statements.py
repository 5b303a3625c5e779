"""A merchant's statement: opening, every movement, closing; nobody else's money in it."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger import rules as book
from entrepot.ledger.services import close_period, post_part, post_pending, post_transfers, void_pending
from entrepot.ledger.terms import Ending, Kind, PartDiffers
from tests.ledger import make
from tests.ledger.make import AT

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sell(number, merchant_id=7, at=AT):
    shares = make.shares(number, order_id=number, merchant_id=merchant_id, currency="USD")
    post_transfers(transfers=book.captured(payment_id=number, shares=[shares]), at=at)
    post_transfers(transfers=book.released(shares=shares), at=at)


def statement(start=AT, until=AT + 10 * DAY, merchant_id=7):
    return queries.merchant_statement(merchant_id=merchant_id, currency="USD", start=start, until=until)


def test_opening_and_movements_add_up_to_closing_on_every_account() -> None:
    sell(1)
    sell(2, merchant_id=8)
    post_transfers(transfers=book.reserve_kept(consignment_id=1, merchant_id=7, amount=Money(950, "USD")), at=AT + DAY)
    sell(3, at=AT + 2 * DAY)
    post_transfers(
        transfers=book.payout_opened(payout_id=1, merchant_id=7, amount=Money(8_550, "USD")), at=AT + 3 * DAY
    )
    promised = statement()
    post_pending(keys=["payout/1"], at=AT + 4 * DAY)
    whole, late = statement(), statement(start=AT + 2 * DAY)
    assert [(one.account, one.change.minor, one.balance.minor) for one in whole.movements] == [
        (Kind.MERCHANT_AVAILABLE, 9_500, 9_500),
        (Kind.MERCHANT_AVAILABLE, -950, 8_550),
        (Kind.MERCHANT_RESERVE, 950, 950),
        (Kind.MERCHANT_AVAILABLE, 9_500, 18_050),
        (Kind.MERCHANT_AVAILABLE, -8_550, 9_500),
    ]
    assert whole.movements[-1].key == "payout/1"
    assert promised.movements == whole.movements[:-1]
    assert late.opening == {Kind.MERCHANT_AVAILABLE: Money(8_550, "USD"), Kind.MERCHANT_RESERVE: Money(950, "USD")}
    for one in (whole, late, promised):
        for kind, closing in one.closing.items():
            moved = Money.total((move.change for move in one.movements if move.account is kind), "USD")
            assert one.opening[kind] + moved == closing
    assert statement(until=AT + 2 * DAY).closing == late.opening
    assert (
        late.closing[Kind.MERCHANT_AVAILABLE]
        == queries.balance(kind=Kind.MERCHANT_AVAILABLE, subject=7, currency="USD").posted
    )


def test_a_statement_is_final_once_the_books_are_closed() -> None:
    sell(1)
    assert not statement(until=AT + DAY).final
    close_period(until=AT + DAY, at=AT + DAY)
    assert statement(until=AT + DAY).final
    assert not statement(until=AT + DAY + timedelta(seconds=1)).final


def test_the_file_has_every_movement_and_plain_amounts() -> None:
    sell(1)
    rows = list(csv.reader(io.StringIO(book.statement_csv(statement=statement(), refs={1: "ord_1"}))))
    assert [row[3] for row in rows] == ["what", "opening", "released.merchant", "closing"]
    assert rows[2][4:] == ["ord_1", "ord_1", "", "released/1/hold/merchant_available", "95.00", "95.00", "USD"]
    assert rows[3][9] == "95.00"


def test_a_part_of_a_promise_is_posted_and_the_rest_comes_back() -> None:
    sell(1)
    post_transfers(transfers=book.payout_opened(payout_id=1, merchant_id=7, amount=Money(9_000, "USD")), at=AT)
    part = Ending("payout/1", post=True, amount=Money(8_000, "USD"))
    for wrong in (Money(9_001, "USD"), Money(8_000, "CNY")):
        with pytest.raises(PartDiffers), transaction.atomic():
            post_part(ending=Ending("payout/1", post=True, amount=wrong), at=AT)
    post_part(ending=part, at=AT)
    post_part(ending=part, at=AT)
    with pytest.raises(PartDiffers), transaction.atomic():
        post_pending(keys=["payout/1"], at=AT)
    own = queries.balance(kind=Kind.MERCHANT_AVAILABLE, subject=7, currency="USD")
    assert (own.posted.minor, own.available.minor) == (1_500, 1_500)
    entry = queries.merchant_entries(merchant_id=7)[0]
    assert (entry.amount.minor, entry.posted.minor, entry.state.value) == (9_000, 8_000, "posted")


def test_a_promise_that_ran_out_is_given_back_when_it_is_read_and_when_money_is_needed() -> None:
    sell(1)
    out = make.transfer(
        "out", debit=make.merchant(7), credit=make.PROVIDER, minor=9_000, pending=True, expires_at=AT + DAY
    )
    post_transfers(transfers=[out], at=AT)

    def available(at=None):
        return queries.balance(kind=Kind.MERCHANT_AVAILABLE, subject=7, currency="USD", at=at).available.minor

    assert (available(AT), available(AT + DAY), available()) == (500, 9_500, 500)
    post_transfers(transfers=book.payout_opened(payout_id=2, merchant_id=7, amount=Money(9_500, "USD")), at=AT + DAY)
    assert available() == 0
    assert queries.merchant_entries(merchant_id=7)[1].state.value == "voided"
    void_pending(keys=["out"], at=AT + DAY)
    assert queries.drift() == ()
