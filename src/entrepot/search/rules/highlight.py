"""Showing where in a text the asked words stand, in whatever language or form they occur there."""

import unicodedata
from collections.abc import Sequence

from entrepot.search.rules import words
from entrepot.search.terms import Asked, Piece


def pieces(text: str, asked: Sequence[Asked]) -> tuple[Piece, ...]:
    """`text` cut into pieces that join to exactly itself; the marked ones are what was asked for.

    Words of a phrase that stands for what was typed are marked only where they stand together.
    """
    if not asked or not text:
        return (Piece(text),) if text else ()
    clean, origins = _folded(text)
    marks = [False] * len(text)
    for start, end in _places(words.placed(clean), asked):
        for at in range(origins[start], origins[end - 1] + 1):
            marks[at] = True
    return tuple(_runs(text, marks))


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text in the form that is cut, and for each of its letters the place in `text` it comes from."""
    plain = text.lower()
    if len(plain) == len(text) and unicodedata.is_normalized("NFKC", plain):
        return plain, range(len(text))
    letters: list[str] = []
    origins: list[int] = []
    for place, letter in enumerate(text):
        for folded in unicodedata.normalize("NFKC", letter).lower():
            letters.append(folded)
            origins.append(place)
    return "".join(letters), origins


def _places(tokens: Sequence[words.Token], asked: Sequence[Asked]) -> list[tuple[int, int]]:
    single = {token for one in asked for token in one.tokens}
    single |= {other[0] for one in asked for other in one.others if len(other) == 1}
    found = [(token.start, token.end) for token in tokens if token.text in single]
    for phrase in {other for one in asked for other in one.others if len(other) > 1}:
        for at in range(len(tokens) - len(phrase) + 1):
            window = tokens[at : at + len(phrase)]
            if tuple(token.text for token in window) == phrase:
                found.append((window[0].start, window[-1].end))
    return found


def _runs(text: str, marks: Sequence[bool]) -> list[Piece]:
    runs: list[Piece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or marks[at] != marks[start]:
            runs.append(Piece(text[start:at], marks[start]))
            start = at
    return runs
