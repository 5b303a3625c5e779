"""A market to measure: a fresh database with the demo market, and the real processes on loopback."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
SECRET = "whsec_ZW50cmVwb3Qtc2FuZGJveC1wYXltZW50cw=="


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Market:
    """Enter to build and start it, leave to stop it and drop its databases."""

    def __init__(self, *, shoppers: int, processes: int, threads: int) -> None:
        self.shoppers, self.processes, self.threads = shoppers, processes, threads
        self.home = Path(tempfile.mkdtemp(prefix="bench-"))
        self.name = f"bench_{secrets.token_hex(5)}"
        self.server = os.environ["DATABASE_URL"]
        self.database, self.floor = self.url(self.name), self.url(f"{self.name}_floor")
        web, hello, provider = free_port(), free_port(), free_port()
        self.base, self.hello = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{hello}"
        self.ports = {"web": web, "hello": hello, "provider": provider}
        self.children: list[subprocess.Popen[bytes]] = []
        self.facts: dict[str, Any] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")},
            "ENTREPOT_API_PER_MINUTE": "0", "ENTREPOT_API_PER_MINUTE_ADDRESS": "0",
            "DATABASE_URL": self.database, "ENTREPOT_HOME": str(self.home), "ENTREPOT_URL": self.base,
            "ENTREPOT_PAYMENT_URL": f"http://127.0.0.1:{provider}", "ENTREPOT_PAYMENT_WEBHOOK_SECRET": SECRET,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "entrepot.config.settings",
        }  # fmt: skip

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{database}"))

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _build(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
            admin.execute(f'CREATE DATABASE "{self.name}_floor"')
        entrepot = ("-m", "entrepot.cli")
        self.run(*entrepot, "migrate", "--quiet")
        self.run(*entrepot, "demo-market")
        self.run(*entrepot, "index", "rebuild")
        self.facts = json.loads(self.run("-m", "bench", "prepare", str(self.shoppers)))
        self.run(*entrepot, "index", "rebuild")
        served = ("--processes", str(self.processes), "--threads", str(self.threads))
        self.start("web", *entrepot, "serve", "--port", str(self.ports["web"]), *served)
        self.start("hello", "-m", "bench.hello", str(self.ports["hello"]), str(self.processes), str(self.threads))
        self.start("provider", "-m", "bench.provider", str(self.ports["provider"]), f"{self.base}/webhooks/payments")
        self.start("worker", *entrepot, "worker")
        for name in ("web", "hello", "provider"):
            self.wait_for(self.ports[name], name)

    def __exit__(self, *trouble: object) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            if child.poll() is None:
                child.kill()
                child.wait(10)
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            for name in (self.name, f"{self.name}_floor"):
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if any(trouble):
            print(f"logs are kept in {self.home}", file=sys.stderr)
        else:
            shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def start(self, name: str, *arguments: str) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            self.children.append(
                subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log)
            )

    def wait_for(self, port: int, name: str) -> None:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)
        raise SystemExit(f"{name} does not answer:\n{(self.home / f'{name}.log').read_text()[-3000:]}")

    def load(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Run the load generator with a plan, in its own process."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"], input=json.dumps(plan), cwd=ROOT, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"the load generator failed:\n{done.stderr[-3000:]}")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(sql, parameters).fetchall()
