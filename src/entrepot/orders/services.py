"""Writes: an order with its copies, its payment and cancelling, and every move of a consignment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from entrepot.base import arrays
from entrepot.base.calls import Call, run_calls
from entrepot.base.identity import new_id, new_reference
from entrepot.base.models import default_columns
from entrepot.base.outbox import News, news_call, tell, tell_all
from entrepot.base.owners import across_owners
from entrepot.channels import queries as channels
from entrepot.channels.terms import Route
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, LineQuote
from entrepot.orders import models, rules
from entrepot.orders.queries.views import address_columns
from entrepot.orders.terms import (
    CANCELLED,
    CONSIGNMENT_MOVED,
    DONE,
    PAID,
    PLACED,
    CancelReason,
    ConsignmentUnknown,
    OrderId,
    OrderUnknown,
    OrderVerb,
    Stage,
    State,
    Verb,
)
from entrepot.parties.terms import Address

# What may finish an order, when all its other consignments have ended.
_ENDING: Final = (Verb.RELEASE, Verb.GIVE_BACK)
# The words that orders_write and orders_pay stop with.
ORDER_KNOWN: Final = "known"
ORDER_MOVED: Final = "moved"
_CLAIM_KEPT: Final = timedelta(days=2)


@transaction.atomic(savepoint=False)
def claim_order(*, shopper_id: int, quote_ref: str, at: datetime) -> OrderId:
    """The id that the order of this quote will have, the same for everybody who asks, one after the other.

    A second asker waits until the first one's transaction has ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO orders_claim (shopper_id, quote_ref, order_id, at) VALUES (%s, %s, %s, %s)
               ON CONFLICT (shopper_id, quote_ref) DO UPDATE SET at = EXCLUDED.at RETURNING order_id""",
            [shopper_id, quote_ref, new_id(owner=shopper_id), at],
        )
        return OrderId(int(cursor.fetchone()[0]))


@transaction.atomic
def prune_claims(*, at: datetime) -> int:
    """Forget claims of two days ago; the order itself remembers its quote. Answers how many."""
    with across_owners("the sweep of old claims"):
        return models.Claim.objects.filter(at__lt=at - _CLAIM_KEPT).delete()[0]


@transaction.atomic(savepoint=False)
def write_order(*, order_id: int, quote: BasketQuote, address: Address, key: str, at: datetime) -> str | None:
    """Write an order with everything copied from its quote; answers its reference. One statement, with the news.

    Nothing is written, and None answered, when the shopper has an order with this id, key or quote. Raises Broken
    when the quote's lines do not sum to its total.
    """
    ref, call = order_call(order_id=order_id, quote=quote, address=address, key=key, at=at)
    placed = news_call(News(PLACED, order_id, quote.shopper_id), at=at)
    return None if run_calls(call, placed) == ORDER_KNOWN else ref


def order_call(*, order_id: int, quote: BasketQuote, address: Address, key: str, at: datetime) -> tuple[str, Call]:
    """The reference of a new order with everything copied from its quote, and the part of a statement that writes it.

    Stops with ORDER_KNOWN, before anything is written, when the shopper has an order with this id, key or quote.
    Raises Broken when the quote's lines do not sum to its total.
    """
    rules.check_sums(quote=quote)
    ref, kept = new_reference("ord"), address_columns(address=address)
    order = _order_row(OrderId(order_id), ref, quote, kept, key, at)
    consignments = [_consignment_row(order, number, one) for number, one in enumerate(quote.consignments, start=1)]
    lines = [
        _line_row(row, number, line)
        for row, one in zip(consignments, quote.consignments, strict=True)
        for number, line in enumerate(one.lines, start=1)
    ]
    encode = msgspec.json.encode
    rows = (encode(order).decode(), encode(consignments).decode(), encode(lines).decode())
    return ref, Call("orders_write(%s, %s, %s)", rows)


def paid_order_call(*, order_id: int, shopper_id: int, merchant_ids: Sequence[int], at: datetime) -> Call:
    """The order's money has arrived, it and its consignments are paid: a part of the statement that settles.

    Stops with ORDER_MOVED, before anything is written, when the order does not wait for money any more.
    """
    return Call("orders_pay(%s, %s, %s, %s)", (shopper_id, order_id, arrays.bigints(merchant_ids), at))


@transaction.atomic(savepoint=False)
def mark_order_paid(*, order_id: int, shopper_id: int, at: datetime) -> bool:
    """The order's money has arrived: it and its consignments are paid. Answers whether that is new.

    Raises OrderUnknown, WrongMoment for a cancelled order.
    """
    row = _locked(order_id, shopper_id)
    if row.paid_at is not None:
        return False
    rules.after(state=State(row.state), verb=OrderVerb.PAY)
    paid = paid_order_call(order_id=order_id, shopper_id=shopper_id, merchant_ids=row.merchant_ids, at=at)
    run_calls(paid, news_call(News(PAID, order_id, shopper_id), at=at))
    return True


@transaction.atomic
def mark_order_cancelled(*, order_id: int, shopper_id: int, reason: CancelReason, at: datetime) -> bool:
    """An unpaid order is given up, with its consignments. Answers whether that is new.

    Raises OrderUnknown, WrongMoment for a paid order.
    """
    row = _locked(order_id, shopper_id)
    if row.cancelled_at is not None:
        return False
    row.state, row.cancelled_at = rules.after(state=State(row.state), verb=OrderVerb.CANCEL), at
    row.cancel_reason = reason
    _save(row, "state", "cancelled_at", "cancel_reason")
    _move_all(row, stage=Stage.CANCELLED, at=at)
    tell(CANCELLED, subject=order_id, owner=shopper_id, at=at, facts={"reason": str(reason)})
    return True


@transaction.atomic(savepoint=False)
def extend_order(*, order_id: int, shopper_id: int, until: datetime) -> None:
    """An unpaid order waits for its money until then, if that is later than before."""
    models.Order.objects.filter(shopper_id=shopper_id, id=order_id, state=State.PLACED, expires_at__lt=until).update(
        expires_at=until
    )


@transaction.atomic
def move_consignment(*, consignment_id: int, merchant_id: int, verb: Verb, at: datetime) -> bool:
    """One consignment takes the next step; answers whether that is new. See `move_consignments`."""
    return bool(move_consignments(consignments=[(consignment_id, merchant_id)], verb=verb, at=at))


@transaction.atomic
def move_consignments(*, consignments: Sequence[tuple[int, int]], verb: Verb, at: datetime) -> tuple[int, ...]:
    """(consignment, merchant) pairs take the next step together; answers those for which that is new.

    Delivery sets the day when the merchant's money is due, by the channel's days as they were when ordered. The last
    consignment to end finishes its order. Repeats change nothing. Raises ConsignmentUnknown, WrongMoment when one of
    them may not take the step: then none does.
    """
    ids, owners = [one for one, _ in consignments], sorted({owner for _, owner in consignments})
    rows = models.Consignment.objects.filter(merchant_id__in=owners, id__in=ids).order_by("id")
    if verb in _ENDING:
        _lock_orders(rows.values_list("order_id", "shopper_id"))
    locked = list(rows.select_for_update(no_key=True))
    if {(row.id, row.merchant_id) for row in locked} != set(consignments):
        raise ConsignmentUnknown
    stage = rules.stage_of(verb)
    stamp = f"{stage}_at"
    due = [
        row for row in locked if getattr(row, stamp) is None and not rules.is_past(stage=Stage(row.stage), verb=verb)
    ]
    for row in due:
        row.stage = rules.stage_after(stage=Stage(row.stage), verb=verb, route=Route(row.route))
        setattr(row, stamp, at)
        row.moved_at = at
        if verb is Verb.DELIVER:
            row.release_at = rules.release_date(delivered_at=at, release_days=row.release_days)
    _save_moved(due, stage=stage, at=at)
    tell_all([News(CONSIGNMENT_MOVED, row.id, row.merchant_id, {"stage": str(stage)}) for row in due], at=at)
    if verb in _ENDING:
        _finish_orders(due, at=at)
    return tuple(row.id for row in due)


@transaction.atomic
def step_back(*, consignment_id: int, merchant_id: int, stage: Stage, at: datetime) -> None:
    """The step to `stage` was a mistake at the depot: the consignment stands where it stood before.

    Raises ConsignmentUnknown, WrongMoment when it has gone on, or when this step cannot be taken back.
    """
    rows = models.Consignment.objects.filter(merchant_id=merchant_id, id=consignment_id)
    row = rows.select_for_update(no_key=True).first()
    if row is None:
        raise ConsignmentUnknown
    before = rules.stage_before(stage=Stage(row.stage), wrong=stage)
    rows.update(stage=before, moved_at=at, **{f"{stage}_at": None})
    tell(CONSIGNMENT_MOVED, subject=consignment_id, owner=merchant_id, at=at, facts={"stage": str(before)})


@transaction.atomic
def set_release(*, consignments: Sequence[tuple[int, int]], release_at: datetime) -> int:
    """Delivered (consignment, merchant) pairs have their money due at this moment instead; answers how many."""
    return models.Consignment.objects.filter(
        merchant_id__in=sorted({owner for _, owner in consignments}),
        id__in=[one for one, _ in consignments],
        stage=Stage.DELIVERED,
    ).update(release_at=release_at)


@transaction.atomic
def pause_release(*, consignment_id: int, merchant_id: int, at: datetime) -> None:
    """A claim stops the clock of the merchant's money. Pausing twice keeps the first moment."""
    models.Consignment.objects.filter(
        merchant_id=merchant_id, id=consignment_id, paused_since__isnull=True, released_at__isnull=True
    ).update(paused_since=at)


@transaction.atomic
def resume_release(*, consignment_id: int, merchant_id: int, at: datetime) -> None:
    """The claim is settled: the clock goes on, the money is due as much later as it stood still.

    It stands still from delivery on at the earliest, for before there was no clock to stop.
    """
    models.Consignment.objects.filter(merchant_id=merchant_id, id=consignment_id, paused_since__isnull=False).update(
        release_at=F("release_at") + (at - Greatest("paused_since", "delivered_at")), paused_since=None
    )


def _locked(order_id: int, shopper_id: int) -> models.Order:
    rows = models.Order.objects.select_for_update(no_key=True)
    row = rows.filter(shopper_id=shopper_id, id=order_id).first()
    if row is None:
        raise OrderUnknown
    return row


def _save(row: models.Order, *columns: str) -> None:
    changed = {column: getattr(row, column) for column in columns}
    models.Order.objects.filter(shopper_id=row.shopper_id, id=row.id).update(**changed)


def _move_all(row: models.Order, *, stage: Stage, at: datetime) -> None:
    """All consignments of an order that was placed follow it."""
    models.Consignment.objects.filter(merchant_id__in=row.merchant_ids, order_id=row.id, stage=Stage.PLACED).update(
        stage=stage, moved_at=at, **{f"{stage}_at": at}
    )


def _save_moved(rows: Sequence[models.Consignment], *, stage: Stage, at: datetime) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE orders_consignment c SET stage = %s, moved_at = %s, {stage}_at = %s, release_at = n.release_at
                  FROM unnest(%s::bigint[], %s::timestamptz[]) AS n(id, release_at)
                 WHERE c.merchant_id = ANY(%s) AND c.id = n.id""",  # noqa: S608 - the name is one of Stage
            [
                *(str(stage), at, at),
                *([row.id for row in rows], [row.release_at for row in rows]),
                sorted({row.merchant_id for row in rows}),
            ],
        )


def _lock_orders(orders: Iterable[tuple[int, int]]) -> None:
    """Orders come before consignments in the order of locks."""
    ids, owners = zip(*sorted(set(orders)), strict=True)
    rows = models.Order.objects.filter(shopper_id__in=owners, id__in=ids)
    list(rows.order_by("id").select_for_update(no_key=True).values_list("id"))


def _finish_orders(rows: Sequence[models.Consignment], *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE orders_order o SET state = 'done', done_at = %s
                WHERE o.shopper_id = ANY(%s) AND o.id = ANY(%s) AND o.state = 'paid'
                  AND NOT EXISTS (SELECT FROM orders_consignment c
                                   WHERE c.merchant_id = ANY(o.merchant_ids) AND c.order_id = o.id
                                     AND c.stage NOT IN ('released', 'cancelled', 'refunded'))
                RETURNING o.id, o.shopper_id""",
            [at, sorted({row.shopper_id for row in rows}), sorted({row.order_id for row in rows})],
        )
        tell_all([News(DONE, order_id, shopper_id) for order_id, shopper_id in cursor.fetchall()], at=at)


def _parts(priced: BasketQuote | ConsignmentQuote | LineQuote) -> dict[str, object]:
    return {
        "currency": priced.total.currency,
        "goods_minor": priced.goods.minor,
        "freight_minor": priced.freight.minor,
        "duty_minor": priced.duty.minor,
        "tax_minor": priced.tax.minor,
        "fees_minor": priced.fees.minor,
        "total_minor": priced.total.minor,
        **rules.relief_columns(priced),
    }


def _order_row(
    order_id: OrderId, ref: str, quote: BasketQuote, address: dict[str, object], key: str, at: datetime
) -> dict[str, object]:
    return {
        **default_columns(models.Order),
        **_parts(quote),
        "id": order_id,
        "shopper_id": quote.shopper_id,
        "ref": ref,
        "key": key,
        "quote_ref": quote.ref,
        "state": State.PLACED,
        "merchant_ids": sorted({one.merchant_id for one in quote.consignments}),
        "destination": address["country"],
        "region": address["region"],
        "address": address,
        "data_version": quote.data_version,
        "fx": quote.fx,
        "placed_at": at,
        "expires_at": at + rules.PAY_WITHIN,
        "cancel_reason": "",
    }


def _consignment_row(order: dict[str, object], number: int, one: ConsignmentQuote) -> dict[str, object]:
    net = rules.net_of(one)
    return {
        **default_columns(models.Consignment),
        **_parts(one),
        "id": new_id(owner=one.merchant_id),
        "merchant_id": one.merchant_id,
        "shopper_id": order["shopper_id"],
        "order_id": order["id"],
        "order_ref": order["ref"],
        "ref": new_reference("csn"),
        "number": number,
        "merchant_name": one.merchant_name,
        "channel": one.channel,
        "ship_from": one.ship_from,
        "destination": order["destination"],
        "region": order["region"],
        "address": order["address"],
        "mode": one.mode,
        "route": one.route,
        "regime": one.regime,
        "stage": Stage.PLACED,
        "commission_minor": sum([line.commission.minor for line in one.lines]),
        "commission_tax_minor": sum(line.commission_tax.minor for line in one.lines if line.commission_tax),
        "seat": one.lines[0].seat,
        "merchant_currency": net.currency,
        "merchant_net_minor": net.minor,
        "components": one.components,
        "notes": one.notes,
        "trace": one.trace,
        "data_version": order["data_version"],
        "annual_used_minor": one.annual_used_after.minor if one.annual_used_after else None,
        "level": one.level,
        "promotions": one.promotions,
        "days_min": one.days_min,
        "days_max": one.days_max,
        "release_days": channels.channel(slug=one.channel).release_days,
        "placed_at": order["placed_at"],
        "moved_at": order["placed_at"],
    }


def _line_row(consignment: dict[str, object], number: int, line: LineQuote) -> dict[str, object]:
    return {
        **default_columns(models.Line),
        **_parts(line),
        "id": new_id(owner=line.merchant_id),
        "merchant_id": line.merchant_id,
        "consignment_id": consignment["id"],
        "order_id": consignment["order_id"],
        "number": number,
        "variant_id": line.variant_id,
        "listing_ref": line.listing_ref,
        "sku": line.sku,
        "title": dict(line.title),
        "options": line.options,
        "picture": line.picture,
        "goods_code": line.goods_code,
        "origin": line.origin,
        "net_grams": line.net_grams,
        "gross_grams": line.gross_grams,
        "quantity": line.quantity,
        "unit_minor": line.unit.minor,
        "category": line.category,
        "commission_minor": line.commission.minor,
        "commission_rate": line.commission_rate,
        "commission_rule": line.commission_rule,
        "commission_tax_minor": line.commission_tax.minor if line.commission_tax else 0,
        "merchant_currency": line.merchant_net.currency,
        "merchant_unit_minor": line.merchant_unit.minor,
        "merchant_net_minor": line.merchant_net.minor,
        **rules.line_relief_columns(line),
        "fx": line.fx,
    }
