"""Ports, children and the embedded database's lease: what a demo stands on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from entrepot.base.postgres import Embedded
from entrepot.cli.children import Child, Children
from entrepot.cli.demo import _Demo
from entrepot.cli.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


def child(tmp_path: Path, code: str, name: str = "child") -> Child:
    return Child(name, [sys.executable, "-c", code], dict(os.environ), tmp_path / f"{name}.log")


def until(what, *, seconds: float = 15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := what():
            return result
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_busy_port_gives_way_to_the_next_free_one() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        wished = busy.getsockname()[1]

        assert free_port(wished) > wished


def test_a_port_promised_to_another_is_not_given_twice() -> None:
    first = free_port(20_000)

    assert free_port(first, but=(first,)) != first


def test_a_child_that_dies_is_started_again_and_that_is_said(tmp_path) -> None:
    said: list[str] = []
    children = Children(said.append)
    sleeper = child(tmp_path, "import time; time.sleep(60)", "worker")
    children.start(sleeper)
    first = sleeper.process.pid

    os.kill(first, signal.SIGKILL)
    until(lambda: sleeper.ended() is not None)
    children.watch()
    until(lambda: children.watch() or sleeper.process.pid != first)

    assert "worker ended (signal SIGKILL)" in said[0]
    assert sleeper.ended() is None
    children.stop()
    assert sleeper.ended() is not None


def test_one_that_keeps_dying_is_given_longer_and_longer_pauses(tmp_path) -> None:
    children = Children(lambda _: None)
    failing = child(tmp_path, "raise SystemExit(3)")
    children.start(failing)
    pauses = []

    for _ in range(3):
        until(lambda: failing.ended() is not None)
        children.watch()
        pauses.append(failing.pause)
        failing.again_at = 0.0
        children.watch()
    children.stop()

    assert pauses == [1.0, 2.0, 4.0]


def test_stopping_takes_grandchildren_along(tmp_path) -> None:
    children = Children(lambda _: None)
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time, pathlib\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(grandchild.pid))\n"
        "time.sleep(60)\n"
    )
    parent = child(tmp_path, code)
    children.start(parent)
    grandchild = int(until(lambda: note.exists() and note.read_text()))

    children.stop()

    until(lambda: not alive(grandchild))


def test_one_that_does_not_listen_is_ended(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("entrepot.cli.children._STOP_SECONDS", 0.5)
    said: list[str] = []
    children = Children(said.append)
    deaf = child(
        tmp_path, "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    )
    children.start(deaf)
    until(lambda: b"on" in deaf.log.read_bytes())

    children.stop()

    assert deaf.ended() == -signal.SIGKILL
    assert "did not stop in time" in said[0]


def test_the_first_command_starts_the_database_and_the_last_one_stops_it(tmp_path) -> None:
    code = "import sys; from entrepot.cli.database import lease\nprint(lease(), flush=True); sys.stdin.readline()\n"
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"ENTREPOT_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}

    def user() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    first, second = user(), user()
    try:
        addresses = {first.stdout.readline(), second.stdout.readline()}
        server = Embedded(tmp_path / "postgres")
        assert len(addresses) == 1
        assert addresses.pop().startswith("postgresql://")

        first.communicate("\n", timeout=30)
        assert server.running()
        second.communicate("\n", timeout=30)
        assert not server.running()
    finally:
        for one in (first, second):
            one.kill()
            one.wait()
        Embedded(tmp_path / "postgres").stop()


def test_a_command_makes_the_tables_of_a_new_database_and_answers(tmp_path) -> None:
    """A quote is the first thing many try: it must not ask for a migration, nor fail for want of one."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"ENTREPOT_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "entrepot.cli", "quote", "--jsonl", "-"]
    request = {
        "id": "first", "on": "2026-03-02", "destination": "US", "ship_from": "CN", "mode": "cargo", "currency": "USD",
        "importer": "business",
        "lines": [{"goods_code": "6109.10.00.12", "origin": "CN", "quantity": 1, "value": "2600", "currency": "USD"}],
    }  # fmt: skip

    def answered() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, env=environment, input=json.dumps(request), capture_output=True, text=True, timeout=300
        )

    first, second = answered(), answered()

    assert first.returncode == second.returncode == 0, first.stderr
    assert "making its tables" in first.stderr
    assert "making its tables" not in second.stderr
    assert json.loads(first.stdout)["status"] == json.loads(second.stdout)["status"] == "amount"


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"], ["demo", "--help"]])
def test_help_needs_no_database(words, tmp_path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"ENTREPOT_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}

    done = subprocess.run(
        [sys.executable, "-m", "entrepot.cli", *words], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert not (tmp_path / "postgres").exists()


def test_each_market_and_its_provider_have_keys_of_their_own(tmp_path) -> None:
    """Two demos on one machine never take each other's calls or messages, and the next run knows the same keys."""
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
    first, second = ([_Demo(Console(), home)._keys() for _run in range(2)] for home in homes)

    assert first[0] == first[1]
    assert second[0] == second[1]
    assert set(first[0]) == {
        f"ENTREPOT_{party}_{what}" for party in ("PAYMENT", "CARRIER") for what in ("API_KEY", "WEBHOOK_SECRET")
    }
    assert not set(first[0].values()) & set(second[0].values())
    assert (homes[0] / "sandbox" / "keys.json").stat().st_mode & 0o77 == 0
