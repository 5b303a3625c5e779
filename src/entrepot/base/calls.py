"""A hot verb's statements: one that reads and one that writes, each put together from several contexts' parts.

A context offers what can be read of it as an `Ask` and what can be written as a `Call`, an SQL function kept in a file
beside its services; the flow joins them. Calls run in the order given, so the order of locks is the order of calls. The
statement is a transaction by itself: one trip to the database and one commit, or nothing.
"""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Generic, TypeAlias, TypeVar

from django.db import DatabaseError, connection, transaction

from entrepot.base import failpoints
from entrepot.kernel.must import must

Told = TypeVar("Told")
Value: TypeAlias = int | str | bytes | bool | datetime
# The class of the conditions that our own functions raise. PostgreSQL has none that begins so.
_OURS: Final = "EN"


@dataclass(frozen=True, slots=True)
class Call:
    """One SQL function of a context that writes. It answers NULL to go on and a word to stop before it has written.

    What only shows after something was written is raised instead (ERRCODE EN...), which takes everything back.
    """

    sql: str
    params: tuple[Value, ...]


class Ask(Generic[Told]):
    """One value to be read; `answer` is there after `answer_all`."""

    __slots__ = ("_answer", "_told", "params", "sql")

    def __init__(self, sql: str, params: tuple[Value, ...], told: Callable[[Any], Told]) -> None:
        self.sql, self.params, self._told = sql, params, told
        self._answer: Any = None

    def take(self, value: object) -> None:
        """Keep what the database said."""
        self._answer = value

    @property
    def answer(self) -> Told:
        """What was read, in the context's words; what may be refused is refused here, not before."""
        return self._told(self._answer)


class Halted(Exception):
    """One of our functions refused after others had written: nothing was. detail: what it said, JSON."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code} {detail}")
        self.code, self._detail = code, detail

    @property
    def detail(self) -> Any:
        """What the function said."""
        return json.loads(self._detail) if self._detail else None


def answer_all(*asks: Ask[Any], source: Call | None = None) -> None:
    """Read all of them in one statement, as of one moment.

    source: a function of one row that the asks take values from, as `s.name`.
    """
    parameters = [value for ask in asks for value in ask.params]
    with connection.cursor() as cursor:
        cursor.execute(
            _asking(tuple(ask.sql for ask in asks), source.sql if source else ""),
            [*parameters, *(source.params if source else ())],
        )
        row = cursor.fetchone()
    for ask, value in zip(asks, row, strict=True):
        ask.take(value)


def run_calls(*calls: Call) -> str | None:
    """Run them in order in one statement, which commits by itself outside a transaction. Answers the word of who stopped.

    A word comes from the first call, or from one before which nothing was written. Raises Halted.
    """
    # Inside a larger transaction a refusal must not take the rest down before its owner has decided.
    alone = not connection.in_atomic_block
    around = nullcontext() if alone else transaction.atomic()
    if alone:
        failpoints.reach_commit(failpoints.BEFORE)
    try:
        with around, connection.cursor() as cursor:
            cursor.execute(
                _calling(tuple(call.sql for call in calls)), [value for call in calls for value in call.params]
            )
            row = cursor.fetchone()
    except DatabaseError as trouble:
        state = getattr(trouble.__cause__, "sqlstate", None) or ""
        if not state.startswith(_OURS):
            raise
        raise Halted(state, trouble.__cause__.diag.message_detail or "") from trouble  # type: ignore[union-attr]
    if alone:
        failpoints.reach_commit(failpoints.AFTER)
    must(row is not None, "a statement of calls answers one row")
    word: str | None = row[0]
    return word


@cache
def _asking(parts: tuple[str, ...], source: str) -> str:
    chosen = ",\n  ".join(parts)
    return f"SELECT {chosen}" + (f"\n  FROM {source} AS s" if source else "")  # noqa: S608 - constants, as below


@cache
def _calling(parts: tuple[str, ...]) -> str:
    # OFFSET 0 keeps each part a plan node of its own, and the condition makes it wait for the answers before it.
    joined = f"(SELECT {parts[0]} AS r OFFSET 0) c0"
    for place, part in enumerate(parts[1:], start=1):
        before = ", ".join(f"c{number}.r" for number in range(place))
        joined += (
            f"\n  LEFT JOIN LATERAL (SELECT {part} AS r WHERE coalesce({before}) IS NULL OFFSET 0) c{place} ON true"
        )
    answers = ", ".join(f"c{place}.r" for place in range(len(parts)))
    return f"SELECT coalesce({answers})\n  FROM {joined}"  # noqa: S608 - the parts are constants of our services
