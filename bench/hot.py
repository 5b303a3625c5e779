"""One article that everybody wants, and a flash sale of it.

python -m bench hot [--seconds 5] [--rounds 3] [--clients 32] [--pieces 3000] [--arrivals 20000] [--sale 1000] [--only ...] [--json FILE]

A fresh database with the demo market, durable settings as the server has them. Four parts, each ends in a count of what
was sold and an audit at the end:

  reserve   pgbench on the reserving function alone, one article, one commit each; its pieces in one row, and spread over
            buckets, in turn (paired, so that noise falls on both)
  order     whole orders over HTTP (quote given, one line) of one article with so many pieces, until a tenth more have
            asked than there are; nobody tells the market that the article is hot. floor: pgbench writing the same
            reservation, beside an order that commits
  sale      a flash sale over HTTP: all arrive before it begins, take a ticket, ask again as the page does, order when it
            is their turn; one in ten does not come back, one in ten wants more than the limit, and two hundred try without
            a ticket
  hello     a WSGI function that says hello, under the same server
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench import machine
from bench.market import ROOT, Market
from bench.run import pgbench

LIMIT = 2
NO_TICKET = 200
WARM = 400
RESERVE = """\\set o random(1, 4000000000000000000)
SELECT answer FROM stock_reserve('{{{merchant}}}'::bigint[], '{{{variant}}}'::bigint[], '{{1}}'::integer[],
  '{{f}}'::boolean[], :o, :o, now() + interval '1 day', now(), true);
"""


class Crowd(Market):
    """The market with articles of its own and shoppers who hold a quote of one of them."""

    def __init__(self, told: argparse.Namespace) -> None:
        super().__init__(shoppers=0, processes=told.processes, threads=told.threads)
        self.told = told

    def _build(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        entrepot = ("-m", "entrepot.cli")
        self.run(*entrepot, "migrate", "--quiet")
        self.run(*entrepot, "demo-market")
        self.run(*entrepot, "index", "rebuild")
        asked = [str(self.told.pieces), str(self.told.sale), str(self.told.arrivals)]
        self.facts = json.loads(self.run("-m", "bench", "hot-market", *asked))
        served = ("--processes", str(self.processes), "--threads", str(self.threads))
        self.start("web", *entrepot, "serve", "--port", str(self.ports["web"]), *served)
        self.start("hello", "-m", "bench.hello", str(self.ports["hello"]), str(self.processes), str(self.threads))
        self.start("tender", "-m", "bench", "hot-tend")
        for name in ("web", "hello"):
            self.wait_for(self.ports[name], name)

    def crowd(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Run the load in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.crowd"], input=json.dumps({"host": "127.0.0.1", **plan}), cwd=ROOT,
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"the load failed:\n{done.stderr[-3000:]}")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured


def tend(arguments: list[str]) -> None:  # noqa: ARG001 - it takes none
    """What the worker does of stock every five seconds. Its other jobs (opening the payments' pages) are not measured."""
    from entrepot.base import clock
    from entrepot.stock.services import tend_stock

    while True:
        tend_stock(at=clock.now())
        time.sleep(5)


def prepare(arguments: list[str]) -> None:
    """Three articles (for reserving alone, for orders, for the sale) and who wants them; prints JSON."""
    from django.db import connection

    from bench.prepare import shopper
    from bench.quotes import copies
    from entrepot.base import clock
    from entrepot.basket.services import put_line
    from entrepot.catalogue import queries as catalogue
    from entrepot.flows.quote_basket import quote_basket
    from entrepot.parties.queries import viewer_of_token
    from entrepot.search.queries import hits
    from entrepot.search.terms import SearchQuery
    from entrepot.stock.queries import available
    from entrepot.stock.services import set_on_hand_all

    pieces, sale, arrivals = (int(one) for one in arguments)
    found = hits(query=SearchQuery(channel="export", ships_to="US", size=200)).listing_ids
    cards = list(catalogue.cards(listing_ids=found, channel="export", currency="USD"))
    at, chosen = clock.now(), []
    for card, lying in zip(cards[:: max(1, len(cards) // 3)], (50_000_000, pieces, sale), strict=False):
        listing = catalogue.listing_page(ref=card.ref)
        # The demo has sold some of them already: count so many that `lying` are free.
        set_on_hand_all(merchant_id=listing.merchant_id, quantities=[(card.variant_id, 100_000_000)], at=at)
        sold = 100_000_000 - available(variant_ids=[card.variant_id])[card.variant_id]
        set_on_hand_all(merchant_id=listing.merchant_id, quantities=[(card.variant_id, lying + sold)], at=at)
        chosen.append({"merchant": listing.merchant_id, "variant": card.variant_id, "listing": listing.ref})
    number = iter(range(1000))

    def again() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_new")

    def template(article: dict[str, Any], quantity: int) -> dict[str, Any]:
        made = shopper(next(number))
        viewer = viewer_of_token(token=made["token"], at=at)[0]  # type: ignore[index]
        put_line(
            shopper_id=viewer.shopper_id or 0, merchant_id=article["merchant"], variant_id=article["variant"],
            channel="export", quantity=quantity, at=at,
        )  # fmt: skip
        quote = quote_basket(viewer=viewer, basket_ref=None, destination="US", region="CA", currency="USD", at=at)
        return {
            "shopper": viewer.shopper_id, "user": viewer.user_id, "quote": quote.ref, "minor": quote.total.minor,
            "currency": "USD",
        }  # fmt: skip

    warm = copies([template(chosen[0], 1)], WARM)
    again()
    wanting = copies([template(chosen[1], 1)], pieces + max(200, pieces // 10))
    again()
    # Of ten who come five want one piece, four want two, one wants more than the limit.
    quantities = (1, 2, 1, 2, 1, 3, 1, 2, 1, 2)
    coming = copies([template(chosen[2], one) for one in quantities], arrivals + NO_TICKET)
    for place, one in enumerate(coming):
        one["wants"] = quantities[place % len(quantities)]
    json.dump({"articles": chosen, "warm": warm, "wanting": wanting, "coming": coming}, sys.stdout)


class Bench:
    def __init__(self, market: Crowd, told: argparse.Namespace) -> None:
        self.market, self.told = market, told
        self.articles = market.facts["articles"]
        self.found: dict[str, Any] = {}

    def one(self, sql: str, *parameters: object) -> Any:
        return self.market.rows(sql, parameters)[0][0]

    def spread(self, article: dict[str, Any], how: str) -> None:
        """As the command does it."""
        code = (
            "import django; django.setup(); from entrepot.stock.services import spread_stock; "
            "from entrepot.stock.terms import Spread; from django.db import connection, transaction\n"
            f"spread_stock(merchant_id={article['merchant']}, variant_id={article['variant']}, how=Spread('{how}'))\n"
            "with transaction.atomic(), connection.cursor() as c:\n"
            f"    '{how}' == 'never' and c.execute('SELECT stock_gather(%s, %s)', [{article['merchant']}, {article['variant']}])"
        )
        self.market.run("-c", code)

    def reserve(self) -> None:
        """The reserving function alone, with and without buckets in turn."""
        article, rates = self.articles[0], {"one row": [], "buckets": []}  # type: dict[str, Any], dict[str, list[float]]
        script = Path(tempfile.mkstemp(suffix=".sql")[1])
        script.write_text(RESERVE.format(**article))
        before = self.one(
            "SELECT coalesce(sum(quantity), 0)::bigint FROM stock_reservation WHERE merchant_id = %s AND variant_id = %s",
            article["merchant"], article["variant"],
        )  # fmt: skip
        asked = 0
        for _ in range(self.told.rounds):
            for way, how in (("one row", "never"), ("buckets", "always")):
                self.spread(article, how)
                said = pgbench(
                    "-n", "-M", "prepared", "-c", str(self.told.clients), "-j", "2", "-T", str(self.told.seconds),
                    "-f", str(script), self.market.database,
                )  # fmt: skip
                rates[way].append(float(next(line for line in said.splitlines() if line.startswith("tps")).split()[2]))
                asked += int(said.split("transactions actually processed:")[1].split()[0].split("/")[0])
        script.unlink()
        taken = self.one(
            "SELECT coalesce(sum(quantity), 0)::bigint FROM stock_reservation WHERE merchant_id = %s AND variant_id = %s",
            article["merchant"], article["variant"],
        ) - before  # fmt: skip
        self.found["reserve"] = rates
        for way, them in rates.items():
            print(
                f"reserve, {way:<8} {statistics.median(them):>9,.0f} /s   all rounds {', '.join(f'{r:,.0f}' for r in them)}"
            )
        print(f"reserve: {asked:,} asked, {taken:,} reserved: {'every one' if asked == taken else 'NOT THE SAME'}\n")

    def order(self) -> None:
        """Whole orders over HTTP of one article."""
        article = self.articles[1]
        plan = {
            "port": self.market.ports["web"], "clients": self.told.clients, "what": "orders",
            "shoppers": self.market.facts["wanting"],
        }  # fmt: skip
        measured = self.market.crowd(plan)
        self.found["order"] = measured
        sold = self.one(
            """SELECT coalesce(sum(l.quantity), 0)::bigint FROM orders_line l JOIN orders_order o ON o.id = l.order_id
                WHERE l.merchant_id = %s AND l.variant_id = %s AND o.placed_at >= current_timestamp - interval '1 hour'""", article["merchant"], article["variant"],
        )  # fmt: skip
        buckets = self.one("SELECT coalesce(max(buckets), 0) FROM stock_article WHERE merchant_id = %s AND variant_id = %s", article["merchant"], article["variant"])  # fmt: skip
        shown("order", measured)
        rate = measured["counts"].get("order 201", 0) / measured["until"]
        print(
            f"order: {rate:,.0f} orders/s while there were any; {sold:,} sold of {self.told.pieces:,}; ended in {buckets} buckets\n"
        )
        self.found["order"] |= {"a_second": rate, "sold": sold, "buckets": buckets}

    def sale(self) -> None:
        """A flash sale over HTTP."""
        article, coming = self.articles[2], self.market.facts["coming"]
        code = (
            "import django; django.setup(); from datetime import timedelta; from entrepot.base import clock; "
            "from entrepot.stock.services import SalePlan, set_sale; at = clock.now(); "
            f"print(set_sale(merchant_id={article['merchant']}, at=at, plan=SalePlan({article['listing']!r}, "
            f"[{article['variant']}], at, at + timedelta(days=1), at + timedelta(days=2), {self.told.sale}, {LIMIT}, "
            f"{self.told.at_once}, {self.told.turn})))"
        )
        ref = self.market.run("-c", code).strip()
        plan = {"port": self.market.ports["web"], "clients": self.told.clients, "sale": ref}
        arrived = self.market.crowd({**plan, "what": "arrive", "shoppers": coming[: self.told.arrivals]})
        shown("arrivals", arrived)
        with psycopg.connect(self.market.database, autocommit=True) as one:
            one.execute("UPDATE stock_sale SET starts_at = now() WHERE merchant_id = %s AND ref = %s", [article["merchant"], ref])  # fmt: skip
        began = time.monotonic()
        held = self.market.crowd({**plan, "what": "sale", "shoppers": coming})
        took = time.monotonic() - began
        shown("sale", held)
        late = self.market.crowd({**plan, "what": "arrive", "shoppers": coming[-NO_TICKET:]})
        shown("too late", late)
        sold, most, orders, units = self.market.rows(
            """SELECT coalesce(sum(q), 0)::bigint, coalesce(max(q), 0)::bigint, count(*), coalesce(sum(n), 0)::bigint FROM (
                 SELECT o.shopper_id, sum(l.quantity) AS q, count(DISTINCT o.id) AS n FROM orders_line l
                   JOIN orders_order o ON o.id = l.order_id
                  WHERE l.merchant_id = %s AND l.variant_id = %s
                    AND o.placed_at >= current_timestamp - interval '1 hour' GROUP BY 1) AS bought""",
            (article["merchant"], article["variant"]),
        )[0]
        print(
            f"sale: {sold:,} of {self.told.sale:,} pieces sold to {orders:,} shoppers in {units:,} orders, at most {most} each "
            f"(limit {LIMIT}); {took:.0f} s from its beginning to sold out\n"
        )
        self.found["sale"] = {
            "arrivals": arrived,
            "sale": held,
            "late": late,
            "sold": sold,
            "most": most,
            "seconds": took,
        }

    def hello(self) -> None:
        measured = self.market.crowd(
            {"port": self.market.ports["hello"], "clients": self.told.clients, "what": "hello", "shoppers": [{}] * 5000}
        )
        shown("hello", measured)


def shown(what: str, measured: dict[str, Any]) -> None:
    """A line for each kind of request: how many, how fast, what was answered."""
    for name, taken in sorted(measured["times"].items()):
        them = sorted(taken)
        late = them[min(len(them) - 1, int(len(them) * 0.99))]
        print(
            f"{what:<9} {name:<8} {len(them):>7,} in {measured['seconds']:6.1f} s  {len(them) / measured['seconds']:>7,.0f} /s"
            f"  p50 {statistics.median(them):7.1f} ms  p99 {late:7.1f} ms  longest {them[-1]:7.1f} ms"
        )
    counts: Counter[str] = Counter(measured["counts"])
    print(f"{'':<9} {', '.join(f'{name}: {many:,}' for name, many in counts.most_common())}")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench hot", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    for name, usual in (
        ("rounds", 3), ("seconds", 5), ("clients", 32), ("pieces", 3000), ("arrivals", 20_000), ("sale", 1000),
        ("at-once", 200), ("turn", 20), ("processes", 2), ("threads", 4),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--only", default="hello,reserve,order,sale")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    told = parser.parse_args(arguments)
    began = timedelta(seconds=time.monotonic())
    with Crowd(told) as market:
        machine.show(market.database)
        bench = Bench(market, told)
        market.crowd(
            {"port": market.ports["web"], "clients": told.clients, "what": "orders", "shoppers": market.facts["warm"]}
        )
        for what in told.only.split(","):
            getattr(bench, what)()
        print(market.run("-m", "entrepot.cli", "audit", "--patience", "600"))
    print(f"all of it took {(timedelta(seconds=time.monotonic()) - began).seconds} s")
    if told.json:
        told.json.write_text(json.dumps(bench.found))
