"""Run as a program: the real worker (or a seeding of listings), with a few jobs that only tests need."""

import sys
import time

import django

django.setup()

from django.db import connection, transaction
from procrastinate.contrib.django import app as procrastinate_app

from entrepot.base import outbox


def note(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO play_note (what) VALUES (%s)", [what])


@procrastinate_app.task(name="play.note")
def note_it(what: str) -> None:
    note(what)


@procrastinate_app.task(name="play.spawn")
def spawn(what: str, fails: bool) -> None:
    """Queue another job within a transaction that may not commit."""
    with transaction.atomic():
        outbox.defer("play.note", what=what)
        note(f"{what} asked")
        if fails:
            raise RuntimeError("as asked")


@procrastinate_app.task(name="play.dawdle")
def dawdle(seconds: int) -> None:
    note("dawdling")
    time.sleep(seconds)
    note("dawdled")


@procrastinate_app.periodic(cron="* * * * * *")
@procrastinate_app.task(name="play.tick", queueing_lock="play.tick", pass_context=False)
def tick(timestamp: int) -> None:
    note("tick")


def seed(count: int) -> None:
    from tests.catalogue import make
    from tests.parties import make as parties

    merchant_id = parties.merchant()
    for number in range(count):
        make.listing(merchant_id=merchant_id, handle=f"cherries-{number}", title=f"Cherries number {number}", sizes=())


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed(int(sys.argv[2]))
    else:
        from entrepot.cli import app, index, worker  # noqa: F401

        app(sys.argv[1:])
