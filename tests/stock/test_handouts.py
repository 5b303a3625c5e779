"""Buckets, limits and goods to come, case by case. `test_model` tries them in all orders; `test_guards` without each guard."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.base.models import OutboxRow
from entrepot.stock import queries, services
from entrepot.stock.models import Article, Bucket, Reservation
from entrepot.stock.terms import (
    Ahead,
    AheadImpossible,
    NotAhead,
    NotArrived,
    OverLimit,
    SoldOut,
    Spread,
    Wanted,
)
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock import make
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db

DAY = date(2030, 5, 1)


def spread(pieces: int = 12, buckets: int = 4) -> tuple[int, int]:
    """A merchant and an article in buckets."""
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=pieces)
    services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.ALWAYS, buckets=buckets)
    return merchant, variant


def buckets(merchant: int) -> list[tuple[int, int]]:
    return list(Bucket.objects.filter(merchant_id=merchant).order_by("id").values_list("pieces", "reserved"))


def ahead(kind: Ahead = Ahead.BACKORDER, *, pieces: int = 1, limit: int = 3) -> tuple[int, int]:
    """A merchant and an article of which more is sold than lies there."""
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=pieces)
    services.sell_ahead(merchant_id=merchant, variant_id=variant, kind=kind, limit=limit, on=DAY, at=AT)
    return merchant, variant


def take(merchant: int, variant: int, pieces: int, shopper: int = 1, *, paid: int = 0) -> int:
    """An order's goods, with all that a refusal takes back; paid: at which second, if it was."""
    order_id = new_id()
    with transaction.atomic():
        services.reserve_stock(
            order_id=order_id, lines=[Wanted(merchant, variant, pieces)], until=UNTIL, at=AT, shopper_id=shopper
        )
    if paid:
        services.commit_reservations(order_id=order_id, merchant_ids=[merchant], at=AT + timedelta(seconds=paid))
    return order_id


def agree(merchant: int, variant: int, shopper: int = 1) -> None:
    services.agree_to_wait(merchant_id=merchant, variant_id=variant, shopper_id=shopper, due_on=DAY, at=AT)


def test_a_large_quantity_takes_several_buckets_and_goes_back_to_them() -> None:
    merchant, variant = spread()
    assert buckets(merchant) == [(3, 0)] * 4
    order = take(merchant, variant, 7)
    assert sum(reserved for _, reserved in buckets(merchant)) == 7
    assert Reservation.objects.filter(merchant_id=merchant, order_id=order).exclude(bucket_id=0).count() == 3
    with pytest.raises(SoldOut) as short:
        take(merchant, variant, 6)
    assert short.value.lacking[0].left == 5
    assert services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT) == 7
    assert all(reserved == 0 for _, reserved in buckets(merchant))
    assert queries.available(variant_ids=[variant]) == {variant: 12}


def test_goods_in_buckets_are_counted_handed_over_and_gathered() -> None:
    merchant, variant = spread()
    order = take(merchant, variant, 2, paid=1)
    services.set_on_hand_all(merchant_id=merchant, quantities=[(variant, 22)], at=AT)
    assert queries.available(variant_ids=[variant]) == {variant: 20}
    assert sum(pieces for pieces, _ in buckets(merchant)) == 22, "what was counted in lies in the buckets"
    services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.NEVER)
    services.tend_stock(at=AT)
    assert buckets(merchant) != [], "those who have seen the buckets may still use them"
    services.tend_stock(at=AT)
    assert buckets(merchant) == []
    assert queries.available(variant_ids=[variant]) == {variant: 20}
    assert services.issue_stock(order_id=order, merchant_id=merchant, variant_ids=[variant], at=AT) == 2
    assert queries.differences() == ()


def test_quiet_articles_lose_their_buckets_and_are_sold_the_plain_way_again() -> None:
    merchant, variant = spread()
    services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.AUTO)
    take(merchant, variant, 1)
    services.tend_stock(at=AT + timedelta(minutes=9))
    assert not Article.objects.get(merchant_id=merchant, variant_id=variant).closing
    for minutes in (11, 12):
        services.tend_stock(at=AT + timedelta(minutes=minutes))
    assert buckets(merchant) == []
    assert not Article.objects.filter(merchant_id=merchant, variant_id=variant).exists()
    assert queries.available(variant_ids=[variant]) == {variant: 11}


def test_selling_out_of_buckets_is_told_by_the_sweep() -> None:
    merchant, variant = spread(pieces=2, buckets=2)
    OutboxRow.objects.all().delete()
    order = take(merchant, variant, 2)
    services.tend_stock(at=AT)
    services.tend_stock(at=AT)
    assert OutboxRow.objects.filter(topic="stock.changed", subject=variant).count() == 1
    services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT)
    services.tend_stock(at=AT)
    assert OutboxRow.objects.filter(topic="stock.changed", subject=variant).count() >= 2


def test_a_limit_counts_what_the_shopper_has_ordered_unless_it_was_given_up() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=9)
    services.limit_shoppers(merchant_id=merchant, variant_id=variant, limit_each=3)
    first = take(merchant, variant, 2)
    with pytest.raises(OverLimit) as over:
        take(merchant, variant, 2)
    assert [(one.left, one.wanted) for one in over.value.lacking] == [(1, 2)]
    take(merchant, variant, 3, shopper=2)
    services.release_reservations(order_ids=[first], merchant_ids=[merchant], at=AT)
    take(merchant, variant, 3)
    services.limit_shoppers(merchant_id=merchant, variant_id=variant, limit_each=None)
    take(merchant, variant, 1)


def test_nobody_waits_who_has_not_agreed_to_the_day() -> None:
    merchant, variant = ahead()
    with pytest.raises(SoldOut):
        take(merchant, variant, 2)
    agree(merchant, variant)
    other = DAY + timedelta(days=9)
    services.sell_ahead(merchant_id=merchant, variant_id=variant, kind=Ahead.BACKORDER, limit=3, on=other, at=AT)
    with pytest.raises(SoldOut):
        take(merchant, variant, 2)
    with pytest.raises(NotAhead):
        agree(merchant, variant)
    services.agree_to_wait(merchant_id=merchant, variant_id=variant, shopper_id=1, due_on=other, at=AT)
    order = take(merchant, variant, 2)
    (waits,) = queries.awaited(order_id=order, merchant_ids=[merchant])
    assert (waits.variant_id, waits.pieces, waits.due_on) == (variant, 1, other)
    assert queries.handouts(variant_ids=[variant], merchant_ids=[merchant], at=AT)[variant].ahead_left == 2


def test_no_more_is_promised_ahead_than_the_merchant_allows_nor_after_its_day() -> None:
    merchant, variant = ahead(Ahead.PREORDER, pieces=0, limit=2)
    for shopper in (1, 2):
        agree(merchant, variant, shopper)
    with pytest.raises(SoldOut):
        take(merchant, variant, 3)
    order = take(merchant, variant, 2)
    with pytest.raises(SoldOut):
        take(merchant, variant, 1, shopper=2)
    with pytest.raises(AheadImpossible):
        services.sell_ahead(merchant_id=merchant, variant_id=variant, kind=Ahead.PREORDER, limit=1, on=DAY, at=AT)
    services.sell_ahead(merchant_id=merchant, variant_id=variant, kind=Ahead.PREORDER, limit=9, on=DAY, at=AT)
    late = AT + (timedelta(days=9000))
    with pytest.raises(SoldOut), transaction.atomic():
        services.reserve_stock(
            order_id=new_id(), lines=[Wanted(merchant, variant, 1)], until=late, at=late, shopper_id=2
        )
    services.stop_selling_ahead(merchant_id=merchant, variant_id=variant)
    services.release_reservations(order_ids=[order], merchant_ids=[merchant], at=AT)
    with pytest.raises(SoldOut):
        take(merchant, variant, 1, shopper=2)


def test_what_arrives_goes_to_who_paid_first_and_only_to_who_paid() -> None:
    merchant, variant = ahead(pieces=0, limit=9)
    for shopper in (1, 2, 3):
        agree(merchant, variant, shopper)
    unpaid = take(merchant, variant, 1, shopper=3)
    late = take(merchant, variant, 2, shopper=1, paid=9)
    early = take(merchant, variant, 2, shopper=2, paid=5)
    services.set_on_hand_all(merchant_id=merchant, quantities=[(variant, 3)], at=AT)

    def waits(order: int) -> int:
        return sum(one.pieces for one in queries.awaited(order_id=order, merchant_ids=[merchant]))

    assert [waits(order) for order in (unpaid, late, early)] == [1, 1, 0]
    assert queries.available(variant_ids=[variant]) == {variant: 0}
    with pytest.raises(NotArrived), transaction.atomic():
        services.issue_stock(order_id=late, merchant_id=merchant, variant_ids=[variant], at=AT)
    assert services.issue_stock(order_id=early, merchant_id=merchant, variant_ids=[variant], at=AT) == 2
    services.set_on_hand_all(merchant_id=merchant, quantities=[(variant, 5)], at=AT)
    assert [waits(order) for order in (unpaid, late, early)] == [1, 0, 0]
    services.release_reservations(order_ids=[unpaid], merchant_ids=[merchant], at=AT)
    assert services.issue_stock(order_id=late, merchant_id=merchant, variant_ids=[variant], at=AT) == 2
    assert queries.available(variant_ids=[variant]) == {variant: 3}
    assert queries.differences() == ()
