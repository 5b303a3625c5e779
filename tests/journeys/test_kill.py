"""SIGKILL on the web or the worker, again and again at random moments of a sale: it ends the same, and the audit is clean."""

import os
import random
import threading
import time
from pathlib import Path

import pytest

from tests.journeys.processes import Market
from tests.journeys.sale import cherries_to_china

# `make soak` asks for all twenty; the ordinary run keeps to a few so that it stays short.
KILLS = int(os.environ.get("ENTREPOT_KILLS", "4"))
SEED = int(os.environ.get("ENTREPOT_SEED", "20170109"))


class Reaper(threading.Thread):
    """Kills one process after another, each a random while after the one before came back."""

    def __init__(self, market: Market, *, kills: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.market, self.wanted, self.chance = market, kills, random.Random(seed)
        self.done: list[tuple[float, str]] = []
        self.over = threading.Event()
        self.trouble: BaseException | None = None

    def run(self) -> None:
        started = time.monotonic()
        try:
            while len(self.done) < self.wanted and not self.over.wait(self.chance.uniform(0.2, 2.5)):
                victim = self.market.processes[self.chance.choice(["web", "worker"])]
                victim.kill()
                self.done.append((time.monotonic() - started, victim.name))
                victim.restart()
        except BaseException as trouble:
            self.trouble = trouble


@pytest.mark.journey
def test_killing_the_processes_changes_nothing_but_the_time_it_takes(tmp_path: Path) -> None:
    with Market(tmp_path / "market") as market:
        sale = cherries_to_china(market)
        reaper: Reaper | None = None
        for name, deed in sale.stations():
            if name == "file imported":
                reaper = Reaper(market, kills=KILLS, seed=SEED)
                reaper.start()
            deed()
        assert reaper is not None
        # A journey that was quicker than the reaper goes on being disturbed, now with nothing left to do.
        reaper.join(timeout=120)
        reaper.over.set()
        print(f"seed {SEED}:", [(round(at, 1), who) for at, who in reaper.done])
        assert reaper.trouble is None, reaper.trouble
        assert len(reaper.done) == KILLS
        for process in market.processes.values():
            assert process.child is not None
            assert process.child.poll() is None, f"{process.name} is not running:\n{process.tail()}"
        market.run("audit")
        assert market.rows("SELECT stage FROM orders_consignment") == [("released",)]
        assert market.rows("SELECT state FROM payments_payout") == [("paid",)]
        assert market.rows("SELECT count(*) FROM orders_order") == [(1,)]
