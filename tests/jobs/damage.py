"""Damage for the audit to find: the statement that does it, and the checks that must find it."""

# Constraints and triggers that stand in the way are taken off first: the audit is there for the day on which somebody
# did that.
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
        {"holds.booked", "holds.order", "payments.allocated"},
    ),
    "a hold is released without the ledger": (
        "UPDATE payments_hold SET state = 'released', released_at = now() WHERE consignment_id = {part}",
        {"holds.booked", "holds.stage"},
    ),
    "a hold is gone": (
        "DELETE FROM payments_hold WHERE consignment_id = {part}",
        {"holds.booked", "orders.holds", "payments.allocated"},
    ),
    "a refund was opened without the ledger": (
        ("INSERT INTO payments_refund (id, ref, shopper_id, payment_id, order_id, key, intent_id, amount_minor, currency,"
        " reason, state, provider_id, opened_at) SELECT 1, 'ref_1', shopper_id, id, order_id, 'k', '', 5, currency, '',"
        " 'open', '', now() FROM payments_payment WHERE order_id = {paid}"),
        {"refunds.booked"},
    ),
    "a hold says that more went back than did": (
        "UPDATE payments_hold SET given_commission_minor = 1 WHERE consignment_id = {part}",
        {"refunds.parts"},
    ),
    "a payout was marked as paid without the ledger": (
        "UPDATE payments_payout SET state = 'paid' WHERE merchant_id = {merchant}",
        {"payouts.booked"},
    ),
    "a payout by bank has no money in the ledger": (
        "UPDATE payments_payout SET way = 'bank' WHERE merchant_id = {merchant}",
        {"payouts.filed", "payouts.booked"},
    ),
    "a file for the bank has a line too many": (
        ("INSERT INTO payments_payoutfile (id, run_id, number, message_id, currency, lines, total_minor, digest, made_at)"
        " VALUES (1, 1, 1, 'x', 'USD', 1, 1, '', now())"),
        {"payouts.files"},
    ),
    "a chargeback was opened without the ledger": (
        ("INSERT INTO payments_chargeback (id, ref, shopper_id, payment_id, order_id, order_ref, provider_id, amount_minor,"
        " currency, fee_minor, fee_currency, reason, state, opened_at) SELECT 1, 'cbk_1', shopper_id, id, order_id,"
        " order_ref, 'dp_1', 5, currency, 0, currency, '', 'open', now() FROM payments_payment WHERE order_id = {paid}"),
        {"chargebacks.booked"},
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
    "a position has given its buckets more than they have": (
        "UPDATE stock_position SET pooled = pooled + 1 WHERE variant_id = {variant}",
        {"stock.buckets", "stock.reserved"},
    ),
    "goods to come are counted that nobody waits for": (
        ("INSERT INTO stock_article (merchant_id, variant_id, ahead, ahead_limit, ahead_promised, ahead_on)"
        " SELECT merchant_id, variant_id, 'backorder', 5, 1, '2030-01-01' FROM stock_position WHERE variant_id = {variant}"),
        {"stock.ahead"},
    ),
    "a flash sale has set pieces aside for nobody": (
        ("INSERT INTO stock_sale (id, merchant_id, ref, listing_ref, variant_ids, opens_at, starts_at, ends_at, pieces,"
        " limit_each, at_once, ticket_seconds, allotted, sold_out, created_at)"
        " SELECT 7, merchant_id, 'sal_7', 'lst_7', ARRAY[variant_id], '2026-11-22', '2026-11-22', '2026-11-23', 5, 1, 9, 60,"
        " 2, false, '2026-11-22' FROM stock_position WHERE variant_id = {variant}"),
        {"stock.sales"},
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
        {"orders.money", "payments.allocated"},
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
        {"orders.stock", "orders.overdue", "allowance.orders"},
    ),
    "a refund was never sent": (
        ("INSERT INTO payments_refund (id, ref, shopper_id, payment_id, order_id, key, intent_id, amount_minor, currency,"
        " reason, state, provider_id, opened_at) SELECT 1, 'ref_1', shopper_id, id, order_id, 'k', '', 5, currency, '',"
        " 'open', '', '2026-11-22 11:00+00' FROM payments_payment WHERE order_id = {paid}"),
        {"refunds.booked", "refunds.overdue"},
    ),
    "a year's use is off": ("UPDATE allowance_year SET used_minor = used_minor + 1", {"allowance.years"}),
    "more is known of elsewhere than customs told": (
        "UPDATE allowance_year SET elsewhere_minor = 1",
        {"allowance.years"},
    ),
    "a year is gone": ("DELETE FROM allowance_year", {"allowance.years"}),
    "an order under way gave its allowance back": (
        ("INSERT INTO allowance_entry (id, shopper_id, person_id, identity_id, year, order_id, part, kind, amount_minor, note,"
        " at) SELECT 1, shopper_id, person_id, identity_id, year, order_id, part, 'released', amount_minor, '', at"
        " FROM allowance_entry WHERE order_id = {paid} AND part = 1"),
        {"allowance.years", "allowance.orders"},
    ),
    "a cancelled order keeps its allowance": (
        "DELETE FROM allowance_entry WHERE order_id = {cancelled} AND kind = 'released'",
        {"allowance.years", "allowance.orders"},
    ),
    "a retail import holds nothing": (
        "DELETE FROM allowance_entry WHERE order_id = {placed}",
        {"allowance.years", "allowance.orders"},
    ),
    "less is used than was held": (
        "UPDATE allowance_entry SET amount_minor = amount_minor - 1 WHERE order_id = {done} AND kind = 'used'",
        {"allowance.orders"},
    ),
    "allowance is held for no order": (
        "UPDATE allowance_entry SET order_id = 77 WHERE order_id = {placed} AND part = 1",
        {"allowance.orders"},
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
    "an order holds a promotion that its price knows nothing of": (
        ("INSERT INTO promotions_use (id, shopper_id, promotion_id, owner_id, order_id, off_minor, promoted_minor, currency,"
        " held_at) SELECT 1, shopper_id, 7, 0, id, 5, 5, 'CNY', now() FROM orders_order WHERE id = {paid}"),
        {"promotions.orders"},
    ),
    "a promotion counts uses that nobody holds": (
        ("INSERT INTO promotions_promotion (id, merchant_id, ref, key, title, kind, percent, currency, buy, free, channel,"
        " category, listing_ids, code, since, uses_max, uses, exclusive, rank, platform_percent, made_by, made_at)"
        " VALUES (7, 0, 'prm_7', 'k', '{{}}', 'percent', 10, '', 0, 0, '', '', '{{}}', 'X7', now(), 3, 2, false, 100, 100,"
        " 1, now())"),
        {"promotions.uses"},
    ),
    "lines were matched and are gone": (
        "INSERT INTO reconciliation_match (place, rule, strength, made_at) VALUES ('bank', 'hand', 0, now())",
        {"reconciliation.matches"},
    ),
    "an exception was closed though nothing matches it": (
        ("WITH i AS (INSERT INTO reconciliation_item (place, side, number, kind, mark, source, reference, amount_minor, currency, at, day, text, transfer_ids)"
        " VALUES ('bank', 'theirs', 'x', 'other', '', '', '', 5, 'CNY', now(), now(), '', ARRAY[]::bigint[]) RETURNING id)"
        " INSERT INTO reconciliation_case (ref, item_id, why, state, opened_at)"
        " SELECT 'exc_x', id, 'missing_here', 'matched', now() FROM i"),
        {"reconciliation.queue"},
    ),
    "the books' lines have more than the ledger": (
        ("INSERT INTO reconciliation_item (place, side, number, kind, mark, source, reference, amount_minor, currency, at, day, text, transfer_ids)"
        " VALUES ('bank', 'books', 'x', 'other', '', '', '', 5, 'CNY', now(), now(), '', ARRAY[]::bigint[])"),
        {"reconciliation.books"},
    ),
    "a settlement was booked that no report has": (
        ("WITH r AS (INSERT INTO reconciliation_report (ref, place, form, name, digest, lines, taken, faults, at)"
        " VALUES ('rep_x', 'provider', 'sandbox', 'x', 'x', 0, 0, '[]', now()))"
        " UPDATE ledger_transfer SET code = 'psp.settled' WHERE code = 'released.freight'"),
        {"ledger.chain", "reconciliation.proven"},
    ),
}  # fmt: skip
