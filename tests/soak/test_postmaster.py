"""The database server is killed under load: what was acknowledged is there afterwards, with its stock and its money."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from entrepot.base import postgres

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
SHOPPERS = 120
KILLS = 3

SEED = """
import django; django.setup()
import json, sys
from entrepot.channels.services import open_presets
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article
merchant = parties.merchant()
variant = article(merchant_id=merchant, pieces=100_000)
made = []
for number in range(int(sys.argv[1])):
    viewer = parties.shopper_viewer()
    made.append([viewer.shopper_id, make.quoted(Asked(merchant, variant), shopper_id=viewer.shopper_id),
                 parties.address(shopper_id=viewer.shopper_id)])
print(json.dumps(made))
"""

# A till: places and settles one order after the other; says so only when the database has said so.
TILL = """
import django; django.setup()
import json, sys, time
from django.db import connection, DatabaseError, InterfaceError
from entrepot.flows.place_order import place_order
from entrepot.flows.settle_payment import settle_payment
from entrepot.parties.terms import Viewer, ShopperId
from entrepot.payments import queries
from entrepot.payments.terms import ProviderProof
from tests.parties.make import AT
for shopper, quote, address in json.loads(sys.argv[1]):
    viewer = Viewer(shopper_id=ShopperId(shopper))
    for _ in range(600):
        try:
            placed = place_order(viewer=viewer, quote_ref=quote, address_ref=address, key="k", at=AT)
            print("placed", placed.order_ref, flush=True)
            payment = queries.payment(viewer=viewer, ref=placed.payment_ref)
            settle_payment(reference=payment.ref, proof=ProviderProof(f"pi_{shopper}", payment.amount), at=AT)
            print("paid", placed.order_ref, flush=True)
            break
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)
"""

CHECK = """
import django; django.setup()
import json
from datetime import timedelta
from django.db import connection
from entrepot.base import clock
from entrepot.jobs.audit import CHECKS, audited
found = audited(checks=[one for one in CHECKS if one.name != "allowance.orders"], at=clock.now(), patience=timedelta(days=9000))
assert all(one.clean for one in found), {one.check.name: one.offenders[:2] for one in found if not one.clean}
with connection.cursor() as cursor:
    cursor.execute("SELECT ref, state FROM orders_order")
    orders = dict(cursor.fetchall())
    cursor.execute("SELECT sum(reserved)::int FROM stock_position")
    reserved = cursor.fetchone()[0]
    cursor.execute("SELECT sum(credits_posted - debits_posted)::bigint FROM ledger_standing WHERE kind = 'hold'")
    held = int(cursor.fetchone()[0])
    cursor.execute("SELECT sum(amount_minor)::bigint FROM payments_payment WHERE state = 'captured'")
    captured = int(cursor.fetchone()[0])
print(json.dumps([orders, reserved, held, captured]))
"""


class Server:
    """A database server of its own that writes to disk before it says so; it always listens on the same port."""

    def __init__(self, home: Path) -> None:
        self.server = postgres.Embedded(home / "postgres")
        self.server.start()
        self.url = self.server.url()
        self.told = {
            **os.environ, "DATABASE_URL": self.url, "ENTREPOT_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "entrepot.config.settings", "ENTREPOT_POOL": "2",
        }  # fmt: skip

    def python(self, code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=ROOT, env=self.told, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def till(self, shoppers: list[object]) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", TILL, json.dumps(shoppers)]
        return subprocess.Popen(command, cwd=ROOT, env=self.told, stdout=subprocess.PIPE, text=True)

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children see that it is gone and end."""
        os.kill(int((self.server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def again(self) -> float:
        """Start it where it was; gives how many seconds it took until it answered."""
        began, port = time.monotonic(), (self.server.home / "port").read_text().strip()
        options = f"-c port={port} -c listen_addresses='127.0.0.1' -c unix_socket_directories='' -c timezone=UTC"
        log = str(self.server.home / "log")
        for _ in range(60):
            # Until the last child of the dead one has let its memory go.
            if not self.server._run("pg_ctl", "-w", "-t", "60", "-l", log, "-o", options, "start", check=False):
                return time.monotonic() - began
            time.sleep(0.5)
        raise AssertionError(Path(log).read_text()[-2000:])

    def states(self) -> dict[str, str]:
        with psycopg.connect(self.url) as reader:
            return dict(reader.execute("SELECT ref, state FROM orders_order").fetchall())


@pytest.mark.slow
def test_no_acknowledged_order_is_lost_with_the_database_server(tmp_path: Path) -> None:
    server = Server(tmp_path)
    said: list[tuple[str, str]] = []
    try:
        server.python(
            "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0)"
        )
        shoppers = json.loads(server.python(SEED, str(SHOPPERS)).splitlines()[-1])
        tills = [server.till(shoppers[number::CLIENTS]) for number in range(CLIENTS)]

        def listen(till: "subprocess.Popen[str]") -> None:
            assert till.stdout
            with till.stdout as lines:
                for line in lines:
                    word, ref = line.split()
                    said.append((word, ref))

        ears = [threading.Thread(target=listen, args=(till,)) for till in tills]
        for ear in ears:
            ear.start()
        took = []
        for turn in range(1, KILLS + 1):
            while len(said) < turn * SHOPPERS // 3 and any(till.poll() is None for till in tills):
                time.sleep(0.01)
            assert any(till.poll() is None for till in tills), "killed under load"
            server.kill()
            acknowledged = list(said)
            took.append(round(server.again(), 2))
            known = server.states()
            assert {ref for _, ref in acknowledged} <= set(known)
            assert {known[ref] for word, ref in acknowledged if word == "paid"} <= {"paid"}
        for ear in ears:
            ear.join(300)
        assert [till.wait(10) for till in tills] == [0] * CLIENTS
        orders, reserved, held, captured = json.loads(server.python(CHECK))
        assert orders == dict.fromkeys((ref for word, ref in said if word == "paid"), "paid")
        assert (len(orders), reserved, held) == (SHOPPERS, SHOPPERS, captured)
        print(f"{KILLS} kills, back after {took} s, {len(orders)} orders of {CLIENTS} tills all there")
    finally:
        server.server.stop()
