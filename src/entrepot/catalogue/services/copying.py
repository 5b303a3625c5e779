"""COPY: the fastest way of many rows into a table."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection

Value = str | int | bool | None | dict[str, str | int] | dict[str, str | None] | dict[str, str] | list[str]


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> int:
    """Append rows to a table of ours and answer how many; mappings and lists become JSON."""
    count = 0
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else cell for cell in row]
            )
            count += 1
    return count
