"""Pricing all offers anew: a run, its slices, each kept whole or not at all."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from entrepot.base.identity import new_id
from entrepot.base.owners import across_owners
from entrepot.catalogue.terms import OfferLine
from entrepot.landed.models import RequoteRow
from entrepot.landed.queries.requotes import requote, run_of
from entrepot.landed.rules.moves import Changes, Known, changes
from entrepot.landed.terms import Requote, UnitPrice

_BEFORE: Final = """
SELECT p.id IS NOT NULL, p.total_minor,
       (p.price_minor, p.price_currency, p.currency, p.goods_minor, p.freight_minor, p.duty_minor, p.tax_minor,
        p.fees_minor, p.total_minor, p.reason)
       IS NOT DISTINCT FROM
       (n.price_minor, n.price_currency, %s::text, n.goods_minor, n.freight_minor, n.duty_minor, n.tax_minor,
        n.fees_minor, n.total_minor, n.reason)
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
              %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
       WITH ORDINALITY AS n (merchant_id, variant_id, channel, price_minor, price_currency, goods_minor, freight_minor,
                             duty_minor, tax_minor, fees_minor, total_minor, reason, place)
  LEFT JOIN landed_unit_price p ON p.merchant_id = n.merchant_id AND p.variant_id = n.variant_id
        AND p.channel = n.channel AND p.destination = %s
 ORDER BY n.place
"""
_KEEP: Final = """
INSERT INTO landed_unit_price AS p (id, merchant_id, variant_id, listing_id, channel, destination, price_minor,
       price_currency, currency, goods_minor, freight_minor, duty_minor, tax_minor, fees_minor, total_minor, reason,
       run_id)
SELECT id, merchant_id, variant_id, listing_id, channel, %s, price_minor, price_currency, %s, goods_minor,
       freight_minor, duty_minor, tax_minor, fees_minor, total_minor, reason, %s
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
              %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
       AS n (id, merchant_id, variant_id, listing_id, channel, price_minor, price_currency, goods_minor, freight_minor,
             duty_minor, tax_minor, fees_minor, total_minor, reason)
ON CONFLICT (merchant_id, variant_id, channel, destination) DO UPDATE
   SET (listing_id, price_minor, price_currency, currency, goods_minor, freight_minor, duty_minor, tax_minor,
        fees_minor, total_minor, reason, run_id)
     = (excluded.listing_id, excluded.price_minor, excluded.price_currency, excluded.currency, excluded.goods_minor,
        excluded.freight_minor, excluded.duty_minor, excluded.tax_minor, excluded.fees_minor, excluded.total_minor,
        excluded.reason, excluded.run_id)
"""


@transaction.atomic
def open_requote(
    *, destination: str, currency: str, on: date, data_version: str, variants: int, at: datetime
) -> Requote:
    """The run for a destination, day and state of the law; a new one only where there is none yet."""
    row, _ = RequoteRow.objects.get_or_create(
        destination=destination,
        on=on,
        data_version=data_version,
        defaults={"id": new_id(), "currency": currency, "variants": variants, "opened_at": at},
    )
    return run_of(row=row)


@transaction.atomic
def keep_prices(
    *, run: Requote, offers: Sequence[OfferLine], prices: Sequence[UnitPrice], last: int, looked: int, at: datetime
) -> Requote:
    """Write a slice's prices, count what changed and move the run on; the run as it stands then.

    run: as it was when the slice was read; if another worker has moved it on meanwhile, nothing is written. last: the
    slice's last variant, 0 at the end: then the run ends at `at`. Only prices that differ are written. Four statements.
    """
    claimed = RequoteRow.objects.filter(pk=run.id, after=run.after, ended_at=None)
    if not claimed.update(after=last or run.after, looked=F("looked") + looked, ended_at=None if last else at):
        return requote(run_id=run.id)
    if offers:
        columns = _columns(offers, prices)
        before = _before(run, columns)
        found = changes(
            so_far=Changes(
                run.offers, run.priced, run.unpriced, {one.category: one for one in run.categories}, run.moves
            ),
            offers=offers,
            prices=prices,
            before=[Known(known, total) for known, total, _ in before],
        )
        new = [i for i, (_, _, same) in enumerate(before) if not same]
        if new:
            _keep(run, offers, [[column[i] for i in new] for column in columns], new)
        RequoteRow.objects.filter(pk=run.id).update(
            offers=found.offers,
            priced=found.priced,
            unpriced=dict(found.unpriced),
            categories={name: asdict(one) for name, one in found.categories.items()},
            moves=[list(move) for move in found.moves],
        )
    return requote(run_id=run.id)


@transaction.atomic
def end_requote(*, run_id: int, at: datetime) -> None:
    """End a run that the law has overtaken; what it priced stays. Repeating changes nothing."""
    RequoteRow.objects.filter(pk=run_id, ended_at=None).update(ended_at=at)


Columns = list[list[object]]


def _columns(offers: Sequence[OfferLine], prices: Sequence[UnitPrice]) -> Columns:
    head: Columns = [
        [offer.merchant_id for offer in offers],
        [offer.variant_id for offer in offers],
        [offer.channel for offer in offers],
        [offer.price.minor for offer in offers],
        [offer.price.currency for offer in offers],
    ]
    return [*head, *(list(column) for column in zip(*prices, strict=True))]


def _before(run: Requote, columns: Columns) -> list[tuple[bool, int | None, bool]]:
    with across_owners("prices are told for the offers of all merchants"), connection.cursor() as cursor:
        cursor.execute(_BEFORE, [run.currency, *columns, run.destination])
        rows: list[tuple[bool, int | None, bool]] = cursor.fetchall()
    return rows


def _keep(run: Requote, offers: Sequence[OfferLine], columns: Columns, new: Sequence[int]) -> None:
    merchants, variants, *rest = columns
    ids: list[object] = [new_id(owner=offers[i].merchant_id) for i in new]
    listings: list[object] = [offers[i].listing_id for i in new]
    with across_owners("prices are told for the offers of all merchants"), connection.cursor() as cursor:
        cursor.execute(_KEEP, [run.destination, run.currency, run.id, ids, merchants, variants, listings, *rest])
