"""How a price was made, line by line, for the shopper, the merchant and the operator: one page in three frames."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from entrepot.kernel.money import Money
from entrepot.landed.rules import ConsignmentTold, PartTold, citation, told_quote
from entrepot.landed.terms import BasketQuote, LineQuote, PromotionQuote, Replay, Verdict
from entrepot.rates.terms import Rate
from entrepot.web.templating import country, language, text

# Label, amount or none when unknown, explanation, kind ('' line, 'part' of the line above, 'sum').
Row = tuple[str, Money | None, str, str]

_VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.SAME: (gettext_noop("The same to the cent"), "arrived"),
    Verdict.REWORDED: (gettext_noop("The same to the cent; a source is written otherwise"), "arrived"),
    Verdict.DIFFERS: (gettext_noop("It comes to something else"), "refused"),
    Verdict.NO_LAW: (gettext_noop("Within one country: no customs law was asked"), "quiet"),
    Verdict.LAW_GONE: (gettext_noop("The tariff data it was made with is not loaded here"), "refused"),
}


class Parts(Protocol):
    """Anything whose total is the sum of these five."""

    @property
    def goods(self) -> Money: ...
    @property
    def freight(self) -> Money: ...
    @property
    def duty(self) -> Money: ...
    @property
    def tax(self) -> Money: ...
    @property
    def fees(self) -> Money: ...


def opening_rows(parts: Parts, promotions: Sequence[PromotionQuote], route: str = "") -> list[Row]:
    """Goods and delivery at their prices, each followed by what promotions take off it."""
    goods, freight = parts.goods, parts.freight
    for one in promotions:
        goods, freight = goods + one.goods, freight + one.freight
    rows: list[Row] = [(_("Goods"), goods, "", "")]
    rows += [(text(one.title), -one.goods, _code_of(one), "") for one in promotions if one.goods]
    rows.append((_("Delivery"), freight, route, ""))
    rows += [(text(one.title), -one.freight, _code_of(one), "") for one in promotions if one.freight]
    return rows


def _code_of(one: PromotionQuote) -> str:
    return _("code %(code)s") % {"code": one.code} if one.code else ""


@dataclass(frozen=True, slots=True)
class GoodsShown:
    """An article of the parcel and what customs saw of it."""

    title: str
    goods_code: str
    origin: str
    quantity: int
    goods: Money


@dataclass(frozen=True, slots=True)
class PartShown:
    """One duty, tax or fee. on: the article it falls on, empty for the whole parcel."""

    label: str
    on: str
    base: Money
    rate: str
    amount: Money
    source: str
    valid_from: date
    valid_until: date | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class CheckShown:
    """The parcel worked out again. differences: what, as it was, as it comes out."""

    words: str
    tone: str
    data_version: str
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """One consignment explained."""

    merchant_name: str
    ship_from: str
    regime: str
    law_of: date | None
    goods: tuple[GoodsShown, ...]
    rows: tuple[Row, ...]
    parts: tuple[PartShown, ...]
    total: Money
    rounding: str
    trace: tuple[str, ...]
    notes: tuple[str, ...]
    annual_used_after: Money | None
    check: CheckShown | None


@dataclass(frozen=True, slots=True)
class RateShown:
    """An exchange rate that prices were told with."""

    base: str
    quote: str
    value: str
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class PriceShown:
    """A whole quote explained. to: the destination's name."""

    ref: str
    to: str
    total: Money
    made_at: datetime
    valid_until: datetime
    data_version: str
    parcels: tuple[ParcelShown, ...]
    rates: tuple[RateShown, ...]


def explained(quote: BasketQuote, *, merchant_id: int | None = None, checks: Sequence[Replay] = ()) -> PriceShown:
    """The quote as the page shows it. merchant_id: only this merchant's parcels; checks: the quote worked out again."""
    tag = language()
    told = told_quote(quote=quote, translate=_, cite=lambda source: citation(source, tag))
    by_number = {check.number: check for check in checks}
    parcels = tuple(
        _parcel(one, by_number.get(one.number))
        for one in told.consignments
        if merchant_id is None or one.quoted.merchant_id == merchant_id
    )
    return PriceShown(
        ref=quote.ref,
        to=country(quote.destination),
        total=quote.total if merchant_id is None else Money.total((each.total for each in parcels), quote.currency),
        made_at=quote.made_at,
        valid_until=quote.valid_until,
        data_version=quote.data_version,
        parcels=parcels,
        rates=rates_shown(told.rates),
    )


def rates_shown(rates: Iterable[Rate]) -> tuple[RateShown, ...]:
    """Exchange rates with their source in the reader's language."""
    tag = language()
    return tuple(
        RateShown(rate.base, rate.quote, f"{rate.value:.6f}".rstrip("0"), citation(rate.source, tag), rate.on)
        for rate in rates
    )


def _parcel(told: ConsignmentTold, check: Replay | None) -> ParcelShown:
    quoted = told.quoted
    rows = opening_rows(quoted, quoted.promotions)
    families = ((_("Duty"), quoted.duty), (_("Tax"), quoted.tax), (_("Customs fees"), quoted.fees))
    rows += [(label, amount, "", "") for label, amount in families if amount]
    rows.append((_("This parcel"), quoted.total, "", "sum"))
    return ParcelShown(
        merchant_name=quoted.merchant_name,
        ship_from=country(quoted.ship_from),
        regime=told.regime,
        law_of=told.on,
        goods=tuple(_goods(line) for line in quoted.lines),
        rows=tuple(rows),
        parts=tuple(_part(part) for part in told.parts),
        total=quoted.total,
        rounding=told.rounding,
        trace=told.trace,
        notes=told.notes,
        annual_used_after=quoted.annual_used_after,
        check=_check(check) if check else None,
    )


def _goods(line: LineQuote) -> GoodsShown:
    valued = line.goods + line.relief.undeducted if line.relief else line.goods
    return GoodsShown(text(line.title), line.goods_code, country(line.origin), line.quantity, valued)


def _part(part: PartTold) -> PartShown:
    return PartShown(
        label=part.label,
        on=text(part.goods) if part.goods is not None else "",
        base=part.base,
        rate=part.rate,
        amount=part.amount,
        source=part.source,
        valid_from=part.valid_from,
        valid_until=part.valid_until,
        assumed=part.assumed,
    )


def _check(found: Replay) -> CheckShown:
    words, tone = _VERDICTS[found.verdict]
    differences = tuple((each.what, each.then, each.now) for each in found.differences)
    return CheckShown(_(words), tone, found.data_version, differences)
