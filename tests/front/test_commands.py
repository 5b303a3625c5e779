"""The command line reads in only what a command needs, and still knows every command."""

import subprocess
import sys
from pathlib import Path

import pytest

import entrepot.cli

# In a process of its own: commands are registered once.
_NAMES = """
import sys, typer, django
django.setup()
from entrepot.cli import app, load_commands
load_commands(sys.argv[1] or None)
group = typer.main.get_command(app)
top = group.commands[sys.argv[2]]
print(*sorted(getattr(top, "commands", {"": top})))
"""


def names(loaded: str, group: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _NAMES, loaded, group], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("command", sorted(entrepot.cli._MODULES))
def test_a_command_read_in_alone_is_whole(command: str) -> None:
    assert names(command, command) == names("", command)


def test_every_module_of_commands_is_read_in() -> None:
    folder = Path(entrepot.cli.__file__).parent
    registering = {
        path.stem
        for path in folder.glob("*.py")
        if any(word in path.read_text() for word in (".command(", ".command\n"))
    }
    assert registering - {"__init__"} == set(entrepot.cli._ALL)
