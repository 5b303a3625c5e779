"""Making and ending promotions, agreeing to bear a part, and the uses that orders hold."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import tell
from entrepot.kernel.must import must
from entrepot.parties.terms import NotYours, Viewer
from entrepot.promotions import queries, rules
from entrepot.promotions.models import ConsentRow, PromotionRow
from entrepot.promotions.terms import (
    CONSENTED,
    ENDED,
    MADE,
    MARKETPLACE,
    CodeTaken,
    ConsentNotAsked,
    PromotionUnknown,
    PromotionUsedUp,
    Terms,
    Use,
)


@transaction.atomic
def make_promotion(*, viewer: Viewer, owner_id: int, terms: Terms, key: str, at: datetime) -> str:
    """Put a promotion up, for the merchant `owner_id` or for the marketplace; answers its reference.

    Its terms never change afterwards: it is ended and another one made. The same key gives the same promotion.
    Raises NotYours, PromotionUnclear, CodeTaken.
    """
    user_id = _running(viewer, owner_id)
    known = PromotionRow.objects.filter(merchant_id=owner_id, key=key).values_list("ref", flat=True).first()
    if known is not None:
        return known
    clear = rules.check_terms(terms=terms, owner_id=owner_id, at=at)
    row = _row(owner_id, clear, key, user_id, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        same = PromotionRow.objects.filter(merchant_id=owner_id, key=key).values_list("ref", flat=True).first()
        if same is None:
            raise CodeTaken(given=clear.code) from clash
        return same
    tell(MADE, subject=row.id, owner=owner_id, at=at)
    return row.ref


def _row(owner_id: int, terms: Terms, key: str, user_id: int, at: datetime) -> PromotionRow:
    some = terms.amount or terms.minimum
    return PromotionRow(
        id=new_id(owner=owner_id),
        merchant_id=owner_id,
        ref=new_reference("prm"),
        key=key,
        title=dict(terms.title),
        kind=terms.kind,
        percent=terms.percent,
        amount_minor=terms.amount.minor if terms.amount else None,
        minimum_minor=terms.minimum.minor if terms.minimum else None,
        currency=some.currency if some else "",
        buy=terms.buy,
        free=terms.free,
        only_merchant_id=terms.scope.merchant_id,
        channel=terms.scope.channel,
        category=terms.scope.category,
        listing_ids=list(terms.scope.listing_ids),
        code=terms.code,
        since=terms.since,
        until=terms.until,
        uses_max=terms.uses_max,
        uses_each=terms.uses_each,
        exclusive=terms.exclusive,
        rank=terms.rank,
        platform_percent=terms.platform_percent,
        made_by=user_id,
        made_at=at,
    )


@transaction.atomic
def end_promotion(*, viewer: Viewer, owner_id: int, ref: str, at: datetime) -> None:
    """Stop a promotion for quotes and orders to come; what was ordered with it stays. Repeats change nothing.

    Raises NotYours, PromotionUnknown.
    """
    user_id = _running(viewer, owner_id)
    rows = PromotionRow.objects.filter(merchant_id=owner_id, ref=ref)
    known = rows.select_for_update(no_key=True).first()
    if known is None:
        raise PromotionUnknown
    if known.ended_at is None:
        rows.update(ended_at=at, ended_by=user_id)
        tell(ENDED, subject=known.id, owner=owner_id, at=at)


@transaction.atomic
def agree_to_promotion(*, viewer: Viewer, merchant_id: int, ref: str, at: datetime) -> None:
    """A merchant agrees to bear its part of a promotion of the marketplace. Repeats change nothing.

    Raises NotYours, PromotionUnknown, ConsentNotAsked.
    """
    user_id = _running(viewer, merchant_id)
    row = _invitation(merchant_id, ref)
    made = ConsentRow.objects.bulk_create(
        [
            ConsentRow(
                id=new_id(owner=merchant_id),
                merchant_id=merchant_id,
                promotion_id=row.id,
                platform_percent=row.platform_percent,
                given_by=user_id,
                given_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    must(len(made) == 1, "one consent was offered")
    tell(CONSENTED, subject=row.id, owner=merchant_id, at=at)


@transaction.atomic
def withdraw_from_promotion(*, viewer: Viewer, merchant_id: int, ref: str, at: datetime) -> None:
    """The merchant bears nothing of orders to come; what was ordered stays. Repeats change nothing.

    Raises NotYours, PromotionUnknown, ConsentNotAsked.
    """
    user_id = _running(viewer, merchant_id)
    row = _invitation(merchant_id, ref)
    ConsentRow.objects.filter(merchant_id=merchant_id, promotion_id=row.id, withdrawn_at=None).update(
        withdrawn_by=user_id, withdrawn_at=at
    )


def _invitation(merchant_id: int, ref: str) -> PromotionRow:
    row = PromotionRow.objects.filter(merchant_id=MARKETPLACE, ref=ref).first()
    if row is None:
        raise PromotionUnknown
    if row.platform_percent == 100 or row.only_merchant_id not in (None, merchant_id):
        raise ConsentNotAsked
    return row


@transaction.atomic(savepoint=False)
def hold_uses(*, shopper_id: int, order_id: int, uses: Sequence[Use], at: datetime) -> None:
    """An order takes its promotions, all of them or none. One statement, none for no promotion.

    Of two orders at once for the last use one gets it. The same order again changes nothing. Raises PromotionUsedUp
    naming the promotion, when its uses are taken, or it was ended since the quote.
    """
    if not uses:
        return
    refused = _taken(shopper_id, order_id, uses, at)
    if refused:
        titles = {use.promotion_id: use.title for use in uses}
        raise PromotionUsedUp(title=titles[refused[0]])


def _taken(shopper_id: int, order_id: int, uses: Sequence[Use], at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT promotions_hold(%s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                                      %s)""",
            [
                shopper_id,
                order_id,
                at,
                [new_id(owner=shopper_id) for _ in uses],
                [use.owner_id for use in uses],
                [use.promotion_id for use in uses],
                [use.off.minor for use in uses],
                [use.promoted.minor for use in uses],
                uses[0].off.currency,
            ],
        )
        return [int(row[0]) for row in cursor.fetchall()]


@transaction.atomic(savepoint=False)
def give_back_uses(*, shopper_id: int, order_id: int, at: datetime) -> int:
    """The order was given up: what it held can be had again; answers how many. Repeats give nothing back twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT promotions_give_back(%s, %s, %s)", [shopper_id, order_id, at])
        return int(cursor.fetchone()[0])


def _running(viewer: Viewer, owner_id: int) -> int:
    queries.must_run(viewer=viewer, owner_id=owner_id)
    if viewer.user_id is None:
        raise NotYours
    return viewer.user_id
