"""Places where a process may die, so that a test can let it die just there: `ENTREPOT_FAIL_AT=commit.settle_payment.after`.

Every call to the outside and every commit of a verb is such a place, before and after. Their names are made from the
names of the ports and the verbs, so that a new one is there by itself. Nothing happens unless the variable is set.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar, cast

from django.db.backends.postgresql.base import DatabaseWrapper

Port = TypeVar("Port")
BEFORE: Final = "before"
AFTER: Final = "after"
# Each place once: the process dies at every place it comes to and has not died at before.
EVERYWHERE: Final = "*"


def _asked(words: str) -> Mapping[str, int]:
    """At which place, the how-manieth time: `a,b:2`."""
    parts = [word.partition(":") for word in words.split(",") if word]
    return {name.strip(): int(times or 1) for name, _, times in parts}


_ASKED: Final = _asked(os.environ.get("ENTREPOT_FAIL_AT", ""))
# Where it is written down who died where, so that who comes after gets further. Without it they die there again.
_NOTES: Final = os.environ.get("ENTREPOT_FAIL_NOTES", "")
_met: Final[Counter[str]] = Counter()


def reach(name: str) -> None:
    """Die here, by SIGKILL, when that was asked for; nothing is closed, said or rolled back."""
    if not _ASKED:
        return
    _met[name] += 1
    if _met[name] < _ASKED.get(name, 1 if EVERYWHERE in _ASKED else sys.maxsize):
        return
    if _NOTES:
        if name in deaths(_NOTES):
            return
        with Path(_NOTES).open("a") as notes:
            notes.write(f"{name}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def deaths(notes: str | Path) -> tuple[str, ...]:
    """Where processes have died, in order."""
    try:
        return tuple(Path(notes).read_text().split())
    except FileNotFoundError:
        return ()


@contextmanager
def around(name: str) -> Iterator[None]:
    """A call to the outside that has no port of its own."""
    reach(f"{name}.{BEFORE}")
    yield
    reach(f"{name}.{AFTER}")


def outside(port: Port, name: str) -> Port:
    """The port; when dying was asked for, one that reaches a place before and after each of its calls."""
    return cast(Port, _Marked(port, name)) if _ASKED else port


def reach_commit(moment: str) -> None:
    """Right before or after what a verb wrote is on disk, named by the flow, or else by the context and the service."""
    if _ASKED and (verb := _verb(sys._getframe(1))):  # noqa: SLF001 - there is no other
        reach(f"commit.{verb}.{moment}")


class _Marked:
    def __init__(self, port: object, name: str) -> None:
        self._port, self._name = port, name

    def __getattr__(self, verb: str) -> Any:
        work = getattr(self._port, verb)

        def called(*given: Any, **named: Any) -> Any:
            with around(f"{self._name}.{verb}"):
                answer = work(*given, **named)
                # What is fetched page by page has only been asked for when all of it is here.
                return list(answer) if isinstance(answer, Iterator) else answer

        return called


def _verb(frame: FrameType | None) -> str:
    """The outermost flow under way, or the outermost service when there is none."""
    flow = service = ""
    while frame is not None:
        # A verb that is one transaction has ended when that commits; its name is kept by what wrapped it.
        wrapped = frame.f_locals.get("func") if frame.f_code.co_name == "inner" else None
        module = wrapped.__module__ if wrapped is not None else str(frame.f_globals.get("__name__", ""))
        name = wrapped.__name__ if wrapped is not None else frame.f_code.co_name
        parts = module.split(".")
        if parts[:2] == ["entrepot", "flows"]:
            flow = parts[-1]
        elif len(parts) > 2 and parts[0] == "entrepot" and parts[2] == "services":
            service = f"{parts[1]}.{name}"
        frame = frame.f_back
    return flow or service


def _commit(self: DatabaseWrapper) -> None:
    reach_commit(BEFORE)
    _plain_commit(self)
    reach_commit(AFTER)


_plain_commit: Final = DatabaseWrapper._commit  # type: ignore[attr-defined] # noqa: SLF001 - as below
if _ASKED:
    # No commit of ours goes another way, and none of them pays for this where nobody asked.
    DatabaseWrapper._commit = _commit  # type: ignore[attr-defined] # noqa: SLF001
