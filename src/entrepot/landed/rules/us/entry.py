"""United States: what is dutiable, which entry it needs, postal methods in place of duties, and the entry's fees."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from entrepot.customs.rules import fees_on, measures_on, threshold_on
from entrepot.customs.terms import Specific
from entrepot.landed.rules.working import (
    CENT,
    ZERO,
    Sheet,
    Source,
    Stop,
    minor,
    percent,
    rate_due,
    refused,
    round_each,
    spread,
    unknown,
)
from entrepot.landed.terms import Alternative, Entry, Mode, Span, Status

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
    """The methods in place of duties by code that postal items under USD 800 had from May 2025 to July 2026."""
    if sheet.request.mode is not Mode.POST or sheet.request.entry not in (Entry.AUTO, Entry.MAIL):
        return False
    cover = threshold_on(law=sheet.law, name="postal_low_value", mode=Mode.POST)
    origins = {line.asked.origin for line in sheet.lines}
    if cover is None or sheet.goods_value > cover.amount or len(origins) != 1:
        return False
    found = measures_on(law=sheet.law, code="", origin=origins.pop())
    rates = [measure for measure in found if measure.kind == "postal_rate"]
    items = [measure for measure in found if measure.kind == "postal_item"]
    ieepa = [measure for measure in found if measure.kind in _IEEPA]
    sheet.regime = "postal_flat"
    value = sheet.goods_value
    if rates and not items:
        due = rate_due(rates[0], value, sheet.lines[0])
        round_each([sheet.add("postal", None, value, rates[0].rate.text, due, rates[0])], minor("USD"))
        sheet.say(
            "Postal item: {rate} of {value} in place of the duties by code ({source}).",
            rate=rates[0].rate.text, value=value, source=rates[0].source,
        )  # fmt: skip
        return True
    if rates:
        ad_valorem, sources = rates[0].rate.ad_valorem or ZERO, f"{rates[0].source}; {items[0].source}"
        each = sum((term.amount for term in items[0].rate.terms if isinstance(term, Specific)), ZERO)
    elif ieepa:
        ad_valorem = sum((measure.rate.ad_valorem or ZERO for measure in ieepa), ZERO)
        each, sources = _item_amount(sheet, ad_valorem)
    else:
        sheet.regime = None
        return False
    raise _either(sheet, ad_valorem, each, sources)


def _item_amount(sheet: Sheet, rate: Decimal) -> tuple[Decimal, str]:
    # Source: EO 14324 section 3(b)(ii): under 16 %, 16 to 25 %, over 25 %.
    name = "low" if rate < Decimal("0.16") else "middle" if rate <= Decimal("0.25") else "high"
    found = threshold_on(law=sheet.law, name=f"postal_item_{name}")
    if found is None:
        raise unknown("rate_unknown")
    return found.amount, found.source


def _either(sheet: Sheet, rate: Decimal, each: Decimal, sources: str) -> Stop:
    value = sheet.goods_value
    by_value, by_item = minor("USD")(value * rate), each.quantize(CENT)
    sheet.say(
        "The carrier chooses: {rate} of {value} is {by_value}, or {by_item} for the item ({source}).",
        rate=percent(rate), value=value, by_value=by_value, by_item=by_item, source=sources,
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
    sheet.say(formal if entry is Entry.FORMAL else informal, value=value, source=limit.source if limit else "asked for")
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
