"""What a sandbox party remembers: one SQLite file that survives SIGKILL, and no second process on it."""

import fcntl
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

Json = dict[str, object]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS things (id TEXT PRIMARY KEY, kind TEXT NOT NULL, reference TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS things_reference ON things (kind, reference);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, event TEXT NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due);
CREATE TABLE IF NOT EXISTS timers (id INTEGER PRIMARY KEY, due REAL NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due);
"""


class StateBusy(Exception):
    """Another process works on this state file."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook on its way."""

    id: int
    event: str
    tries: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Chance:
    """How often the world misbehaves; `random` is seeded, so a run can be repeated."""

    random: Random
    lossy: bool

    def twice(self) -> bool:
        return self.random.random() < (0.5 if self.lossy else 0.05)

    def late(self) -> float:
        """Seconds by which a webhook is held back, so that a later one overtakes it."""
        if self.random.random() < (0.4 if self.lossy else 0.02):
            return self.random.uniform(0.2, 1.5)
        return 0.0

    def reply_lost(self) -> bool:
        return self.lossy and self.random.random() < 0.1


class Store:
    """All state of one party. One transaction at a time; what is written together survives or vanishes together."""

    def __init__(self, path: Path, chance: Chance) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.chance = chance
        self._held = path.with_name(path.name + ".lock").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateBusy(str(path)) from None
        self._lock = threading.RLock()
        self.news = threading.Event()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()
        self._held.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self.news.set()

    # --- things: intents, refunds, payouts, shipments

    def put(self, thing: Json, *, kind: str, reference: str = "") -> None:
        self._db.execute(
            "INSERT INTO things (id, kind, reference, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (str(thing["id"]), kind, reference, json.dumps(thing)),
        )

    def thing(self, key: str, *, kind: str) -> Json | None:
        with self._lock:
            row = self._db.execute("SELECT body FROM things WHERE id = ? AND kind = ?", (key, kind)).fetchone()
        return _object(row[0]) if row else None

    def things(self, *, kind: str, reference: str | None = None) -> list[Json]:
        with self._lock:
            if reference is None:
                rows = self._db.execute("SELECT body FROM things WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()
            else:
                rows = self._db.execute(
                    "SELECT body FROM things WHERE kind = ? AND reference = ? ORDER BY rowid", (kind, reference)
                ).fetchall()
        return [_object(row[0]) for row in rows]

    # --- answers under an Idempotency-Key

    def answer(self, key: str) -> tuple[str, int, bytes] | None:
        row = self._db.execute("SELECT fingerprint, status, body FROM answers WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1], row[2].encode()) if row else None

    def keep_answer(self, key: str, fingerprint: str, status: int, body: bytes) -> None:
        self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, fingerprint, status, body.decode()))

    # --- events and their webhooks

    def say(self, kind: str, data: Mapping[str, object], *, event: str, hold: float = 0.0) -> None:
        """Write an event and queue its webhook, now and then twice or late; `hold` keeps it back that long."""
        body = json.dumps({"type": kind, "timestamp": iso(), "data": dict(data)}, ensure_ascii=False)
        holds = [hold + self.chance.late()]
        if self.chance.twice():
            holds.append(holds[0] + self.chance.random.uniform(0.0, 2.0))
        self.announce(event, body, holds=holds)

    def announce(self, event: str, body: str, *, holds: Sequence[float]) -> None:
        """Write an event and queue a webhook for each of `holds`, the seconds it is kept back."""
        self._db.execute("INSERT INTO events (id, body) VALUES (?, ?)", (event, body))
        for hold in holds:
            self._db.execute("INSERT INTO deliveries (event, due) VALUES (?, ?)", (event, time.time() + hold))

    def events(self, *, after: str, limit: int) -> list[Json] | None:
        """Events behind `after` ('' for the beginning), oldest first; None when `after` is unknown."""
        with self._lock:
            start = 0
            if after:
                row = self._db.execute("SELECT seq FROM events WHERE id = ?", (after,)).fetchone()
                if row is None:
                    return None
                start = int(row[0])
            rows = self._db.execute(
                "SELECT id, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (start, limit)
            ).fetchall()
        return [{"id": key, **_object(body)} for key, body in rows]

    def due_deliveries(self, *, limit: int, busy: set[int]) -> list[Delivery]:
        with self._lock:
            rows = self._db.execute(
                "SELECT d.id, d.event, d.tries, e.body FROM deliveries d JOIN events e ON e.id = d.event "
                "WHERE d.due <= ? ORDER BY d.due LIMIT ?",
                (time.time(), limit + len(busy)),
            ).fetchall()
        return [Delivery(r[0], r[1], r[2], r[3].encode()) for r in rows if r[0] not in busy][:limit]

    def delivered(self, delivery: int) -> None:
        with self._lock:
            self._db.execute("DELETE FROM deliveries WHERE id = ?", (delivery,))

    def try_again(self, delivery: int, *, wait: float) -> None:
        with self._lock:
            self._db.execute(
                "UPDATE deliveries SET tries = tries + 1, due = ? WHERE id = ?", (time.time() + wait, delivery)
            )

    def undelivered(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM deliveries").fetchone()[0])

    # --- timers: what happens later by itself

    def later(self, action: str, subject: str, *, wait: float) -> None:
        self._db.execute(
            "INSERT INTO timers (due, action, subject) VALUES (?, ?, ?)", (time.time() + wait, action, subject)
        )

    def due_timer(self) -> tuple[int, str, str] | None:
        row = self._db.execute(
            "SELECT id, action, subject FROM timers WHERE due <= ? ORDER BY due LIMIT 1", (time.time(),)
        ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def timer_done(self, timer: int) -> None:
        self._db.execute("DELETE FROM timers WHERE id = ?", (timer,))

    def next_due(self, table: str) -> float | None:
        """When the next delivery or timer is due, as seconds since 1970."""
        with self._lock:
            row = self._db.execute(f"SELECT min(due) FROM {table}").fetchone()  # noqa: S608 - one of two literals
        return None if row[0] is None else float(row[0])


def iso(at: float | None = None) -> str:
    """A moment (now, or seconds since 1970) as ISO 8601 in UTC."""
    moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _object(raw: str) -> Json:
    value = json.loads(raw)
    assert isinstance(value, dict)
    return value
