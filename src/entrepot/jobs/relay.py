"""The way of the news: out of the outbox in batches, to whoever listens, gone only when every listener has it.

One loop instead of a job per row, because per-job bookkeeping caps any job table at a few hundred a second. A row is
deleted in the transaction in which it was handed over, after the listeners have settled: at least once, never none.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from django.db import InterfaceError, OperationalError, connection, transaction

from entrepot.base.outbox import News
from entrepot.catalogue.terms import CHANGED as LISTING_CHANGED
from entrepot.jobs.index import IndexFeed
from entrepot.jobs.news import Breakdown, Listener
from entrepot.stock.terms import CHANGED as STOCK_CHANGED

logger: Final = logging.getLogger(__name__)
BATCH: Final = 500
# A long queue is worked off in larger steps, since the index commits once a step.
BATCH_MAX: Final = 4_000
IDLE_SECONDS: Final = 0.2
_TROUBLE_SECONDS: Final = 1.0
_STUMBLE_MAX: Final = 30.0
_BACK_OFF_MAX: Final = 300.0
_TROUBLE_LENGTH: Final = 500

Row: TypeAlias = tuple[int, News]


class Relay:
    """One process's relay. listeners: by topic; news nobody listens to is logged and dropped."""

    def __init__(self, listeners: Mapping[str, Sequence[Listener]]) -> None:
        self._listeners = listeners
        # Rows that failed wait here; a restart forgets it, so they are tried at once by the next process.
        self._not_before: dict[int, float] = {}

    def pass_on(self, *, limit: int = BATCH) -> int:
        """Hand over one batch in order; how many rows were taken, failed ones included.

        A row that fails stays, with its tries and trouble, and waits twice as long each time; the others go on.
        Raises Breakdown when a listener can take nothing: everything stays then.
        """
        with transaction.atomic():
            rows = self._taken(limit)
            if not rows:
                return 0
            failed = self._handed_over(rows)
            for listener in self._all_listeners(row[1].topic for row in rows):
                listener.settle()
            tried = _written(done=[row[0] for row in rows if row[0] not in failed], failed=failed)
        for row_id, tries in tried.items():
            self._not_before[row_id] = time.monotonic() + min(2.0**tries, _BACK_OFF_MAX)
        return len(rows)

    def _taken(self, limit: int) -> list[Row]:
        now = time.monotonic()
        self._not_before = {row_id: until for row_id, until in self._not_before.items() if until > now}
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT id, topic, subject, owner, facts FROM base_outbox WHERE NOT id = ANY(%s)
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
                [list(self._not_before), limit],
            )
            return [(row[0], News(*row[1:])) for row in cursor.fetchall()]

    def _handed_over(self, rows: Sequence[Row]) -> dict[int, str]:
        """The trouble by row of those that a listener could not bear."""
        failed: dict[int, str] = {}
        for topic in dict.fromkeys(news.topic for _, news in rows):
            of_topic = [row for row in rows if row[1].topic == topic]
            logger.info("%d x %s", len(of_topic), topic)
            for listener in self._listeners.get(topic, ()):
                failed.update(_told(listener, of_topic))
        return failed

    def _all_listeners(self, topics: Iterable[str]) -> list[Listener]:
        found = [listener for topic in dict.fromkeys(topics) for listener in self._listeners.get(topic, ())]
        return list({id(listener): listener for listener in found}.values())


def run_relay(*, stop: threading.Event) -> None:
    """Pass on news until `stop`, in this thread, whatever happens meanwhile. One process at a time feeds the index."""
    feed = IndexFeed()
    relay = Relay({LISTING_CHANGED: (feed,), STOCK_CHANGED: (feed,)})
    limit, stumbles = BATCH, 0
    try:
        while not stop.is_set():
            try:
                if not feed.ready():
                    stop.wait(_TROUBLE_SECONDS)
                    continue
                taken = relay.pass_on(limit=limit)
                full = taken == limit
                limit, stumbles = (min(limit * 2, BATCH_MAX) if full else BATCH), 0
                if not full:
                    stop.wait(IDLE_SECONDS)
            except Breakdown as trouble:
                logger.warning("The news waits: %s", trouble)
                stop.wait(_TROUBLE_SECONDS)
            except Exception:
                # The database went away, or a mistake of ours: say it, and go on with a fresh connection.
                logger.exception("The relay stumbled")
                connection.close()
                stumbles += 1
                stop.wait(min(_TROUBLE_SECONDS * 2**stumbles, _STUMBLE_MAX))
    finally:
        feed.close()
        connection.close()


def _told(listener: Listener, rows: Sequence[Row]) -> dict[int, str]:
    """Tell the listener; the rows it cannot bear are found by halving, so that one of them does not hold up the rest."""
    try:
        with transaction.atomic():
            listener.take([news for _, news in rows])
    except (Breakdown, OperationalError, InterfaceError):
        raise
    except Exception as trouble:
        if len(rows) == 1:
            logger.exception("News %d (%s) could not be passed on", rows[0][0], rows[0][1].topic)
            return {rows[0][0]: repr(trouble)[:_TROUBLE_LENGTH]}
        middle = len(rows) // 2
        return {**_told(listener, rows[:middle]), **_told(listener, rows[middle:])}
    return {}


def _written(*, done: Sequence[int], failed: Mapping[int, str]) -> dict[int, int]:
    """Delete what was handed over, note the trouble of what was not; the tries so far by failed row."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_outbox WHERE id = ANY(%s)", [list(done)])
        if not failed:
            return {}
        cursor.execute(
            """UPDATE base_outbox o SET tries = o.tries + 1, trouble = f.trouble
                 FROM unnest(%s::bigint[], %s::text[]) AS f (id, trouble) WHERE o.id = f.id RETURNING o.id, o.tries""",
            [list(failed), list(failed.values())],
        )
        return dict(cursor.fetchall())
