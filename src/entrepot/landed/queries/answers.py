"""Answers to single requests with the law and the rates of the day."""

from datetime import date, datetime

from entrepot.customs import queries as customs
from entrepot.customs.terms import LawMissing, LoadUnknown
from entrepot.landed.rules import lawless_answer, needed_rates, worked
from entrepot.landed.terms import STRICT, Policy, QuoteAnswer, QuoteRequest, Worked
from entrepot.rates import queries as rates
from entrepot.rates.terms import Rate, RateMissing


def answer(*, request: QuoteRequest, policy: Policy = STRICT, data_version: str = "") -> QuoteAnswer:
    """The answer to one request by the law of its day and destination; at the exchange rates its authority takes.

    data_version: of an earlier answer, to have it again by the law as it was known; else by all that is known now.
    Exchange rates are the day's, which are never overwritten; only a frozen quote keeps its own (`replays`). An unknown
    destination or a missing rate is answered as unknown, never raised. Raises LoadUnknown.
    """
    return reasoned(request=request, policy=policy, data_version=data_version).answer


def reasoned(*, request: QuoteRequest, policy: Policy = STRICT, data_version: str = "") -> Worked:
    """The answer of `answer` with its reasoning as steps, to be told in the reader's language."""
    as_of = customs.load_named(version=data_version) if data_version else None
    try:
        law = customs.law(destination=request.destination, on=request.on, as_of=as_of)
    except LawMissing as missing:
        if data_version:
            raise LoadUnknown(version=data_version) from missing
        return Worked(lawless_answer(request=request), (), ())
    if data_version not in ("", law.version):
        # It names another authority's load.
        raise LoadUnknown(version=data_version)
    pairs = needed_rates(request=request, currency=law.currency)
    found = official_rates(pairs=pairs, currency=law.currency, on=request.on)
    return worked(request=request, law=law, policy=policy, rates=found)


def official_rates(*, pairs: frozenset[tuple[str, str]], currency: str, on: date) -> dict[tuple[str, str], Rate]:
    """Those of the wanted rates (base, quote) that the authority counting in `currency` takes on a day, where known."""
    found = {}
    for base, quote in pairs:
        try:
            found[base, quote] = rates.official_rate(base=base, quote=quote, currency=currency, on=on)
        except RateMissing:
            continue
    return found


def known_rates(*, pairs: frozenset[tuple[str, str]], at: datetime) -> dict[tuple[str, str], Rate]:
    """Those of the wanted rates (base, quote) that are known at a moment."""
    found = {}
    for base, quote in pairs:
        try:
            found[base, quote] = rates.rate(base=base, quote=quote, at=at)
        except RateMissing:
            continue
    return found
