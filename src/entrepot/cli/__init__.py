"""`entrepot`, the command line."""

import os

import typer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
app = typer.Typer(no_args_is_help=True, help="Run a cross-border marketplace.")


def main() -> None:
    """Where the console script enters."""
    app()
