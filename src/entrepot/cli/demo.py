"""`entrepot demo`: a whole market on this machine, from nothing, until Ctrl-C."""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer
from rich.console import Console
from rich.table import Table

from entrepot.base.postgres import Embedded, PostgresTrouble, home
from entrepot.cli import app
from entrepot.cli.children import Child, Children
from entrepot.cli.database import lease
from entrepot.cli.people import PASSWORD, SIGN_INS
from entrepot.cli.ports import free_port

_ENTREPOT: Final = (sys.executable, "-m", "entrepot.cli")
_SANDBOX: Final = (sys.executable, "-m", "entrepot_sandbox")
_READY_SECONDS: Final = 120.0
# The carrier's steps: so slow that a parcel can be watched on its way.
_PACE_SECONDS: Final = "30"
# How our servers say that another listens there.
_TAKEN: Final = re.compile(r"Port \d+ is taken|Address already in use", re.IGNORECASE)
# What the payment provider's book begins with, below the sandbox's folder; written by demo-market.
HISTORY: Final = "history.json"
# What the demo keeps below its home; the secret key stays, so that browsers stay signed out cleanly.
_KEPT: Final = ("postgres", "media", "index", "sandbox", "logs", "mail", "static", "demo.json")


@app.command()
def demo(
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo's data away first.")] = False,
    port: Annotated[int, typer.Option(help="For the pages; when it is busy another is taken and said.")] = 8000,
) -> None:
    """Start a whole market: database, pages, worker, payment provider, carrier, and goods, people and orders to see."""
    _Demo(Console(highlight=False), home()).run(reset=reset, port=port)


class _Demo:
    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._home = folder
        self._logs = folder / "logs"
        self._children = Children(console.print)
        self._stop = threading.Event()
        self._web = 0
        # How long each log was before its process began.
        self._told: dict[str, int] = {}

    def run(self, *, reset: bool, port: int) -> None:
        import fasteners

        self._home.mkdir(parents=True, exist_ok=True)
        only_one = fasteners.InterProcessLock(self._home / "demo.lock")
        if not only_one.acquire(blocking=False):
            self._console.print(f"[red]A demo runs from {self._home} already.[/] Stop it first, or set ENTREPOT_HOME.")
            raise typer.Exit(1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        try:
            if reset:
                self._reset()
            self._start(port)
            self._watch()
        except _Stopped:
            self._console.print()
        finally:
            self._end()

    def _reset(self) -> None:
        if os.environ.get("DATABASE_URL"):
            self._console.print("[red]DATABASE_URL is set: that database is yours to empty.[/]")
            raise typer.Exit(1)
        Embedded(self._home / "postgres").stop()
        for name in _KEPT:
            path = self._home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _start(self, port: int) -> None:
        began = time.monotonic()
        self._logs.mkdir(parents=True, exist_ok=True)
        self._step("PostgreSQL", self._database)
        alone = {**os.environ, "ENTREPOT_HOME": str(self._home)}
        self._step("Tables", lambda: self._command("migrate", [*_ENTREPOT, "migrate", "--quiet"], alone))
        self._prepare(alone)
        self._step("Processes", lambda: self._opened(port))
        self._greet(f"http://127.0.0.1:{self._web}", time.monotonic() - began)

    def _opened(self, port: int) -> None:
        """The processes at ports that are free; somebody may take one between our look and our use, so thrice."""
        for left in (2, 1, 0):
            self._web, payments, carrier = self._ports(port)
            environment = self._environment(self._web, payments, carrier)
            try:
                self._processes(environment, self._web, payments, carrier)
            except _PortTaken as taken:
                if not left:
                    self._fail(taken.child.name, taken.child.log)
                self._children.stop()
                self._children.all.clear()
            else:
                return

    def _database(self) -> None:
        try:
            lease()
        except PostgresTrouble as trouble:
            self._console.print(f"[red]The database could not be started.[/]\n{trouble}")
            raise typer.Exit(1) from trouble

    def _ports(self, port: int) -> tuple[int, int, int]:
        taken: list[int] = []
        for name, wished in (("The pages'", port), ("The payment provider's", 8801), ("The carrier's", 8802)):
            given = free_port(wished, but=tuple(taken))
            if given != wished:
                self._console.print(f"[yellow]{name} port {wished} is busy; taking {given}.[/]")
            taken.append(given)
        return taken[0], taken[1], taken[2]

    def _environment(self, web: int, payments: int, carrier: int) -> Mapping[str, str]:
        return {
            **os.environ,
            "ENTREPOT_HOME": str(self._home),
            "ENTREPOT_URL": f"http://127.0.0.1:{web}",
            "ENTREPOT_PAYMENT_URL": f"http://127.0.0.1:{payments}",
            "ENTREPOT_CARRIER_URL": f"http://127.0.0.1:{carrier}",
            "PYTHONUNBUFFERED": "1",
            **self._keys(),
        }

    def _keys(self) -> dict[str, str]:
        """What this market and its own provider and carrier know each other by.

        With keys that everybody has, a second market on the machine could have its payouts sent by this one's provider,
        whose messages about them would then be about nothing that anybody here knows.
        """
        kept = self._home / "sandbox" / "keys.json"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            made = {}
            for party in ("PAYMENT", "CARRIER"):
                made[f"ENTREPOT_{party}_API_KEY"] = f"sk_demo_{secrets.token_hex(16)}"
                made[f"ENTREPOT_{party}_WEBHOOK_SECRET"] = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(made) + "\n", encoding="utf-8")
        return {str(name): str(value) for name, value in json.loads(kept.read_text(encoding="utf-8")).items()}

    def _command(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """One command to its end, its output to a log; shown when it fails."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as out:
            done = subprocess.Popen(command, env=dict(environment), stdout=out, stderr=out, start_new_session=True)
            self._wait_for(done)
        if done.returncode:
            self._fail(name, log)

    def _prepare(self, environment: Mapping[str, str]) -> None:
        """Goods, people and orders, shown by the command itself as it goes."""
        done = subprocess.Popen([*_ENTREPOT, "demo-market"], env=dict(environment), start_new_session=True)
        self._wait_for(done)
        if done.returncode:
            raise typer.Exit(1)

    def _wait_for(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            if self._stop.wait(0.05):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                raise _Stopped

    def _processes(self, environment: Mapping[str, str], web: int, payments: int, carrier: int) -> None:
        state = self._home / "sandbox"
        state.mkdir(exist_ok=True)
        past = ("--history", str(state / HISTORY))
        for name, at, more in (("payments", payments, past), ("carrier", carrier, ("--pace", _PACE_SECONDS))):
            command = [
                *_SANDBOX, name, "--port", str(at), "--state", str(state / f"{name}.sqlite3"),
                "--webhook", f"http://127.0.0.1:{web}/webhooks/{name}", *more,
            ]  # fmt: skip
            self._begin(name, command, environment)
        self._begin("worker", [*_ENTREPOT, "worker"], environment)
        self._begin("web", [*_ENTREPOT, "serve", "--port", str(web)], environment)
        for name, at in (("payments", payments), ("carrier", carrier), ("web", web)):
            # What it says of itself, since at its port somebody else might answer.
            self._until(name, f"http://127.0.0.1:{at}", f"http://127.0.0.1:{at}/healthz")
        self._until("worker", "Worker ready")

    def _begin(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        log = self._logs / f"{name}.log"
        self._told[name] = log.stat().st_size if log.exists() else 0
        self._children.start(Child(name, command, environment, log))

    def _until(self, name: str, says: str, answers_at: str = "") -> None:
        child = next(child for child in self._children.all if child.name == name)
        until = time.monotonic() + _READY_SECONDS
        while says not in _text(child.log, self._told[name]) or (answers_at and not _answers(answers_at)):
            if self._stop.wait(0.1):
                raise _Stopped
            if child.ended() is not None and _TAKEN.search(_text(child.log, self._told[name])):
                raise _PortTaken(child)
            if child.ended() is not None or time.monotonic() > until:
                self._fail(name, child.log)

    def _fail(self, name: str, log: Path) -> None:
        tail = log.read_text(errors="replace")[-3000:]
        self._console.print(f"[red]{name} did not start.[/] The end of {log}:")
        self._console.print(tail, markup=False)
        raise typer.Exit(1)

    def _step(self, name: str, work: Callable[[], None]) -> None:
        began = time.monotonic()
        with self._console.status(f"{name} ..."):
            work()
        self._console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - began:.1f} s[/]")

    def _greet(self, url: str, seconds: float) -> None:
        say = self._console.print
        table = Table(box=None, pad_edge=False)
        for head in ("Who", "Sign in as", "Starts at"):
            table.add_column(head, header_style="dim", justify="left", no_wrap=True)
        for person in SIGN_INS:
            table.add_row(person.who, person.email, person.start)
        say(f"\nYour market is open: [bold]{url}/[/]\n", soft_wrap=True)
        say(table)
        say(f"\nSign in at {url}/en/account/login/ with the password [bold]{PASSWORD}[/]", soft_wrap=True)
        say("[dim]That password is known to everybody; it is for this demo only.[/]", soft_wrap=True)
        say(f"[dim]API {url}/api/ · logs {self._logs}[/]", soft_wrap=True)
        say(
            f"[dim]Ready in {seconds:.0f} s. Ctrl-C stops everything; the data stays in {self._home}.[/]",
            soft_wrap=True,
        )

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            self._children.watch()
        raise _Stopped

    def _end(self) -> None:
        if self._children.all:
            with self._console.status("Stopping ..."):
                self._children.stop()
        # The database goes when this process does: its lease ends then.
        self._console.print("Stopped.")


class _PortTaken(Exception):
    """Somebody was faster at a port."""

    def __init__(self, child: Child) -> None:
        super().__init__(child.name)
        self.child = child


class _Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def _text(log: Path, after: int) -> str:
    return log.read_bytes()[after:].decode(errors="replace")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
