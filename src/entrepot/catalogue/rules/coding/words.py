"""A text cut into what it is compared by: words, neighbouring words, and pieces of words for what is misspelt or cut off."""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Final

import rjieba

_PIECE: Final = re.compile(r"[a-z]+|[0-9]+|[\u4e00-\u9fff]+")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
# Measures say how much, not what; numbers alone neither.
_EMPTY: Final = frozenset(
    "a an and are as at be by for from in into is it its of on or our per pcs piece pieces pack packs set sets x that the "
    "this to with without you your ml cm mm kg g l oz inch new hot sale free shipping best quality high style "
    "other n e c s whether not than but having excluding including their thereof "
    "的 了 和 与 或 在 是 及 等 其他 其它 未列名 品目 章 除外 但 用 装 新款 包邮 正品 进口 原装 美国 日本 韩国 德国 澳洲 件 克 只 个 盒 瓶 支 包 网购 amp middot".split()
)
CHARACTERS_MAX: Final = 2_000
WORDS_MAX: Final = 60


@cache
def _cutter() -> rjieba.Jieba:
    """Loaded at first use: the dictionary takes a tenth of a second."""
    return rjieba.Jieba()


def normalised(text: str) -> str:
    """`text` in one form: NFKC, lower case, control characters and marks on letters dropped, its first part only."""
    head = text[: CHARACTERS_MAX * 2]
    if not head.isascii():
        head = unicodedata.normalize("NFKC", head)
        head = "".join(c for c in unicodedata.normalize("NFKD", head) if not unicodedata.combining(c))
    return head.lower()[:CHARACTERS_MAX]


def words(text: str) -> list[str]:
    """The words of a text in order: English ones in the singular, Chinese ones cut; measures and fillers left out."""
    found: list[str] = []
    for piece in _PIECE.findall(normalised(text)):
        if _HAN.match(piece):
            found += [word for word in _cutter().cut(piece) if word not in _EMPTY]
        elif piece not in _EMPTY and not piece.isdigit():
            found.append(singular(piece))
        if len(found) >= WORDS_MAX:
            break
    return found[:WORDS_MAX]


def singular(word: str) -> str:
    """An English word without its plural ending; rough, the same for both sides of a comparison."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("es") and word[-3] in "sxzh":
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "su":
        return word[:-1]
    return word


def features(text: str) -> dict[str, str]:
    """What a text is compared by, each with its channel: `w` a word, `b` two in a row, `n` a piece of one."""
    cut = words(text)
    found = {f"w{word}": "w" for word in cut}
    found.update((f"b{first} {second}", "b") for first, second in pairwise(cut))
    for word in cut:
        if _HAN.match(word):
            found.update((f"n{word[at : at + 2]}", "n") for at in range(len(word) - 1))
            # What a Chinese word names stands at its end.
            found[f"c{word[-1]}"] = "c"
        else:
            edge = f"^{word}$"
            found.update((f"n{edge[at : at + 4]}", "n") for at in range(len(edge) - 3))
            found.update((f"n{edge[at : at + 3]}", "n") for at in range(len(edge) - 2))
    return found


def is_chinese(text: str) -> bool:
    """Whether the text is Chinese, with foreign brands in it or not: an eighth of its letters, at least two."""
    letters = _LETTER.findall(normalised(text))
    han = sum(1 for letter in letters if _HAN.match(letter))
    return han >= 2 and han * 8 >= len(letters)


def is_readable(text: str) -> bool:
    """Whether at least half of the letters are Latin or Han."""
    letters = _LETTER.findall(normalised(text))
    ours = sum(1 for letter in letters if letter.isascii() or _HAN.match(letter))
    return bool(letters) and ours * 2 >= len(letters)
