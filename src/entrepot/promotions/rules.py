"""What a basket's promotions come to: exactly, in a stated order, each discount borne by whoever promised it.

The order: bundles, percentages, amounts, delivery; among these the lower rank, then the older. Each works on the price
that the ones before left. An exclusive promotion comes before all that go together and closes its goods to them; it is
used where the shopper saves more with it than without. A line always costs at least one minor unit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from typing import Final

from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money
from entrepot.promotions.terms import (
    CODE_REFUSALS,
    MARKETPLACE,
    TITLE_MAX,
    Answer,
    Applied,
    CodeUnreadable,
    Cut,
    Discounts,
    Item,
    Kind,
    Offered,
    Promotion,
    PromotionUnclear,
    Scope,
    Standing,
    Terms,
)

# An amount in the currency that is paid, or nothing when there is no rate.
Tell = Callable[[Money], Money | None]

_CODE: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{1,22})[A-Z0-9]")
_ORDER: Final = tuple(Kind)
_WHOLE: Final = Decimal(100)
_RANK_MAX: Final = 999
_PIECES_MAX: Final = 99
_ROUNDINGS: Final = 3
_STANDINGS: Final = {
    Standing.COMING: "not_begun", Standing.OVER: "expired", Standing.ENDED: "ended", Standing.SPENT: "used_up",
}  # fmt: skip


def read_code(typed: str) -> str:
    """The code somebody meant: full-width signs put right, capitals, no blanks. Raises CodeUnreadable."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).upper()
    if not _CODE.fullmatch(plain):
        raise CodeUnreadable
    return plain


def check_terms(*, terms: Terms, owner_id: int, at: datetime) -> Terms:
    """The terms as they are kept: both languages of the name, the code put right. Raises PromotionUnclear."""
    wrong = next((why for why, holds in _conditions(terms, owner_id, at) if not holds), None)
    if wrong is not None:
        raise PromotionUnclear(why=wrong)
    try:
        code = read_code(terms.code) if terms.code else ""
    except CodeUnreadable as unreadable:
        raise PromotionUnclear(why="code") from unreadable
    known = {tag: words.strip() for tag, words in terms.title.items() if words.strip()}
    some = next(iter(known.values()))
    return replace(terms, code=code, title={tag: known.get(tag, some) for tag in ("en", "zh-hans")})


def _conditions(terms: Terms, owner_id: int, at: datetime) -> Iterable[tuple[str, bool]]:
    titles = [words.strip() for words in terms.title.values() if words.strip()]
    yield "title", bool(titles) and all(len(words) <= TITLE_MAX for words in titles)
    if terms.kind is not Kind.AMOUNT:
        yield "percent", 0 < terms.percent <= _WHOLE and terms.percent == round(terms.percent, 2)
        yield "percent", terms.kind is not Kind.PERCENT or terms.percent < _WHOLE
    if terms.kind is Kind.AMOUNT or terms.amount is not None:
        yield "amount", terms.amount is not None and terms.amount.minor > 0
    if terms.kind is Kind.BUNDLE:
        yield "pieces", 1 <= terms.free <= terms.buy <= _PIECES_MAX
    yield "minimum", terms.minimum is None or terms.minimum.minor > 0
    yield "currency", not (terms.amount and terms.minimum) or terms.amount.currency == terms.minimum.currency
    yield "until", terms.until is None or (terms.until > terms.since and terms.until > at)
    yield "uses", all(limit is None or limit >= 1 for limit in (terms.uses_max, terms.uses_each))
    yield "uses_each", not (terms.uses_max and terms.uses_each) or terms.uses_each <= terms.uses_max
    yield "rank", 1 <= terms.rank <= _RANK_MAX
    if owner_id != MARKETPLACE:
        yield "bearer", terms.platform_percent == 0
        yield "scope", terms.scope.merchant_id == owner_id
    yield "share", 0 <= terms.platform_percent <= _WHOLE


def is_for(*, scope: Scope, item: Item) -> bool:
    """Whether a line is among the goods that a scope names."""
    return (
        scope.merchant_id in (None, item.merchant_id)
        and scope.channel in ("", item.channel)
        and (not scope.listing_ids or item.listing_id in scope.listing_ids)
        and (not scope.category or f"{item.category}/".startswith(f"{scope.category}/"))
    )


@dataclass(slots=True)
class _Basket:
    """What is left to pay of each line while promotions are applied, in minor units."""

    items: Sequence[Item]
    goods: list[int]
    freight: list[int]
    # What the merchants bear of the discounts, of goods and of delivery.
    given: list[int]
    carried: list[int]
    lowered: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A promotion whose conditions hold. at: the lines it is for. amount: in the currency that is paid."""

    promotion: Promotion
    at: tuple[int, ...]
    amount: int | None

    @property
    def place(self) -> tuple[int, int, int]:
        terms = self.promotion.terms
        return _ORDER.index(terms.kind), terms.rank, self.promotion.id


def refusal_of(answer: Answer) -> Refused | None:
    """Why a code takes nothing off, to be said in the reader's language; nothing when it does."""
    if not answer.reason:
        return None
    facts = {
        "moment": answer.moment, "minimum": answer.minimum, "now": answer.now, "missing": answer.missing,
        "other": answer.other, "currency": answer.currency,
    }  # fmt: skip
    known = {name: fact for name, fact in facts.items() if fact}
    return CODE_REFUSALS[answer.reason](**known)


def discounts(
    *, items: Sequence[Item], offered: Iterable[Offered], codes: Sequence[str], tell: Tell, at: datetime
) -> Discounts:
    """All that is taken off a basket's lines, promotion by promotion, and what became of every code.

    items: all in one currency. offered: those that come by themselves and those behind `codes`, each once. Every cut
    sums exactly to what its promotion takes off, and what is left of a line is at least one minor unit of goods.
    """
    ready: list[_Ready] = []
    answers: dict[int, Answer] = {}
    for each in offered:
        found = _ready(each, items, tell, at)
        if isinstance(found, _Ready):
            ready.append(found)
        elif each.promotion.terms.code:
            answers[each.promotion.id] = found
    ready.sort(key=lambda one: one.place)
    applied = _best(items, ready)
    taking: set[int] = {one.promotion.id for one in applied if one.total}
    for one in ready:
        if one.promotion.id not in taking and one.promotion.terms.code:
            answers[one.promotion.id] = _crowded_out(one, applied)
    return Discounts(
        tuple(one for one in applied if one.total),
        tuple(_answer(code, taking, answers, [*(one.promotion for one in ready)]) for code in codes),
    )


def _answer(code: str, taking: set[int], answers: dict[int, Answer], ready: Sequence[Promotion]) -> Answer:
    if any(one.id in taking for one in ready if one.terms.code == code):
        return Answer(code)
    # Of several promotions behind one code the newest says why.
    said = [answer for _, answer in sorted(answers.items()) if answer.code == code]
    return said[-1] if said else Answer(code, "unknown")


def _crowded_out(one: _Ready, applied: Sequence[Applied]) -> Answer:
    code = one.promotion.terms.code
    for other in applied:
        cuts = [other.cuts[i] for i in one.at]
        alone = one.promotion.terms.exclusive or other.promotion.terms.exclusive
        if alone and other.total and any(cut.goods or cut.freight for cut in cuts):
            return Answer(code, "not_together", other=other.promotion.terms.title)
    return Answer(code, "nothing_left")


def _ready(one: Offered, items: Sequence[Item], tell: Tell, at: datetime) -> _Ready | Answer:
    promotion, terms = one.promotion, one.promotion.terms
    places = [i for i, item in enumerate(items) if is_for(scope=terms.scope, item=item)]
    taking_part = [i for i in places if not promotion.shared or items[i].merchant_id in promotion.consents]
    no = _withheld(one, at) or _nowhere(terms.code, places, taking_part)
    if no is not None:
        return no
    amount, minimum = (None if money is None else tell(money) for money in (terms.amount, terms.minimum))
    for told, money in ((amount, terms.amount), (minimum, terms.minimum)):
        if told is None and money is not None:
            return Answer(terms.code, "no_rate", currency=money.currency)
    now = Money.total((items[i].goods for i in taking_part), items[0].goods.currency)
    if minimum is not None and now < minimum:
        return Answer(terms.code, "minimum", minimum=minimum, now=now)
    return _Ready(promotion, tuple(taking_part), amount.minor if amount else None)


def _withheld(one: Offered, at: datetime) -> Answer | None:
    """Why this shopper cannot have it now, whatever lies in the basket."""
    terms, standing = one.promotion.terms, one.promotion.standing(at)
    if standing is not Standing.RUNNING:
        moment = terms.since if standing is Standing.COMING else terms.until
        return Answer(terms.code, _STANDINGS[standing], moment=moment)
    if terms.uses_each is not None and one.used >= terms.uses_each:
        return Answer(terms.code, "used_by_you")
    return None


def _nowhere(code: str, places: Sequence[int], taking_part: Sequence[int]) -> Answer | None:
    if not places:
        return Answer(code, "not_these_goods")
    return None if taking_part else Answer(code, "merchant_not_in")


def _best(items: Sequence[Item], ready: Sequence[_Ready]) -> list[Applied]:
    """Every exclusive promotion in turn is taken up when more is saved with it."""
    together = [one for one in ready if not one.promotion.terms.exclusive]
    alone: list[_Ready] = []
    best = _walked(items, [*alone, *together])
    for one in (each for each in ready if each.promotion.terms.exclusive):
        tried = _walked(items, [*alone, one, *together])
        if _saved(tried) > _saved(best):
            best = tried
            alone.append(one)
    return best


def _saved(applied: Iterable[Applied]) -> int:
    return sum(one.total for one in applied)


def _walked(items: Sequence[Item], ready: Sequence[_Ready]) -> list[Applied]:
    basket = _Basket(
        items,
        [item.goods.minor for item in items],
        [item.freight.minor for item in items],
        [0] * len(items),
        [0] * len(items),
    )
    return [_applied(basket, one) for one in ready]


def _applied(basket: _Basket, one: _Ready) -> Applied:
    terms = one.promotion.terms
    free = [i for i in one.at if i not in basket.closed and not (terms.exclusive and i in basket.lowered)]
    delivery = terms.kind is Kind.DELIVERY
    off = _off_delivery(basket, one, free) if delivery else _off_goods(basket, one, free)
    currency = basket.items[0].goods.currency
    borne = _shared(sum(off.values()), off, len(basket.items), terms.platform_percent, currency)
    nothing = Money.zero(currency)
    cuts = []
    for i in range(len(basket.items)):
        taken, promoted = Money(off.get(i, 0), currency), borne[i]
        cuts.append(Cut(nothing, taken, nothing, promoted) if delivery else Cut(taken, nothing, promoted, nothing))
        left, given = (basket.freight, basket.carried) if delivery else (basket.goods, basket.given)
        left[i] -= taken.minor
        given[i] += taken.minor - promoted.minor
        if taken:
            basket.lowered.add(i)
            if terms.exclusive:
                basket.closed.add(i)
    return Applied(one.promotion, tuple(cuts))


def _shared(whole: int, off: dict[int, int], lines: int, percent: int, currency: str) -> Sequence[Money]:
    """The marketplace's part of every line's cut: its percentage of the whole, apportioned as the whole is."""
    if not whole:
        return [Money.zero(currency)] * lines
    marketplace, _ = Money(whole, currency).split([percent, 100 - percent])
    return marketplace.split([off.get(i, 0) for i in range(lines)])


def _off_goods(basket: _Basket, one: _Ready, free: Sequence[int]) -> dict[int, int]:
    terms = one.promotion.terms
    if terms.kind is Kind.BUNDLE:
        return _bundled(basket, terms, free)
    # The last minor unit of a line is never given away: customs and payment know no goods for nothing.
    room = {i: basket.goods[i] - 1 for i in free if basket.goods[i] > 1}
    if terms.kind is Kind.PERCENT:
        currency = basket.items[0].goods.currency
        wanted = Money(sum(basket.goods[i] for i in room), currency).at_rate(terms.percent / _WHOLE).minor
    else:
        wanted = one.amount or 0
    return _apportioned(min(wanted, sum(room.values())), room)


def _bundled(basket: _Basket, terms: Terms, free: Sequence[int]) -> dict[int, int]:
    """Of all pieces the cheapest are free, so many as full groups come together."""
    pieces = sum(basket.items[i].quantity for i in free)
    gifts = pieces // (terms.buy + terms.free) * terms.free
    currency = basket.items[0].goods.currency
    off: dict[int, int] = {}
    for i in sorted(free, key=lambda i: (Fraction(basket.goods[i], basket.items[i].quantity), i)):
        quantity = basket.items[i].quantity
        given = min(gifts, quantity)
        if not given:
            break
        gifts -= given
        part, _ = Money(basket.goods[i], currency).split([given, quantity - given])
        off[i] = max(min(part.at_rate(terms.percent / _WHOLE).minor, basket.goods[i] - 1), 0)
    return off


def _off_delivery(basket: _Basket, one: _Ready, free: Sequence[int]) -> dict[int, int]:
    terms = one.promotion.terms
    currency = basket.items[0].goods.currency
    room = {i: min(basket.freight[i], _bearable(basket, i, terms.platform_percent)) for i in free}
    wanted = Money(sum(basket.freight[i] for i in room), currency).at_rate(terms.percent / _WHOLE).minor
    if one.amount is not None:
        wanted = min(wanted, one.amount)
    return _apportioned(min(wanted, sum(room.values())), room)


def _bearable(basket: _Basket, i: int, platform_percent: int) -> int:
    """How much of a line's delivery can be given away before its merchant would pay for having sold."""
    if platform_percent == 100:
        return basket.freight[i]
    item = basket.items[i]
    price = item.goods.minor - basket.given[i]
    fee = int((price * item.fee).to_integral_value(rounding=ROUND_UP))
    # A little less, since commission, the tax on it and the marketplace's share are rounded each.
    return max(price - fee - basket.carried[i] - _ROUNDINGS, 0) * 100 // (100 - platform_percent)


def _apportioned(whole: int, room: dict[int, int]) -> dict[int, int]:
    """`whole`, which is no more than all room, in proportion to it; no line gets more than it has."""
    if whole <= 0:
        return {}
    shares = Money(whole, "XXX").split(list(room.values()))
    return {i: share.minor for i, share in zip(room, shares, strict=True)}
