"""Writing frozen quotes."""

from collections.abc import Sequence
from typing import Final

import msgspec
from django.db import connection, transaction

from entrepot.base.identity import new_id
from entrepot.landed.models import QuoteRow
from entrepot.landed.terms import BasketQuote


@transaction.atomic
def freeze_quote(*, quote: BasketQuote) -> None:
    """Keep a quote as it is; nothing changes it afterwards."""
    QuoteRow.objects.create(
        id=new_id(owner=quote.shopper_id),
        shopper_id=quote.shopper_id,
        ref=quote.ref,
        destination=quote.destination,
        currency=quote.currency,
        goods_minor=quote.goods.minor,
        freight_minor=quote.freight.minor,
        duty_minor=quote.duty.minor,
        tax_minor=quote.tax.minor,
        fees_minor=quote.fees.minor,
        total_minor=quote.total.minor,
        basket_fingerprint=quote.basket_fingerprint,
        data_version=quote.data_version,
        made_at=quote.made_at,
        valid_until=quote.valid_until,
        body=msgspec.json.encode(quote).decode(),
    )


@transaction.atomic
def forget_quotes(*, quotes: Sequence[tuple[int, int]]) -> int:
    """Remove quotes, given as (id, shopper), in one statement; gives how many. Repeating removes none."""
    keys, shoppers = [key for key, _ in quotes], [shopper for _, shopper in quotes]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [keys, shoppers])
        return int(cursor.rowcount)


_FORGET: Final = """
DELETE FROM landed_quote q USING unnest(%s::bigint[], %s::bigint[]) AS gone (id, shopper_id)
 WHERE q.id = gone.id AND q.shopper_id = gone.shopper_id
"""
