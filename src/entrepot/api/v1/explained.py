"""A frozen quote explained: every part with base, rate, legal source and validity, in the language asked for."""

from datetime import date, datetime

import msgspec
from django.utils.translation import get_language, gettext
from dmr import Path

from entrepot.api.door import Door
from entrepot.api.v1.baskets import as_shopper
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.quoting import PromotionOut, Sums, promotions_out, sums_of
from entrepot.api.v1.values import Amount, Words, amount
from entrepot.landed import queries as landed
from entrepot.landed.rules import ConsignmentTold, PartTold, citation, told_quote


class PartOut(msgspec.Struct):
    """One duty, tax or fee: `base` at `rate` is `amount`. goods: the line it is on, null for the whole consignment.

    valid_until: the first day it no longer holds, where that is known. assumed: a later figure is not published yet.
    """

    kind: str
    label: str
    goods: Words | None
    base: Amount
    rate: str
    amount: Amount
    source: str
    valid_from: date
    valid_until: date | None
    assumed: bool


class ExplainedOut(msgspec.Struct):
    """One consignment: the way it enters, the day whose law was asked, the parts, and the reasoning in order."""

    merchant: str
    ship_from: str
    regime: str
    regime_name: str
    law_of: date | None
    sums: Sums
    parts: list[PartOut]
    rounding: str
    notes: list[str]
    trace: list[str]
    annual_used_after: Amount | None


class RateOut(msgspec.Struct):
    """One `base` was `value` of `quote`."""

    base: str
    quote: str
    value: str
    source: str
    on: date


class QuoteExplainedOut(msgspec.Struct):
    """A frozen quote with everything that explains it."""

    ref: str
    destination: str
    sums: Sums
    promotions: list[PromotionOut]
    made_at: datetime
    valid_until: datetime
    data_version: str
    rates: list[RateOut]
    consignments: list[ExplainedOut]


class QuoteDoor(Door):
    """One frozen quote, explained."""

    scope = "shop"
    tags = ("shopping",)

    def get(self, parsed_path: Path[RefPath]) -> QuoteExplainedOut:
        """How the price was made, in the language of Accept-Language; expired quotes stay readable."""
        quote = landed.quote_for(viewer=as_shopper(self.viewer), ref=parsed_path.ref)
        tag = get_language() or "en"
        told = told_quote(quote=quote, translate=gettext, cite=lambda source: citation(source, tag))
        return QuoteExplainedOut(
            ref=quote.ref,
            destination=quote.destination,
            sums=sums_of(quote),
            promotions=promotions_out(quote.promotions),
            made_at=quote.made_at,
            valid_until=quote.valid_until,
            data_version=quote.data_version,
            rates=[
                RateOut(rate.base, rate.quote, f"{rate.value:f}", citation(rate.source, tag), rate.on)
                for rate in told.rates
            ],
            consignments=[_consignment(one) for one in told.consignments],
        )


def _consignment(told: ConsignmentTold) -> ExplainedOut:
    quoted = told.quoted
    return ExplainedOut(
        merchant=quoted.merchant_name,
        ship_from=quoted.ship_from,
        regime=quoted.regime,
        regime_name=told.regime,
        law_of=told.on,
        sums=sums_of(quoted),
        parts=[_part(part) for part in told.parts],
        rounding=told.rounding,
        notes=list(told.notes),
        trace=list(told.trace),
        annual_used_after=amount(quoted.annual_used_after) if quoted.annual_used_after else None,
    )


def _part(part: PartTold) -> PartOut:
    return PartOut(
        kind=part.kind,
        label=part.label,
        goods=dict(part.goods) if part.goods is not None else None,
        base=amount(part.base),
        rate=part.rate,
        amount=amount(part.amount),
        source=part.source,
        valid_from=part.valid_from,
        valid_until=part.valid_until,
        assumed=part.assumed,
    )
