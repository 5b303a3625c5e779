"""Promotion codes as the shopper meets them: what each came to, or why not and what to do."""

from dataclasses import dataclass

from entrepot.base.problems import said
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote
from entrepot.promotions.rules import refusal_of
from entrepot.promotions.terms import Answer


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
