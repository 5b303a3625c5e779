"""What somebody meant who mistyped: the nearest known word, common ones first."""

from collections.abc import Iterable

from entrepot.search.terms import Suggestion


def slips_allowed(word: str) -> int:
    """How many slips a word may have: none below four letters, one below eight, else two."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def nearest(word: str, known: Iterable[Suggestion]) -> str | None:
    """The known word with the fewest slips from `word`, the most frequent of equals; nothing when all are too far."""
    most = slips_allowed(word)
    ranked = ((slips(word, one.text, most=most), -one.count, one.text) for one in known if one.text != word)
    close = [entry for entry in ranked if entry[0] <= most]
    return min(close)[2] if close else None


def slips(one: str, other: str, *, most: int) -> int:
    """Letters to add, drop, change or swap with their neighbour to get from one to the other; above `most`, most + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
