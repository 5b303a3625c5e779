"""Rates as tariffs write them: `Free`, `6.8%`, `90¢/pr. + 20%`, `40¢ each + 8.5% on the case`, `20% + CNY 1/kg`."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from entrepot.customs.terms import AdValorem, RateExpression, RateUnreadable, Specific

UNKNOWN: Final = "unknown"
# Source: HTS 2026, unit abbreviations in the rate columns; the right side is the quote contract's name of the unit.
_UNITS: Final[Mapping[str, str]] = {
    "kg": "kg", "each": "no", "no.": "no", "article": "no", "pr.": "prs", "pair": "prs", "doz.": "doz",
    "doz. pr.": "dpr", "liter": "l", "l": "l", "m2": "m2", "m²": "m2", "m3": "m3", "m³": "m3", "pf.liter": "pfl",
    "pf. liter": "pfl", "t": "t", "g": "g", "ml": "ml", "gross": "gross", "thousand": "thousand", "head": "head",
}  # fmt: skip
_SPACES: Final = re.compile(r"[\s\u00a0]+")
_PERCENT: Final = re.compile(
    r"(?P<whole>\d+(?:\.\d+)?)(?: (?P<above>\d+)/(?P<below>\d+))?%(?: on the (?P<part>[a-z]+).*)?"
)
_SPECIFIC: Final = re.compile(
    r"(?:(?P<cents>\d+(?:\.\d+)?)¢|\$(?P<dollars>\d+(?:\.\d+)?)|(?P<currency>[A-Z]{3}) (?P<amount>\d+(?:\.\d+)?))"
    r"(?:/| )(?P<unit>.+)"
)


def rate_expression(*, text: str) -> RateExpression:
    """The rate taken apart. Percentages become ratios. Raises RateUnreadable for a form that is not known.

    Source: HTS 2026 rev. 10, columns 1 and 2 (forms seen there); `CNY 1/kg` is our writing for other currencies.
    """
    plain = _SPACES.sub(" ", text).strip()
    if plain == UNKNOWN:
        return RateExpression(plain, (), known=False)
    if plain.lower() == "free":
        return RateExpression(plain, ())
    return RateExpression(plain, tuple(_term(piece, text) for piece in plain.split(" + ")))


def _term(piece: str, text: str) -> AdValorem | Specific:
    percent = _PERCENT.fullmatch(piece)
    if percent:
        figure = Decimal(percent["whole"])
        if percent["above"]:
            figure += Decimal(percent["above"]) / Decimal(percent["below"])
        return AdValorem(figure / 100, percent["part"] or "")
    specific = _SPECIFIC.fullmatch(piece)
    unit = _UNITS.get(specific["unit"].strip()) if specific else None
    if specific is None or unit is None:
        raise RateUnreadable(text=text)
    if specific["cents"]:
        return Specific(Decimal(specific["cents"]) / 100, "USD", unit)
    if specific["dollars"]:
        return Specific(Decimal(specific["dollars"]), "USD", unit)

    return Specific(Decimal(specific["amount"]), specific["currency"], unit)


def duty_at(*, rate: RateExpression, value: Decimal, measures: Mapping[str, Decimal]) -> Decimal | str:
    """What the rate comes to, exact; or the name of the legal quantity that is missing.

    value: the dutiable value in the authority's currency; measures: legal quantities and `value:part` amounts.
    """
    due = Decimal(0)
    for term in rate.terms:
        if isinstance(term, AdValorem):
            name = f"value:{term.part}"
            part = value if not term.part else measures.get(name)
            if part is None:
                return name
            due += part * term.rate
        else:
            count = measures.get(term.unit)
            if count is None:
                return term.unit
            due += count * term.amount
    return due
