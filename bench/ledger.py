"""The ledger alone: transfers a second, one to a commit and many, beside the floor; the trial balance at a past moment.

python -m bench ledger [--seconds 4] [--rounds 3] [--processes 2] [--clients 16] [--batch 1000] [--only single,...]
                       [--transfers 0]

A database of its own on the server of DATABASE_URL, made and dropped. Rows of the table:

  floor      pgbench: one row into a table with one index, one commit
  statement  pgbench calling ledger_post, prepared: what the posting statement costs without any Python
  single     `post_transfers` from Python processes, one transfer and one commit a call
  batched    `post_groups`, --batch transfers of different merchants a call; `statement` does the same from pgbench

each with `uniform` (provider to one of 10,000 merchants: the provider's account is on every transfer), `platform` (both
accounts are the marketplace's own) and `guarded` (all from one merchant's account: these must queue, so this is the
worst there is). A fold runs every second beside all of them, and its time is in the figures. With --transfers N so many
transfers over a year are generated, and the trial balance is read at moments of that year. Nothing is asserted.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connection, connections

from bench import machine
from bench.post import COMMISSION, MERCHANTS, PROVIDER
from bench.run import pgbench
from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger.services import fold_tail, post_groups, post_transfers
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Transfer

NAME = "entrepot_bench_ledger"
WAYS = ("uniform", "platform", "guarded")

# One transfer, as post_transfers sends it: accounts, then the transfer, then the two moments.
_ONE = """
\\set m random(1, {merchants})
\\set k random(1, 9000000000000000)
SELECT ledger_post(ARRAY[{debit}, {credit}], ARRAY[{subjects}]::bigint[], ARRAY['USD', 'USD'],
    ARRAY[{guards}], ARRAY[true, true], ARRAY['p/' || :k], ARRAY[0], ARRAY['p/' || :k], ARRAY['captured'], ARRAY[1],
    ARRAY[2], ARRAY[1]::bigint[], ARRAY['exact'], ARRAY[false], ARRAY[null]::timestamptz[], ARRAY[:k]::bigint[],
    ARRAY[null]::bigint[], ARRAY[:m]::bigint[], ARRAY[null]::bigint[], now(), now());
"""
SCRIPTS = {
    "uniform": _ONE.format(
        merchants=MERCHANTS, debit="'psp_receivable'", credit="'merchant_available'", subjects="0, :m",
        guards="'none', 'credit'",
    ),
    "platform": _ONE.format(
        merchants=MERCHANTS, debit="'psp_receivable'", credit="'commission'", subjects="0, 0", guards="'none', 'none'"
    ),
    "guarded": _ONE.format(
        merchants=1, debit="'merchant_available'", credit="'commission'", subjects="1, 0", guards="'credit', 'none'"
    ),
}  # fmt: skip
BATCH_SCRIPT = """
\\set k random(1, 9000000000000000)
WITH n AS (SELECT g, (g * 7919 + :k::bigint) % {merchants} + 1 AS m FROM generate_series(1, {batch}) g),
     a AS (SELECT array_agg(DISTINCT m) AS ms FROM n)
SELECT ledger_post FROM a, LATERAL (SELECT array_agg('b/' || :k::bigint || '/' || g ORDER BY g) AS keys,
       array_agg(g ORDER BY g)::integer[] AS groups, array_agg(array_position(a.ms, m) + 1 ORDER BY g) AS credits,
       array_agg(m ORDER BY g)::bigint[] AS merchants FROM n) b, LATERAL ledger_post(
    'psp_receivable'::text || array_fill('merchant_available'::text, ARRAY[cardinality(a.ms)]), 0::bigint || a.ms::bigint[],
    array_fill('USD'::text, ARRAY[cardinality(a.ms) + 1]), 'none'::text || array_fill('credit'::text, ARRAY[cardinality(a.ms)]),
    array_fill(true, ARRAY[cardinality(a.ms) + 1]), b.keys, b.groups, b.keys, array_fill('captured'::text, ARRAY[{batch}]),
    array_fill(1, ARRAY[{batch}]), b.credits, array_fill(1::bigint, ARRAY[{batch}]), array_fill('exact'::text, ARRAY[{batch}]),
    array_fill(false, ARRAY[{batch}]), array_fill(null::timestamptz, ARRAY[{batch}]), b.merchants,
    array_fill(null::bigint, ARRAY[{batch}]), b.merchants, array_fill(null::bigint, ARRAY[{batch}]), now(), now());
"""


class Poster:
    """A process of `bench.post`, told through its pipe."""

    def __init__(self, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.post"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "DATABASE_URL": database},
        )  # fmt: skip
        self._heard()

    def start(self, *told: object) -> None:
        assert self.process.stdin
        print(*told, file=self.process.stdin, flush=True)

    def answer(self) -> float:
        return float(self._heard())

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def _heard(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


class Bench:
    def __init__(self, database: str, told: argparse.Namespace) -> None:
        self.database, self.told = database, told
        self.posters = [Poster(database) for _ in range(told.processes)]

    def service(self, way: str, batch: int) -> float:
        """Transfers a second over all processes and threads."""
        threads = self.told.threads if batch == 1 else 1
        for poster in self.posters:
            poster.start(way, batch, self.told.seconds, threads)
        return sum(poster.answer() for poster in self.posters)

    def statement(self, script: str, clients: int, each: int = 1) -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            said = pgbench(
                "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(round(self.told.seconds)),
                "-f", file.name, self.database,
            )  # fmt: skip
        rate = next(line for line in said.splitlines() if line.startswith("tps"))
        return float(rate.split()[2]) * each

    def cells(self) -> dict[tuple[str, str], Callable[[], float]]:
        clients, batch = self.told.clients, self.told.batch
        floor = "\\set k random(1, 9000000000000000)\nINSERT INTO bench_floor VALUES (:k, now());\n"
        chosen: dict[tuple[str, str], Callable[[], float]] = {("floor", ""): lambda: self.statement(floor, clients)}
        for way in WAYS:
            chosen["statement", way] = lambda way=way: self.statement(SCRIPTS[way], clients)
            chosen["single", way] = lambda way=way: self.service(way, 1)
        many = BATCH_SCRIPT.format(merchants=MERCHANTS, batch=batch)
        chosen["statement", f"{batch} each"] = lambda: self.statement(many, 2, batch)
        for way in WAYS:
            chosen["batched", way] = lambda way=way: self.service(way, batch)
        return {
            name: work for name, work in chosen.items() if not self.told.only or name[0] in self.told.only.split(",")
        }


@contextmanager
def folding() -> Iterator[list[float]]:
    """A fold every second beside the work, as the worker does every five; gives the seconds that each took."""
    over, took = threading.Event(), []

    def run() -> None:
        while not over.wait(1):
            began = time.monotonic()
            fold_tail(at=datetime.now(UTC))
            took.append(time.monotonic() - began)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


@contextmanager
def database() -> Iterator[str]:
    """A migrated database beside the one of DATABASE_URL, for as long as it is measured."""
    url = os.environ["DATABASE_URL"]
    own = url.rsplit("/", 1)[0] + "/" + NAME
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
    try:
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
            check=True,
            env={**os.environ, "DATABASE_URL": own},
        )
        connection.settings_dict["NAME"] = NAME
        yield own
    finally:
        connections.close_all()
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def fund() -> None:
    """Every merchant has money, so that no guard refuses."""
    for start in range(1, MERCHANTS + 1, 1000):
        post_groups(
            groups=[
                [
                    Transfer(
                        f"fund/{merchant}", PROVIDER, AccountRef(Kind.MERCHANT_AVAILABLE, merchant),
                        Money(10**9, "USD"), Code.CAPTURED, About(merchant_id=merchant),
                    )
                ]
                for merchant in range(start, start + 1000)
            ],
            at=datetime.now(UTC),
        )  # fmt: skip
    fold_tail(at=datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (key bigint PRIMARY KEY, at timestamptz)")
        cursor.execute("VACUUM ANALYZE")


# Captured, released to the merchant, commission: three transfers a sale, spread over a year. Set-based, past the
# posting function, with the very sums that folding gives; the check at its end is the trial balance of now.
_YEAR = """
INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor, currency,
                             order_id, merchant_id, effective_at, recorded_at)
SELECT 'y/' || n, 'y/' || n, 'captured', 'posted', a.d, a.c, 1 + mod(n, 9973), 0, 'USD', n / 3, mod(n, {merchants}) + 1, w.at, w.at
  FROM generate_series(%s::bigint, %s::bigint) n
 CROSS JOIN LATERAL (SELECT timestamptz '2025-01-01 00:00+00' + n * (interval '365 days' / {total}) AS at) w
 CROSS JOIN LATERAL (SELECT CASE mod(n, 3) WHEN 0 THEN {psp} WHEN 1 THEN {fx} ELSE {psp} END AS d,
                            CASE mod(n, 3) WHEN 0 THEN {commission} WHEN 1 THEN {commission} ELSE {fx} END AS c) a
"""
_YEAR_SUMS = """
INSERT INTO ledger_hour (kind, currency, hour, debits_pending, debits_posted, credits_pending, credits_posted)
SELECT a.kind, a.currency, s.hour, 0, sum(s.debit), 0, sum(s.credit)
  FROM (SELECT debit_id AS id, date_trunc('hour', recorded_at, 'UTC') AS hour, sum(amount_minor) AS debit, 0 AS credit
          FROM ledger_transfer WHERE key LIKE 'y/%' GROUP BY 1, 2
        UNION ALL
        SELECT credit_id, date_trunc('hour', recorded_at, 'UTC'), 0, sum(amount_minor)
          FROM ledger_transfer WHERE key LIKE 'y/%' GROUP BY 1, 2) s
  JOIN ledger_account a ON a.id = s.id
 GROUP BY 1, 2, 3
"""


def year(total: int) -> None:
    """Generate so many transfers and read the trial balance at moments of their year."""
    began = time.monotonic()
    transfers = [
        Transfer("year/1", PROVIDER, COMMISSION, Money(1, "USD"), Code.CAPTURED),
        Transfer("year/2", PROVIDER, AccountRef(Kind.FX_POSITION), Money(1, "USD"), Code.CAPTURED),
    ]
    post_transfers(transfers=transfers, at=datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT kind, id FROM ledger_account WHERE subject = 0 AND currency = 'USD'")
        ids = dict(cursor.fetchall())
        names = {"psp": ids["psp_receivable"], "commission": ids["commission"], "fx": ids["fx_position"]}
        # Indexes are built afterwards: they have no part in what is measured here but the one on the time.
        cursor.execute("SELECT indexdef, indexname FROM pg_indexes WHERE tablename = 'ledger_transfer'")
        indexes = [
            row for row in cursor.fetchall() if row[1] not in {"ledger_transfer_pkey", "ledger_transfer_recorded"}
        ]
        cursor.execute("ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_key")
        for _, name in indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
        step = 1_000_000
        for start in range(1, total + 1, step):
            cursor.execute(
                _YEAR.format(merchants=MERCHANTS, total=total, **names), [start, min(total, start + step - 1)]
            )
            print(f"\r{min(total, start + step - 1):,} transfers", end="", flush=True)
        cursor.execute(_YEAR_SUMS)
        cursor.execute("ANALYZE ledger_transfer")
        cursor.execute("SELECT brin_summarize_new_values('ledger_transfer_recorded')")
    print(f" in {time.monotonic() - began:.0f} s")
    times = []
    for number in range(10):
        at = datetime(2025, 1, 15, 12, 34, 56, 789, tzinfo=UTC) + timedelta(days=36 * number, minutes=7 * number)
        began = time.monotonic()
        lines = queries.trial_balance(at=at)
        times.append((time.monotonic() - began) * 1000)
        for currency in {line.currency for line in lines}:
            here = [line for line in lines if line.currency == currency]
            assert sum(line.debits.minor - line.credits.minor for line in here) == 0
    print(f"trial balance of {total:,} transfers at a past moment: median {statistics.median(times):.1f} ms,")
    print(f"slowest of ten {max(times):.1f} ms")
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(amount_minor), count(*) FROM ledger_transfer WHERE recorded_at <= %s",
            [datetime(2025, 12, 5, tzinfo=UTC)],
        )
        cursor.fetchone()
    print(f"(one pass over the transfers, without their accounts: {(time.monotonic() - began) * 1000:.0f} ms)")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench ledger", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="per cell and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2, help="of the service")
    parser.add_argument("--threads", type=int, default=4, help="of each process, for single transfers")
    parser.add_argument("--clients", type=int, default=16, help="of pgbench")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--only", default="", help="first words of rows, separated by commas; `none` for no row")
    parser.add_argument("--transfers", type=int, default=0, help="of a generated year, such as 10000000")
    told = parser.parse_args(arguments)
    with database() as own:
        machine.show(own)
        fund()
        bench = Bench(own, told) if told.only != "none" else None
        if bench:
            measure(bench, told)
        if told.transfers:
            year(told.transfers)


def measure(bench: Bench, told: argparse.Namespace) -> None:
    """All rows, each once a round in shuffled order, with folds beside them."""
    figures: dict[tuple[str, str], list[float]] = {}
    with folding() as took:
        for number in range(told.rounds):
            cells = list(bench.cells().items())
            for name, work in random.sample(cells, len(cells)):
                print(f"\rround {number + 1}: {' '.join(name)}            ", end="", flush=True)
                figures.setdefault(name, []).append(work())
    print(f"\n{'what':<12}{'accounts':<12}{'transfers a second':>20}   all rounds")
    for name in bench.cells():
        rates = figures[name]
        each = ", ".join(f"{rate:,.0f}" for rate in rates)
        print(f"{name[0]:<12}{name[1]:<12}{statistics.median(rates):>20,.0f}   {each}")
    if took:
        print(
            f"folds beside it: {len(took)}, median {statistics.median(took) * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms"
        )
    fold_tail(at=datetime.now(UTC))
    print(f"afterwards {len(queries.drift())} accounts off")
    for poster in bench.posters:
        poster.stop()
