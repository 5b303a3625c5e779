"""What was typed, understood: words joined to the meanings they have, each with its other ways to be said."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from entrepot.search.rules import words
from entrepot.search.rules.dictionary import MEANINGS
from entrepot.search.terms import Asked, WordsTooLong

LENGTH_MAX: Final = 200
# More than these narrow nothing; they come from pasted titles.
ASKED_MAX: Final = 16
_WAY_MAX: Final = 3

Way = tuple[str, ...]


def understood(text: str) -> tuple[Asked, ...]:
    """The things asked for, in order, each once; words that say nothing fall away unless nothing else was typed.

    Raises WordsTooLong.
    """
    if len(text) > LENGTH_MAX:
        raise WordsTooLong(limit=LENGTH_MAX)
    typed = words.whole_words(text)
    telling = [word for word in typed if not words.is_empty_word(word)] or list(typed)
    found: dict[Way, Asked] = {}
    at = 0
    while at < len(telling) and len(found) < ASKED_MAX:
        asked, taken = _longest(telling[at:])
        found.setdefault(asked.tokens, asked)
        at += taken
    return tuple(found.values())


def needed(count: int, *, relaxed: bool) -> int:
    """How many of `count` things must occur in a hit: all, or about two thirds when relaxed (2 of 3, 3 of 4)."""
    return max(1, count - count // 3) if relaxed and count > 2 else 1 if relaxed else count


def _longest(rest: Sequence[str]) -> tuple[Asked, int]:
    """The longest known way to say something at the head of `rest`, and how many words it took."""
    head = _stems(rest[:_WAY_MAX])
    for size in range(len(head), 0, -1):
        others = _others().get(head[:size])
        if others:
            return Asked(" ".join(rest[:size]), head[:size], others), size
    return Asked(rest[0], head[:1], _apart(rest[0])), 1


def _apart(word: str) -> tuple[Way, ...]:
    """A model typed together (iphone15) is also looked for apart (iphone 15)."""
    parts = words.parts(word)
    return (parts,) if len(parts) > 1 else ()


@cache
def _others() -> Mapping[Way, tuple[Way, ...]]:
    """For every way of the dictionary, all other ways with the same meaning."""
    known: dict[Way, list[Way]] = {}
    for english, chinese in MEANINGS:
        ways = [_way(way) for way in (*english, *chinese)]
        for way in ways:
            known.setdefault(way, []).extend(other for other in ways if other != way)
    return {way: tuple(dict.fromkeys(others)) for way, others in known.items()}


def _way(text: str) -> Way:
    return _stems(words.whole_words(text))


def _stems(written: Sequence[str]) -> Way:
    return tuple(word if words.is_unspaced(word) else words.stem(word) for word in written)
