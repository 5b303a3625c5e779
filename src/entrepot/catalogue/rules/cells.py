"""How the cells of a hot statement become the catalogue's words. JSON comes from the connection as it is written."""

import json
from html import unescape
from re import compile as pattern
from typing import Final

from entrepot.catalogue.terms import Picture
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text

# Where kept pictures are served, and the edge of the two squares in pixels.
MEDIA: Final = "/media/"
LARGE, SMALL = 800, 320
_TAG: Final = pattern(r"<[^>]*>")
_SPACE: Final = pattern(r"\s+")


def picture_of(sha256: str | None, alt: Text | None = None) -> Picture | None:
    """The addresses of a kept picture, or nothing while there is none."""
    if not sha256:
        return None
    stem = f"{MEDIA}{sha256[:2]}/{sha256}"
    return Picture(f"{stem}-{LARGE}.webp", f"{stem}-{SMALL}.webp", alt or {})


def money_of(minor: int | None, currency: str | None) -> Money | None:
    """An amount, or nothing."""
    return None if minor is None or currency is None else Money(minor, currency)


def map_of(value: str | None) -> dict[str, str]:
    """A JSON object of strings."""
    return json.loads(value) if value else {}


def tuple_of(value: str | None) -> tuple[str, ...]:
    """A JSON list of strings."""
    return tuple(json.loads(value)) if value else ()


def text_of(value: str | None) -> Text:
    """Only the languages that have words."""
    return {tag: words for tag, words in map_of(value).items() if words}


def plain(html: str) -> str:
    """The words of a piece of HTML, for indexing and for previews."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", html))).strip()
