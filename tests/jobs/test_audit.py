"""The audit finds every kind of damage, names it, and finds nothing in a sound market."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from entrepot.base import clock
from entrepot.base.outbox import tell
from entrepot.base.owners import across_owners
from entrepot.cli import app
from entrepot.cli import audit as _register  # noqa: F401 - puts the command on the app
from entrepot.jobs.audit import CHECKS, audited
from tests.jobs.damage import PLANTED
from tests.jobs.market import AT, Market, sound_market

pytestmark = pytest.mark.django_db

PATIENCE = timedelta(minutes=10)


@pytest.fixture
def market() -> Market:
    return sound_market()


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


@pytest.fixture
def unguarded(market: Market) -> Iterator[None]:
    """Constraints and triggers of our tables off, as after somebody's repair by hand; the test rolls it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
                WHERE c.contype IN ('c', 'f') AND c.connamespace = 'public'::regnamespace
                  AND c.conrelid::regclass::text ~ '^(ledger|stock|orders|payments|landed|allowance)_'"""
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
    found = off()
    assert found.keys() == {"orders.payments", "payments.allocated"}
    assert found["orders.payments"] == f"{market.paid.ref} order {market.paid.amounts.total.minor} CNY, payment 1 CNY"


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
