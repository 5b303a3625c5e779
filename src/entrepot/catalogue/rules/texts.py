"""What a merchant's own HTML and option values become before they are kept."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import nh3

# What a product text needs and nothing that loads, runs, sends or restyles the page around it.
_TAGS: Final = frozenset(
    "p br hr b strong i em u s sub sup ul ol li dl dt dd h2 h3 h4 h5 h6 blockquote table thead tbody tr th td".split()
)
_TAKEN_WITH_CONTENT: Final = frozenset({"script", "style", "iframe", "object", "noscript", "template", "title"})
_NOTABLE: Final = re.compile(r"<\s*(script|iframe|object|embed|form|input|button|video|audio|img|svg)\b", re.IGNORECASE)
_EMPTY: Final = re.compile(r"<(p|li|b|strong|i|em|h[2-6])>(?:\s|&nbsp;|<br>)*</\1>")
_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS), attributes={}, clean_content_tags=set(_TAKEN_WITH_CONTENT), link_rel=None
)
KEY_SEPARATOR: Final = "\x1f"


def clean_html(html: str) -> str:
    """A product text with plain formatting only; links keep their words and lose their address."""
    if "<" not in html and "&" not in html:
        return html.strip()
    return _EMPTY.sub("", _CLEANER.clean(html)).strip()


def taken_out(html: str) -> tuple[str, ...]:
    """The kinds of element `clean_html` drops that a merchant would miss: scripts, pictures, videos, forms."""
    if "<" not in html:
        return ()
    return tuple(dict.fromkeys(match.lower() for match in _NOTABLE.findall(html)))


def folded(text: str) -> str:
    """A text as it is compared: without regard to width, case and spacing."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def options_key(options: Sequence[str]) -> str:
    """What a variant is recognised by within its listing: its option values, folded."""
    return KEY_SEPARATOR.join(folded(value) for value in options)


def picture_words(text: str) -> str:
    """An alternative text without markup, on one line, at most 500 letters."""
    return " ".join(text.split())[:500]
