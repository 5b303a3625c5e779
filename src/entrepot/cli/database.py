"""The embedded PostgreSQL for as long as somebody needs it: the first command starts it, the last one stops it."""

import atexit
import os
from pathlib import Path
from typing import Final

from entrepot.base.postgres import Embedded, home

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
