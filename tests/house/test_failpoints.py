"""Every way out of the house has a place to die at, and dying happens only when it was asked for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from entrepot.base import failpoints
from tests.soak.boundaries import JOBS, boundaries, flows, marking_factories, unmarked_calls

ROOT = Path(__file__).resolve().parents[2]
PLAY = """
from entrepot.base import failpoints
class Port:
    def ask(self): print("asked", flush=True)
port = failpoints.outside(Port(), "port")
for turn in range(3):
    port.ask()
    print("answered", flush=True)
"""


def play(at: str, notes: Path | None = None) -> tuple[int, list[str]]:
    told = {"ENTREPOT_FAIL_AT": at, "ENTREPOT_FAIL_NOTES": str(notes or ""), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", PLAY], env={**os.environ, **told}, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout.split()


def test_every_call_of_a_job_to_the_outside_has_its_places() -> None:
    marked = marking_factories()
    assert {"provider", "carrier"} <= marked
    assert {path.name: found for path in JOBS if (found := unmarked_calls(path.read_text(), marked))} == {}


def test_a_planted_call_without_one_is_found() -> None:
    planted = (
        "from entrepot.tolls.adapters import toll\ndef pay():\n    toll().pay()\ndef tell():\n    send_mail('x')\n"
    )
    assert unmarked_calls(planted, set()) == ["pay: toll()", "tell: send_mail('x')"]
    assert (
        unmarked_calls(planted.replace("toll().", "failpoints.outside(toll(), 't').").replace("send", "x"), set()) == []
    )


def test_every_flow_is_in_the_registry() -> None:
    assert {f"commit.{verb}.{moment}" for verb in flows() for moment in ("before", "after")} <= boundaries()
    assert {"provider.capture_intent.after", "carrier.buy.before", "mail.send.after"} <= boundaries()


def test_without_the_variable_a_port_is_itself() -> None:
    port = object()
    assert failpoints.outside(port, "port") is port
    failpoints.reach("anywhere")


def test_a_process_dies_where_it_is_told_and_once_at_each_place_where_notes_are_kept(tmp_path: Path) -> None:
    assert play("port.ask.before:2") == (-signal.SIGKILL, ["asked", "answered"])
    assert play("port.ask.after:2") == (-signal.SIGKILL, ["asked", "answered", "asked"])
    notes = tmp_path / "notes"
    assert play("*", notes) == (-signal.SIGKILL, [])
    assert play("*", notes) == (-signal.SIGKILL, ["asked"])
    assert play("*", notes) == (0, ["asked", "answered"] * 3)
    assert failpoints.deaths(notes) == ("port.ask.before", "port.ask.after")
