"""What merchants and operators share about promotions: how one is told, its form, and its preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entrepot.carriage.terms import Level
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import CategoryNode
from entrepot.channels import queries as channels
from entrepot.kernel.money import Money
from entrepot.promotions.rules import check_terms, discounts
from entrepot.promotions.terms import (
    MARKETPLACE,
    Item,
    Kind,
    Offered,
    Promotion,
    PromotionId,
    PromotionUnclear,
    Scope,
    Spent,
    Standing,
    Terms,
)
from entrepot.web.explained import Row
from entrepot.web.templating import local_datetime, money, percent, text

CURRENCIES: Final = ("USD", "CNY", "EUR", "GBP", "CAD")
_TONES: Final[Mapping[Standing, str]] = {
    Standing.COMING: "going", Standing.RUNNING: "arrived", Standing.SPENT: "quiet", Standing.OVER: "quiet",
    Standing.ENDED: "quiet",
}  # fmt: skip
# What a form takes at most of each field.
_LONGEST: Final[Mapping[str, int]] = {
    "title_en": 80, "title_zh": 80, "kind": 8, "percent": 6, "amount": 16, "currency": 3, "buy": 2, "free": 2,
    "minimum": 16, "code": 40, "since": 20, "until": 20, "uses_max": 9, "uses_each": 9, "rank": 3, "channel": 32,
    "category": 255, "listings": 2000, "platform_percent": 3, "merchant": 80, "exclusive": 1,
}  # fmt: skip
# The field of the form that a refusal is about.
_FIELDS: Final[Mapping[str, str]] = {
    "title": "title_en", "percent": "percent", "amount": "amount", "pieces": "buy", "minimum": "minimum", "code": "code",
    "until": "until", "uses": "uses_max", "uses_each": "uses_each", "rank": "rank", "share": "platform_percent",
    "listing": "listings", "currency": "currency",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpentShown:
    """What a promotion has come to in one currency."""

    orders: int
    off: Money
    promoted: Money


@dataclass(frozen=True, slots=True)
class PromotionShown:
    """A promotion as its maker sees it. what: the discount in a few words; conditions: all that restricts it."""

    ref: str
    title: str
    what: str
    conditions: tuple[str, ...]
    code: str
    standing: str
    tone: str
    since: datetime
    until: datetime | None
    bearer: str
    taken: str
    spent: tuple[SpentShown, ...]
    may_end: bool


@dataclass(frozen=True, slots=True)
class PreviewShown:
    """What a shopper would meet. rows: an example; empty for delivery, whose price hangs on the parcel."""

    what: str
    conditions: tuple[str, ...]
    bearer: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An article to show a promotion on."""

    name: str
    unit: Money
    merchant_id: int
    channel: str
    listing_id: int
    category: str


def level_name(level: str) -> str:
    """A delivery's level in the reader's language."""
    return {Level.STANDARD: _("Standard delivery"), Level.EXPRESS: _("Express delivery")}.get(Level(level), level)


def kind_words(kind: Kind) -> str:
    """What a promotion does, in the reader's language."""
    return {
        Kind.PERCENT: _("A percentage off the goods"),
        Kind.AMOUNT: _("An amount off the goods"),
        Kind.BUNDLE: _("Some of several pieces free or cheaper"),
        Kind.DELIVERY: _("Free or cheaper delivery"),
    }[kind]


def standing_words(standing: Standing) -> str:
    """Where a promotion stands, in the reader's language."""
    return {
        Standing.COMING: _("Not begun"),
        Standing.RUNNING: _("Running"),
        Standing.SPENT: _("All taken"),
        Standing.OVER: _("Over"),
        Standing.ENDED: _("Stopped"),
    }[standing]


def what_of(terms: Terms) -> str:
    """The discount in a few words."""
    rate = percent(terms.percent / 100, 2)
    whole = terms.percent == 100
    if terms.kind is Kind.PERCENT:
        return _("%(rate)s off") % {"rate": rate}
    if terms.kind is Kind.AMOUNT:
        return _("%(amount)s off") % {"amount": money(terms.amount) if terms.amount else ""}
    if terms.kind is Kind.BUNDLE:
        facts = {"buy": terms.buy, "free": terms.free, "rate": rate}
        said = (
            _("Buy %(buy)s, get %(free)s more free") if whole else _("Buy %(buy)s, get %(free)s more at %(rate)s off")
        )
        return said % facts
    said = _("Free delivery") if whole else _("%(rate)s off delivery")
    said = said % {"rate": rate} if not whole else said
    return (
        said
        if terms.amount is None
        else _("%(what)s, up to %(amount)s") % {"what": said, "amount": money(terms.amount)}
    )


def conditions_of(terms: Terms, merchant_name: str = "") -> tuple[str, ...]:
    """All that restricts it, a phrase each."""
    scope = terms.scope
    found = []
    if terms.minimum is not None:
        found.append(_("from %(amount)s of these goods") % {"amount": money(terms.minimum)})
    if merchant_name:
        found.append(_("goods of %(name)s") % {"name": merchant_name})
    if scope.channel:
        slug = scope.channel
        name = next((text(one.name) for one in channels.channels() if one.slug == slug), slug)
        found.append(_("in %(channel)s") % {"channel": name})
    if scope.category:
        found.append(dict(category_choices()).get(scope.category, scope.category))
    if scope.listing_ids:
        found.append(
            ngettext("%(num)s listing", "%(num)s listings", len(scope.listing_ids)) % {"num": len(scope.listing_ids)}
        )
    if terms.uses_each is not None:
        found.append(
            ngettext("%(num)s order a person", "%(num)s orders a person", terms.uses_each) % {"num": terms.uses_each}
        )
    if terms.exclusive:
        found.append(_("not together with others"))
    return tuple(found)


def bearer_of(terms: Terms, owner_id: int) -> str:
    """Who bears it."""
    if owner_id != MARKETPLACE or terms.platform_percent == 0:
        return _("The merchant bears it")
    if terms.platform_percent == 100:
        return _("The marketplace bears it")
    rate = percent(Decimal(terms.platform_percent) / 100)
    return _("The marketplace bears %(rate)s, the merchant the rest") % {"rate": rate}


def shown(promotion: Promotion, at: datetime, spent: Sequence[Spent] = (), merchant_name: str = "") -> PromotionShown:
    """A promotion for a list or its own page."""
    terms, standing = promotion.terms, promotion.standing(at)
    taken = ""
    if terms.uses_max is not None:
        taken = _("%(uses)s of %(most)s taken") % {"uses": promotion.uses, "most": terms.uses_max}
    return PromotionShown(
        ref=promotion.ref,
        title=text(terms.title),
        what=what_of(terms),
        conditions=conditions_of(terms, merchant_name),
        code=terms.code,
        standing=standing_words(standing),
        tone=_TONES[standing],
        since=terms.since,
        until=terms.until,
        bearer=bearer_of(terms, promotion.owner_id),
        taken=taken,
        spent=tuple(SpentShown(one.orders, one.off, one.promoted) for one in spent),
        may_end=standing in {Standing.COMING, Standing.RUNNING, Standing.SPENT},
    )


# The form --------------------------------------------------------------------------------------------------------


def typed_of(post: Mapping[str, str]) -> dict[str, str]:
    """What was typed, cut to what a field takes."""
    return {name: str(post.get(name, "")).strip()[:longest] for name, longest in _LONGEST.items()}


def blank(currency: str, at: datetime) -> dict[str, str]:
    """The form as it opens: ten percent off, from now on."""
    start = timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
    return {**dict.fromkeys(_LONGEST, ""), "kind": Kind.PERCENT.value, "percent": "10", "currency": currency,
            "since": start, "rank": "100", "platform_percent": "100", "buy": "2", "free": "1"}  # fmt: skip


def choices() -> dict[str, object]:
    """What the form's selections offer."""
    return {
        "kinds": [(kind.value, kind_words(kind)) for kind in (Kind.PERCENT, Kind.AMOUNT, Kind.BUNDLE, Kind.DELIVERY)],
        "currencies": [(code, code) for code in CURRENCIES],
        "channels": [(one.slug, text(one.name)) for one in channels.channels()],
        "categories": category_choices(),
    }


def category_choices() -> list[tuple[str, str]]:
    """All categories with the names of those above them."""
    found: list[tuple[str, str]] = []

    def walk(nodes: Sequence[CategoryNode], above: str) -> None:
        for node in nodes:
            name = f"{above} › {text(node.name)}" if above else text(node.name)
            found.append((node.path, name))
            walk(node.children, name)

    walk(catalogue.categories(), "")
    return found


def terms_of(
    typed: Mapping[str, str], *, owner_id: int, merchant_id: int | None, listing_ids: Sequence[int], at: datetime
) -> Terms:
    """The terms that were typed, checked. Raises PromotionUnclear."""
    kind = Kind(typed["kind"]) if typed["kind"] in set(Kind) else Kind.PERCENT
    currency = typed["currency"] if typed["currency"] in CURRENCIES else CURRENCIES[0]
    bundle = kind is Kind.BUNDLE
    share = _whole(typed["platform_percent"], "share") if owner_id == MARKETPLACE else 0
    terms = Terms(
        title={"en": typed["title_en"], "zh-hans": typed["title_zh"]},
        kind=kind,
        scope=Scope(merchant_id, typed["channel"], typed["category"], tuple(listing_ids)),
        since=_moment(typed["since"]) or at,
        until=_moment(typed["until"]),
        percent=Decimal(0) if kind is Kind.AMOUNT else _decimal(typed["percent"]),
        amount=_money(typed["amount"], currency, "amount") if kind in {Kind.AMOUNT, Kind.DELIVERY} else None,
        buy=(_whole(typed["buy"], "pieces") or 0) if bundle else 0,
        free=(_whole(typed["free"], "pieces") or 0) if bundle else 0,
        minimum=_money(typed["minimum"], currency, "minimum"),
        code=typed["code"],
        uses_max=_whole(typed["uses_max"], "uses"),
        uses_each=_whole(typed["uses_each"], "uses"),
        exclusive=bool(typed["exclusive"]),
        rank=_whole(typed["rank"], "rank") or 100,
        platform_percent=share if share is not None else 100,
    )
    return check_terms(terms=terms, owner_id=owner_id, at=at)


def field_of(refusal: PromotionUnclear) -> str:
    """The form's field that a refusal is about."""
    return _FIELDS.get(str(refusal.facts["why"]), "")


def _whole(typed: str, why: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise PromotionUnclear(why=why)
    return int(typed)


def _decimal(typed: str) -> Decimal:
    try:
        return Decimal(typed.replace("%", "").strip() or "0")
    except InvalidOperation as unreadable:
        raise PromotionUnclear(why="percent") from unreadable


def _money(typed: str, currency: str, why: str) -> Money | None:
    if not typed:
        return None
    try:
        return Money.parse(typed.replace(",", ""), currency)
    except ValueError as unreadable:
        raise PromotionUnclear(why=why) from unreadable


def _moment(typed: str) -> datetime | None:
    """What a date field of the browser sends, in the reader's time zone."""
    if not typed:
        return None
    try:
        here = datetime.fromisoformat(typed)
    except ValueError as unreadable:
        raise PromotionUnclear(why="until") from unreadable
    return timezone.make_aware(here).astimezone(UTC) if here.tzinfo is None else here.astimezone(UTC)


# The preview -----------------------------------------------------------------------------------------------------


def preview_of(terms: Terms, *, owner_id: int, example: Example | None, at: datetime) -> PreviewShown:
    """What a shopper would meet, on an article where there is one, else on goods for a round sum."""
    rows: tuple[Row, ...] = ()
    if terms.kind is not Kind.DELIVERY:
        rows = _example_rows(terms, owner_id, example or _round_sum(terms), at)
    return PreviewShown(what_of(terms), conditions_of(terms), bearer_of(terms, owner_id), rows)


def _round_sum(terms: Terms) -> Example:
    some = terms.minimum or terms.amount
    unit = Money.parse("100", some.currency if some else CURRENCIES[0])
    scope = terms.scope
    return Example(
        _("Goods"), unit, scope.merchant_id or 1, scope.channel, next(iter(scope.listing_ids), 0), scope.category
    )


def _example_rows(terms: Terms, owner_id: int, example: Example, at: datetime) -> tuple[Row, ...]:
    quantity = terms.buy + terms.free if terms.kind is Kind.BUNDLE else 1
    if terms.minimum is not None and terms.minimum.currency == example.unit.currency:
        quantity = min(max(quantity, -(-terms.minimum.minor // max(example.unit.minor, 1))), 99)
    goods = example.unit * quantity
    item = Item(
        example.merchant_id, example.listing_id, example.channel, example.category, quantity, goods,
        Money.zero(goods.currency),
    )  # fmt: skip
    running = replace(terms, since=at, until=None, uses_max=None, uses_each=None)
    tried = Promotion(PromotionId(1), "", owner_id, running, at, consents=frozenset({example.merchant_id}))
    found = discounts(
        items=[item],
        offered=[Offered(tried)],
        codes=[terms.code] if terms.code else [],
        tell=lambda amount: amount if amount.currency == goods.currency else None,
        at=at,
    )
    if not found.applied:
        return ()
    cut = found.applied[0].cuts[0]
    rows: list[Row] = [
        (f"{quantity} × {example.name}", goods, "", ""),
        (text(terms.title), -cut.goods, "", ""),
        (_("The shopper pays for the goods"), goods - cut.goods, "", "sum"),
    ]
    if cut.promoted:
        rows.append((_("The marketplace adds"), cut.promoted, "", ""))
    if cut.goods - cut.promoted:
        rows.append((_("Commission is taken of"), goods - cut.goods + cut.promoted, "", ""))
    return tuple(rows)


def span_of(promotion: PromotionShown) -> str:
    """From when to when, in the reader's form."""
    since = local_datetime(promotion.since)
    if promotion.until is None:
        return _("since %(since)s") % {"since": since}
    return _("%(since)s to %(until)s") % {"since": since, "until": local_datetime(promotion.until)}
