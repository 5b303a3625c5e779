"""From text to tokens: one way for what is indexed and what is asked, so that the two can meet."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import rjieba
import tantivy

from entrepot.kernel.text import CHINESE, ENGLISH, LanguageTag
from entrepot.search.rules import dictionary

# Han, kana and bopomofo are written without spaces; everything else is split at what is no letter or digit.
_UNSPACED: Final = re.compile(r"[\u3007\u3040-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+")
# Joined digits stay whole (2.5kg, usb3.1); a trailing 's falls away.
_SPACED: Final = re.compile(r"[^\W_]+(?:\.\d+[^\W_]*)*")
_POSSESSIVE: Final = re.compile(r"['’]s\b")
# A model or a measure written together is also found apart and the other way round: iphone15, 20000mah. Part numbers
# (ks524aa, d600) stay whole: their pieces mean something else.
_MIXED: Final = re.compile(r"([a-z]{2,})(\d+)|(\d+(?:\.\d+)?)([a-z]{1,4})")
TOKEN_MAX: Final = 40

_STEM: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
# High enough that a trade word always stays whole beside the dictionary's own frequencies.
_FREQUENCY: Final = 100_000

_EMPTY_WORDS: Final = frozenset(
    "a an and are as at be by for from in is it of on or that the this to with without your you our "
    "的 了 和 与 或 在 是 吗 呢 啊 及 等".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place in the normalised text: [start, end)."""

    text: str
    start: int
    end: int


@cache
def _cutter() -> rjieba.Jieba:
    """Loaded at first use: the dictionary takes a tenth of a second."""
    cutter = rjieba.Jieba()
    for word in dictionary.CHINESE_WORDS:
        cutter.add_word(word, _FREQUENCY, "n")
    return cutter


def normalised(text: str) -> str:
    """`text` in one form: NFKC (full width becomes half), lower case, single spaces, possessives dropped."""
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()
    return " ".join(_POSSESSIVE.sub("", folded).split())


def parts(word: str) -> tuple[str, ...]:
    """The stems of letters and digits in a word written together: iphone15 -> iphon, 15."""
    mixed = _MIXED.fullmatch(word)
    return tuple(stem(part) for part in mixed.groups() if part) if mixed else (stem(word),)


def is_unspaced(token: str) -> bool:
    """Whether a token is of a script written without spaces."""
    return bool(_UNSPACED.match(token))


def language_of(text: str) -> LanguageTag:
    """The language a text is most likely in, by its script."""
    return CHINESE if _UNSPACED.search(text) else ENGLISH


def stem(word: str) -> str:
    """The English stem of one lower-case word, accents folded: cherries -> cherri."""
    found: list[str] = _STEM.analyze(word)
    return found[0] if found else word


def tokens(text: str) -> tuple[str, ...]:
    """What a text is indexed under: stems of spaced words, Chinese words and the words inside them, in order."""
    return tuple(token.text for token in _indexed(normalised(text)))


def by_script(text: str) -> tuple[list[str], list[str]]:
    """The same tokens, those of words written with spaces and those of words written without, each in order."""
    clean = normalised(text)
    spaced: list[str] = []
    unspaced: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(clean):
        for word in _SPACED.findall(clean, at, run.start()):
            spaced += _forms(word)
        unspaced += _cutter().cut_for_search(run[0])
        at = run.end()
    for word in _SPACED.findall(clean, at):
        spaced += _forms(word)
    return spaced, unspaced


def placed(text: str) -> tuple[Token, ...]:
    """The tokens of an already normalised text with their places; overlapping Chinese words each have their own."""
    return tuple(_indexed(text))


def whole_words(text: str) -> tuple[str, ...]:
    """The words of a text as people write them, unstemmed, Chinese ones longest: for suggestions and spelling."""
    clean = normalised(text)
    found: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(clean):
        found += _SPACED.findall(clean, at, run.start())
        found += _cutter().cut(run[0])
        at = run.end()
    found += _SPACED.findall(clean, at)
    return tuple(found)


def is_empty_word(token: str) -> bool:
    """A word that says nothing about goods (the, of, 的)."""
    return token in _EMPTY_WORDS


def _indexed(clean: str) -> Iterator[Token]:
    for start, end in _spans(clean):
        word = clean[start:end]
        if is_unspaced(word):
            yield Token(word, start, end)
        else:
            yield from (Token(form, start, end) for form in _forms(word))


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, ...]:
    """What a spaced word is indexed under: its stem, and its letters and digits apart."""
    short = word[:TOKEN_MAX]
    apart = parts(short)
    return (stem(short), *apart) if len(apart) > 1 else (stem(short),)


def _spans(clean: str) -> Iterator[tuple[int, int]]:
    """Where words stand, the shorter words inside a long Chinese one included."""
    at = 0
    for run in _UNSPACED.finditer(clean):
        yield from (match.span() for match in _SPACED.finditer(clean, at, run.start()))
        cut = _cutter().tokenize(run[0], "search", True)
        yield from ((run.start() + start, run.start() + end) for _, start, end in cut)
        at = run.end()
    yield from (match.span() for match in _SPACED.finditer(clean, at))
