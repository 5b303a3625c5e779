"""Promotions as the shopper meets them: on a listing, and each code with what it came to, or why not and what to do."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.base.problems import said
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote
from entrepot.promotions import queries as promotions
from entrepot.promotions.rules import is_for, refusal_of
from entrepot.promotions.terms import Answer, Item, Standing
from entrepot.web.promoting import conditions_of, what_of
from entrepot.web.templating import text


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code that was entered. off: what it takes off; none for nothing, then why and remedy say what is the matter."""

    code: str
    off: Money | None
    why: str = ""
    remedy: str = ""


def codes_of(quote: BasketQuote) -> tuple[CodeShown, ...]:
    """Every code that was entered for this quote, in order."""
    return tuple(_code(answer, quote) for answer in quote.codes)


def _code(answer: Answer, quote: BasketQuote) -> CodeShown:
    if not answer.reason:
        off = Money.total((one.total for one in quote.promotions if one.code == answer.code), quote.currency)
        return CodeShown(answer.code, off)
    refusal = refusal_of(answer)
    why, remedy = said(refusal) if refusal else ("", "")
    return CodeShown(answer.code, None, why, remedy or "")


def promised_on(
    *, merchant_id: int, listing_id: int, channel: str, category: str, at: datetime
) -> tuple[tuple[str, str], ...]:
    """Promotions that come by themselves for this listing in this channel: name, and what they are. One statement."""
    free = Money.zero("XXX")
    item = Item(merchant_id, listing_id, channel, category, 1, free, free)
    found = promotions.offered(merchant_ids=[merchant_id], codes=[], shopper_id=0, at=at)
    return tuple(
        (text(one.terms.title), " · ".join((what_of(one.terms), *conditions_of(one.terms))))
        for one in (each.promotion for each in found)
        if one.standing(at) is Standing.RUNNING
        and is_for(scope=one.terms.scope, item=item)
        and (not one.shared or merchant_id in one.consents)
    )
