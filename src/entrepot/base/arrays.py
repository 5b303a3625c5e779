"""Array literals for hot statements: PostgreSQL reads `{1,2}` faster than the driver dumps a list item by item."""

from collections.abc import Iterable


def bigints(values: Iterable[int | None]) -> str:
    """Whole numbers as the text of an array; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def flags(values: Iterable[bool]) -> str:
    """Truth values as the text of an array."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """Any texts as the text of an array; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
