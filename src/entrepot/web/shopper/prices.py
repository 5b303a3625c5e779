"""The landed price as the shop shows it: the sum, its parts in a customs broker's order, and the reasons against it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import Card, SaleLine
from entrepot.kernel.errors import fill
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.rules import citation
from entrepot.landed.terms import KINDS, REASONS, REGIMES, Component, LandedPrice, PriceAsk, PromotionQuote
from entrepot.search.terms import Piece
from entrepot.web.explained import Parts, Row, opening_rows
from entrepot.web.templating import country, language, text
from entrepot.web.viewer import Place

_KEPT_MOST: Final = 4_000


class _Minute:
    """What was asked within the present minute."""

    at = datetime.min.replace(tzinfo=UTC)
    known: ClassVar[dict[tuple[PriceAsk, Place], LandedPrice]] = {}


# Of what the tariff has to say, the part that is for shoppers; the rest is for brokers and stands in the quote.
_NOTES: Final = frozenset(
    {
        gettext_noop("US state and local sales tax is not included."),
        gettext_noop("Sales tax is that of the state; county and city rates are not included."),
        gettext_noop(
            "Without a province the tax is the federal 5 %; harmonised and provincial taxes are not included."
        ),
        gettext_noop("A tax of no more than CNY 50 a consignment is not levied."),
        gettext_noop("The tax is waived, being no more than CNY 50."),
        gettext_noop("VAT is collected at the sale (IOSS)."),
        gettext_noop("VAT is collected at the sale."),
        gettext_noop("VAT is collected at import."),
        gettext_noop("GST is collected at the sale."),
    }
)
_FEES: Final = frozenset({"mpf", "hmf", "waybill_fee", "mail_fee"})
_TAXES: Final = frozenset({"sales_tax", "consumption_tax", "vat", "gst", "pst", "articles_tax"})


@dataclass(frozen=True, slots=True)
class Price:
    """One unit at the shopper's door. total none: `why` and `remedy` say what stands against it."""

    total: Money | None
    rows: tuple[Row, ...]
    goods: Money
    regime: str
    days_min: int
    days_max: int
    why: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoodsCard:
    """A listing in a list of goods."""

    ref: str
    title: str
    pieces: tuple[Piece, ...]
    picture: str
    price: Money
    landed: bool
    more_prices: bool
    compare_at: Money | None
    merchant_name: str
    channel: str
    origin: str
    ships_from: str
    days_min: int
    days_max: int
    why: str
    answer: LandedPrice | None = None


def reason_of(code: str, facts: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Why something cannot be had this way, and what to do, in the reader's language."""
    message, remedy = REASONS.get(code.partition(":")[0].replace("rate_unknown_from", "rate_unknown"), ("", ""))
    if not message:
        return _("It cannot be had this way."), _("Choose another destination or article.")
    return fill(_(message), facts or {}), fill(_(remedy), facts or {})


def notes_of(notes: Iterable[str]) -> tuple[str, ...]:
    """What a shopper should know besides the figures."""
    return tuple(_(note) for note in notes if note in _NOTES)


def regime_name(regime: str) -> str:
    """The legal way in, as a shopper may read it."""
    return _(REGIMES[regime].template) if regime in REGIMES else regime.replace("_", " ")


def _component_row(component: Component, currency: str) -> Row:
    label = _(KINDS[component.kind].template) if component.kind in KINDS else component.kind
    rate = component.rate.replace(", waived", _(", not levied")).replace(" x ", " × ")
    rate = rate if rate != "Free" else _("free")
    why = " · ".join(part for part in (rate, citation(component.source, language())) if part)
    if isinstance(component.assumed, str):
        forward = _("carried forward")
        why = f"{why} · {forward}"
    return label, Money.of(component.amount, currency), why, "part"


def _merged(components: Sequence[Component]) -> list[Component]:
    """Components of the same kind, rate and source as one line: a basket of ten articles is not ten lines of duty."""
    merged: dict[tuple[str, str, str], Component] = {}
    for each in components:
        key = (each.kind, each.rate, each.source)
        known = merged.get(key)
        merged[key] = each if known is None else Component(
            kind=each.kind, line=None, base=known.base + each.base, rate=each.rate, amount=known.amount + each.amount,
            source=each.source, valid_from=each.valid_from, assumed=each.assumed,
        )  # fmt: skip
    return list(merged.values())


def rows_of(
    parts: Parts,
    *,
    components: Sequence[Component],
    regime: str,
    total_label: str,
    route: str = "",
    promotions: Sequence[PromotionQuote] = (),
) -> tuple[Row, ...]:
    """The parts of a landed price in a broker's order: goods, delivery, duty, tax, fees, each with its own parts."""
    currency = parts.goods.currency
    merged = _merged(components)
    duties = [_component_row(each, currency) for each in merged if each.kind not in _FEES | _TAXES]
    taxes = [_component_row(each, currency) for each in merged if each.kind in _TAXES]
    fees = [_component_row(each, currency) for each in merged if each.kind in _FEES]
    rows = opening_rows(parts, promotions, route)
    if regime.startswith("cbec"):
        rows += [(_("CBEC consolidated tax"), parts.duty + parts.tax, regime_name(regime), ""), *duties, *taxes]
    elif regime == "personal_articles":
        rows += [(_("Tax on personal articles"), parts.duty + parts.tax, "", ""), *duties, *taxes]
    else:
        if regime != "domestic" or parts.duty:
            rows += [(_("Duty"), parts.duty, regime_name(regime), ""), *duties]
        if parts.tax or taxes:
            rows += [(_("Tax"), parts.tax, "", ""), *taxes]
    if parts.fees or fees:
        rows += [(_("Customs fees"), parts.fees, "", ""), *fees]
    total = parts.goods + parts.freight + parts.duty + parts.tax + parts.fees
    rows.append((total_label, total, "", "sum"))
    return tuple(rows)


def account(
    parts: Parts, *, regimes: Iterable[str], total_label: str, promotions: Sequence[PromotionQuote] = ()
) -> tuple[Row, ...]:
    """A whole basket or order in one short account; its parcels hold the details."""
    rows = opening_rows(parts, promotions)
    if all(regime.startswith("cbec") for regime in regimes):
        rows.append((_("CBEC consolidated tax"), parts.duty + parts.tax, "", ""))
    else:
        rows += [(label, part, "", "") for label, part in ((_("Duty"), parts.duty), (_("Tax"), parts.tax)) if part]
    if parts.fees:
        rows.append((_("Customs fees"), parts.fees, "", ""))
    total = parts.goods + parts.freight + parts.duty + parts.tax + parts.fees
    rows.append((total_label, total, "", "sum"))
    return tuple(rows)


def shown(price: LandedPrice, *, ship_from: str, destination: str) -> Price:
    """A landed price for a listing page."""
    if price.total is None:
        why, remedy = reason_of(price.reason or "")
        return Price(None, (), price.goods, "", 0, 0, why, remedy)
    route = _("%(origin)s to %(destination)s") % {"origin": country(ship_from), "destination": country(destination)}
    rows = rows_of(price, components=price.components, regime=price.regime, total_label=_("Landed price"), route=route)
    return Price(
        price.total,
        rows,
        price.goods,
        regime_name(price.regime),
        price.days_min,
        price.days_max,
        notes=notes_of(price.notes),
    )


def ask_of(line: SaleLine, destination: str) -> PriceAsk | None:
    """What to ask of one unit; nothing when its weight is not known."""
    if not line.gross_grams:
        return None
    return PriceAsk(
        variant_id=line.variant_id,
        merchant_id=line.merchant_id,
        channel=line.channel,
        price=line.price,
        goods_code=line.goods_code(destination),
        origin=line.origin,
        ship_from=line.ships_from,
        net_grams=line.net_grams or line.gross_grams,
        gross_grams=line.gross_grams,
    )


def usual_channel(place: Place) -> str:
    """Whose prices lists show first for this destination."""
    return "mall" if place.country == "CN" else "export"


def cards_of(
    listing_ids: Sequence[int],
    *,
    place: Place,
    at: datetime,
    channel: str = "",
    highlights: Mapping[int, tuple[Piece, ...]] | None = None,
    spread: int = 0,
) -> tuple[GoodsCard, ...]:
    """Cards with what one unit costs at the reader's door. Three statements however many, none for none.

    spread: only so many of them, merchants taking turns.
    """
    cards = catalogue.cards(listing_ids=listing_ids, channel=channel or usual_channel(place), currency=place.currency)
    cards = _taking_turns(cards)[:spread] if spread else cards
    lines = catalogue.sale_lines(
        variant_ids=[(card.merchant_id, card.variant_id, card.channel) for card in cards], currency=place.currency
    )
    asks = [ask for line in lines.values() if (ask := ask_of(line, place.country))]
    by_variant = _landed(asks, place, at)
    marked = highlights or {}
    return tuple(_card(card, by_variant.get(card.variant_id), marked.get(card.listing_id, ())) for card in cards)


def _landed(asks: Sequence[PriceAsk], place: Place, at: datetime) -> dict[int, LandedPrice]:
    """What one unit costs at the door, by variant. Within a minute the same question has the same answer: law and
    rates are no fresher than that either."""
    minute = at.replace(second=0, microsecond=0)
    if _Minute.at != minute or len(_Minute.known) > _KEPT_MOST:
        _Minute.at, _Minute.known = minute, {}
    known = _Minute.known
    new = [ask for ask in asks if (ask, place) not in known]
    if new:
        answers = landed.landed_prices(items=new, destination=place.country, currency=place.currency, at=at)
        known.update(zip(((ask, place) for ask in new), answers, strict=True))
    return {ask.variant_id: known[ask, place] for ask in asks}


def _taking_turns(cards: Sequence[Card]) -> list[Card]:
    turn: Counter[int] = Counter()
    turns = []
    for place, card in enumerate(cards):
        turns.append((turn[card.merchant_id], place, card))
        turn[card.merchant_id] += 1
    return [card for _turn, _place, card in sorted(turns, key=lambda entry: entry[:2])]


def _card(card: Card, price: LandedPrice | None, pieces: tuple[Piece, ...]) -> GoodsCard:
    total = price.total if price else None
    why = ""
    if total is None:
        why = reason_of(price.reason)[0] if price and price.reason else _("Duty and delivery are not known yet.")
    return GoodsCard(
        ref=card.ref,
        title=text(card.titles),
        pieces=pieces,
        picture=card.picture.small if card.picture else "",
        price=total or card.price,
        landed=total is not None,
        more_prices=card.more_prices,
        compare_at=card.compare_at if total is None else None,
        merchant_name=card.merchant_name,
        channel=card.channel,
        origin=card.origin,
        ships_from=card.ships_from,
        days_min=price.days_min if price and total else 0,
        days_max=price.days_max if price and total else 0,
        why=why,
        answer=price if total is not None else None,
    )
