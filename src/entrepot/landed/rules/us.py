"""United States: which entry, which duties stack on a line, and the fees of the entry."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from entrepot.customs.rules import covering, fees_on, measures_on, spared, threshold_on
from entrepot.customs.terms import Measure, Relation, Specific
from entrepot.landed.rules.working import (
    CENT,
    ZERO,
    Line,
    Sheet,
    Source,
    Stop,
    minor,
    percent,
    rate_due,
    refused,
    round_each,
    round_sum,
    spread,
    unknown,
)
from entrepot.landed.terms import Alternative, Entry, Mode, Span, Status

_OVERLAYS: Final = (
    "s301_cn", "s301_br", "s301_fl", "ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil", "s122", "s232",
    "s201", "s338",
)  # fmt: skip
_IEEPA: Final = ("ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil")
_USMCA: Final = frozenset({"CA", "MX", "US"})
_DOLLAR: Final = Decimal(1)


def worked(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the United States.

    Source: 19 USC 1321, 1401a; 19 CFR 10.151, 24.22, 24.23, 141.68, 143; HTS 2026 with chapter 99; EO 14256, 14324,
    14388. Read 22 November 2026.
    """
    _valued(sheet)
    if _exempt_by_value(sheet) or _postal(sheet):
        return
    entry = _entry(sheet)
    for line in sheet.lines:
        _line(sheet, line)
    _fees(sheet, entry)


def _valued(sheet: Sheet) -> None:
    # Source: 19 USC 1401a(b)(4)(A): international freight and insurance are left out only when identified separately.
    if not sheet.request.freight_itemised and (sheet.freight or sheet.insurance):
        carried = sheet.freight + sheet.insurance
        for line, share in zip(sheet.lines, spread(carried, sheet.lines, "USD"), strict=True):
            line.value += share
        sheet.say(f"Freight and insurance of {carried} are not itemised and stay in the value (19 USC 1401a).")
    sheet.customs_value = sheet.goods_value
    for line in sheet.lines:
        if "USMCA" in line.claims and line.asked.origin not in _USMCA:
            line.claims = {name: detail for name, detail in line.claims.items() if name != "USMCA"}
            sheet.note(f"Line {line.index}: goods of {line.asked.origin} cannot originate under USMCA; not counted.")


def _exempt_by_value(sheet: Sheet) -> bool:
    if sheet.request.entry is not Entry.AUTO:
        return False
    origins = [line.asked.origin for line in sheet.lines]
    limit = threshold_on(law=sheet.law, name="de_minimis", origins=origins, mode=sheet.request.mode)
    name = "de_minimis"
    if all(line.asked.facts.get("gift") for line in sheet.lines):
        gift = threshold_on(law=sheet.law, name="gift", origins=origins, mode=sheet.request.mode)
        if gift is not None and (limit is None or sheet.goods_value > limit.amount):
            limit, name = gift, "gift"
    if limit is None:
        sheet.say(f"On {sheet.law.on} no exemption by value is open for goods of {', '.join(sorted(set(origins)))}.")
        return False
    if sheet.goods_value > limit.amount:
        sheet.say(f"{sheet.goods_value} is over the exemption of USD {limit.amount.normalize():f} ({limit.source}).")
        return False
    sheet.regime = name
    sheet.say(f"{sheet.goods_value} is within the exemption of USD {limit.amount.normalize():f} ({limit.source}).")
    return True


def _postal(sheet: Sheet) -> bool:
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
        sheet.say(f"Postal item: {rates[0].rate.text} of {value} in place of the duties by code ({rates[0].source}).")
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
    sheet.say(f"The carrier chooses: {percent(rate)} of {value} is {by_value}, or {by_item} for the item ({sources}).")
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


def _entry(sheet: Sheet) -> str:
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
            sheet.say(f"Postal informal entry: {value} is not over USD 2,500; a qualified party files it, no mail fee.")
            return ""
    sheet.regime = "formal_entry" if entry is Entry.FORMAL else "informal_entry"
    sheet.say(f"{sheet.regime.replace('_', ' ').capitalize()} of {value} ({limit.source if limit else 'asked for'}).")
    return entry.value


def _line(sheet: Sheet, line: Line) -> None:
    goods = covering(law=sheet.law, code=line.code) if line.code else None
    if goods is None:
        sheet.say(f"Line {line.index}: the code {line.code or '(none)'} is not in the loaded schedule.")
        raise unknown("code_unknown")
    # Source: CBP Form 7501 instructions: entered value in whole dollars, half up.
    entered = line.value.quantize(_DOLLAR, ROUND_HALF_UP)
    found = [
        measure
        for measure in sheet.measures(line)
        if (not measure.claim or measure.claim in line.claims)
        and not spared(measure=measure, claims=line.claims, on=sheet.law.on)
    ]
    first = len(sheet.parts)
    base = _base(sheet, line, entered, found)
    rest = _metals(sheet, line, entered, found)
    for kind in _OVERLAYS:
        if kind != "s232":
            _overlay(sheet, line, [measure for measure in found if measure.kind == kind], (entered, rest, base))
    parts = sheet.parts[first:]
    round_sum(parts, "USD")
    shown = " + ".join(f"{part.rate} {part.kind}" for part in parts)
    due = sum((part.amount for part in parts), ZERO)
    sheet.say(f"Line {line.index}: {line.code} of {line.asked.origin}, entered at {entered}: {shown} = {due}.")


def _base(sheet: Sheet, line: Line, entered: Decimal, found: Sequence[Measure]) -> Decimal:
    rows = [measure for measure in found if measure.kind == "base"]
    if not rows:
        raise unknown("rate_unknown")
    instead = [measure for measure in rows if measure.relation is Relation.INSTEAD]
    due, _, chosen = min(
        (rate_due(measure, entered, line), position, measure) for position, measure in enumerate(instead or rows)
    )
    sheet.add("base", line.index, entered, chosen.rate.text, due, chosen)
    return due


def _metals(sheet: Sheet, line: Line, entered: Decimal, found: Sequence[Measure]) -> Decimal:
    """Charge section 232, on the full value or a named part; what is left of the value for those it shuts out."""
    rest = entered
    for measure in found:
        if measure.kind != "s232":
            continue
        value = entered
        if measure.base != "value":
            part = line.asked.measures.get(measure.base.replace("content:", "value:"))
            if part is None:
                sheet.say(f"Line {line.index}: {measure.base} must be known ({measure.source}).")
                raise unknown("quantity_missing")
            value = min(part, entered)
        rest -= value
        sheet.add("s232", line.index, value, measure.rate.text, rate_due(measure, value, line), measure)
    return max(rest, ZERO)


def _overlay(sheet: Sheet, line: Line, rows: Sequence[Measure], values: tuple[Decimal, Decimal, Decimal]) -> None:
    entered, rest, base = values
    exempt = next((measure for measure in rows if measure.relation is Relation.EXEMPT), None)
    charged = [measure for measure in rows if measure.relation is not Relation.EXEMPT]
    if exempt is not None and charged:
        sheet.assumed(exempt)
        sheet.say(f"Line {line.index}: spared from {exempt.kind} ({exempt.source}).")
        return
    highest = [measure for measure in charged if measure.relation is Relation.HIGHEST]
    if len(highest) > 1:
        # Lists replace one another: the highest rate of a line counts, they never add up.
        top = max(highest, key=lambda measure: measure.rate.ad_valorem or ZERO)
        charged = [measure for measure in charged if measure not in highest or measure is top]
    for measure in charged:
        value = rest if "s232" in measure.shut_out_by else entered
        if not value:
            continue
        due, text = rate_due(measure, value, line), measure.rate.text
        if measure.relation is Relation.TOP_UP:
            due = max(ZERO, due - (base * value / entered if entered else ZERO))
            text = f"{text} total with base"
        sheet.add(measure.kind, line.index, value, text, due, measure)


def _fees(sheet: Sheet, entry: str) -> None:
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
        sheet.say(f"{fee.kind}: {text} is {part.amount} ({fee.source}).")
