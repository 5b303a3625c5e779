"""Rate texts taken apart: `Free`, `90¢/pr. + 20%`, `40¢ each + 8.5% on the case`, degrees of sugar, references."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from entrepot.customs.rules.rates.words import plain_text, unit_of
from entrepot.customs.terms import (
    AdValorem,
    Asked,
    Beyond,
    Capped,
    Degrees,
    RateExpression,
    RateUnreadable,
    Specific,
    Term,
)

UNKNOWN: Final = "unknown"
_PLUS: Final = re.compile(r"\s*\+\s*")
_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_PERCENT: Final = re.compile(
    rf"(?P<whole>{_NUMBER})(?: (?P<above>\d+)/(?P<below>[1-9]\d*))?\s?(?:%|percent)(?: (?:up)?(?:on|of) (?P<of>.+))?"
)
_MONEY: Final = rf"(?:(?P<cents>{_NUMBER})\s?¢|\$(?P<dollars>{_NUMBER})|(?P<currency>[A-Z]{{3}}) (?P<amount>{_NUMBER}))"
_SPECIFIC: Final = re.compile(rf"{_MONEY}(?:\s?/\s?| for |\s)(?P<unit>.+)")
_BEYOND: Final = re.compile(r"(?P<unit>[a-z ]+) over (?P<beyond>\d+)")
_DEGREES: Final = re.compile(
    rf"(?P<amount>{_NUMBER})¢ ?/kg less (?P<less>{_NUMBER})¢ ?/kg for each degree under 100 degrees "
    rf"\(and fractions of a degree in proportion\) but not less than (?P<least>{_NUMBER})¢ ?/kg"
)
_CAPPED: Final = re.compile(
    r"(?P<sum>.+), but if consisting in part of a plate or a set of plates the total duty shall not exceed the duty for "
    r"the complete movement"
)
# What a percentage may be of. Several names: each of these parts.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "the case": ("case",), "case": ("case",), "the strap, band or bracelet": ("strap",), "the battery": ("battery",),
    "the movement": ("movement",), "the movement and case": ("movement", "case"), "the apparatus": ("apparatus",),
    "the case and strap, band or bracelet": ("case", "strap"), "case and strap, band or bracelet": ("case", "strap"),
    "the entire set": ("",), "the full value of the imported article": ("",),
    "the value of the rifle": ("rifle",), "the value of the telescopic sight, if any": ("telescopic sight",),
    "the fair retail value": ("fair retail value",), "the cost of such goods or repairs": ("goods or repairs",),
    "the cost of such parts": ("parts",), "the cost of such parts or materials": ("parts or materials",),
    "the value of the non-u.s. content": ("non_us",),
}  # fmt: skip
_CONTENT: Final = re.compile(r"the value of the ([a-z]+) content")
_APPLICABLE: Final = "duty:applicable subheading"
# Rates that stand elsewhere: the whole text, or its beginning with more to add after it.
# Source: 19 revisions of the HTS, 2025 basic edition to 2026 rev. 10.
_NOTE: Final = r"(?: \(see u\.s\. note \d+ of this subchapter\))?"
_DRAWBACK: Final = (
    r"upon the importation of like articles not previously exported, but in no case in excess of the sum of .+"
)
_FORMS: Final[tuple[tuple[str, str], ...]] = (
    (r"the (?:duty|rate)(?: rate)? provided(?: for)? in the applicable subheading", _APPLICABLE),
    (r"no change", _APPLICABLE),
    (r"the duty rate provided in such subheading", "duty:such subheading"),
    (r"the duty rate provided for originating goods of [a-z]+ in such subheading", "duty:originating goods"),
    (r"the duty provided in subheadings? (?P<codes>[\d., or]+\d)", "duty:{codes}"),
    (r"the rate provided for beneficiary countries in heading (?P<codes>[\d.]+)", "duty:{codes}"),
    (r"see (?:headings?|subheadings?)? ?(?P<codes>\d[\d., -]*\d)", "duty:{codes}"),
    (r"see (?P<codes>(?:additional )?U\.S\. note [\d()a-z]+)(?: to this subchapter)?", "duty:{codes}"),
    (
        r"the rate applicable to each garment in the ensemble if (?:separately entered|entered separately)",
        "duty:each garment",
    ),
    (
        r"the rate of duty applicable to that article in the set subject to the highest rate of duty",
        "duty:highest article of the set",
    ),
    (r"the rate applicable to the natural juice in heading (?P<codes>\d{4})", "duty:natural juice, {codes}"),
    (r"the rate applicable to the article of which it is (?:a part or accessory|an accessory)", "duty:whole article"),
    (r"the rate applicable to the complete, assembled(?: movement)?", "duty:complete movement"),
    (
        r"the rate applicable (?:to each article )?in the absence of this (?:sub)?heading(?: on the cost of such parts)?",
        "duty:in the absence of this heading",
    ),
    (rf"a duty upon the value of the repairs or alterations{_NOTE}", "duty:value of the repairs"),
    (
        rf"a duty upon the value of such processing outside the united states{_NOTE}",
        "duty:value of the processing abroad",
    ),
    (
        (
            r"a duty upon the full value of the imported article,? less the (?:cost or )?value of "
            rf"(?:such products|fabrics, components or materials) of the united states{_NOTE}"
        ),
        "duty:value less American products",
    ),
    (rf"a duty equal to the duty {_DRAWBACK}", "duty:like articles, not over the drawback"),
    (
        (
            r"a duty \(in lieu of any other duty or tax\) equal to the sum of any duty and internal-? ?revenue tax imposed "
            rf"{_DRAWBACK}"
        ),
        "duty:duty and tax of like articles, not over the drawback",
    ),
    (r"free,? under bond(?:, as prescribed in u\.s\. note \d+ to this subchapter)?", "met:under bond"),
    (
        r"free, for such temporary periods as the secretary of the treasury by regulation may prescribe",
        "met:temporary period",
    ),
    (r"free, under the terms of (?P<codes>u\.s\. note \d+\([a-z]\)) to this subchapter", "met:{codes}"),
)
_ELSEWHERE: Final = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in _FORMS)
_ADDED: Final = re.compile(r"\s*(?:\+|plus)\s*(?:a duty of )?(?P<percent>.+?)\.?")
_MINUS: Final = re.compile(rf"\s*minus (?P<percent>{_NUMBER})%")


def rate_expression(*, text: str) -> RateExpression:
    """The rate taken apart. Percentages become ratios. Raises RateUnreadable for a form that is not known.

    Source: HTS, 19 revisions from the 2025 basic edition to 2026 rev. 10, columns 1 and 2 (all forms seen there);
    `CNY 1/kg` is our writing for other currencies.
    """
    plain = plain_text(text)
    if plain == UNKNOWN:
        return RateExpression(plain, (), known=False)
    if plain.lower().rstrip(".") == "free":
        return RateExpression(plain, ())
    found = _elsewhere(plain) or _degrees(plain) or _capped(plain)
    return RateExpression(plain, found or _sum(plain))


def _elsewhere(plain: str) -> tuple[Term, ...] | None:
    for pattern, name in _ELSEWHERE:
        begin = pattern.match(plain)
        if begin is None:
            continue
        facts = {key: value.strip(" ,") for key, value in begin.groupdict().items() if value}
        asked, rest = Asked(name.format(**facts)), plain[begin.end() :]
        if rest in ("", "."):
            return (asked,)
        minus = _MINUS.fullmatch(rest)
        if minus:
            return (asked, AdValorem(-_figure(minus["percent"]) / 100))
        added = _ADDED.fullmatch(rest)
        if added:
            return (asked, *_percentage(added["percent"], plain))
    return None


def _degrees(plain: str) -> tuple[Term, ...] | None:
    found = _DEGREES.fullmatch(plain)
    if found is None:
        return None
    amount, less, least = (_figure(found[name]) / 100 for name in ("amount", "less", "least"))
    return (Degrees(amount, less, least, "USD", "kg"),)


def _capped(plain: str) -> tuple[Term, ...] | None:
    found = _CAPPED.fullmatch(plain)
    if found is None:
        return None
    terms = tuple(term for term in _sum(found["sum"]) if not isinstance(term, Capped))
    return (Capped(terms, Asked("duty:complete movement")),)


def _sum(plain: str) -> tuple[Term, ...]:
    return tuple(term for piece in _PLUS.split(plain) for term in _piece(piece.strip(), plain))


def _piece(piece: str, text: str) -> tuple[Term, ...]:
    if "¢" not in piece and "$" not in piece and ("%" in piece or "percent" in piece):
        return _percentage(piece, text)
    found = _SPECIFIC.fullmatch(piece)
    if found is None:
        raise RateUnreadable(text=text)
    if found["cents"]:
        amount, currency = _figure(found["cents"]) / 100, "USD"
    elif found["dollars"]:
        amount, currency = _figure(found["dollars"]), "USD"
    else:
        amount, currency = _figure(found["amount"]), found["currency"]
    words = found["unit"].strip().removeprefix("each ") if " for " in piece else found["unit"].strip()
    beyond = _BEYOND.fullmatch(words)
    unit = unit_of(beyond["unit"] if beyond else words)
    if unit is None:
        raise RateUnreadable(text=text)
    if beyond:
        return (Beyond(amount, currency, unit, Decimal(beyond["beyond"])),)
    return (Specific(amount, currency, unit),)


def _percentage(piece: str, text: str) -> tuple[AdValorem, ...]:
    found = _PERCENT.fullmatch(piece.strip())
    if found is None:
        raise RateUnreadable(text=text)
    figure = _figure(found["whole"])
    if found["above"]:
        figure += Decimal(found["above"]) / Decimal(found["below"])
    of = (found["of"] or "").lower().rstrip(".")
    parts = _PARTS.get(of) if of else ("",)
    if parts is None:
        content = _CONTENT.fullmatch(of)
        if content is None:
            raise RateUnreadable(text=text)
        parts = (content[1],)
    return tuple(AdValorem(figure / 100, part) for part in parts)


def _figure(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))
