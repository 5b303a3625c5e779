"""Frozen quotes, as their shopper may see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from entrepot.base.calls import Ask
from entrepot.base.owners import across_owners
from entrepot.landed.models import QuoteRow
from entrepot.landed.terms import BasketQuote, QuoteExpired, QuoteMissing
from entrepot.parties.terms import Viewer

_decoder: Final = msgspec.json.Decoder(BasketQuote)


def quote(*, viewer: Viewer, ref: str, at: datetime) -> BasketQuote:
    """The viewer's own quote, still valid at `at`. Raises QuoteMissing, QuoteExpired."""
    found = quotes_by_ref(shopper_id=viewer.shopper_id or 0, refs=[ref]).get(ref)
    if found is None:
        raise QuoteMissing
    must_be_valid(quote=found, at=at)
    return found


def quote_ask(*, shopper_id: int, ref: str, at: datetime) -> Ask[BasketQuote]:
    """The same, for verbs that read several things at once; its answer raises QuoteMissing, QuoteExpired."""

    def told(body: str | None) -> BasketQuote:
        if body is None:
            raise QuoteMissing
        found = _decoder.decode(body)
        must_be_valid(quote=found, at=at)
        return found

    return Ask("(SELECT q.body FROM landed_quote q WHERE q.shopper_id = %s AND q.ref = %s)", (shopper_id, ref), told)


def quotes_by_ref(*, shopper_id: int, refs: Sequence[str]) -> dict[str, BasketQuote]:
    """A shopper's quotes by reference, expired ones too; absent ones are absent. One statement."""
    rows = QuoteRow.objects.filter(shopper_id=shopper_id, ref__in=list(refs)).values_list("ref", "body")
    return {ref: _decoder.decode(body) for ref, body in rows}


def quotes_over(*, made_before: datetime, after: int, limit: int = 1000) -> tuple[tuple[int, int, str], ...]:
    """(id, shopper, ref) of quotes made before that moment, oldest first, behind the id `after`."""
    with across_owners("the sweep of old quotes"):
        rows = QuoteRow.objects.filter(id__gt=after).order_by("id").values_list("id", "shopper_id", "ref", "made_at")
        found = list(rows[:limit])
    # Ids are in the order of time, so the first younger one ends the sweep and no index on the moment is needed.
    return tuple((key, shopper, ref) for key, shopper, ref, made_at in found if made_at < made_before)


def must_be_valid(*, quote: BasketQuote, at: datetime) -> None:
    """Stop when the quote's time is over; its last moment no longer counts. Raises QuoteExpired."""
    if at >= quote.valid_until:
        raise QuoteExpired(valid_until=quote.valid_until)
