"""Text for people, one string per language."""

from collections.abc import Mapping, Sequence
from typing import Final

LanguageTag = str
Text = Mapping[LanguageTag, str]

ENGLISH: Final = "en"
CHINESE: Final = "zh-hans"
LANGUAGES: Final = (ENGLISH, CHINESE)


def pick(text: Text, language: LanguageTag, *, otherwise: Sequence[LanguageTag] = LANGUAGES) -> str:
    """The string for `language`, else for the first of `otherwise` that has one, else any, else empty."""
    for tag in (language, language.partition("-")[0], *otherwise):
        if text.get(tag):
            return text[tag]
    return next((words for words in text.values() if words), "")
