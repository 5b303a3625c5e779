"""The audit finds every kind of damage, names it, and finds nothing in a sound market."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from entrepot.base import clock
from entrepot.base.models import OutboxRow
from entrepot.base.outbox import tell
from entrepot.base.owners import across_owners
from entrepot.cli import app
from entrepot.cli import audit as _register  # noqa: F401 - puts the command on the app
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.open_payout import open_payout
from entrepot.flows.place_order import place_order
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.jobs.audit import CHECKS, audited
from entrepot.ledger.services import fold_tail
from entrepot.orders import queries as orders
from entrepot.orders.services import set_release
from entrepot.orders.terms import CancelReason, OrderView, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import schedule_release
from entrepot.payments.terms import ProviderProof
from entrepot.stock.services import issue_stock
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, tzinfo=clock.now().tzinfo)
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Market:
    """An order in each state, each with two merchants' consignments: waiting, cancelled, paid, and one run to its end."""

    placed: OrderView
    cancelled: OrderView
    paid: OrderView
    done: OrderView
    merchants: tuple[int, int]

    def names(self) -> dict[str, str]:
        """What a planted statement may be about."""
        part = self.paid.consignments[0]
        return {
            **{state: str(getattr(self, state).id) for state in ("placed", "cancelled", "paid", "done")},
            "part": str(part.id),
            "variant": str(part.lines[0].variant_id),
            "merchant": str(self.merchants[0]),
        }


def ordered(asked: tuple[Asked, ...], pay: bool = True) -> tuple[Viewer, OrderView]:
    viewer = parties.shopper_viewer()
    assert viewer.shopper_id
    placed = place_order(
        viewer=viewer,
        quote_ref=make.quoted(*asked, shopper_id=viewer.shopper_id),
        address_ref=parties.address(shopper_id=viewer.shopper_id),
        key="k",
        at=AT,
    )
    order = orders.order(viewer=viewer, ref=placed.order_ref)
    if pay:
        payment = payments.payment(viewer=viewer, ref=placed.payment_ref)
        connection.cursor().execute(
            "UPDATE payments_payment SET state = 'awaiting', intent_id = %s WHERE shopper_id = %s AND id = %s",
            [f"pi_{order.id}", order.shopper_id, payment.id],
        )
        settle_payment(payment_id=payment.id, proof=ProviderProof(f"pi_{order.id}", payment.amount), at=AT)
    return viewer, orders.order(viewer=viewer, ref=placed.order_ref)


@pytest.fixture
def market() -> Market:
    owners = (parties.merchant(), parties.merchant())
    asked = tuple(Asked(owner, article(merchant_id=owner, pieces=20), 2) for owner in owners)
    _, placed = ordered(asked, pay=False)
    viewer, cancelled = ordered(asked, pay=False)
    cancel_order(order_id=cancelled.id, shopper_id=cancelled.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    _, paid = ordered(asked)
    viewer, done = ordered(asked)
    for part in done.consignments:
        variants = [line.variant_id for line in part.lines]
        issue_stock(order_id=done.id, merchant_id=part.merchant_id, variant_ids=variants, at=AT)
        steps = (Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER)
        make.move(part.id, part.merchant_id, *steps, at=AT - timedelta(days=1))
        pair = {"consignment_id": part.id, "merchant_id": part.merchant_id}
        set_release(consignments=[(part.id, part.merchant_id)], release_at=AT)
        schedule_release(release_at=AT, **pair)
        release_hold(at=AT, **pair)
    fold_tail(at=AT)  # what comes after is still in the tail
    open_payout(merchant_id=owners[0], currency="USD", key="p", at=AT)
    OutboxRow.objects.all().delete()  # passed on
    return Market(placed, cancelled, paid, orders.order(viewer=viewer, ref=done.ref), owners)


def off(at: datetime = AT) -> dict[str, str]:
    """The checks that find something, with what they name."""
    findings = audited(checks=CHECKS, at=at, patience=PATIENCE)
    return {
        one.check.name: "; ".join(f"{row.what} {row.why}" for row in one.offenders) for one in findings if not one.clean
    }


def test_a_sound_market_is_clean(market: Market) -> None:
    assert off() == {}
    assert market.done.state == "done"


def test_every_check_says_what_must_be_true() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.means.endswith(".")
        assert check.means[0].isupper()


def test_each_check_is_one_statement(market: Market, django_assert_num_queries) -> None:
    with django_assert_num_queries(len(CHECKS) + 2):  # and the savepoint that the audit is inside a test
        off()


# What is planted, and which checks must find it. Constraints and triggers that stand in the way are taken off first:
# the audit is there for the day on which somebody did that.
PLANTED = {
    "a counter of the ledger is off": (
        "UPDATE ledger_account SET credits_posted = credits_posted + 5 WHERE kind = 'commission'",
        {"ledger.sums", "ledger.counters"},
    ),
    "a transfer has another currency than its account": (
        "UPDATE ledger_transfer SET currency = 'EUR' WHERE code = 'captured' AND order_id = {paid}",
        {"ledger.groups", "ledger.hours", "ledger.chain"},
    ),
    "a transfer's account is gone": (
        "DELETE FROM ledger_account WHERE kind = 'freight_payable'",
        {"ledger.sums", "ledger.groups", "ledger.hours", "ledger.chain"},
    ),
    "a transfer was deleted": (
        "DELETE FROM ledger_transfer WHERE code = 'captured' AND consignment_id = {part}",
        {"ledger.counters", "ledger.hours", "ledger.chain", "ledger.sealed"},
    ),
    "an amount was changed and all that is derived from it": (
        ("WITH t AS (UPDATE ledger_transfer SET amount_minor = amount_minor + 1"
        " WHERE code = 'released.commission' RETURNING *),"
        " d AS (UPDATE ledger_account a SET debits_posted = debits_posted + n, credits_posted = credits_posted + n"
        " FROM (SELECT debit_id, count(*) AS n FROM t GROUP BY 1) x WHERE a.id = x.debit_id)"
        " UPDATE ledger_account a SET credits_posted = credits_posted + n, debits_posted = debits_posted + n"
        " FROM (SELECT credit_id, count(*) AS n FROM t GROUP BY 1) x WHERE a.id = x.credit_id"),
        {"ledger.counters", "ledger.hours", "ledger.chain"},
    ),
    "an hour's sums are off": (
        "UPDATE ledger_hour SET debits_posted = debits_posted + 1 WHERE kind = 'psp_receivable'",
        {"ledger.hours"},
    ),
    "a promise is forgotten": ("DELETE FROM ledger_open", {"ledger.open"}),
    "a promise was ended for less than it was": (
        ("INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,"
        " pending_id, currency, effective_at, recorded_at) SELECT 'x', 'x', code, 'voided', debit_id, credit_id, 0, 1, id,"
        " currency, now(), now() FROM ledger_transfer WHERE state = 'pending'"),
        {"ledger.counters", "ledger.hours", "ledger.open", "ledger.ends", "ledger.sealed", "payouts.booked"},
    ),
    "a batch of the chain was sealed anew": (
        "UPDATE ledger_batch SET root = sha256('other'), hash = ledger_hash(''::bytea, id, cardinality(transfer_ids), sha256('other'))",
        {"ledger.chain"},
    ),
    "a link of the chain is gone": ("DELETE FROM ledger_batch", {"ledger.sealed"}),
    "an account is below zero": (
        "UPDATE ledger_account SET debits_posted = credits_posted + 1 WHERE kind = 'hold' AND subject = {part}",
        {"ledger.sums", "ledger.counters", "ledger.guards", "holds.booked"},
    ),
    "a hold says more than was booked": (
        "UPDATE payments_hold SET goods_minor = goods_minor + 1 WHERE consignment_id = {part}",
        {"holds.booked", "holds.order"},
    ),
    "a hold is released without the ledger": (
        "UPDATE payments_hold SET state = 'released', released_at = now() WHERE consignment_id = {part}",
        {"holds.booked", "holds.stage"},
    ),
    "a hold is gone": (
        "DELETE FROM payments_hold WHERE consignment_id = {part}",
        {"holds.booked", "orders.holds"},
    ),
    "a refund was opened without the ledger": (
        ("INSERT INTO payments_refund (id, ref, shopper_id, payment_id, order_id, key, intent_id, amount_minor, currency,"
        " reason, state, provider_id, opened_at) SELECT 1, 'ref_1', shopper_id, id, order_id, 'k', '', 5, currency, '',"
        " 'open', '', now() FROM payments_payment WHERE order_id = {paid}"),
        {"refunds.booked"},
    ),
    "a payout was marked as paid without the ledger": (
        "UPDATE payments_payout SET state = 'paid' WHERE merchant_id = {merchant}",
        {"payouts.booked"},
    ),
    "a payout is gone": ("DELETE FROM payments_payout WHERE merchant_id = {merchant}", {"payouts.booked"}),
    "a payment needs an operator": (
        "UPDATE payments_payment SET trouble = 'amount differs' WHERE order_id = {paid}",
        {"payments.unmatched"},
    ),
    "a message is about nothing of ours": (
        ("INSERT INTO payments_event (id, event_id, kind, object_id, body, received_at, processed_at, outcome, trouble,"
        " tries) VALUES (1, 'evt_1', 'payment.captured', 'pi_x', '', now(), now(), 'unmatched', 'no payment', 1)"),
        {"payments.unmatched"},
    ),
    "a message was not dealt with": (
        ("INSERT INTO payments_event (id, event_id, kind, object_id, body, received_at, outcome, trouble, tries)"
        " VALUES (1, 'evt_1', 'payment.captured', 'pi_x', '', '2026-11-22 11:00+00', '', '', 3)"),
        {"payments.events"},
    ),
    "a carrier's message was not dealt with": (
        ("INSERT INTO carriage_message (id, event_ref, body, received_at, trouble)"
        " VALUES (1, 'evt_2', '{{}}', '2026-11-22 11:00+00', 'no shipment')"),
        {"carriage.messages"},
    ),
    "more is counted as reserved than is": (
        "UPDATE stock_position SET reserved = reserved + 1 WHERE variant_id = {variant}",
        {"stock.reserved"},
    ),
    "goods vanished without a movement": (
        "UPDATE stock_position SET on_hand = on_hand - 1 WHERE variant_id = {variant}",
        {"stock.movements"},
    ),
    "a movement is gone": ("DELETE FROM stock_movement WHERE variant_id = {variant}", {"stock.movements"}),
    "stock is below zero": (
        "UPDATE stock_position SET on_hand = -1 WHERE variant_id = {variant}",
        {"stock.not_negative", "stock.movements"},
    ),
    "a position is gone": (
        "DELETE FROM stock_position WHERE variant_id = {variant}",
        {"stock.reserved", "stock.movements"},
    ),
    "paid goods were released": (
        "UPDATE stock_reservation SET state = 'released' WHERE order_id = {paid} AND variant_id = {variant}",
        {"stock.reserved", "orders.stock"},
    ),
    "paid goods are only held": (
        "UPDATE stock_reservation SET state = 'held' WHERE order_id = {paid}",
        {"stock.orders", "orders.stock"},
    ),
    "a cancelled order keeps its goods": (
        "UPDATE stock_reservation SET state = 'held' WHERE order_id = {cancelled}",
        {"stock.reserved", "stock.orders"},
    ),
    "goods are kept for no order": (
        ("INSERT INTO stock_reservation (merchant_id, order_id, variant_id, place_id, quantity, state, bound, expires_at)"
        " SELECT merchant_id, 77, variant_id, place_id, 1, 'held', false, '2026-11-22 11:00+00' FROM stock_position"
        " WHERE variant_id = {variant}"),
        {"stock.reserved", "stock.lapsed"},
    ),
    "a consignment's total is off": (
        "UPDATE orders_consignment SET goods_minor = goods_minor + 1, total_minor = total_minor + 1 WHERE id = {part}",
        {"orders.sums", "orders.lines", "holds.order"},
    ),
    "an order lost a line": (
        "DELETE FROM orders_line WHERE consignment_id = {part}",
        {"orders.lines"},
    ),
    "an order costs more than its quote": (
        ("UPDATE landed_quote SET goods_minor = goods_minor - 1, total_minor = total_minor - 1 WHERE ref ="
        " (SELECT quote_ref FROM orders_order WHERE id = {paid})"),
        {"orders.quotes"},
    ),
    "a quote is gone": (
        "DELETE FROM landed_quote WHERE ref = (SELECT quote_ref FROM orders_order WHERE id = {paid})",
        {"orders.quotes"},
    ),
    "a payment asks for more than the order": (
        "UPDATE payments_payment SET amount_minor = amount_minor + 1 WHERE order_id = {placed}",
        {"orders.payments"},
    ),
    "an order has no payment": (
        "DELETE FROM payments_payment WHERE order_id = {placed}",
        {"orders.payments"},
    ),
    "money was taken for an order that is not paid": (
        "UPDATE payments_payment SET state = 'captured' WHERE order_id = {placed}",
        {"orders.money"},
    ),
    "a cancelled order can still be paid": (
        "UPDATE payments_payment SET state = 'awaiting' WHERE order_id = {cancelled}",
        {"orders.money"},
    ),
    "an order is paid without its consignments": (
        "UPDATE orders_consignment SET stage = 'placed', paid_at = NULL WHERE id = {part}",
        {"orders.stages", "orders.holds", "orders.stock"},
    ),
    "an order was finished too early": (
        "UPDATE orders_order SET state = 'done' WHERE id = {paid}",
        {"orders.stages"},
    ),
    "an order was not finished": (
        "UPDATE orders_order SET state = 'paid' WHERE id = {done}",
        {"orders.stages"},
    ),
    "goods were handed over and still lie there": (
        "UPDATE orders_consignment SET stage = 'sent' WHERE id = {part}",
        {"orders.stock"},
    ),
    "money is due and not released": (
        "UPDATE orders_consignment SET release_at = '2026-11-22 11:00+00', stage = 'delivered' WHERE id = {part}",
        {"orders.stock", "orders.overdue"},
    ),
    "a job has failed": (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'payments.poll', 'failed')",
        {"jobs.failed"},
    ),
    "a job waits": (
        ("INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
        " VALUES ('default', 'payments.poll', 'todo', now() - interval '11 minutes')"),
        {"jobs.stuck"},
    ),
    "a job is in a dead worker's hands": (
        ("WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " VALUES ('default', 'payments.poll', 'doing') RETURNING id)"
        " UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'payments.open_intent'"),
        {"jobs.stuck"},
    ),
}  # fmt: skip


@pytest.fixture
def unguarded(market: Market) -> Iterator[None]:
    """Constraints and triggers of our tables off, as after somebody's repair by hand; the test rolls it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
                WHERE c.contype IN ('c', 'f') AND c.connamespace = 'public'::regnamespace
                  AND c.conrelid::regclass::text ~ '^(ledger|stock|orders|payments|landed)_'"""
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in ("ledger_transfer", "ledger_batch"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return


def test_planted_damage_is_found_and_named(market: Market, unguarded: None) -> None:
    # One market for all of them, each undone after it was found: to build one takes longer than to audit it.
    found = {damage: found_after(statement.format(**market.names())) for damage, (statement, _) in PLANTED.items()}
    assert {damage: set(names) for damage, names in found.items()} == {
        damage: expected for damage, (_, expected) in PLANTED.items()
    }
    assert all(text for names in found.values() for text in names.values())
    assert off() == {}


def found_after(statement: str) -> dict[str, str]:
    with across_owners("damage is planted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0, f"nothing was damaged by: {statement}"
        if "doing" in statement:
            cursor.execute("UPDATE procrastinate_events SET at = now() - interval '11 minutes'")
        found = off()
        transaction.set_rollback(True)
    return found


def test_every_check_is_seen_to_find_something() -> None:
    seen = set().union(*(expected for _, expected in PLANTED.values()))
    assert {check.name for check in CHECKS} - seen == {"outbox.stuck"}


def test_what_is_off_is_named_by_its_reference(market: Market, unguarded: None) -> None:
    with across_owners("damage is planted"), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET amount_minor = 1 WHERE order_id = %s", [market.paid.id])
    assert off() == {"orders.payments": f"{market.paid.ref} order {market.paid.amounts.total.minor} CNY, payment 1 CNY"}


def test_news_that_nobody_takes_is_stuck_after_a_while(market: Market) -> None:
    tell("orders.placed", subject=market.placed.id, at=AT)
    late = AT + PATIENCE
    assert "outbox.stuck" not in off(at=late)
    assert "orders.placed" in off(at=late + timedelta(seconds=1))["outbox.stuck"]


def test_the_command_prints_a_table_and_says_no_with_its_exit_code(
    market: Market, unguarded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)
    runner = CliRunner()
    clean = runner.invoke(app, ["audit"])
    assert (clean.exit_code, "all hold" in clean.output) == (0, True)
    with across_owners("damage is planted"), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET amount_minor = 1 WHERE order_id = %s", [market.paid.id])
    dirty = runner.invoke(app, ["audit"])
    assert dirty.exit_code == 1
    assert market.paid.ref in dirty.output
    plain = runner.invoke(app, ["audit", "--json"])
    said = {one["check"]: one for one in json.loads(plain.output)}
    assert plain.exit_code == 1
    assert said["orders.payments"]["offenders"][0]["what"] == market.paid.ref
    assert said["orders.sums"] == {
        "check": "orders.sums",
        "means": "An order's amounts are the sums of its consignments', part by part.",
        "clean": True,
        "count": 0,
        "offenders": [],
    }
