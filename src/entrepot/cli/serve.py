"""`entrepot serve`: the web pages and the API."""

import multiprocessing
import os
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from entrepot.cli import app
from entrepot.cli.messages import compile_messages
from entrepot.cli.ports import free_port

_DAY_SECONDS = 86_400


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="When it is busy, the next free one is taken and said.")] = 8000,
    processes: Annotated[int, typer.Option(help="Each runs Python on one core.")] = 2,
    threads: Annotated[int, typer.Option(help="Requests that one process works on at a time.")] = 4,
) -> None:
    """Serve the pages and the API until stopped."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    taken = free_port(port, host=host)
    if taken != port:
        typer.echo(f"Port {port} is busy; taking {taken}.", err=True)
    compile_messages()
    # The workers read the environment anew, since they are started and not forked: no connection is shared by accident.
    os.environ.setdefault("ENTREPOT_URL", f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{taken}")  # noqa: S104
    os.environ.setdefault("ENTREPOT_POOL", str(threads))
    multiprocessing.set_start_method("spawn", force=True)
    media = Path(settings.MEDIA_ROOT)
    for folder in (media, Path(settings.STATIC_ROOT)):
        folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"Serving {os.environ['ENTREPOT_URL']}", err=True)
    Server(
        "entrepot.config.wsgi:application",
        address=host,
        port=taken,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        # Pictures are named by what they contain, so they may be kept for ever; 30 days are enough.
        static_path_route=[settings.MEDIA_URL.rstrip("/")],
        static_path_mount=[media],
        static_path_expires=30 * _DAY_SECONDS,
    ).serve()
