"""COPY: the fastest way of many rows into a table."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db import connection

Value = str | int | bool | None
_ENCODER = msgspec.json.Encoder()


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> int:
    """Append rows to a table of ours and answer how many."""
    count = 0
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def json_of(*, value: Mapping[str, str | int] | Mapping[str, str | None] | Sequence[str] | None) -> str | None:
    """A mapping or list as the text a JSON column takes."""
    if value is None:
        return None
    return _ENCODER.encode(value).decode() if value else "[]" if isinstance(value, tuple | list) else "{}"
