"""After a test that committed nothing of it is left, and what Django wrote for itself is."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from tests.house.emptying import KEPT, empty_database, full_tables, tables
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_left_of_a_sale() -> None:
    # Another committing test may have emptied the tables, the preset channels with them.
    channels.forget()
    open_presets()
    merchant_id = parties.merchant()
    make.order(Asked(merchant_id, article(merchant_id=merchant_id)), shopper_id=parties.shopper(), paid=True)
    assert {"orders_order", "parties_user", "stock_position", "base_outbox"} <= set(full_tables())
    empty_database()
    with across_owners("a test looks at everything"), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone() == (0,), table
    assert ContentType.objects.exists()


def test_what_is_kept_refers_to_nothing_that_is_emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
                WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)""",
            [sorted(KEPT)],
        )
        assert {referred for _, referred in cursor.fetchall()} <= KEPT
