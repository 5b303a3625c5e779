"""Statements put together from several parts: in order, all or nothing, the same inside a transaction and outside."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from entrepot.base import arrays
from entrepot.base.calls import Ask, Call, Halted, answer_all, run_calls
from entrepot.base.models import OutboxRow
from entrepot.base.outbox import News, news_call

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
GO, STOP = Call("left(%s, 0) || NULL", ("go",)), Call("%s::text", ("stop",))
HALT = Call("ledger_refused(%s)", (arrays.texts(["created", "period_closed"]),))


def news(topic: str) -> Call:
    return news_call(News(topic, 7, 8), at=AT)


def told() -> list[str]:
    return list(OutboxRow.objects.order_by("id").values_list("topic", flat=True))


def check_calls() -> None:
    assert run_calls(news("a"), GO, news("b")) is None
    assert told() == ["a", "b"]
    assert run_calls(STOP, news("c")) == "stop"
    assert run_calls(GO, STOP, news("c")) == "stop"
    with pytest.raises(Halted) as halt:
        run_calls(news("c"), GO, HALT, news("d"))
    assert (halt.value.code, halt.value.detail) == ("EN003", ["created", "period_closed"])
    with pytest.raises(DatabaseError, match="no_such_function"), transaction.atomic():
        run_calls(news("c"), Call("no_such_function()", ()))
    assert told() == ["a", "b"]
    (row,) = OutboxRow.objects.filter(topic="a")
    assert (row.subject, row.owner, row.at, row.facts) == (7, 8, AT, {})


def check_asks() -> None:
    odd = '{"a" \\ \', %, $1 樱桃'
    asks = [
        Ask("%s::text", (odd,), lambda text: text),
        Ask("(%s::bigint + 1)::text", (2**60,), lambda text: int(text or 0)),
        Ask("encode(%s::bytea, 'hex')", (b"\x00\xff",), lambda text: text),
        Ask("(%s::timestamptz = '2026-11-22 12:00+00')::text", (AT,), lambda text: text == "true"),
        Ask("(%s::boolean)::text", (False,), lambda text: text),
        Ask("(SELECT s.b)::text", (), lambda text: text),
        Ask("nullif(%s::text, '')", ("",), lambda text: text),
    ]
    for _ in range(2):
        answer_all(*asks, source=Call("(SELECT upper(%s) AS b)", ("x",)))
        assert [ask.answer for ask in asks] == [odd, 2**60 + 1, "00ff", True, "false", "X", None]
        assert asks[-1].missing


@pytest.mark.django_db
def test_parts_run_in_order_until_one_stops_or_halts_inside_a_transaction() -> None:
    check_calls()
    check_asks()


@pytest.mark.django_db(transaction=True)
def test_parts_run_in_order_until_one_stops_or_halts_as_a_transaction_of_their_own() -> None:
    assert not connection.in_atomic_block
    check_calls()
    check_asks()


@pytest.mark.django_db
def test_arrays_are_written_as_they_are_read() -> None:
    odd = ["", "NULL", "a,b", '"', "\\", "{}", " x ", "樱桃", None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::bigint[], %s::boolean[], %s::text[]",
            [arrays.texts(odd), arrays.bigints([1, None, -(2**62)]), arrays.flags([True, False]), arrays.texts([])],
        )
        assert cursor.fetchone() == (odd, [1, None, -(2**62)], [True, False], [])
