"""News and jobs, told in the same transaction as the write: they commit or vanish with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from django.db import connection, transaction
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg.types.json import Jsonb

from entrepot.base import arrays
from entrepot.base.calls import Call
from entrepot.kernel.must import must

Facts = Mapping[str, "str | int | bool | None"]


@dataclass(frozen=True, slots=True)
class News:
    """Something that has become true. `topic` is `context.past_tense`; `owner` is the row owner's id."""

    topic: str
    subject: int
    owner: int = 0
    facts: Facts = field(default_factory=dict)


def tell(topic: str, *, subject: int, at: datetime, owner: int = 0, facts: Facts | None = None) -> None:
    """Write one piece of news; listeners take it after commit, at least once, in no promised order."""
    tell_all([News(topic, subject, owner, facts or {})], at=at)


def tell_all(news: Iterable[News], *, at: datetime) -> None:
    """Write many pieces of news in one statement. Raises Broken outside a transaction."""
    must(connection.in_atomic_block, "news is told inside the transaction that makes it true")
    rows = list(news)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO base_outbox (topic, subject, owner, facts, at, tries, trouble)
               SELECT topic, subject, owner, facts, %s, 0, ''
                 FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::jsonb[]) AS n(topic, subject, owner, facts)""",
            [
                at,
                [row.topic for row in rows],
                [row.subject for row in rows],
                [row.owner for row in rows],
                [Jsonb(dict(row.facts)) for row in rows],
            ],
        )


def defer(
    job: str, *, queue: str = "default", wait: timedelta | None = None, once: str | None = None, **facts: object
) -> None:
    """Queue a job by its name (`payments.open_intent`); it runs after commit, at least once.

    once: while a job with this lock waits, another is not queued. Facts must be JSON values.
    """
    deferrer = procrastinate_app.configure_task(
        name=job,
        allow_unknown=True,
        queue=queue,
        queueing_lock=once,
        schedule_in={"seconds": int(wait.total_seconds())} if wait else None,
    )
    try:
        # A waiting twin is refused by a unique index, which must not take the caller's transaction down with it.
        with transaction.atomic():
            deferrer.defer(**facts)  # type: ignore[arg-type]
    except AlreadyEnqueued:
        return


def news_call(*news: News, at: datetime) -> Call:
    """News without facts, as a part of the statement that makes it true."""
    must(not any(row.facts for row in news), "news with facts is told by tell_all")
    return Call(
        "base_tell(%s, %s, %s, %s)",
        (
            arrays.texts([row.topic for row in news]),
            arrays.bigints([row.subject for row in news]),
            arrays.bigints([row.owner for row in news]),
            at,
        ),
    )


def job_call(job: str, **facts: object) -> Call:
    """A job, as a part of the statement that makes it due; it runs after commit, at least once."""
    return Call("base_defer(%s, %s)", (job, msgspec.json.encode(facts).decode()))
