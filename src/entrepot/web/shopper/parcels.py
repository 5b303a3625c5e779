"""A basket's quote as basket and checkout show it: one parcel per merchant, place and channel, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from entrepot.basket.terms import Basket
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, LineQuote, Refusal
from entrepot.web.explained import Row
from entrepot.web.promoting import level_name
from entrepot.web.shopper.ahead import Wait
from entrepot.web.shopper.prices import notes_of, reason_of, regime_name, rows_of
from entrepot.web.templating import text

# Place in the basket and quantity, by variant and channel.
Places = Mapping[tuple[int, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class LineShown:
    """One article. at: its place in the basket as the page was drawn, for the forms beside it; short: why not as many.

    agree_to: the day until which the shopper may agree to wait; waits_until: the day to which they did.
    """

    at: int
    listing_ref: str
    title: str
    options: str
    picture: str
    quantity: int
    unit: Money | None
    goods: Money | None
    short: str = ""
    agree_to: date | None = None
    waits_until: date | None = None


@dataclass(frozen=True, slots=True)
class WayShown:
    """One delivery that can be chosen; cost is before discounts."""

    level: str
    name: str
    cost: Money
    days_min: int
    days_max: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """What one merchant sends from one place. at: the place in the basket of its first line."""

    merchant_name: str
    channel: str
    ship_from: str
    regime: str
    cbec: bool
    route: str
    lines: tuple[LineShown, ...]
    rows: tuple[Row, ...]
    total: Money
    days_min: int
    days_max: int
    notes: tuple[str, ...]
    at: int
    way: str
    ways: tuple[WayShown, ...]


@dataclass(frozen=True, slots=True)
class RefusalShown:
    """Articles that cannot be had this way, why, and what to do."""

    merchant_name: str
    lines: tuple[LineShown, ...]
    why: str
    remedy: str


def places_of(basket: Basket | None) -> Places:
    """Where in the basket each article lies, and how many are wanted."""
    lines = basket.lines if basket else ()
    return {(line.variant_id, line.channel): (at, line.quantity) for at, line in enumerate(lines)}


def parcels_of(
    quote: BasketQuote, places: Places, left: Mapping[int, int], waits: Mapping[int, Wait]
) -> tuple[ParcelShown, ...]:
    """The quote's consignments. left: pieces in stock by variant, where known; waits: of those that lack."""
    return tuple(_parcel(each, places, left, waits) for each in quote.consignments)


def refusals_of(quote: BasketQuote, places: Places) -> tuple[RefusalShown, ...]:
    """What the quote refuses."""
    return tuple(_refusal(each, places) for each in quote.refusals)


def _parcel(
    quoted: ConsignmentQuote, places: Places, left: Mapping[int, int], waits: Mapping[int, Wait]
) -> ParcelShown:
    return ParcelShown(
        merchant_name=quoted.merchant_name,
        channel=quoted.channel,
        ship_from=quoted.ship_from,
        regime=regime_name(quoted.regime),
        cbec=quoted.regime.startswith("cbec"),
        route=quoted.route,
        lines=tuple(
            _line(
                line,
                places.get((line.variant_id, quoted.channel), (0, 0))[0],
                left.get(line.variant_id),
                waits.get(line.variant_id),
            )
            for line in quoted.lines
        ),
        rows=rows_of(
            quoted,
            components=quoted.components,
            regime=quoted.regime,
            total_label=_("This parcel"),
            promotions=quoted.promotions,
        ),
        total=quoted.total,
        days_min=quoted.days_min,
        days_max=quoted.days_max,
        notes=notes_of(quoted.notes),
        at=places.get((quoted.lines[0].variant_id, quoted.channel), (0, 0))[0],
        way=level_name(quoted.level),
        ways=tuple(
            WayShown(one.level, level_name(one.level), one.cost, one.days_min, one.days_max, one.level == quoted.level)
            for one in quoted.options
        ),
    )


def _line(line: LineQuote, at: int, left: int | None, wait: Wait | None) -> LineShown:
    short = ""
    if left is not None and left < line.quantity and not (wait and wait.agreed):
        short = _("Only %(left)s left. Order fewer.") % {"left": left} if left else _("Sold out. Remove it to go on.")
    return LineShown(
        at=at,
        listing_ref=line.listing_ref,
        title=text(line.title),
        options=" · ".join(line.options),
        picture=line.picture,
        quantity=line.quantity,
        unit=line.unit,
        goods=line.goods_before,
        short=short,
        agree_to=wait.due_on if wait and not wait.agreed else None,
        waits_until=wait.due_on if wait and wait.agreed else None,
    )


def _refusal(refused: Refusal, places: Places) -> RefusalShown:
    why, remedy = reason_of(refused.reason, refused.facts)
    lines = []
    for variant_id, title in zip(refused.variant_ids, refused.titles, strict=True):
        at, quantity = places.get((variant_id, refused.channel), (0, 0))
        lines.append(LineShown(at, "", text(title), "", "", quantity, None, None))
    return RefusalShown(refused.merchant_name, tuple(lines), why, remedy)
