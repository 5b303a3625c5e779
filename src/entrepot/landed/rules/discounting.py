"""A basket's promotions brought to its parcels: what is taken off each line, and what of it customs still count."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from entrepot.kernel.money import Money
from entrepot.landed.rules.parcels import Door, No, Parcel, Priced, Rates, Reduced, told
from entrepot.landed.terms import BasketQuote, PromotionQuote
from entrepot.promotions.rules import discounts
from entrepot.promotions.terms import Answer, Applied, Cut, Item, Offered, Use

# Where a reduction counts only when everybody has it.
_PUBLIC_ONLY: Final = frozenset({"CN"})

Bases = Sequence[Priced | No]
# Of one parcel: what comes off each line, and each promotion's part in it.
Taken = tuple[tuple[Reduced, ...], tuple[PromotionQuote, ...]]


def undeducted(*, part: Money, promoted: Money, code: str, destination: str) -> Money:
    """How much of a discount stays in the value for customs and taxes.

    What the marketplace bears stays everywhere: the seller has it from a third party, so it is part of what the goods
    bring. What the merchant bears is a lower price, agreed before the import; into China only where everybody has it,
    a code being given to some.
    Source: 19 USC 1401a(b)(4), price actually paid or payable; Directive 2006/112/EC art. 73 and 79(b), consideration
    from a third party and discounts at the time of supply; Implementing Regulation (EU) 2015/2447 art. 130; STA/GACC
    letter 2016 No.73, public reductions are deducted, vouchers are not. Read 22 November 2026.
    """
    return part if code and destination in _PUBLIC_ONLY else promoted


def reductions(
    *,
    parcels: Sequence[Parcel],
    bases: Bases,
    offered: Sequence[Offered],
    codes: Sequence[str],
    door: Door,
    rates: Rates,
) -> tuple[tuple[Taken, ...], tuple[Answer, ...]]:
    """What is taken off each parcel, in order, and what became of every code. Parcels that cannot be had take no part."""
    places = [
        (number, i)
        for number, (parcel, base) in enumerate(zip(parcels, bases, strict=True))
        if isinstance(base, Priced)
        for i in range(len(parcel.pieces))
    ]
    items = [_item(parcels[number], bases[number], i) for number, i in places]
    found = discounts(
        items=[item for item in items if item is not None],
        offered=offered if places else (),
        codes=codes,
        tell=lambda money: told(amount=money, currency=door.currency, rates=rates),
        at=door.at,
    )
    taken = []
    for number in range(len(parcels)):
        mine = [place for place, (parcel, _) in enumerate(places) if parcel == number]
        taken.append(_taken(found.applied, mine, door))
    return tuple(taken), found.answers


def _item(parcel: Parcel, base: Priced | No, i: int) -> Item | None:
    if isinstance(base, No):
        return None
    piece = parcel.pieces[i]
    return Item(
        merchant_id=parcel.merchant_id,
        listing_id=piece.listing_id,
        channel=parcel.channel.slug,
        category=piece.category,
        quantity=piece.quantity,
        goods=base.goods[i],
        freight=base.freight[i],
        fee=min(piece.fee, Decimal(1)),
    )


def _taken(applied: Sequence[Applied], places: Sequence[int], door: Door) -> Taken:
    here = [(one, [one.cuts[place] for place in places]) for one in applied]
    here = [(one, cuts) for one, cuts in here if any(cut.goods or cut.freight for cut in cuts)]
    if not here:
        return (), ()
    lines = tuple(_reduced([(one, cuts[i]) for one, cuts in here], door) for i in range(len(places)))
    return lines, tuple(_promotion(one, cuts, door.currency) for one, cuts in here)


def _reduced(cuts: Sequence[tuple[Applied, Cut]], door: Door) -> Reduced:
    def total(amounts: Sequence[Money]) -> Money:
        return Money.total(amounts, door.currency)

    def kept(part: Money, promoted: Money, one: Applied) -> Money:
        code = one.promotion.terms.code
        return undeducted(part=part, promoted=promoted, code=code, destination=door.destination)

    return Reduced(
        goods=total([cut.goods for _, cut in cuts]),
        freight=total([cut.freight for _, cut in cuts]),
        promoted=total([cut.promoted for _, cut in cuts]),
        promoted_freight=total([cut.promoted_freight for _, cut in cuts]),
        undeducted=total([kept(cut.goods, cut.promoted, one) for one, cut in cuts]),
        undeducted_freight=total([kept(cut.freight, cut.promoted_freight, one) for one, cut in cuts]),
    )


def _promotion(one: Applied, cuts: Sequence[Cut], currency: str) -> PromotionQuote:
    return PromotionQuote(
        promotion_id=one.promotion.id,
        owner_id=one.promotion.owner_id,
        ref=one.promotion.ref,
        title=one.promotion.terms.title,
        code=one.promotion.terms.code,
        goods=Money.total((cut.goods for cut in cuts), currency),
        freight=Money.total((cut.freight for cut in cuts), currency),
        promoted=Money.total((cut.promoted for cut in cuts), currency),
        promoted_freight=Money.total((cut.promoted_freight for cut in cuts), currency),
    )


def promotion_uses(*, quote: BasketQuote) -> tuple[Use, ...]:
    """What an order of this quote takes of each promotion."""
    return tuple(
        Use(one.promotion_id, one.owner_id, one.title, one.total, one.promoted + one.promoted_freight)
        for one in quote.promotions
    )
