"""Stored quotes worked out again: the same request, the law as it was known then, the exchange rates of the quote."""

from entrepot.base.owners import across_owners
from entrepot.customs import queries as customs
from entrepot.customs.terms import LawMissing, LoadUnknown
from entrepot.landed.models import QuoteRow
from entrepot.landed.queries.frozen import quotes_by_ref
from entrepot.landed.rules import replayed, worked
from entrepot.landed.terms import (
    GUARANTEED,
    STRICT,
    BasketQuote,
    ConsignmentQuote,
    QuoteMissing,
    Replay,
    Verdict,
)
from entrepot.parties.terms import Viewer


def quote_for(*, viewer: Viewer, ref: str) -> BasketQuote:
    """A frozen quote, expired or not: the viewer's own, or anybody's for an operator. Raises QuoteMissing."""
    owner = viewer.shopper_id or 0
    if viewer.operator:
        with across_owners("an operator looks at a quote"):
            owner = QuoteRow.objects.filter(ref=ref).values_list("shopper_id", flat=True).first() or 0
    found = quotes_by_ref(shopper_id=owner, refs=[ref]).get(ref)
    if found is None:
        raise QuoteMissing
    return found


def replays(*, quote: BasketQuote) -> tuple[Replay, ...]:
    """Each consignment of a stored quote worked out again by the law as it was known when the quote was made.

    Whether what is loaded, or the engine, has changed since does not matter to the first; the second shows.
    """
    return tuple(_replay(quote, number, one) for number, one in enumerate(quote.consignments, start=1))


def _replay(quote: BasketQuote, number: int, one: ConsignmentQuote) -> Replay:
    if one.asked is None:
        return Replay(number, Verdict.NO_LAW, "")
    try:
        load = customs.load_named(version=quote.data_version)
        law = customs.law(destination=quote.destination, on=one.asked.on, as_of=load)
    except (LawMissing, LoadUnknown):
        return Replay(number, Verdict.LAW_GONE, quote.data_version)
    guaranteed = any(part.assumed for part in one.components) if one.guaranteed is None else one.guaranteed
    found = worked(
        request=one.asked,
        law=law,
        policy=GUARANTEED if guaranteed else STRICT,
        rates={(rate.base, rate.quote): rate for rate in quote.fx},
    )
    return replayed(number=number, then=one, now=found.answer)
