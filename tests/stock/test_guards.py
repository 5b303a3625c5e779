"""Mutation of the functions that keep stock: without any one of its guards a test fails.

Each guard is taken out of the function in the database, and the test that is about it is run; both go back with the
test's transaction. Guards against others at the same moment are taken out in `tests/race`.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from entrepot.stock import services
from tests.parties import make as parties
from tests.stock import make
from tests.stock import test_handouts as handouts
from tests.stock import test_sales as sales
from tests.stock import test_stock as stock
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db

FOLDER = Path(services.__file__).parent.parent
RESERVE, GIVE, SALE, SPREAD = "stock_reserve.sql", "stock_give.sql", "stock_sale.sql", "stock_spread.sql"


def lapsing() -> None:
    """A sweep that looked before an order was written frees nothing after it was, nor what is not over."""
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    early, written = make.reserve((merchant, variant, 1)), make.reserve((merchant, variant, 1))
    services.bind_reservations(order_id=written, merchant_ids=[merchant], until=UNTIL)
    with connection.cursor() as cursor:
        for order, at in ((early, UNTIL - timedelta(seconds=1)), (written, UNTIL)):
            cursor.execute(
                "SELECT back FROM stock_release(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], %s)", [merchant, order, at]
            )
            assert cursor.fetchall() == []


# File, guard, what stands there without it, the test that must notice.
GUARDS: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
    (RESERVE, "HAVING coalesce(sum(l.free), 0) < w.quantity", "HAVING false", stock.test_an_order_that_cannot_be_served_whole_reserves_nothing),
    (RESERVE, "q, need) WHERE w.need > 0;", "q, need) WHERE false;", handouts.test_a_large_quantity_takes_several_buckets_and_goes_back_to_them),
    (RESERVE, "free + one.q > one.limit_each", "false", handouts.test_a_limit_counts_what_the_shopper_has_ordered_unless_it_was_given_up),
    (RESERVE, "AND r.state <> 'released';", ";", handouts.test_a_limit_counts_what_the_shopper_has_ordered_unless_it_was_given_up),
    (RESERVE, "r.shopper_id = for_shopper AND", "", handouts.test_a_limit_counts_what_the_shopper_has_ordered_unless_it_was_given_up),
    (RESERVE, "AND agreed[w.n]", "", handouts.test_nobody_waits_who_has_not_agreed_to_the_day),
    (RESERVE, "AND g.due_on = a.ahead_on", "", handouts.test_nobody_waits_who_has_not_agreed_to_the_day),
    (RESERVE, "IF one.room >= need[one.n]", "IF true", handouts.test_no_more_is_promised_ahead_than_the_merchant_allows_nor_after_its_day),
    (RESERVE, "AND a.ahead_on >= seen_at::date", "", handouts.test_no_more_is_promised_ahead_than_the_merchant_allows_nor_after_its_day),
    (RESERVE, "AND a.ahead <> ''", "", handouts.test_no_more_is_promised_ahead_than_the_merchant_allows_nor_after_its_day),
    (RESERVE, "AND t.state = 'admitted'", "", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (RESERVE, "AND t.admitted_until > seen_at", "", sales.test_a_turn_that_is_not_used_goes_to_the_next),
    (RESERVE, "t.shopper_id = for_shopper", "true", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (RESERVE, "part.allotted < one.q", "false", sales.test_admission_keeps_to_the_pieces_the_limit_and_the_room_at_the_checkout),
    (RESERVE, "s.opens_at <= seen_at AND", "", sales.test_before_it_opens_and_after_it_ends_the_article_is_sold_to_anybody),
    (GIVE, "IF gone > 0 THEN", "IF false THEN", handouts.test_what_arrives_goes_to_who_paid_first_and_only_to_who_paid),
    (GIVE, "ORDER BY r.committed_at, r.id", "ORDER BY r.id", handouts.test_what_arrives_goes_to_who_paid_first_and_only_to_who_paid),
    (GIVE, "AND r.state = 'committed'\n                 ORDER BY", "AND r.state IN ('held', 'committed')\n                 ORDER BY", handouts.test_what_arrives_goes_to_who_paid_first_and_only_to_who_paid),
    (GIVE, "AND r.order_id = ANY(orders) AND r.state IN ('held', 'committed')\n           AND (lapsed", "AND r.order_id = ANY(orders)\n           AND (lapsed", stock.test_released_goods_are_on_sale_again_once),
    (GIVE, "AND NOT r.bound AND", "AND", lapsing),
    (GIVE, "AND r.expires_at <= lapsed_at", "", lapsing),
    (GIVE, "g.quantity >= k.reserved AND", "", stock.test_a_count_below_what_is_promised_is_answered_and_the_rest_taken_over),
    (GIVE, "SET state = 'lapsed', pieces = 0", "SET pieces = t.pieces", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SALE, "IF has IN ('waiting', 'admitted', 'used') THEN", "IF false THEN", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SALE, "ELSIF sale.sold_out THEN", "ELSIF false THEN", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SALE, "s.starts_at <= seen_at AND", "", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SALE, "IF NOT coalesce(sale.open, false) THEN", "IF false THEN", sales.test_before_it_opens_and_after_it_ends_the_article_is_sold_to_anybody),
    (SALE, "sale.at_once - open", "1000", sales.test_admission_keeps_to_the_pieces_the_limit_and_the_room_at_the_checkout),
    (SALE, "(room + sale.limit_each - 1) / sale.limit_each", "1000", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SALE, "ORDER BY t.id\n         LIMIT", "ORDER BY t.id DESC\n         LIMIT", sales.test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean),
    (SPREAD, "SET pooled = p.pooled + p.on_hand - p.reserved, reserved = p.on_hand", "SET pooled = p.pooled", handouts.test_goods_in_buckets_are_counted_handed_over_and_gathered),
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(GUARDS)))
def test_without_any_one_guard_a_test_fails(number: int) -> None:
    name, guard, without, test = GUARDS[number]
    sql = (FOLDER / name).read_text()
    assert guard in sql, "the guard is where it was"
    noticed = False
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql.replace(guard, without))
            test()
            raise InterruptedError
    except InterruptedError:
        pass
    except (Exception, pytest.fail.Exception):  # whatever way it fails
        noticed = True
    assert noticed, f"{test.__name__} holds without: {guard}"
