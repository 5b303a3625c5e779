"""Decisions about quantities: demand put together, shares taken from places, whether news is due."""

from collections.abc import Iterable, Sequence

from entrepot.stock.terms import Wanted


def combined(lines: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """The demand of all lines, one entry per article, in order of (merchant, variant).

    Two lines for one article (two channels, say) draw on the same goods, so they are asked for together; the shopper
    waits for them when that was agreed for every one. Raises ValueError for a quantity below one.
    """
    demand: dict[tuple[int, int], tuple[int, bool]] = {}
    for line in lines:
        if line.quantity < 1:
            raise ValueError("a reservation is for one piece at least")
        article = (line.merchant_id, line.variant_id)
        pieces, ahead = demand.get(article, (0, True))
        demand[article] = (pieces + line.quantity, ahead and line.ahead)
    return tuple(Wanted(*article, *asked) for article, asked in sorted(demand.items()))


def shares(*, free: Sequence[int], wanted: int) -> tuple[int, ...]:
    """How many to take from each place, in the order given, the first places emptied first.

    The shares sum to `wanted`, or to all that is free when that is less. The reservation statement does the same
    in SQL; a test holds the two against each other.
    """
    taken: list[int] = []
    for pieces in free:
        share = min(max(pieces, 0), wanted - sum(taken))
        taken.append(share)
    return tuple(taken)


def worth_telling(*, before: int, after: int) -> bool:
    """Whether an article has just sold out or is to be had again (available pieces before and after)."""
    return (before > 0) != (after > 0)
