"""Threads that meet at one moment, each with a database connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection, connections, transaction

Given = TypeVar("Given")


def together(*works: Callable[[], Given]) -> list[Given | Exception]:
    """Run each in a thread of its own, started at one moment; gives what each gave or raised."""
    gate = threading.Barrier(len(works))
    answers: list[Given | Exception] = [RuntimeError("did not end")] * len(works)

    def run(place: int, work: Callable[[], Given]) -> None:
        try:
            gate.wait(10)
            answers[place] = work()
        except Exception as trouble:
            answers[place] = trouble
        finally:
            connections.close_all()

    _run([threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)])
    return answers


def one_behind_the_other(first: Callable[[], Given], second: Callable[[], Given]) -> list[Given | Exception]:
    """The second starts while the first has done its work but not committed; it commits once the second waits for it.

    The worst moment, met every time. A second that does not wait for the first is let through after a second.
    """
    written, over = threading.Event(), threading.Event()
    answers: list[Given | Exception] = [RuntimeError("did not end")] * 2

    def lead() -> None:
        try:
            with transaction.atomic():
                answers[0] = first()
                written.set()
                for _ in range(100):
                    if over.is_set() or _somebody_waits():
                        break
                    time.sleep(0.01)
        except Exception as trouble:
            answers[0] = trouble
        finally:
            written.set()
            connections.close_all()

    def follow() -> None:
        try:
            written.wait(10)
            with transaction.atomic():
                answers[1] = second()
        except Exception as trouble:
            answers[1] = trouble
        finally:
            over.set()
            connections.close_all()

    _run([threading.Thread(target=lead), threading.Thread(target=follow)])
    return answers


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""
        )
        return bool(cursor.fetchone()[0])


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
