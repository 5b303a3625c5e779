from datetime import timedelta

import pytest
from django.db import connection
from typer.testing import CliRunner

from entrepot.cli import app, load_commands
from entrepot.jobs.audit.goods import GOODS
from entrepot.jobs.audit.report import audited
from entrepot.stock import queries, services
from entrepot.stock.models import Position, Repair
from entrepot.stock.terms import Spread
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock import make

pytestmark = pytest.mark.django_db


def spoil(change: str, merchant: int, variant: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{change} WHERE merchant_id = %s AND variant_id = %s", [merchant, variant])


def test_repair_sets_counters_to_what_the_facts_say_and_keeps_a_trail() -> None:
    merchant = parties.merchant()
    plain, hot, sound = (make.article(merchant_id=merchant, pieces=9) for _ in range(3))
    services.spread_stock(merchant_id=merchant, variant_id=hot, how=Spread.ALWAYS, buckets=3)
    for variant in (plain, hot, sound):
        make.reserve((merchant, variant, 4))
    assert queries.differences() == ()
    spoil("UPDATE stock_position SET on_hand = 30, reserved = 5", merchant, plain)
    spoil("UPDATE stock_bucket SET reserved = 0", merchant, hot)
    before = list(Position.objects.filter(merchant_id=merchant, variant_id=sound).values())
    found = {(one.variant_id, one.counter): (one.was, one.now) for one in queries.differences()}
    assert found == {
        (plain, "on_hand"): (30, 9),
        (plain, "reserved"): (5, 4),
        (hot, "buckets"): (9, 0),
        (hot, "reserved"): (0, 4),
    }
    load_commands("stock")
    shown = CliRunner().invoke(app, ["stock", "repair"])
    assert shown.exit_code == 1
    assert "on_hand" in shown.output
    assert Repair.objects.filter(merchant_id=merchant).count() == 0
    assert CliRunner().invoke(app, ["stock", "repair", "--apply"]).exit_code == 0
    assert queries.differences() == ()
    assert queries.available(variant_ids=[plain, hot, sound]) == {plain: 5, hot: 5, sound: 5}
    assert list(Position.objects.filter(merchant_id=merchant, variant_id=sound).values()) == before
    trail = {(one.variant_id, one.counter): (one.was, one.now) for one in Repair.objects.filter(merchant_id=merchant)}
    assert trail == found
    checks = [check for check in GOODS if check.name != "stock.orders"]
    assert all(one.clean for one in audited(checks=checks, at=AT, patience=timedelta(days=9)))


def test_where_more_is_promised_than_lies_there_repair_leaves_it_to_a_person() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=3)
    make.reserve((merchant, variant, 2))
    spoil("UPDATE stock_reservation SET quantity = 7", merchant, variant)
    (one,) = services.repair_stock(actor="Ana", at=AT)
    assert (one.counter, one.was, one.now) == ("reserved", 2, None)
    assert queries.available(variant_ids=[variant]) == {variant: 1}
    load_commands("stock")
    said = CliRunner().invoke(app, ["stock", "repair", "--apply"])
    assert said.exit_code == 1
    assert "cannot be" in said.output
