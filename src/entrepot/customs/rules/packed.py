"""A law index as bytes and back: what a fresh process reads at once, and takes apart only where it is asked."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, get_type_hints, overload

import msgspec

from entrepot.customs.rules.rates import rate_expression
from entrepot.customs.terms import (
    Dated,
    Entry,
    Fee,
    Goods,
    LawIndex,
    Measure,
    Restriction,
    Speaks,
    Threshold,
)

_DIGEST: Final = 32
_encoder: Final = msgspec.msgpack.Encoder()


class Unpackable(Exception):
    """The bytes are no packed index of this version of the program, or they are damaged."""


def _printed() -> type[msgspec.Struct]:
    hints = get_type_hints(Measure)
    own = [(one.name, str if one.name == "rate" else hints[one.name]) for one in fields(Measure)]
    return msgspec.defstruct("PrintedMeasure", own, array_like=True)


_PRINTED: Final = _printed()
_MEASURE_NAMES: Final = tuple(one.name for one in fields(Measure))


class _Packed(msgspec.Struct, array_like=True):
    currency: str
    areas: dict[str, frozenset[str]]
    measures: list[msgspec.Raw]
    entries: dict[str, tuple[Entry, ...]]
    lengths: tuple[int, ...]
    goods: dict[str, msgspec.Raw]
    codes: tuple[str, ...]
    speaks: tuple[Speaks, ...]
    fees: tuple[Dated[Fee], ...]
    thresholds: dict[str, tuple[Dated[Threshold], ...]]
    restrictions: tuple[Dated[Restriction], ...]


def form() -> str:
    """A short print of the form that indexes are packed in; another version of the program may have another."""
    kinds = (Measure, Goods, Fee, Threshold, Restriction, Speaks, Entry, LawIndex)
    words = ";".join(f"{kind.__name__}:{sorted(get_type_hints(kind).items(), key=str)}" for kind in kinds)
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def packed(*, index: LawIndex) -> bytes:
    """The index as bytes, their digest first. The version is not in it: it names the load in a database."""
    body = _encoder.encode(
        _Packed(
            index.currency,
            {name: frozenset(members) for name, members in index.areas.items()},
            [msgspec.Raw(_encoder.encode(_as_printed(one))) for one in index.measures],
            dict(index.entries),
            index.lengths,
            {code: msgspec.Raw(_encoder.encode(rows)) for code, rows in index.goods.items()},
            index.codes,
            index.speaks,
            index.fees,
            dict(index.thresholds),
            index.restrictions,
        )
    )
    return hashlib.sha256(body).digest() + body


def unpacked(*, content: bytes, version: str) -> LawIndex:
    """The index again; its measures and goods are taken apart when they are asked for. Raises Unpackable."""
    body = memoryview(content)[_DIGEST:]
    if hashlib.sha256(body).digest() != content[:_DIGEST]:
        raise Unpackable
    try:
        found = msgspec.msgpack.decode(body, type=_Packed)
    except msgspec.MsgspecError as wrong:
        raise Unpackable from wrong
    return LawIndex(
        currency=found.currency,
        version=version,
        areas=found.areas,
        measures=LazyMeasures(found.measures),
        entries=found.entries,
        lengths=found.lengths,
        goods=LazyGoods(found.goods),
        codes=found.codes,
        speaks=found.speaks,
        fees=found.fees,
        thresholds=found.thresholds,
        restrictions=found.restrictions,
    )


def _as_printed(measure: Measure) -> msgspec.Struct:
    values = {name: getattr(measure, name) for name in _MEASURE_NAMES}
    return _PRINTED(**values | {"rate": measure.rate.text})


_measure_of: Final = msgspec.msgpack.Decoder(_PRINTED)
_goods_of: Final = msgspec.msgpack.Decoder(tuple[Dated[Goods], ...])
_rate: Final = lru_cache(maxsize=None)(rate_expression)


@lru_cache(maxsize=4096)
def _shared(names: frozenset[str]) -> frozenset[str]:
    return names


class LazyMeasures(Sequence[Measure]):
    """Measures in their order, each taken apart when it is first asked for."""

    def __init__(self, raw: list[msgspec.Raw]) -> None:
        self._raw, self._known = raw, dict[int, Measure]()

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, place: int) -> Measure: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Measure]: ...

    def __getitem__(self, place: int | slice) -> Measure | Sequence[Measure]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self._raw)))]
        found = self._known.get(place)
        if found is None:
            printed = _measure_of.decode(self._raw[place])
            values: dict[str, Any] = {name: getattr(printed, name) for name in _MEASURE_NAMES}
            for name, value in values.items():
                if isinstance(value, frozenset):
                    values[name] = _shared(value)
            found = Measure(**values | {"rate": _rate(text=values["rate"])})
            self._known[place] = found
        return found


class LazyGoods(Mapping[str, tuple[Dated[Goods], ...]]):
    """Goods by code, each taken apart when it is first asked for."""

    def __init__(self, raw: dict[str, msgspec.Raw]) -> None:
        self._raw, self._known = raw, dict[str, tuple[Dated[Goods], ...]]()

    def __len__(self) -> int:
        return len(self._raw)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __getitem__(self, code: str) -> tuple[Dated[Goods], ...]:
        found = self._known.get(code)
        if found is None:
            found = _goods_of.decode(self._raw[code])
            self._known[code] = found
        return found
