"""A whole market of real processes on loopback: database, web, worker, payment provider, carrier."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

from entrepot.base import postgres

ROOT = Path(__file__).resolve().parents[2]
PAYMENT_SECRET = "whsec_ZW50cmVwb3Qtc2FuZGJveC1wYXltZW50cw=="
CARRIER_SECRET = "whsec_ZW50cmVwb3Qtc2FuZGJveC1jYXJyaWVyLQ=="


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, ready: "object", *, seconds: float = 60) -> object:
    """Ask `ready()` until it gives something true; fails with `what` after `seconds`."""
    assert callable(ready)
    until = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < until:
        try:
            last = ready()
        except (httpx.TransportError, psycopg.OperationalError) as not_yet:
            last = not_yet
        else:
            if last:
                return last
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for {what}; last: {last!r}")


@dataclass
class Process:
    """One child with all its descendants in a session of its own, so that killing it leaves none behind."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready_url: str | None = None
    child: "subprocess.Popen[bytes] | None" = None

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command, cwd=ROOT, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True
            )
        if wait and self.ready_url:
            wait_until(f"{self.name} to answer ({self.log})", self.answers)

    def answers(self) -> bool:
        """Whether it serves. Fails when the child has ended."""
        assert self.child is not None
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
        return httpx.get(self.ready_url or "", timeout=5).status_code < 500

    def kill(self) -> None:
        """SIGKILL to the process and all its descendants: what a power cut does."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL to what has not ended after ten seconds."""
        self._signal(signal.SIGTERM)

    def restart(self) -> None:
        self.start()

    def tail(self, size: int = 3000) -> str:
        return self.log.read_text(errors="replace")[-size:]

    def _signal(self, number: int) -> None:
        if self.child is None:
            return
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            return
        try:
            self.child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait(timeout=10)
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


@dataclass
class Market:
    """The whole thing, below `home`. Enter to start it, leave to stop it and drop its database."""

    home: Path
    database: str = field(default_factory=lambda: f"journey_{secrets.token_hex(6)}")
    processes: dict[str, Process] = field(default_factory=dict)
    clients: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(self._url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.database}"')
        self.run("migrate")
        ports = {name: free_port() for name in ("web", "payments", "carrier")}
        self.web_url, self.payments_url, self.carrier_url = (
            f"http://127.0.0.1:{ports[name]}" for name in ("web", "payments", "carrier")
        )
        sandbox = [sys.executable, "-m", "entrepot_sandbox"]
        self._add("payments", [
            *sandbox, "payments", "--port", str(ports["payments"]), "--state", str(self.home / "payments.sqlite"),
            "--webhook", f"{self.web_url}/webhooks/payments", "--secret", PAYMENT_SECRET, "--seed", "7", "--lossy",
        ], f"{self.payments_url}/healthz")  # fmt: skip
        self._add("carrier", [
            *sandbox, "carrier", "--port", str(ports["carrier"]), "--state", str(self.home / "carrier.sqlite"),
            "--webhook", f"{self.web_url}/webhooks/carrier", "--secret", CARRIER_SECRET, "--pace", "0.3",
        ], f"{self.carrier_url}/healthz")  # fmt: skip
        entrepot = [sys.executable, "-m", "entrepot.cli"]
        self._add("web", [*entrepot, "serve", "--port", str(ports["web"])], f"{self.web_url}/healthz")
        self._add("worker", [*entrepot, "worker"], None)
        for process in self.processes.values():
            process.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.clients.close()
        for process in reversed(self.processes.values()):
            process.stop()
        with psycopg.connect(self._url("postgres"), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this market is told."""
        told = {
            "DATABASE_URL": self._url(self.database),
            "ENTREPOT_HOME": str(self.home),
            "ENTREPOT_URL": getattr(self, "web_url", "http://127.0.0.1:8000"),
            "ENTREPOT_PAYMENT_URL": getattr(self, "payments_url", ""),
            "ENTREPOT_CARRIER_URL": getattr(self, "carrier_url", ""),
            "ENTREPOT_PAYMENT_WEBHOOK_SECRET": PAYMENT_SECRET,
            "ENTREPOT_CARRIER_WEBHOOK_SECRET": CARRIER_SECRET,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "entrepot.config.settings",
        }
        return {**{k: v for k, v in os.environ.items() if not k.startswith("ENTREPOT_")}, **told}

    def run(self, *arguments: str, code: int = 0) -> str:
        """`entrepot ARGUMENTS` to its end; its standard output. Fails when it exits with another code."""
        done = subprocess.run(
            [sys.executable, "-m", "entrepot.cli", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"entrepot {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """What the database holds, read past the application."""
        with psycopg.connect(self._url(self.database)) as reader:
            return reader.execute(sql, parameters).fetchall()

    def scalar(self, sql: str, *parameters: object) -> object:
        """The one value of the one row."""
        return self.rows(sql, *parameters)[0][0]

    def _add(self, name: str, command: Sequence[str], ready_url: str | None) -> None:
        self.processes[name] = Process(name, command, self.environment, self.home / f"{name}.log", ready_url)

    def _url(self, database: str) -> str:
        return urlunsplit(urlsplit(postgres.database_url())._replace(path=f"/{database}"))
