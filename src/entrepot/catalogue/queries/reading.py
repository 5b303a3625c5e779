"""How the catalogue's hot statements are run."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.db import connection

# A cell as the driver gives it; it becomes a word of ours within the function that reads it.
Cell: TypeAlias = Any


def rows_of(*, sql: str, given: Sequence[Cell] | Mapping[str, Cell]) -> list[tuple[Cell, ...]]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[tuple[Cell, ...]] = cursor.fetchall()
    return rows
