"""Goods codes of a day: which exist, what stands under them, what took their place."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from typing import Final

from entrepot.customs.terms import Goods, Law

_LINE: Final = 8
_FULL: Final = 10


def schedule_from(*, law: Law) -> date | None:
    """Since when a whole official schedule of goods codes is loaded; None when there is none for the day or before."""
    return min((said.valid_from for said in law.index.speaks if said.kind in ("", "goods")), default=None)


def is_complete(*, law: Law) -> bool:
    """Whether a whole official schedule is loaded for the law's day, so that a code it lacks does not exist."""
    return any(
        said.kind in ("", "goods")
        and said.valid_from <= law.on
        and (said.valid_until is None or law.on < said.valid_until)
        for said in law.index.speaks
    )


def goods_at(*, law: Law, code: str) -> Goods | None:
    """The goods code of exactly these digits on the law's day; None when the loaded schedule has none."""
    for row in law.index.goods.get(code, ()):
        if row.holds(law.on):
            return row.value
    return None


def goods_on(*, law: Law) -> Iterator[Goods]:
    """Every goods code of the day."""
    return (row.value for rows in law.index.goods.values() for row in rows if row.holds(law.on))


def goods_under(*, law: Law, code: str) -> Iterator[Goods]:
    """Every code of the day that begins with these digits, itself too, in the schedule's order."""
    codes = law.index.codes
    for place in range(bisect_left(codes, code), len(codes)):
        if not codes[place].startswith(code):
            return
        found = goods_at(law=law, code=codes[place])
        if found is not None:
            yield found


def children_of(*, law: Law, code: str) -> tuple[Goods, ...]:
    """The codes directly under one, in the schedule's order; none under one that can be declared."""
    children: list[Goods] = []
    for goods in goods_under(law=law, code=code):
        if goods.code != code and not (children and goods.code.startswith(children[-1].code)):
            children.append(goods)
    return tuple(children)


def leaves_of(*, law: Law, code: str) -> tuple[Goods, ...]:
    """The codes that can be declared under one: those with no further ones under them; itself when it is such a one."""
    leaves: list[Goods] = []
    for goods in goods_under(law=law, code=code):
        if leaves and goods.code.startswith(leaves[-1].code):
            leaves.pop()
        leaves.append(goods)
    return tuple(leaves)


def goods_for(*, law: Law, code: str) -> Goods | None:
    """The code in the schedule that goods of `code` (digits only) are declared under; None when there is none.

    A line that is printed with eight digits only may be declared with any two after them (the suffixes of watches stand
    in notes), and one that is printed with two noughts without them. A shorter code is itself where it is printed, else the first line under it: see
    `leaves_of`. Where no whole schedule is loaded this is the longest code that covers it.
    """
    if not is_complete(law=law):
        return next(
            (found for end in range(len(code), 0, -1) if (found := goods_at(law=law, code=code[:end])) is not None),
            None,
        )
    exact = goods_at(law=law, code=code) or (goods_at(law=law, code=f"{code}00") if len(code) == _LINE else None)
    if exact is not None:
        return exact
    if len(code) == _FULL:
        short = goods_at(law=law, code=code[:_LINE])
        if short is not None and leaves_of(law=law, code=code[:_LINE]) == (short,):
            return short
    return next(iter(leaves_of(law=law, code=code)), None)


def successors_of(*, law: Law, code: str) -> tuple[str, ...]:
    """The codes of the law's day that took the place of one that is gone, nearest first; empty when none is known.

    From the authority's own concordance, followed over several changes.
    """
    seen, found, ahead = {code}, [], [code]
    while ahead:
        rows = law.index.goods.get(ahead.pop(0), ())
        for successor in (one for row in rows for one in row.value.successors):
            if successor in seen:
                continue
            seen.add(successor)
            if goods_at(law=law, code=successor) is not None:
                found.append(successor)
            else:
                ahead.append(successor)
    return tuple(found)
