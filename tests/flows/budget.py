"""Counting what a flow asks of the database, as its docstring promises: savepoints are the test's, not the flow's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def at_most(most: int) -> Iterator[None]:
    """No more than so many statements inside; the failure shows them."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= most, f"{len(asked)} statements, {most} promised:\n" + "\n".join(asked)
