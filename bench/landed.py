"""Landed cost: quotes one by one, in arrays, the whole matrix, over HTTP, from cold, and a market priced anew.

python -m bench landed [--data FOLDER] [--on DAY] [--seconds 3] [--lines 1000000] [--offers 100000] [--no-http] [--json FILE]

A fresh database with the starter law, or with the official files of FOLDER. Every row stands beside its target and its
floor; nothing is asserted.

  quote      from the JSON of a request to the JSON of its answer, one core; floor: reading and writing the JSON alone
  http       POST /api/v1/quotes with ten lines, one client and four; floor: a server that says hello
  batch      random codes, origins and values in arrays, duty to the cent; floor: one look-up and one multiplication
  matrix     every goods code at full length x every origin; memory of its own process
  cold       `entrepot quote` for one line in a new process; floor: `entrepot tariff list`
  load       the official files, and one revision of the schedule alone
  requote    made-up offers priced at the American door: the first time, when every price is written, and again
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from bench import machine
from bench.inside import bodies
from bench.market import ROOT, Market

ROW = "{:<48}{:>14}{:>26}  {}"
# Every article has a code of the schedule, some grams and a price; a third of the money is yuan.
OFFERS = """
WITH codes AS (SELECT array_agg(code) AS them FROM unnest(%(codes)s::text[]) AS code),
     numbers AS (SELECT n, 1000000 + n AS id FROM generate_series(1, %(count)s) AS n),
     listings AS (
    INSERT INTO catalogue_listing (id, merchant_id, ref, handle, status, wanted, category_path, brand, kind, origin,
           ships_from, goods_codes, titles, descriptions, option_names, tags, attributes, created_at, updated_at,
           published_at)
    SELECT id, 77, 'lst_' || n, 'bench-' || n, 'published', 'published',
           (ARRAY['electronics', 'fashion', 'home', 'food', 'beauty'])[n %% 5 + 1], '', '',
           (ARRAY['CN', 'CN', 'CN', 'VN', 'IN'])[n %% 5 + 1], 'CN',
           jsonb_build_object('US', them[n %% cardinality(them) + 1]), '{"en": "x"}', '{}', '[]', '[]', '{}', now(),
           now(), now()
      FROM numbers, codes),
     variants AS (
    INSERT INTO catalogue_variant (id, merchant_id, listing_id, ref, sku, barcode, options, options_key, position,
           net_grams, gross_grams, picture_source)
    SELECT id, 77, id, 'var_' || n, '', '', '[]', '', 0, 50 + n %% 900, 80 + n %% 900, '' FROM numbers)
INSERT INTO catalogue_offer (id, merchant_id, variant_id, channel, currency, price_minor)
SELECT id, 77, id, 'export', CASE WHEN n %% 3 = 0 THEN 'CNY' ELSE 'USD' END, 300 + (n * 7919::bigint) %% 60000 FROM numbers
"""


class Desk(Market):
    """A database with a law, and the web server; no market behind it."""

    data: Path | None = None
    took: dict[str, float]

    def _build(self) -> None:
        self.took = {}
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        self.run("-m", "entrepot.cli", "migrate", "--quiet")
        if self.data is not None:
            revisions = sorted(self.data.rglob("hts_2026_rev_*.json*"), key=lambda path: path.stat().st_size)
            beside = [*self.data.rglob("revision_dates.csv"), *self.data.rglob("hts_concordance.csv")]
            for name, paths in (("one revision", [*revisions[-1:], *beside]), ("all files", [self.data])):
                at = time.perf_counter()
                self.run("-m", "entrepot.cli", "tariff", "load", *(str(path) for path in paths))
                self.took[name] = time.perf_counter() - at
        self.start("web", "-m", "entrepot.cli", "serve", "--port", str(self.ports["web"]), "--processes", "2")
        self.start("hello", "-m", "bench.hello", str(self.ports["hello"]), "2", "4")
        for name in ("web", "hello"):
            self.wait_for(self.ports[name], name)

    def inside(self, **plan: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("-m", "bench", "inside", json.dumps(plan)))
        return found

    def seconds(self, *arguments: str, times: int = 3) -> float:
        """The middle of some runs of a command, from its start to its end."""
        took = []
        for _ in range(times):
            at = time.perf_counter()
            subprocess.run(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, check=True
            )
            took.append(time.perf_counter() - at)
        return sorted(took)[times // 2]


def say(what: str, found: str, target: str, more: str = "") -> None:
    print(ROW.format(what, found, target, more), flush=True)


def show(desk: Desk, told: argparse.Namespace) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    say("what", "measured", "target", "floor and more")
    found = kept["quotes"] = desk.inside(what="quotes", on=told.on, seconds=told.seconds)
    one, ten, floor = found["quote_1"], found["quote_10"], found["floor_10"]["p50_ms"]
    say("quote of 1 line, a second a core", f"{one['a_second']:,.0f}", ">= 500", f"{one['statuses']}")
    say(
        "quote of 10 lines, p99",
        f"{ten['p99_ms']:.2f} ms",
        "<= 5 ms",
        f"of its core alone {ten['cpu_p99_ms']:.2f} ms; JSON alone {floor:.3f} ms; {ten['statuses']}",
    )
    say(
        "quote, a line in process", f"{ten['p50_ms'] * 100:.0f} us", "<= 100 us", "a tenth of the middle ten-line quote"
    )
    found = kept["batch"] = desk.inside(what="batch", on=told.on, lines=told.lines)
    for name in ("duty", "duty_and_fees"):
        say(
            f"batch, {name.replace('_', ' ')}, lines a second", f"{found[name]['a_second']:,.0f}", ">= 1,000,000",
            f"floor {found['floor']['a_second']:,.0f}; settled {found[name]['settled']:.1%}",
        )  # fmt: skip
    found = kept["matrix"] = desk.inside(what="matrix", on=told.on)
    size = f"{found['codes']:,} x {found['origins']} = {found['cells']:,} rates, {found['distinct']:,} distinct"
    say("matrix", f"{found['seconds']:.2f} s", "<= 10 s", f"{found['cpu_seconds']:.2f} s of one core; {size}")
    say("matrix, most memory", f"{found['peak_mb']:,} MB", "< 1,024 MB", "the whole process, law included")
    quote = ("-m", "entrepot.cli", "quote", "--code", "3926909989", "--from", "CN", "--on", told.on, "--json")
    desk.seconds(*quote, times=1)
    kept["cold"], bare = desk.seconds(*quote), desk.seconds("-m", "entrepot.cli", "tariff", "list")
    say("cold start, one quote", f"{kept['cold']:.2f} s", "<= 3 s", f"a command that reads no law {bare:.2f} s")
    for name, took in desk.took.items():
        say(f"load, {name}", f"{took:.1f} s", "one revision <= 10 s", str(told.data))
    kept["load"] = desk.took
    return kept


def http(desk: Desk, told: argparse.Namespace, codes: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    asked = bodies(codes, told.on, 10, 200)
    for clients in (1, 4):
        plan = {"base": desk.base, "path": "/api/v1/quotes", "bodies": asked, "clients": clients}
        # Every process of the server has its law in memory before anything is counted.
        desk.load({**plan, "kind": "post", "clients": 8, "seconds": 10 if clients == 1 else 1})
        found = kept[f"http_{clients}"] = desk.load({**plan, "kind": "post", "seconds": told.seconds})
        times = sorted(found.pop("times").get("request", [0.0]))
        found["p99_ms"] = times[int(len(times) * 0.99)]
        base = desk.load({"kind": "get", "base": desk.hello, "paths": ["/"], "clients": clients, "seconds": 1})
        middle = sorted(base["times"]["request"])[len(base["times"]["request"]) // 2]
        say(
            f"http, 10 lines, {clients} client{'s' if clients > 1 else ''}, p99", f"{found['p99_ms']:.1f} ms", "<= 50 ms",
            f"{found['whole'] / found['seconds']:,.0f} a second; hello {middle:.1f} ms; {found['troubles'] or 'no trouble'}",
        )  # fmt: skip
    return kept


def requote(desk: Desk, told: argparse.Namespace, codes: list[str]) -> dict[str, float]:
    kept = {}
    with psycopg.connect(desk.database, autocommit=True) as connection:
        connection.execute(OFFERS, {"codes": codes, "count": told.offers})
        connection.execute("ANALYZE")
        for name in ("first, all written", "again, none changed"):
            connection.execute("DELETE FROM landed_requote")
            at = time.perf_counter()
            said = json.loads(desk.run("-m", "entrepot.cli", "tariff", "requote", "--destination", "US", "--json"))
            kept[name] = time.perf_counter() - at
            rate = told.offers / kept[name]
            more = (
                f"{kept[name]:.1f} s; {said[0]['priced']:,} of {said[0]['offers']:,} with a price {said[0]['unpriced']}"
            )
            say(f"requote, {name}, offers a second", f"{rate:,.0f}", "1,000,000 with progress", more)
    return kept


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench landed", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a folder of official tariff files")
    parser.add_argument("--on", default="2026-06-15", help="day of entry")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--no-http", action="store_true")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    told = parser.parse_args(arguments)
    Desk.data = told.data
    with Desk(shoppers=0, processes=2, threads=4) as desk:
        machine.show(os.environ["DATABASE_URL"])
        kept = show(desk, told)
        script = (
            "import django, json; django.setup(); from datetime import date; from entrepot.customs import queries;"
            "from entrepot.landed.rules.batch import full_codes;"
            f"print(json.dumps(full_codes(law=queries.law(destination='US', on=date.fromisoformat('{told.on}')))))"
        )
        codes = json.loads(desk.run("-c", script))
        if not told.no_http:
            kept |= http(desk, told, codes)
        if told.offers:
            kept["requote"] = requote(desk, told, codes)
        if told.json:
            about = dict(machine.description(os.environ["DATABASE_URL"]))
            told.json.write_text(json.dumps({"machine": about, "found": kept}, indent=1))
