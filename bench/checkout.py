"""The whole checkout over HTTP, an order placed and settled, beside what the database alone can do of it.

python -m bench checkout [--rounds 3] [--clients 1,8,32] [--orders 1500] [--processes 2] [--threads 4] [--json FILE]

A fresh database with the demo market. Before the clock starts every order's shopper has a person, a token, an address, a
basket of two articles of two merchants, and its quote. Then, for each order, `POST /api/v1/orders`, and as soon as it is
answered the payment provider's signed news of its success, `POST /webhooks/payments`: two requests on one connection,
after which the order is paid, its goods are committed, the money is held and the ledger has it. The provider's page is
not in it: opening it is a job, and the worker does not run while this is measured; its jobs are counted below.

  hello     a WSGI function that says hello, under the same server: what the server alone can do, in requests
  floor     pgbench asking the very statements of the same verbs, prepared, over as many connections as the web server
            has: what the database alone can do
  checkout  orders placed and settled

Cells run once a round, in shuffled order; medians over the rounds. Statements and trips are counted on the wire, by a
relay between a web process and the database. At the end everything is audited. Nothing is asserted but that.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from bench import machine
from bench.market import ROOT, SECRET, Market, free_port
from bench.run import pgbench

COUNTED = 50
HELLOS = 4000
PATIENCE = 600


@dataclass
class Cell:
    """One thing with so many clients, one entry a round. cpu: milliseconds each, by who used them."""

    rates: list[float] = field(default_factory=list)
    times: dict[str, list[list[float]]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)


class Shop(Market):
    """The market without a worker and a provider, and with quotes that only have to be accepted."""

    def __init__(self, *, quotes: int, processes: int, threads: int) -> None:
        super().__init__(shoppers=0, processes=processes, threads=threads)
        self.wanted = quotes
        self.ports |= {"wire": free_port(), "counted": free_port()}
        self.quotes: list[dict[str, Any]] = []

    def _build(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        entrepot = ("-m", "entrepot.cli")
        self.run(*entrepot, "migrate", "--quiet")
        self.run(*entrepot, "demo-market")
        self.run(*entrepot, "index", "rebuild")
        self.quotes = [json.loads(line) for line in self.run("-m", "bench", "quotes", str(self.wanted)).splitlines()]
        served = ("--processes", str(self.processes), "--threads", str(self.threads))
        self.start("web", *entrepot, "serve", "--port", str(self.ports["web"]), *served)
        self.start("hello", "-m", "bench.hello", str(self.ports["hello"]), str(self.processes), str(self.threads))
        for name in ("web", "hello"):
            self.wait_for(self.ports[name], name)
        with psycopg.connect(self.database, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
            admin.execute("CHECKPOINT")
        self.settle()

    def settle(self) -> None:
        """Wait until all processes of the web server have read in what they need: they listen before that."""
        web = psutil.Process(self.children[0].pid)
        spent, quiet = 0.0, 0
        while quiet < 3:
            time.sleep(0.5)
            now = sum(sum(one.cpu_times()[:2]) for one in [web, *web.children(recursive=True)])
            quiet, spent = (quiet + 1 if now - spent < 0.05 else 0), now

    def take(self, count: int) -> list[dict[str, Any]]:
        """Quotes that nobody has used."""
        taken, self.quotes = self.quotes[:count], self.quotes[count:]
        return taken

    def buyers(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Run the load in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.buyers"], input=json.dumps({"host": "127.0.0.1", "secret": SECRET, **plan}),
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"the load failed:\n{done.stderr[-3000:]}")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured

    def asked(self) -> dict[str, float]:
        """Statements and trips of one order, counted between a web process of its own and the database."""
        far = urlsplit(self.server)
        relay = subprocess.Popen(
            [sys.executable, "-m", "bench.wire", str(self.ports["wire"]), f"{far.hostname}:{far.port}"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.children.append(relay)  # type: ignore[arg-type]
        self.wait_for(self.ports["wire"], "wire")
        away = far._replace(netloc=f"{far.netloc.rpartition(':')[0]}:{self.ports['wire']}", path=f"/{self.name}")
        kept, self.environment = self.environment, {**self.environment, "DATABASE_URL": away.geturl()}
        port = str(self.ports["counted"])
        self.start("counted", "-m", "entrepot.cli", "serve", "--port", port, "--processes", "1", "--threads", "1")
        self.environment = kept
        self.wait_for(self.ports["counted"], "counted")
        plan = {"port": self.ports["counted"], "clients": 1}
        self.buyers({**plan, "quotes": self.take(10)})
        assert relay.stdin
        assert relay.stdout
        counts: dict[str, float] = {}
        for _ in range(2):
            print(file=relay.stdin, flush=True)
            counts = json.loads(relay.stdout.readline())
            if not counts["trips"] or _ == 0:
                self.buyers({**plan, "quotes": self.take(COUNTED)})
        self.children.pop().terminate()
        return {name: count / COUNTED for name, count in counts.items()}


class Used:
    """CPU seconds of the web's and the database's processes since it was made."""

    def __init__(self, market: Shop) -> None:
        web = psutil.Process(market.children[0].pid)
        with psycopg.connect(market.database) as one:
            row = one.execute("SELECT pg_backend_pid()").fetchone()
            postmaster = psutil.Process(row[0]).parent() if row else None
        self.groups = {"web": web, "database": postmaster}
        self.before = self.now()

    def now(self) -> dict[str, float]:
        found = {}
        for name, top in self.groups.items():
            total = 0.0
            for process in [top, *top.children(recursive=True)] if top else []:
                try:
                    spent = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += (
                    spent.user + spent.system + (spent.children_user + spent.children_system if process == top else 0)
                )
            found[name] = total
        return found

    def each(self, count: int, own: float) -> dict[str, float]:
        """Milliseconds for each of so many, with the load's own."""
        now = self.now()
        return {name: (now[name] - self.before[name]) / count * 1000 for name in now} | {"load": own / count * 1000}


class Bench:
    def __init__(self, market: Shop, told: argparse.Namespace) -> None:
        self.market, self.told = market, told
        self.cells: dict[tuple[str, int], Cell] = {}
        self.script = Path(tempfile.mkstemp(suffix=".sql")[1])
        self.floors = 0

    def count(self, clients: int) -> int:
        """Orders of a cell: fewer where each waits for the one before."""
        return max(clients * 4, self.told.orders if clients >= 16 else self.told.orders // (2 if clients > 1 else 5))

    def measure(self, what: str, clients: int) -> None:
        getattr(self, what)(clients)

    def keep(self, what: str, clients: int, rate: float, times: dict[str, list[float]], cpu: dict[str, float]) -> None:
        cell = self.cells.setdefault((what, clients), Cell())
        cell.rates.append(rate)
        for name, them in times.items():
            cell.times.setdefault(name, []).append(sorted(them))
        for name, spent in cpu.items():
            cell.cpu.setdefault(name, []).append(spent)

    def checkout(self, clients: int) -> None:
        quotes = self.market.take(self.count(clients))
        used = Used(self.market)
        measured = self.market.buyers({"port": self.market.ports["web"], "clients": clients, "quotes": quotes})
        cpu = used.each(len(quotes), measured["cpu"])
        self.keep("checkout", clients, len(quotes) / measured["seconds"], measured["times"], cpu)

    def hello(self, clients: int) -> None:
        plan = {"port": self.market.ports["hello"], "clients": clients, "requests": HELLOS}
        measured = self.market.buyers(plan)
        cpu = {"load": measured["cpu"] / HELLOS * 1000}
        self.keep("hello", clients, HELLOS / measured["seconds"], measured["times"], cpu)

    def floor(self, clients: int) -> None:
        clients = min(clients, self.told.processes * self.told.threads)
        each = self.told.orders // clients
        quotes, start = self.market.take(each * clients), self.floors + 1
        self.floors += len(quotes)
        done = subprocess.run(
            [sys.executable, "-m", "bench", "recorded", str(start)], input="\n".join(map(json.dumps, quotes)), cwd=ROOT,
            env=self.market.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"recording failed:\n{done.stderr[-3000:]}")
        self.script.write_text(done.stdout)
        log, used = self.market.home / "floor", Used(self.market)
        given = ("-D", "i=-1", "-D", f"start={start}", "-D", f"each={each}", "-l", f"--log-prefix={log}")
        said = pgbench(
            "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-t", str(each), *given, "-f", str(self.script),
            self.market.database,
        )  # fmt: skip
        times = []
        for path in log.parent.glob("floor.*"):
            times += [int(line.split()[2]) / 1000 for line in path.read_text().splitlines()]
            path.unlink()
        rate = float(next(line for line in said.splitlines() if line.startswith("tps")).split()[2])
        cpu = {"database": used.each(len(quotes), 0)["database"]}
        self.keep("floor", clients, rate, {"checkout": times}, cpu)


def show(cells: dict[tuple[str, int], Cell]) -> None:
    print(f"\n{'what':<12}{'clients':>8}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}  CPU ms each; all rounds")
    for (what, clients), cell in sorted(cells.items()):
        for name, rounds in sorted(cell.times.items()):
            late = statistics.median(them[min(len(them) - 1, int(len(them) * 0.99))] for them in rounds)
            middle = statistics.median(statistics.median(them) for them in rounds)
            if name not in ("checkout", "request"):
                print(f"  {name:<10}{clients:>8}{'':>10}{middle:>9.1f}{late:>9.1f}")
                continue
            cpu = ", ".join(f"{who} {statistics.median(spent):.2f}" for who, spent in cell.cpu.items())
            rates = ", ".join(f"{rate:,.0f}" for rate in cell.rates)
            print(
                f"{what:<12}{clients:>8}{statistics.median(cell.rates):>10,.0f}{middle:>9.1f}{late:>9.1f}  {cpu}; {rates}"
            )


def afterwards(market: Shop) -> None:
    """The worker does what waited for it; then everything is audited."""
    waiting = (
        "SELECT (SELECT count(*) FROM base_outbox),"
        " (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'payments.open_intent')"
    )
    paid = "SELECT count(*) FROM orders_order WHERE shopper_id IS NOT NULL AND paid_at IS NOT NULL"
    news, jobs = market.rows(waiting)[0]
    print(
        f"{market.rows(paid)[0][0]:,} orders paid; {news:,} news and {jobs:,} jobs wait for the worker",
        end="",
        flush=True,
    )
    # The demo market has left jobs of its own, some of them for the provider.
    port, hears = str(market.ports["provider"]), f"{market.base}/webhooks/payments"
    market.start("provider", "-m", "bench.provider", port, hears)
    market.wait_for(market.ports["provider"], "provider")
    market.start("worker", "-m", "entrepot.cli", "worker")
    began = time.monotonic()
    while sum(market.rows(waiting)[0]) and time.monotonic() - began < PATIENCE:
        time.sleep(1)
    time.sleep(20)  # its sweeps have come by as well
    print(f", which takes it {time.monotonic() - began - 20:.0f} s\n")
    print(market.run("-m", "entrepot.cli", "audit"))


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench checkout", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", default="1,8,32")
    parser.add_argument("--orders", type=int, default=1500, help="a cell and round; fewer with few clients")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--only", default="", help="checkout, floor or hello, separated by commas")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    told = parser.parse_args(arguments)
    clients = [int(number) for number in told.clients.split(",")]
    most = max(clients)
    cells = [("checkout", count) for count in clients] + [("floor", most), ("hello", most)]
    cells = [cell for cell in cells if not told.only or cell[0] in told.only.split(",")]
    sizes = Bench(None, told)  # type: ignore[arg-type]
    wanted = sum(sizes.count(count) for what, count in cells if what != "hello") * told.rounds + 400 + 60 + 2 * COUNTED
    print(f"building the market and {wanted:,} quotes ...", flush=True)
    with Shop(quotes=wanted, processes=told.processes, threads=told.threads) as market:
        bench = Bench(market, told)
        print(f"web {told.processes} x {told.threads}, no worker\n")
        machine.show(market.database)
        market.buyers({"port": market.ports["web"], "clients": min(8, most), "quotes": market.take(400)})  # to warm up
        for number in range(told.rounds):
            for what, count in random.sample(cells, len(cells)):
                print(f"\rround {number + 1}: {what} with {count}          ", end="", flush=True)
                bench.measure(what, count)
        show(bench.cells)
        asked = market.asked()
        print(
            f"\nof one order, on the wire: {asked['statements']:.1f} statements in {asked['trips']:.1f} trips, "
            f"{asked['parsed']:.2f} of them parsed\n"
        )
        afterwards(market)
        if told.json:
            figures = {f"{what} {count}": vars(cell) for (what, count), cell in bench.cells.items()}
            told.json.write_text(json.dumps({"machine": dict(machine.description(market.database)), **figures}))
