"""What a slice of newly priced offers changed: by category, by reason, and the largest changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from entrepot.catalogue.terms import OfferLine
from entrepot.landed.terms import CategoryChange, Move, UnitPrice

_MOVES: Final = 40
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Known:
    """What was kept of an offer before. total: None where it had no price; known: False where nothing was kept."""

    known: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, so far."""

    offers: int
    priced: int
    unpriced: Mapping[str, int]
    categories: Mapping[str, CategoryChange]
    moves: tuple[Move, ...]


def changes(
    *, so_far: Changes, offers: Sequence[OfferLine], prices: Sequence[UnitPrice], before: Sequence[Known]
) -> Changes:
    """`so_far` with a slice added. An offer that nothing was kept of has not changed."""
    unpriced = dict(so_far.unpriced)
    counts: dict[str, list[int]] = {}
    moves: list[Move] = list(so_far.moves)
    priced = 0
    for offer, price, old in zip(offers, prices, before, strict=True):
        count = counts.setdefault(offer.category.partition("/")[0] or _OTHER, [0] * len(_COUNTS))
        count[0] += 1
        if price.total is None:
            unpriced[price.reason] = unpriced.get(price.reason, 0) + 1
        else:
            priced += 1
        if not old.known:
            continue
        if price.total is None or old.total is None:
            count[3] += price.total is None and old.total is not None
            count[4] += price.total is not None and old.total is None
            continue
        count[1] += price.total > old.total
        count[2] += price.total < old.total
        count[5] += old.total
        count[6] += price.total
        if price.total != old.total:
            moves.append(
                Move(offer.merchant_id, offer.listing_id, offer.variant_id, offer.channel, old.total, price.total)
            )
    return Changes(
        offers=so_far.offers + len(offers),
        priced=so_far.priced + priced,
        unpriced=unpriced,
        categories=_added(so_far.categories, counts),
        moves=_largest(moves),
    )


_COUNTS: Final = tuple(one.name for one in fields(CategoryChange) if one.name != "category")


def _added(so_far: Mapping[str, CategoryChange], counts: Mapping[str, Sequence[int]]) -> dict[str, CategoryChange]:
    found = dict(so_far)
    for category, count in counts.items():
        old = found.get(category, CategoryChange(category))
        sums = {name: getattr(old, name) + more for name, more in zip(_COUNTS, count, strict=True)}
        found[category] = replace(old, **sums)
    return found


def _largest(moves: Iterable[Move]) -> tuple[Move, ...]:
    """The largest in proportion, one a listing."""
    ranked = sorted(moves, key=lambda move: (-abs(move.after - move.before) * 10**6 // max(move.before, 1), move))
    by_listing: dict[int, Move] = {}
    for move in ranked:
        by_listing.setdefault(move.listing_id, move)
        if len(by_listing) == _MOVES:
            break
    return tuple(by_listing.values())
