"""What the figures were measured on: without it they mean nothing."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psycopg

SETTINGS = (
    "shared_buffers", "fsync", "synchronous_commit", "full_page_writes", "max_wal_size", "wal_compression",
    "max_connections", "io_method",
)  # fmt: skip


def _from(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(key):
            return line.partition(":" if ":" in line else "=")[2].strip().strip('"')
    return "unknown"


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )  # fmt: skip
    return done.stdout.strip() or "no git"


def description(database: str = "") -> list[tuple[str, str]]:
    """Name and value, in the order they are printed. database: an address; its settings are added."""
    memory = int(_from("/proc/meminfo", "MemTotal").split()[0]) // 1024
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    rows = [
        ("processor", f"{_from('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores"),
        ("memory", f"{memory:,} MB"),
        ("system", f"{_from('/etc/os-release', 'PRETTY_NAME')}, Linux {platform.release()}"),
        ("load before", load),
        ("python", f"{platform.python_version()}, Django {version('django')}, Granian {version('granian')}, tantivy {version('tantivy')}"),
        ("entrepot", f"{version('entrepot')} ({_commit()})"),
    ]  # fmt: skip
    if database:
        with psycopg.connect(database) as connection:
            row = connection.execute("SHOW server_version").fetchone()
            values = [f"{name} {connection.execute(f'SHOW {name}').fetchone()[0]}" for name in SETTINGS]
        rows.append(("postgresql", f"{row[0] if row else '?'}: {', '.join(values)}"))
    return rows


def show(database: str = "") -> None:
    """Print it."""
    width = max(len(name) for name, _ in description())
    for name, value in description(database):
        print(f"{name:>{width}}  {value}")
    print()
