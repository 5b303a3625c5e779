"""Statements that may look across owners say so, with a reason; every other one names its owner (a test keeps it)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_reason: ContextVar[str | None] = ContextVar("across_owners", default=None)


@contextmanager
def across_owners(reason: str) -> Iterator[None]:
    """Inside, statements may read or write rows of many owners: sweeps, the operator's views, audits."""
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


def crossing() -> str | None:
    """Why statements may cross owners at this moment, or nothing."""
    return _reason.get()
