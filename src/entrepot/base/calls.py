"""A hot verb's statements: one that reads and one that writes, each put together from several contexts' parts.

A context offers what can be read of it as an `Ask` and what can be written as a `Call`, an SQL function kept in a file
beside its services; the flow joins them. Calls run in the order given, so the order of locks is the order of calls. The
statement is a transaction by itself: one trip to the database and one commit, or nothing.

Outside a transaction these few statements go to the server prepared, by the driver's own lowest call: the layers between
cost four times what the statement itself costs a process. Inside one, and for everything else, Django's cursor serves.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import count
from typing import Any, Final, Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

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
    """One text to be read; `answer` is there after `answer_all`."""

    __slots__ = ("_answer", "_told", "params", "sql")

    def __init__(self, sql: str, params: tuple[Value, ...], told: Callable[[str | None], Told]) -> None:
        self.sql, self.params, self._told = sql, params, told
        self._answer: str | None = None

    def take(self, value: str | None) -> None:
        """Keep what the database said."""
        self._answer = value

    @property
    def missing(self) -> bool:
        """Whether there was nothing to read."""
        return self._answer is None

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
    if source is not None:
        parameters += source.params
    sql = _asking(tuple([ask.sql for ask in asks]), source.sql if source else "")
    for ask, value in zip(asks, _row(connections[DEFAULT_DB_ALIAS], sql, parameters), strict=True):
        ask.take(value)


def run_calls(*calls: Call) -> str | None:
    """Run them in order in one statement, which commits by itself outside a transaction. Answers the word of who stopped.

    A word comes from the first call, or from one before which nothing was written. Raises Halted.
    """
    sql = _calling(tuple([call.sql for call in calls]))
    parameters = [value for call in calls for value in call.params]
    # Asked for once: each name looked up through Django's proxy is a walk through the thread's own things.
    base = connections[DEFAULT_DB_ALIAS]
    try:
        if not base.in_atomic_block:
            failpoints.reach_commit(failpoints.BEFORE)
            word = _row(base, sql, parameters)[0]
            failpoints.reach_commit(failpoints.AFTER)
            return word
        # A refusal must not take the larger transaction down before its owner has decided.
        with transaction.atomic():
            return _row(base, sql, parameters)[0]
    except DatabaseError as trouble:
        state = getattr(trouble.__cause__, "sqlstate", None) or ""
        if not state.startswith(_OURS):
            raise
        raise Halted(state, trouble.__cause__.diag.message_detail or "") from trouble  # type: ignore[union-attr]


def _row(base: BaseDatabaseWrapper, sql: str, parameters: Sequence[Value]) -> tuple[str | None, ...]:
    """The one row that these statements answer, as texts."""
    if base.in_atomic_block:
        with base.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        must(row is not None, "these statements answer one row")
        return tuple(row)
    run: Callable[..., tuple[str | None, ...]] = _prepared
    for wrapper in reversed(base.execute_wrappers):
        run = partial(wrapper, run)
    return run(sql, parameters, False, {"connection": base, "cursor": None})


_names: Final[WeakKeyDictionary[Connection[Any], dict[str, bytes]]] = WeakKeyDictionary()
_numbers: Final = count(1)
_FORGOTTEN: Final = b"26000"


def _prepared(sql: str, parameters: Sequence[Value], _many: bool, context: Mapping[str, Any]) -> tuple[str | None, ...]:
    base = context["connection"]
    base.ensure_connection()
    began = time.monotonic()
    with base.wrap_database_errors:
        opened, values = base.connection, [_bytes(value) for value in parameters]
        result = opened.pgconn.exec_prepared(_name(opened, sql), values)
        if result.error_field(DiagnosticField.SQLSTATE) == _FORGOTTEN:
            # The driver has had the server forget all prepared statements, as it does after a rollback.
            _names.pop(opened)
            result = opened.pgconn.exec_prepared(_name(opened, sql), values)
        _must_be(ExecStatus.TUPLES_OK, result)
    if base.queries_logged:
        base.queries_log.append({"sql": sql, "time": f"{time.monotonic() - began:.3f}"})
    must(result.ntuples == 1, "these statements answer one row")
    row = [result.get_value(0, column) for column in range(result.nfields)]
    return tuple([value.decode() if value is not None else None for value in row])


def _name(opened: "Connection[Any]", sql: str) -> bytes:
    """What the statement is called on this connection, where it is prepared when it was not yet."""
    known = _names.setdefault(opened, {})
    name = known.get(sql)
    if name is None:
        name = b"entrepot_%d" % next(_numbers)
        _must_be(ExecStatus.COMMAND_OK, opened.pgconn.prepare(name, _numbered(sql)))
        known[sql] = name
    return name


def _must_be(wanted: ExecStatus, result: PGresult) -> None:
    if result.status != wanted:
        raise error_from_result(result, encoding="utf-8")


def _bytes(value: Value) -> bytes:
    """A value as PostgreSQL reads it."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return b"\\x" + value.hex().encode()


@cache
def _numbered(sql: str) -> bytes:
    first, *others = sql.split("%s")
    return (first + "".join([f"${number}{part}" for number, part in enumerate(others, start=1)])).encode()


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
