"""The embedded PostgreSQL for as long as somebody needs it: the first command starts it, the last one stops it."""

import atexit
import os
import sys
from pathlib import Path
from typing import Final

from entrepot.base.postgres import Embedded, home

# An advisory lock's number: one process makes the tables.
_FIRST: Final = 0x656E7472_00000010
_leases: Final[list["Lease"]] = []


class Lease:
    """One process's claim on the embedded server. The lock file is shared by all who use it, exclusive to who stops it."""

    def __init__(self, folder: Path) -> None:
        import fasteners

        folder.mkdir(parents=True, exist_ok=True)
        self.server = Embedded(folder)
        self._users = fasteners.InterProcessReaderWriterLock(str(folder / "users"))
        self._users.acquire_read_lock()
        self.server.start()

    def end(self) -> None:
        """Give the claim back; stop the server when nobody else holds one."""
        self._users.release_read_lock()
        if self._users.acquire_write_lock(blocking=False):
            try:
                self.server.stop()
            finally:
                self._users.release_write_lock()


def lease() -> str:
    """The database's address: `DATABASE_URL`, else the embedded server's, kept running until this process ends.

    It is put into the environment, so that processes started from here use the same one. Repeating gives the same.
    """
    if not os.environ.get("DATABASE_URL"):
        taken = Lease(home() / "postgres")
        _leases.append(taken)
        os.environ["DATABASE_URL"] = taken.server.url()
        atexit.register(taken.end)
    return os.environ["DATABASE_URL"]


def make_tables() -> None:
    """Make a database ready that nobody has used yet; stop with what to do when it is of an older version.

    One that is up to date costs one statement. Needs Django to be set up.
    """
    if not (pending := _pending()):
        return
    if pending == "some":
        print("The database is of an older version. Bring it to this one: entrepot migrate", file=sys.stderr)
        raise SystemExit(1)
    from django.db import connection

    from entrepot.cli.migrate import migrate

    with connection.cursor() as cursor:
        # Two first commands at once: the second waits here and finds the work done.
        cursor.execute("SELECT pg_advisory_lock(%s)", [_FIRST])
        try:
            if _pending():
                print("First use of this database: making its tables.", file=sys.stderr, flush=True)
                migrate(quiet=True)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_FIRST])


def _pending() -> str:
    """Which migrations the database lacks: all, some, or none (empty)."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ""
    return "some" if executor.loader.applied_migrations else "all"
