"""`entrepot worker`: the jobs and the news, in one process that may be killed at any moment."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from typing import Annotated, Final

import typer
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from rich import print as say

from entrepot.cli import app
from entrepot.jobs.relay import run_relay

logger: Final = logging.getLogger(__name__)
# A stop is over within five seconds, whatever a job does: it is run again elsewhere.
_JOBS_SECONDS: Final = 3.0
_STOP_SECONDS: Final = 4.7
_HEARTBEAT_SECONDS: Final = 2.0
# Somebody silent for so long is dead; what it was doing is run again by the sweep.
STALLED_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 1.0


@app.command()
def worker(
    *,
    concurrency: Annotated[int, typer.Option(help="Jobs at a time.", min=1, max=64)] = 4,
    queue: Annotated[list[str] | None, typer.Option(help="Only these queues; all when not given.")] = None,
) -> None:
    """Run jobs, pass on news and keep the search index, until told to stop.

    SIGTERM and Ctrl-C stop it cleanly within five seconds. Killing it loses nothing: news stays until it was taken, and
    a job that was under way is run again.
    """
    # A job that got a connection the server has closed would fail for nothing; a check a job costs little here.
    connections.settings["default"]["CONN_HEALTH_CHECKS"] = True
    asyncio.run(_Worker(concurrency=concurrency, queues=queue or None).run())


class _Worker:
    def __init__(self, *, concurrency: int, queues: list[str] | None) -> None:
        self._concurrency = concurrency
        self._queues = queues
        self._stopping = asyncio.Event()
        self._stop_relay = threading.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        relay = threading.Thread(target=run_relay, kwargs={"stop": self._stop_relay}, name="relay", daemon=True)
        relay.start()
        say(f"Worker ready: {self._concurrency} jobs at a time, the news and the search index.", flush=True)
        try:
            while not self._stopping.is_set():
                await self._run_jobs()
        finally:
            self._stop_relay.set()
            await asyncio.to_thread(relay.join, _STOP_SECONDS)
        say("Worker stopped.", flush=True)

    def _stop(self) -> None:
        if self._stopping.is_set():
            os._exit(130)
        self._stopping.set()
        self._stop_relay.set()
        last = threading.Timer(_STOP_SECONDS, self._leave)
        last.daemon = True
        last.start()

    @staticmethod
    def _leave() -> None:
        say("Worker stopped; what had not ended will be run again.", flush=True)
        os._exit(0)

    async def _run_jobs(self) -> None:
        """Run jobs until told to stop, or until the database is lost: then come back when it is there again."""
        runner = _runner(self._concurrency)
        try:
            async with runner.open_async():
                jobs = asyncio.create_task(
                    runner.run_worker_async(
                        concurrency=self._concurrency,
                        queues=self._queues,  # type: ignore[arg-type] # None means all
                        install_signal_handlers=False,
                        delete_jobs="successful",
                        shutdown_graceful_timeout=_JOBS_SECONDS,
                        update_heartbeat_interval=_HEARTBEAT_SECONDS,
                        stalled_worker_timeout=STALLED_SECONDS,
                    )
                )
                stopping = asyncio.create_task(self._stopping.wait())
                await asyncio.wait({jobs, stopping}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                jobs.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await jobs
        except Exception:
            logger.exception("The jobs stumbled")
        if not self._stopping.is_set():
            await sync_to_async(close_old_connections)()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _AGAIN_SECONDS)


def run_queued(*, queue: str) -> None:
    """Run what is queued in one queue, and return when nothing is left that is due."""

    async def run() -> None:
        runner = _runner(1)
        async with runner.open_async():
            await runner.run_worker_async(
                queues=[queue], concurrency=1, wait=False, install_signal_handlers=False, delete_jobs="successful"
            )

    asyncio.run(run())


def _runner(concurrency: int) -> App:
    """The same tasks on connections of their own.

    The application itself keeps Django's connection: what a running job queues must commit or vanish with what it
    writes. (Replacing its connector, as procrastinate's own command does, would queue outside the transaction.)
    """
    django_app.perform_import_paths()  # type: ignore[no-untyped-call]
    pool = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=concurrency + 3)
    runner = App(connector=pool, worker_defaults=django_app.worker_defaults)
    runner.tasks = django_app.tasks
    runner.periodic_registry = django_app.periodic_registry
    return runner
