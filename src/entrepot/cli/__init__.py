"""`entrepot`, the command line."""

import os
import sys
from typing import Final

import typer
from typer.core import TyperGroup

from entrepot.kernel.errors import EntrepotError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")


class Commands(TyperGroup):
    """All commands: what a verb refuses is said in words, with the exit code of its kind; a bug keeps its traceback."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except EntrepotError as refused:
            from entrepot.base.problems import said, showing

            typer.echo(" ".join(filter(None, said(refused))), err=True)
            raise typer.Exit(showing(refused).exit_code) from refused


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)

# These prepare a database of their own or need none, and have no use for Django.
_WITHOUT_DATABASE: Final = frozenset({"demo", "sandbox"})
_WITHOUT_DJANGO: Final = _WITHOUT_DATABASE | {"serve"}

# A price should not wait for the other commands to be read in.
_MODULES: Final = {
    "demo": ("demo", "sandbox"),
    "migrate": ("migrate",),
    "quote": ("explain", "quote"),
    "sandbox": ("demo", "sandbox"),
    "serve": ("serve",),
    "tariff": ("matrix", "requote", "tariff", "tariff_check", "tariff_diff", "tariff_load"),
}
_ALL: Final = (
    *("accounts", "audit", "classify", "demo", "demo_market", "explain", "import_", "index", "ledger", "matrix"),
    *(
        "migrate",
        "payments",
        "payouts",
        "quote",
        "reconcile",
        "requote",
        "sandbox",
        "search",
        "serve",
        "simulate",
        "stock",
    ),
    *("tariff", "tariff_check", "tariff_diff", "tariff_load", "worker"),
)


@app.callback()
def entrepot() -> None:
    """Run a cross-border marketplace."""


def main() -> None:
    """Where the console script enters: the database, then Django, then the commands, each in the module of its noun."""
    from entrepot.cli import database

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    if command and command not in _WITHOUT_DATABASE and "--help" not in sys.argv:
        database.lease()
    # Those that only start other processes are spared the second that the application takes to load.
    if command not in _WITHOUT_DJANGO:
        import django

        django.setup()
        if command not in {"", "migrate"} and "--help" not in sys.argv:
            database.make_tables()
    load_commands(None if "--help" in sys.argv and command not in _WITHOUT_DJANGO else command)
    app()


def load_commands(command: str | None) -> None:
    """Have the modules register what they know on `app`: those of one command, or all when it has none of its own."""
    from importlib import import_module

    for name in _MODULES.get(command or "", _ALL):
        import_module(f"entrepot.cli.{name}")
