"""A process that posts to the ledger when told: reads `way batch seconds threads` lines, answers transfers a second."""

import os
import random
import sys
import threading
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
django.setup()

from django.db import connections  # noqa: E402 - after setup

from entrepot.kernel.money import Money  # noqa: E402
from entrepot.ledger.services import post_groups, post_transfers  # noqa: E402
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Transfer  # noqa: E402

MERCHANTS = 10_000
PROVIDER, COMMISSION = AccountRef(Kind.PSP_RECEIVABLE), AccountRef(Kind.COMMISSION)


def transfer(way: str, chance: random.Random) -> Transfer:
    """uniform: provider to one of many merchants; platform: between own accounts; guarded: from one merchant."""
    merchant = chance.randint(1, MERCHANTS) if way == "uniform" else 1
    debit, credit = {
        "uniform": (PROVIDER, AccountRef(Kind.MERCHANT_AVAILABLE, merchant)),
        "platform": (PROVIDER, COMMISSION),
        "guarded": (AccountRef(Kind.MERCHANT_AVAILABLE, 1), COMMISSION),
    }[way]
    number = chance.getrandbits(60)
    about = About(order_id=number, merchant_id=merchant)
    return Transfer(f"s/{number}", debit, credit, Money(1, "USD"), Code.CAPTURED, about)


def post(way: str, batch: int, seconds: float, posted: list[float]) -> None:
    """Post for so long; adds the transfers a second to `posted`."""
    chance, count, began = random.Random(), 0, time.monotonic()
    while time.monotonic() - began < seconds:
        if batch == 1:
            post_transfers(transfers=[transfer(way, chance)], at=datetime.now(UTC))
        else:
            post_groups(groups=[[transfer(way, chance)] for _ in range(batch)], at=datetime.now(UTC))
        count += batch
    posted.append(count / (time.monotonic() - began))
    connections.close_all()


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        way, batch, seconds, threads = line.split()
        posted: list[float] = []
        workers = [
            threading.Thread(target=post, args=(way, int(batch), float(seconds), posted)) for _ in range(int(threads))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(sum(posted), flush=True)


if __name__ == "__main__":
    main()
