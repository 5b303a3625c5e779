"""The processes of a market on one machine: started, watched, started again when they die, stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_STOP_SECONDS: Final = 8.0
# Somebody who lives so long was well; who dies sooner is given ever longer pauses.
_WELL_SECONDS: Final = 20.0
_PAUSE_MAX_SECONDS: Final = 30.0


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C reaches only us and stopping it leaves no grandchildren."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float | None = None

    def start(self) -> None:
        """Start it, its output going to its log."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.again_at = None

    def ended(self) -> int | None:
        """How it ended, or nothing while it runs."""
        return self.process.poll() if self.process else None

    def signal(self, number: int) -> None:
        """To the process and all it started; nothing happens when none is left."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


@dataclass
class Children:
    """All of them. say: where what happens to them is told."""

    say: Callable[[str], None]
    all: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        """Start one and keep it."""
        self.all.append(child)
        child.start()

    def watch(self) -> None:
        """Start again who died, after a pause that doubles as long as it keeps dying. Call it now and then."""
        now = time.monotonic()
        for child in self.all:
            if child.again_at is not None:
                if now >= child.again_at:
                    child.start()
                continue
            code = child.ended()
            if code is None:
                continue
            child.signal(signal.SIGKILL)  # its own children, which nobody leads any more
            well = now - child.started > _WELL_SECONDS
            child.pause = 0.0 if well else min(max(1.0, child.pause * 2), _PAUSE_MAX_SECONDS)
            child.again_at = now + child.pause
            self.say(f"[yellow]{child.name} ended ({_how(code)}); starting it again.[/] Its log: {child.log}")

    def stop(self) -> None:
        """Ask all to end, the last started first, and end those that do not."""
        running = [child for child in reversed(self.all) if child.ended() is None]
        for child in running:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS
        for child in running:
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"[yellow]{child.name} did not stop in time and was ended.[/]")
            child.signal(signal.SIGKILL)
            child.process.wait()


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
