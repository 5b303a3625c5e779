"""From a request to its answer: restrictions first, then the destination's own sheet, then sums."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec
from msgspec import UNSET

from entrepot.customs.rules import restriction_on
from entrepot.customs.terms import Law, Verdict
from entrepot.kernel.money import exponent
from entrepot.landed.rules import abroad, china, us
from entrepot.landed.rules.china.articles import article_code
from entrepot.landed.rules.shares import family_of
from entrepot.landed.rules.telling import sentences
from entrepot.landed.rules.us_sales_tax import sales_tax
from entrepot.landed.rules.working import ZERO, Part, Rounder, Sheet, Stop, opened, unknown
from entrepot.landed.terms import (
    ROUNDING,
    STRICT,
    Component,
    Mode,
    Policy,
    QuoteAnswer,
    QuoteRequest,
    RequestInvalid,
    Status,
    Step,
    Worked,
)
from entrepot.rates.terms import Rate

_NULL_ORIGIN: Final = re.compile(rb'"origin"\s*:\s*null')
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_CHINESE: Final = frozenset({Mode.CBEC_BONDED, Mode.CBEC_DIRECT, Mode.PERSONAL})
# Amounts of another currency in an authority's law. Source: Enforcement Rule of the Korean Customs Act art. 45, limits in
# US dollars; UK tariff, agricultural duties in euro.
_FOREIGN: Final = {"KRW": "USD", "GBP": "EUR"}
_WHOLE: Final = Decimal(100)
_MOST: Final = Decimal(10) ** 15


def request_of(*, body: bytes | str) -> QuoteRequest:
    """The request in a JSON text of the contract. Raises RequestInvalid naming the unknown or wrong key."""
    try:
        request = msgspec.json.decode(_without_null_origins(body), type=QuoteRequest)
    except msgspec.DecodeError as wrong:
        raise RequestInvalid(why=str(wrong)) from wrong
    why = next(_complaints(request), "")
    if why:
        raise RequestInvalid(why=why)
    return request


def _without_null_origins(body: bytes | str) -> bytes | str:
    """An origin of null is one left out: nobody knows it."""
    text = body if isinstance(body, bytes) else body.encode()
    if not _NULL_ORIGIN.search(text):
        return body
    found = msgspec.json.decode(text)
    lines = found.get("lines") if isinstance(found, dict) else None
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and line.get("origin", "") is None:
            del line["origin"]
    return msgspec.json.encode(found)


def _complaints(request: QuoteRequest) -> Iterator[str]:
    if not request.lines:
        yield "`lines` is empty"
    countries = [("destination", request.destination), ("ship_from", request.ship_from)]
    currencies = [("currency", request.currency)]
    amounts = [("freight", request.freight), ("insurance", request.insurance), ("annual_used", request.annual_used)]
    for i, line in enumerate(request.lines):
        countries.append((f"lines[{i}].origin", line.origin))
        currencies.append((f"lines[{i}].currency", line.currency))
        amounts.append((f"lines[{i}].value", line.value))
        amounts.extend((f"lines[{i}].measures.{unit}", count) for unit, count in line.measures.items())
        given = line.given
        shares = {
            name: share
            for name in ("duty_pct", "vat_pct", "consumption_tax_pct", "articles_rate_pct", "gst_pct")
            if (share := getattr(given, name)) is not None
        }
        amounts.extend((f"lines[{i}].given.{name}", share) for name, share in shares.items())
        if line.quantity < 1:
            yield f"`lines[{i}].quantity` is below one"
        if shares.get("consumption_tax_pct", ZERO) >= _WHOLE:
            yield f"`lines[{i}].given.consumption_tax_pct` is 100 or more"
    yield from (f"`{name}` is no ISO 3166 country" for name, text in countries if not _COUNTRY.fullmatch(text))
    yield from (f"`{name}` is no ISO 4217 currency" for name, text in currencies if not _CURRENCY.fullmatch(text))
    yield from (
        f"`{name}` is no plain amount" for name, sum_ in amounts if not sum_.is_finite() or not 0 <= sum_ < _MOST
    )


def needed_rates(*, request: QuoteRequest, currency: str) -> frozenset[tuple[str, str]]:
    """The exchange rates (base, quote) that the request takes with an authority that counts in `currency`."""
    pairs = {(line.currency, currency) for line in request.lines} | {
        (request.currency, currency), (currency, request.currency),
    }  # fmt: skip
    return frozenset(pair for pair in pairs if pair[0] != pair[1]) | foreign_rates(currency=currency)


def foreign_rates(*, currency: str) -> frozenset[tuple[str, str]]:
    """The exchange rates (base, quote) that the law itself takes of an authority that counts in `currency`."""
    return frozenset({(_FOREIGN[currency], currency)} if currency in _FOREIGN else ())


def quote(
    *,
    request: QuoteRequest,
    law: Law,
    policy: Policy = STRICT,
    rates: Mapping[tuple[str, str], Rate] | None = None,
) -> QuoteAnswer:
    """What customs takes on one consignment, part by part; refused, a range or unknown where that is the truth.

    law: that of the request's destination and day. rates: see `needed_rates`; a missing one makes the answer unknown.
    The same arguments give the same answer. Source: each component names its own.
    """
    return worked(request=request, law=law, policy=policy, rates=rates).answer


def worked(
    *,
    request: QuoteRequest,
    law: Law,
    policy: Policy = STRICT,
    rates: Mapping[tuple[str, str], Rate] | None = None,
) -> Worked:
    """The answer of `quote` with its reasoning and notes as steps, to be told in the reader's language."""
    sheet: Sheet | None = None
    try:
        sheet = opened(request=request, law=law, policy=policy, rates=rates or {})
        _restrictions(sheet)
        _way(law, request.mode)(sheet)
        if law.currency == "USD":
            sales_tax(sheet)
    except Stop as stop:
        if sheet is not None and stop.missing is not None:
            sheet.trace.append(stop.missing)
            sheet.notes.append(stop.missing)
        answer = _stopped(request, law, sheet, stop)
    else:
        answer = _summed(sheet, rates or {})
    return Worked(answer, tuple(sheet.trace) if sheet else (), tuple(sheet.notes) if sheet else ())


def _way(law: Law, mode: Mode) -> Callable[[Sheet], None]:
    ways = {
        "USD": us.worked,
        "CNY": china.worked,
        "EUR": abroad.european,
        "GBP": abroad.british,
        "CAD": abroad.canadian,
        "JPY": abroad.japanese,
        "KRW": abroad.korean,
        "AUD": abroad.australian,
    }
    found = ways.get(law.currency)
    if found is None:
        raise unknown("destination_unknown")
    # Retail CBEC and personal articles are ways of Chinese law; travellers' allowances elsewhere are not loaded.
    if law.currency != "CNY" and mode in _CHINESE and not (law.currency == "JPY" and mode is Mode.PERSONAL):
        raise unknown("mode_unknown")
    return found


def _restrictions(sheet: Sheet) -> None:
    by_post = sheet.law.currency == "CNY" and sheet.request.mode in (Mode.PERSONAL, Mode.POST)
    for line in sheet.lines:
        if by_post and article_code(sheet, line):
            # A code of the articles table is no goods code: 0101 is milk powder there, live horses here.
            continue
        found = restriction_on(
            law=sheet.law,
            code=line.code,
            origin=line.asked.origin,
            mode=sheet.request.mode,
            claims=frozenset(line.claims),
        )
        if found is not None and line.code:
            sheet.say(
                "Line {line}: {text} ({source})", line=line.index, text=Step(found.text["en"]), source=found.source
            )
            sheet.note(found.text["en"])
            prohibited = found.verdict is Verdict.PROHIBITED
            ways = ("cbec_direct", "general_trade") if found.modes and sheet.law.currency == "CNY" else ()
            raise Stop(Status.REFUSED, "prohibited" if prohibited else "licence_missing", alternatives=ways)
    if sheet.lines:
        sheet.say("Nothing that is loaded forbids the goods this way.")


def _stopped(request: QuoteRequest, law: Law, sheet: Sheet | None, stop: Stop) -> QuoteAnswer:
    same = request.currency == law.currency
    return QuoteAnswer(
        id=request.id,
        status=stop.status,
        currency=request.currency if same or stop.span is None else law.currency,
        customs_value=None,
        duty=None,
        tax=None,
        fees=None,
        total=None,
        range=stop.span,
        regime=stop.regime,
        components=(),
        notes=sentences(sheet.notes) if sheet else (),
        reason=stop.reason,
        alternatives=stop.alternatives,
        annual_used_after=None,
        data_version=law.version,
        trace=sentences(sheet.trace) if sheet else (),
    )


def _summed(sheet: Sheet, rates: Mapping[tuple[str, str], Rate]) -> QuoteAnswer:
    request, law = sheet.request, sheet.law
    unit = Decimal(1).scaleb(-exponent(request.currency))
    rate = None
    if request.currency != law.currency:
        rate = rates.get((law.currency, request.currency))
        if rate is None:
            return _stopped(request, law, sheet, unknown("exchange_rate_missing"))
        sheet.say(
            "Parts are told in {currency} at {rate} ({source}, {on}), each rounded.",
            currency=request.currency,
            rate=rate.value,
            source=rate.source,
            on=rate.on,
        )

    def told(amount: Decimal) -> Decimal:
        return (amount if rate is None else amount * rate.value).quantize(unit, ROUND_HALF_EVEN)

    components = [_component(part, told) for part in sheet.parts]
    sums = {"duty": ZERO, "tax": ZERO, "fees": ZERO}
    for component in components:
        sums[family_of(kind=component.kind)] += component.amount
    duty, tax, fees = (sums[name].quantize(unit) for name in ("duty", "tax", "fees"))
    rounding = ROUNDING.get(law.currency)
    if rounding is not None:
        sheet.trace.append(rounding)
    sheet.say(
        "Duty {duty}, tax {tax}, fees {fees}: {total} {currency}.",
        duty=duty,
        tax=tax,
        fees=fees,
        total=duty + tax + fees,
        currency=request.currency,
    )
    return QuoteAnswer(
        id=request.id,
        status=Status.AMOUNT,
        currency=request.currency,
        customs_value=None if sheet.customs_value is None else told(sheet.customs_value),
        duty=duty,
        tax=tax,
        fees=fees,
        total=duty + tax + fees,
        range=None,
        regime=sheet.regime,
        components=tuple(components),
        notes=sentences(sheet.notes),
        reason=None,
        alternatives=(),
        annual_used_after=sheet.annual_used_after,
        data_version=law.version,
        trace=sentences(sheet.trace),
    )


def _component(part: Part, told: Rounder) -> Component:
    return Component(
        kind=part.kind,
        line=part.line,
        base=told(part.base),
        rate=part.rate,
        amount=told(part.amount),
        source=part.source,
        valid_from=part.valid_from,
        assumed=part.assumed or UNSET,
        valid_until=part.valid_until or UNSET,
    )


def lawless_answer(*, request: QuoteRequest) -> QuoteAnswer:
    """The answer where no customs law of the destination is loaded: unknown."""
    return _empty(request.id, Status.UNKNOWN, request.currency, "destination_unknown", ())


def invalid_answer(*, identity: str, why: str) -> QuoteAnswer:
    """The answer to a request that cannot be read: refused, with the wrong key named."""
    return _empty(identity, Status.REFUSED, "", "request_invalid", (why,))


def _empty(identity: str, status: Status, currency: str, reason: str, notes: tuple[str, ...]) -> QuoteAnswer:
    return QuoteAnswer(
        id=identity,
        status=status,
        currency=currency,
        customs_value=None,
        duty=None,
        tax=None,
        fees=None,
        total=None,
        range=None,
        regime=None,
        components=(),
        notes=notes,
        reason=reason,
        alternatives=(),
        annual_used_after=None,
        data_version="",
        trace=(),
    )
