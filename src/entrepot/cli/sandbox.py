"""`entrepot sandbox`: a payment provider and a carrier of our own making, for development."""

import subprocess
import sys
from typing import Annotated

import typer

from entrepot.cli import app

_EVERYTHING = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@app.command(context_settings=_EVERYTHING)
def sandbox(
    context: typer.Context, *, help_: Annotated[bool, typer.Option("--help", help="Its own options.")] = False
) -> None:
    """Play the outside parties over HTTP: a payment provider and a carrier. They share no code with the market."""
    arguments = [*context.args, *(["--help"] if help_ else [])]
    try:
        code = subprocess.call([sys.executable, "-m", "entrepot_sandbox", *arguments])
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)
