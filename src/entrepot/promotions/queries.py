"""Promotions as whoever buys meets them, and as whoever made them sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet, Sum

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import NotYours, Viewer
from entrepot.promotions.models import ConsentRow, PromotionRow, UseRow
from entrepot.promotions.terms import (
    MARKETPLACE,
    Invited,
    Kind,
    Offered,
    Promotion,
    PromotionId,
    PromotionUnknown,
    Scope,
    Spent,
    Terms,
)

# All in one statement, since every quote asks: what runs by itself, what stands behind the codes whatever became of it,
# who agreed, and what this shopper used.
_OFFERED: Final = """
SELECT p.*,
       CASE WHEN p.merchant_id = 0 AND p.platform_percent < 100 THEN ARRAY(
         SELECT c.merchant_id FROM promotions_consent c
          WHERE c.promotion_id = p.id AND c.merchant_id = ANY(%s::bigint[]) AND c.withdrawn_at IS NULL)
       ELSE '{}'::bigint[] END AS agreed,
       CASE WHEN p.uses_each IS NULL THEN 0 ELSE coalesce(
         (SELECT t.uses FROM promotions_tally t WHERE t.shopper_id = %s AND t.promotion_id = p.id), 0) END AS used
  FROM promotions_promotion p
 WHERE p.merchant_id = ANY(%s::bigint[])
   AND (p.code = ANY(%s::text[])
        OR (p.code = '' AND p.ended_at IS NULL AND p.since <= %s AND (p.until IS NULL OR p.until > %s)))
 ORDER BY p.id
"""


def offered(*, merchant_ids: Sequence[int], codes: Sequence[str], shopper_id: int, at: datetime) -> tuple[Offered, ...]:
    """What a basket of these merchants' goods may get: promotions that come by themselves at `at`, and all behind
    `codes`, past and coming ones too, so that somebody can be told why not. One statement.
    """
    merchants = sorted(set(merchant_ids))
    known = [code for code in codes if code]
    rows = PromotionRow.objects.raw(_OFFERED, [merchants, shopper_id, [MARKETPLACE, *merchants], known, at, at])
    return tuple(Offered(_promotion(row, frozenset(vars(row)["agreed"])), vars(row)["used"]) for row in rows)


def promotion(*, viewer: Viewer, owner_id: int, ref: str) -> Promotion:
    """One promotion of a merchant the viewer works for, or, for operators, of the marketplace.

    Raises NotYours, PromotionUnknown.
    """
    must_run(viewer=viewer, owner_id=owner_id)
    row = PromotionRow.objects.filter(merchant_id=owner_id, ref=ref).first()
    if row is None:
        raise PromotionUnknown
    return _promotion(row, _consents([row]).get(row.id, frozenset()))


def promotions_of(*, viewer: Viewer, owner_id: int, after: str | None = None, limit: int = 50) -> tuple[Promotion, ...]:
    """A merchant's promotions, or the marketplace's (MARKETPLACE), newest first, behind `after`. Raises NotYours."""
    must_run(viewer=viewer, owner_id=owner_id)
    rows = PromotionRow.objects.filter(merchant_id=owner_id)
    page = list(_behind(rows, after).order_by("-id")[:limit])
    agreed = _consents(page)
    return tuple(_promotion(row, agreed.get(row.id, frozenset())) for row in page)


def invitations(*, viewer: Viewer, merchant_id: int, at: datetime) -> tuple[Invited, ...]:
    """The marketplace's promotions that ask this merchant to bear a part and are not over, newest first. NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = PromotionRow.objects.filter(
        Q(only_merchant_id=None) | Q(only_merchant_id=merchant_id),
        Q(until=None) | Q(until__gt=at),
        merchant_id=MARKETPLACE,
        ended_at=None,
        platform_percent__lt=100,
    ).order_by("-id")
    agreed = dict(
        ConsentRow.objects.filter(merchant_id=merchant_id, withdrawn_at=None).values_list("promotion_id", "given_at")
    )
    return tuple(Invited(_promotion(row, frozenset()), agreed.get(row.id)) for row in rows[:100])


def spent(*, viewer: Viewer, owner_id: int, promotion_ids: Sequence[int]) -> dict[int, tuple[Spent, ...]]:
    """What promotions of one owner have come to, by promotion; given-back uses do not count. Raises NotYours."""
    must_run(viewer=viewer, owner_id=owner_id)
    with across_owners("whoever promised a discount counts the orders that took it"):
        rows = list(
            UseRow.objects.filter(owner_id=owner_id, promotion_id__in=list(promotion_ids), given_back_at=None)
            .values_list("promotion_id", "currency")
            .annotate(Count("id"), Sum("off_minor"), Sum("promoted_minor"))
            .order_by("promotion_id", "currency")
        )
    found: dict[int, tuple[Spent, ...]] = {}
    for promotion_id, currency, orders, off, promoted in rows:
        one = Spent(orders, Money(int(off or 0), currency), Money(int(promoted or 0), currency))
        found[promotion_id] = (*found.get(promotion_id, ()), one)
    return found


def must_run(*, viewer: Viewer, owner_id: int) -> None:
    """Stop whoever may not look after this owner's promotions. Raises NotYours."""
    if owner_id == MARKETPLACE:
        if not viewer.operator:
            raise NotYours
        return
    must_work_for(viewer=viewer, merchant_id=owner_id)


def _behind(rows: "QuerySet[PromotionRow]", after: str | None) -> "QuerySet[PromotionRow]":
    if not after:
        return rows
    last = rows.filter(ref=after).values_list("id", flat=True).first()
    return rows.filter(id__lt=last or 0)


def _consents(rows: Sequence[PromotionRow]) -> dict[int, frozenset[int]]:
    shared = [row.id for row in rows if row.merchant_id == MARKETPLACE and row.platform_percent < 100]
    agreed: dict[int, set[int]] = {}
    if shared:
        with across_owners("the marketplace sees who bears a part of its promotion"):
            pairs = list(
                ConsentRow.objects.filter(promotion_id__in=shared, withdrawn_at=None).values_list(
                    "promotion_id", "merchant_id"
                )
            )
        for promotion_id, merchant_id in pairs:
            agreed.setdefault(promotion_id, set()).add(merchant_id)
    return {key: frozenset(merchants) for key, merchants in agreed.items()}


def _promotion(row: PromotionRow, consents: frozenset[int]) -> Promotion:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return Promotion(
        id=PromotionId(row.id),
        ref=row.ref,
        owner_id=row.merchant_id,
        terms=Terms(
            title=row.title,
            kind=Kind(row.kind),
            scope=Scope(row.only_merchant_id, row.channel, row.category, tuple(row.listing_ids)),
            since=row.since,
            until=row.until,
            percent=row.percent,
            amount=money(row.amount_minor),
            buy=row.buy,
            free=row.free,
            minimum=money(row.minimum_minor),
            code=row.code,
            uses_max=row.uses_max,
            uses_each=row.uses_each,
            exclusive=row.exclusive,
            rank=row.rank,
            platform_percent=row.platform_percent,
        ),
        made_at=row.made_at,
        ended_at=row.ended_at,
        uses=row.uses,
        consents=consents,
    )
