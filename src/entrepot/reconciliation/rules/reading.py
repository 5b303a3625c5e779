"""A file as a report: which form it has, and how much of one we read at most."""

import csv
import io
import json
from typing import Any, Final

from entrepot.reconciliation.rules import bank, provider
from entrepot.reconciliation.terms import ReadReport, ReportUnreadable

SIZE_MAX: Final = 16 * 1024 * 1024
LINES_MAX: Final = 200_000


def report_of(*, body: bytes) -> ReadReport:
    """Read a provider's report (ours, Stripe's as JSON or CSV) or a bank's statement (camt.053, CSV).

    A line that cannot be read is among the faults and the others go on. Raises ReportUnreadable for what is no whole
    report, StatementUnbalanced when its sums do not hold.
    """
    if not body.strip():
        raise ReportUnreadable(why="empty")
    if len(body) > SIZE_MAX:
        raise ReportUnreadable(why="size")
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<" or body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        read = bank.camt(body=body)
    else:
        text = _text(body)
        read = provider.document(_json(text)) if start in {b"{", b"["} else _table(text)
    if len(read.lines) > LINES_MAX:
        raise ReportUnreadable(why="lines")
    return read


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise ReportUnreadable(why="text") from wrong


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as deep:
        raise ReportUnreadable(why="deep") from deep
    except ValueError as wrong:
        raise ReportUnreadable(why="json") from wrong


def _table(text: str) -> ReadReport:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        columns = set(reader.fieldnames or ())
        for row in reader:
            rows.append(
                (
                    reader.line_num,
                    {
                        name: (value or "")
                        for name, value in row.items()
                        if isinstance(name, str) and not isinstance(value, list)
                    },
                )
            )
            if len(rows) > LINES_MAX:
                raise ReportUnreadable(why="lines")
    except csv.Error as wrong:
        raise ReportUnreadable(why="form") from wrong
    if columns >= provider.STRIPE_COLUMNS:
        return provider.stripe_table(rows)
    if columns >= bank.COLUMNS:
        return bank.table(rows)
    raise ReportUnreadable(why="form")
