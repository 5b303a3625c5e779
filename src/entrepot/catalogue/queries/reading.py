"""How rows of the hot statements become the catalogue's words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.conf import settings
from django.db import connection

from entrepot.catalogue.terms import Picture
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text

# A cell as the driver gives it; it becomes a word of ours within the function that reads it.
Cell: TypeAlias = Any
LARGE, SMALL = 800, 320


def rows_of(sql: str, parameters: Sequence[Cell] | Mapping[str, Cell]) -> list[tuple[Cell, ...]]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Cell, ...]] = cursor.fetchall()
    return rows


def picture_of(sha256: str | None, alt: Text | None = None) -> Picture | None:
    """The addresses of a kept picture, or nothing while there is none."""
    if not sha256:
        return None
    stem = f"{settings.MEDIA_URL}{sha256[:2]}/{sha256}"
    return Picture(f"{stem}-{LARGE}.webp", f"{stem}-{SMALL}.webp", alt or {})


def money_of(minor: int | None, currency: str | None) -> Money | None:
    """An amount, or nothing."""
    return None if minor is None or currency is None else Money(minor, currency)


def text_of(value: str | None) -> Text:
    """Only the languages that have words. Django's connection hands JSON over as it is written."""
    return {tag: words for tag, words in map_of(value).items() if words}


def map_of(value: str | None) -> dict[str, str]:
    """A JSON object of strings."""
    return json.loads(value) if value else {}


def tuple_of(value: str | None) -> tuple[str, ...]:
    """A JSON list of strings."""
    return tuple(json.loads(value)) if value else ()
