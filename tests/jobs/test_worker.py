"""The worker as a real process: it starts, stops when told, and may be killed at any moment."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from entrepot.base import postgres
from entrepot.search.queries.engine import TantivyReader

ROOT = Path(__file__).resolve().parents[2]
LISTINGS = 60
# One process makes the market once for all of them.
pytestmark = pytest.mark.xdist_group("worker")


class Market:
    """A database of its own with some listings, and workers that come and go."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.name = f"worker_{secrets.token_hex(6)}"
        self.workers: list[subprocess.Popen[str]] = []
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")},
            "DATABASE_URL": self.url(self.name), "ENTREPOT_HOME": str(home), "ENTREPOT_LOG": "INFO",
            "DJANGO_SETTINGS_MODULE": "entrepot.config.settings", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }  # fmt: skip
        self.python("-m", "django", "migrate", "-v0")
        self.execute("CREATE TABLE play_note (id bigserial, what text)")
        self.python("-m", "tests.jobs.play", "seed", str(LISTINGS))

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(postgres.database_url())._replace(path=f"/{database}"))

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *options: str) -> "subprocess.Popen[str]":
        with (self.home / "worker.log").open("a") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.play", "worker", *options],
                cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        self.workers.append(child)
        assert child.stdout is not None
        assert child.stdout.readline().startswith("Worker ready"), self.log()
        return child

    def stop(self) -> None:
        for child in self.workers:
            if child.poll() is None:
                child.kill()
            child.wait(10)
            if child.stdout:
                child.stdout.close()
        self.workers.clear()

    def drop(self) -> None:
        self.stop()
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def execute(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(self.name), autocommit=True) as database:
            cursor = database.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def scalar(self, sql: str, *parameters: object) -> object:
        return self.execute(sql, *parameters)[0][0]

    def defer(self, task: str, **facts: object) -> None:
        self.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', %s, 0, NULL, NULL, %s, NULL)::procrastinate_job_to_defer_v1])",
            task, json.dumps(facts),
        )  # fmt: skip

    def notes(self, what: str) -> int:
        return int(str(self.scalar("SELECT count(*) FROM play_note WHERE what = %s", what)))

    def waiting(self) -> int:
        return int(str(self.scalar("SELECT count(*) FROM base_outbox")))

    def index(self) -> dict[str, int]:
        """The serving generation and its listings, read from the files alone."""
        number = int(json.loads((self.home / "index" / "current").read_text())["generation"])
        return {"generation": number, "documents": TantivyReader(self.home / "index" / f"gen-{number}").documents()}

    def log(self) -> str:
        return (self.home / "worker.log").read_text()[-4000:]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    made = Market(tmp_path_factory.mktemp("worker"))
    yield made
    made.drop()


@pytest.fixture
def market(whole: Market) -> Iterator[Market]:
    yield whole
    whole.stop()


def until(market: Market, ready: Callable[[], object], *, seconds: int = 40) -> None:
    for _ in range(seconds * 10):
        if ready():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s\n{market.log()}")


def tell_again(market: Market, times: int = 1) -> None:
    """Every listing's news once more, as an edit of all of them would tell it."""
    for _ in range(times):
        market.execute(
            """INSERT INTO base_outbox (topic, subject, owner, facts, at, tries, trouble)
               SELECT 'catalogue.listing_changed', id, merchant_id, '{}', now(), 0, '' FROM catalogue_listing"""
        )


def test_builds_the_index_takes_the_news_and_stops_when_told(market: Market) -> None:
    worker = market.start()
    until(market, lambda: market.waiting() == 0 and market.index()["documents"] == LISTINGS)
    asked = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert time.monotonic() - asked < 10
    assert worker.stdout is not None
    assert "Worker stopped." in worker.stdout.read()


def test_killed_again_and_again_the_index_is_whole_and_no_news_is_left(market: Market) -> None:
    chance = random.Random(7)
    market.execute(
        "UPDATE catalogue_listing SET status = 'draft' WHERE id IN (SELECT id FROM catalogue_listing ORDER BY id LIMIT 10)"
    )
    for _ in range(3):
        tell_again(market, 20)
        worker = market.start()
        time.sleep(chance.random())
        worker.kill()
        worker.wait(10)
    market.start()
    until(market, lambda: market.waiting() == 0)
    assert market.index()["documents"] == LISTINGS - 10


@pytest.mark.slow
def test_a_rebuild_that_is_killed_leaves_the_index_and_the_next_one_succeeds(market: Market) -> None:
    worker = market.start()
    until(market, lambda: market.waiting() == 0)
    before = market.index()
    rebuild = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.play", "index", "rebuild"], cwd=ROOT, env=market.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(
        market,
        lambda: (
            market.scalar("SELECT count(*) FROM search_generation WHERE state = 'building'")
            or rebuild.poll() is not None
        ),
    )
    rebuild.kill()
    rebuild.wait(10)
    assert market.index()["documents"] == before["documents"]
    assert "serves" in market.python("-m", "tests.jobs.play", "index", "rebuild")
    tell_again(market)
    until(market, lambda: market.waiting() == 0)
    after = market.index()
    assert after["documents"] == before["documents"]
    assert after["generation"] > before["generation"]
    assert worker.poll() is None


def test_what_a_job_queues_commits_or_vanishes_with_what_it_writes(market: Market) -> None:
    market.start()
    market.defer("play.spawn", what="kept", fails=False)
    market.defer("play.spawn", what="lost", fails=True)
    until(market, lambda: market.notes("kept") == 1)
    # Other tests of this market kill workers, so other jobs may have failed as well.
    failed = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'play.spawn' AND status = 'failed'"
    until(market, lambda: market.scalar(failed) == 1)
    assert (market.notes("lost"), market.notes("lost asked")) == (0, 0)


def test_periodic_jobs_run(market: Market) -> None:
    before = market.notes("tick")
    market.start()
    until(market, lambda: market.notes("tick") >= before + 2)


def test_stops_in_time_though_a_job_does_not_end_and_leaves_it_to_be_run_again(market: Market) -> None:
    worker = market.start()
    market.defer("play.dawdle", seconds=60)
    until(market, lambda: market.notes("dawdling"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(8) == 0
    assert market.scalar("SELECT status FROM procrastinate_jobs WHERE task_name = 'play.dawdle'") == "doing"


@pytest.mark.slow
def test_a_second_worker_stands_by_and_takes_over(market: Market) -> None:
    first = market.start()
    until(market, lambda: market.waiting() == 0)
    second = market.start()
    tell_again(market)
    until(market, lambda: market.waiting() == 0)
    first.kill()
    tell_again(market)
    until(market, lambda: market.waiting() == 0)
    assert second.poll() is None


def test_outlives_the_loss_of_its_database_connections(market: Market) -> None:
    worker = market.start()
    until(market, lambda: market.waiting() == 0)
    market.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tell_again(market)
    market.defer("play.note", what="after")
    until(market, lambda: market.waiting() == 0 and market.notes("after") == 1)
    assert worker.poll() is None


@pytest.mark.slow
def test_holds_no_more_connections_than_it_needs(market: Market) -> None:
    market.start("--concurrency", "3")
    for number in range(60):
        market.defer("play.note", what=f"many {number}")
    until(market, lambda: market.notes("many 59"))
    open_now = market.scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert int(str(open_now)) <= 3 + 8 + 6
