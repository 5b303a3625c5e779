"""United States: what is dutiable, which entry it needs, postal methods in place of duties, and the entry's fees."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from entrepot.customs.rules import fees_on, measures_on, threshold_on
from entrepot.customs.terms import Measure, Specific
from entrepot.landed.rules.working import (
    CENT,
    ZERO,
    Line,
    Sheet,
    Source,
    Stop,
    minor,
    percent,
    refused,
    round_each,
    spread,
    unknown,
)
from entrepot.landed.terms import Alternative, Entry, Mode, Span, Status, Step

_IEEPA: Final = ("ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil")
_DOLLAR: Final = Decimal(1)
# Source: 50 USC 1702(b); EO 14324 section 2(a), EO 14388: the end of the exemption by value leaves these out.
_OUTSIDE: Final = frozenset({"informational", "donation"})


def valued(sheet: Sheet) -> None:
    """The dutiable value of each line.

    Source: 19 USC 1401a(b)(4)(A): international freight and insurance are left out only when identified separately.
    """
    if not sheet.request.freight_itemised and (sheet.freight or sheet.insurance):
        carried = sheet.freight + sheet.insurance
        for line, share in zip(sheet.lines, spread(carried, sheet.lines, "USD"), strict=True):
            line.value += share
        sheet.say(
            "Freight and insurance of {carried} are not itemised and stay in the value (19 USC 1401a).", carried=carried
        )
    sheet.customs_value = sheet.goods_value


def exempt_by_value(sheet: Sheet) -> bool:
    """Whether the consignment is free for its small value, or as a small gift; says so."""
    if sheet.request.entry is not Entry.AUTO:
        return False
    origins = [line.asked.origin for line in sheet.lines]
    limit = threshold_on(law=sheet.law, name="de_minimis", origins=origins, mode=sheet.request.mode)
    name = "de_minimis"
    if limit is None and all(_OUTSIDE & line.claims.keys() for line in sheet.lines):
        limit = threshold_on(law=sheet.law, name="de_minimis_1702b", mode=sheet.request.mode)
    if all(line.asked.facts.get("gift") for line in sheet.lines):
        gift = threshold_on(law=sheet.law, name="gift", origins=origins, mode=sheet.request.mode)
        if gift is not None and (limit is None or sheet.goods_value > limit.amount):
            limit, name = gift, "gift"
    if limit is None:
        sheet.say(
            "On {day} no exemption by value is open for goods of {origins}.",
            day=sheet.law.on, origins=", ".join(sorted(set(origins))),
        )  # fmt: skip
        return False
    if sheet.goods_value > limit.amount:
        sheet.say(
            "{value} is over the exemption of USD {limit} ({source}).",
            value=sheet.goods_value, limit=f"{limit.amount.normalize():f}", source=limit.source,
        )  # fmt: skip
        return False
    sheet.regime = name
    sheet.say(
        "{value} is within the exemption of USD {limit} ({source}).",
        value=sheet.goods_value, limit=f"{limit.amount.normalize():f}", source=limit.source,
    )  # fmt: skip
    return True


def postal(sheet: Sheet) -> bool:
    """The methods in place of duties by code that postal items under USD 800 had from May 2025 to July 2026.

    Each origin has its own rate; where the amount goes by the item, the highest of its origins counts. Raises Stop.
    """
    if sheet.request.mode is not Mode.POST or sheet.request.entry not in (Entry.AUTO, Entry.MAIL):
        return False
    cover = threshold_on(law=sheet.law, name="postal_low_value", mode=Mode.POST)
    if cover is None or sheet.goods_value > cover.amount:
        return False
    ways = [_way(sheet, line) for line in sheet.lines]
    if any(way is None for way in ways):
        return False
    sheet.regime = "postal_flat"
    found = [way for way in ways if way is not None]
    if all(way.each is None for way in found):
        for line, way in zip(sheet.lines, found, strict=True):
            due = line.value * way.rate
            index = line.index if len(found) > 1 else None
            round_each([sheet.add("postal", index, line.value, percent(way.rate), due, way.law)], minor("USD"))
            sheet.say(
                "Postal item: {rate} of {value} in place of the duties by code ({source}).",
                rate=percent(way.rate), value=line.value, source=way.law.source,
            )  # fmt: skip
        return True
    raise _either(sheet, found)


class _Way(NamedTuple):
    """How an origin's postal items pay: a rate of the value, and an amount for each item where the carrier may choose."""

    rate: Decimal
    each: Decimal | None
    law: Measure
    sources: str


def _way(sheet: Sheet, line: Line) -> _Way | None:
    found = measures_on(law=sheet.law, code="", origin=line.asked.origin)
    rates = [measure for measure in found if measure.kind == "postal_rate"]
    items = [measure for measure in found if measure.kind == "postal_item"]
    ieepa = [measure for measure in found if measure.kind in _IEEPA]
    if rates and not items:
        return _Way(rates[0].rate.ad_valorem or ZERO, None, rates[0], rates[0].source)
    if rates:
        each = sum((term.amount for term in items[0].rate.terms if isinstance(term, Specific)), ZERO)
        return _Way(rates[0].rate.ad_valorem or ZERO, each, rates[0], f"{rates[0].source}; {items[0].source}")
    if ieepa:
        rate = sum((measure.rate.ad_valorem or ZERO for measure in ieepa), ZERO)
        each, source = _item_amount(sheet, rate)
        return _Way(rate, each, ieepa[0], source)
    return None


def _item_amount(sheet: Sheet, rate: Decimal) -> tuple[Decimal, str]:
    # Source: EO 14324 section 3(b)(ii): under 16 %, 16 to 25 %, over 25 %.
    name = "low" if rate < Decimal("0.16") else "middle" if rate <= Decimal("0.25") else "high"
    found = threshold_on(law=sheet.law, name=f"postal_item_{name}")
    if found is None:
        raise unknown("rate_unknown")
    return found.amount, found.source


def _either(sheet: Sheet, found: Sequence[_Way]) -> Stop:
    value = sheet.goods_value
    by_value = minor("USD")(sum((line.value * way.rate for line, way in zip(sheet.lines, found, strict=True)), ZERO))
    by_item = max(way.each or ZERO for way in found).quantize(CENT)
    sheet.say(
        "The carrier chooses: {rate} of {value} is {by_value}, or {by_item} for the item ({source}).",
        rate=", ".join(dict.fromkeys(percent(way.rate) for way in found)), value=value, by_value=by_value,
        by_item=by_item, source="; ".join(dict.fromkeys(way.sources for way in found)),
    )  # fmt: skip
    ways = [
        Alternative(regime=regime, duty=due, tax=ZERO.quantize(CENT), fees=ZERO.quantize(CENT), total=due)
        for regime, due in (("postal_ad_valorem", by_value), ("postal_specific", by_item))
    ]
    return Stop(
        Status.RANGE,
        None,
        alternatives=ways,
        span=Span(low=min(by_value, by_item), high=max(by_value, by_item), because="the carrier chooses the method"),
        regime="postal_flat",
    )


def entry_of(sheet: Sheet) -> str:
    """The entry that value and way ask for; empty for a postal entry that a qualified party files. Raises Stop."""
    asked, mode, value = sheet.request.entry, sheet.request.mode, sheet.goods_value
    limit = threshold_on(law=sheet.law, name="informal")
    small = limit is not None and value <= limit.amount
    if asked in (Entry.INFORMAL, Entry.MAIL, Entry.EXPRESS_CONSIGNMENT) and not small:
        raise refused("over_informal_limit", "formal_entry")
    if asked is Entry.FORMAL or not small:
        entry = Entry.FORMAL
    elif asked is not Entry.AUTO:
        entry = asked
    else:
        entry = Entry.EXPRESS_CONSIGNMENT if mode is Mode.EXPRESS else Entry.INFORMAL
        if mode is Mode.POST:
            sheet.regime = "informal_entry"
            sheet.say(
                "Postal informal entry: {value} is not over USD 2,500; a qualified party files it, no mail fee.",
                value=value,
            )
            return ""
    sheet.regime = "formal_entry" if entry is Entry.FORMAL else "informal_entry"
    formal = "Formal entry of {value} ({source})."
    informal = "Informal entry of {value} ({source})."
    source = limit.source if limit else Step("asked for")
    sheet.say(formal if entry is Entry.FORMAL else informal, value=value, source=source)
    return entry.value


def fees(sheet: Sheet, entry: str) -> None:
    """What customs charges for its work on the entry, once for the consignment."""
    if not entry:
        return
    # Source: 19 CFR 24.23(c): an exemption counts for goods that qualify; one line without it keeps the fee.
    claims = frozenset.intersection(*(frozenset(line.claims) for line in sheet.lines))
    value = sheet.goods_value.quantize(_DOLLAR, ROUND_HALF_UP)
    for fee in fees_on(law=sheet.law, entry=entry, transport=sheet.request.transport or "", claims=claims):
        due, text = fee.flat + value * fee.rate, str(fee.flat) if fee.flat else percent(fee.rate)
        if fee.minimum is not None and fee.maximum is not None:
            due = min(max(due, fee.minimum), fee.maximum)
            text += f" min {fee.minimum:.2f} max {fee.maximum:.2f}"
        source = Source(fee.source, fee.valid_from, fee.unknown_from)
        part = sheet.add(fee.kind, None, value, text, due, source)
        round_each([part], minor("USD"))
        sheet.say(
            "{kind}: {rate} is {amount} ({source}).", kind=fee.kind, rate=text, amount=part.amount, source=fee.source
        )
