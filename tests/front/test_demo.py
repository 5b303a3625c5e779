"""`entrepot demo` as people meet it: from nothing to a market that everybody can sign in to, and away again."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from entrepot.base.postgres import Embedded
from entrepot.cli.people import PASSWORD, SIGN_INS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]


class Demo:
    """The process, what it has printed, and where it serves."""

    def __init__(self, home: Path, *options: str) -> None:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("ENTREPOT_", "DATABASE_"))
        }
        environment |= {"ENTREPOT_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
        self.home = home
        self._out = home.parent / f"{home.name}-{time.monotonic_ns()}.out"
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "entrepot.cli", "demo", *options],
                cwd=home.parent, env=environment, stdout=out, stderr=out,
            )  # fmt: skip

    @property
    def printed(self) -> str:
        return self._out.read_text(encoding="utf-8", errors="replace")

    def until(self, words: str, *, seconds: float = 480) -> None:
        end = time.monotonic() + seconds
        while words not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < end, self.printed
            time.sleep(0.2)

    @property
    def url(self) -> str:
        return re.search(r"Your market is open: (http://\S+)/", self.printed)[1]

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=40) == 0, self.printed
        return time.monotonic() - began

    def kill(self) -> None:
        """Whatever is left, when a test failed half-way."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
        Embedded(self.home / "postgres").stop()


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def sign_in(url: str, email: str) -> httpx.Client:
    client = httpx.Client(base_url=url, follow_redirects=True, timeout=30, trust_env=False)
    page = client.get("/en/account/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    answer = client.post(
        "/en/account/login/",
        data={"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token},
        headers={"Referer": f"{url}/en/account/login/"},
    )
    assert answer.status_code == 200
    assert "sessionid" in client.cookies, f"{email} is not signed in"
    return client


@pytest.fixture(scope="module")
def markets(tmp_path_factory):
    """The one market of this file, as often as it was started: the tests come in any order, and one stops it."""
    started = [Demo(tmp_path_factory.mktemp("market") / "home")]
    yield started
    started[-1].kill()


@pytest.fixture
def demo(markets):
    if markets[-1].process.poll() is not None:
        markets.append(Demo(markets[0].home))
    return markets[-1]


def test_a_market_opens_and_everybody_in_it_can_sign_in(demo) -> None:
    demo.until("Ready in")

    for person in SIGN_INS:
        assert person.email in demo.printed
        with closing(sign_in(demo.url, person.email)) as client:
            page = client.get(person.start)
            assert (page.status_code, person.who) == (200, person.who)


def test_goods_are_found_in_both_languages_and_their_pictures_are_there(demo) -> None:
    demo.until("Ready in")

    with httpx.Client(base_url=demo.url, timeout=30, trust_env=False) as visitor:
        chinese = visitor.get("/zh-hans/search/", params={"q": "车厘子"}).text
        english = visitor.get("/en/search/", params={"q": "cherries", "ships_to": "any"}).text
        pictures = re.findall(r'src="(/media/[^"]+)"', chinese)
        picture = visitor.get(pictures[0])

    assert "樱桃" in chinese
    assert "Cherries" in english
    assert len(pictures) >= 8
    assert picture.headers["content-type"] == "image/webp"


def test_the_provider_and_the_carrier_serve_this_market_only(demo) -> None:
    demo.until("Ready in")

    for party, known_to_all in (("payments", "sk_sandbox_entrepot"), ("carrier", "ck_sandbox_entrepot")):
        address = re.findall(r"http://\S+", (demo.home / "logs" / f"{party}.log").read_text())[-1]
        stranger = httpx.get(
            f"{address}/v1/events", headers={"Authorization": f"Bearer {known_to_all}"}, timeout=10, trust_env=False
        )
        assert stranger.status_code == 401, party


def test_the_operator_finds_nothing_odd_once_the_payouts_have_arrived(demo) -> None:
    demo.until("Ready in")
    end = time.monotonic() + 120
    while told(demo.home) < 9:
        assert time.monotonic() < end, "nine payouts arrive"
        time.sleep(0.5)

    with closing(sign_in(demo.url, "operator@demo.example")) as client:
        page = client.get("/en/operator/").text
    assert "payout.paid" not in page
    assert "Nothing. Payments, webhooks and jobs all went through." in page


def told(home: Path) -> int:
    """How many messages of the provider have arrived."""
    with closing(sqlite3.connect(home / "sandbox" / "payments.sqlite3")) as state:
        waiting = state.execute("SELECT count(*) FROM deliveries").fetchone()[0]
        return int(state.execute("SELECT count(*) FROM events").fetchone()[0]) - int(waiting)


def test_a_process_that_dies_is_started_again_and_that_is_said(demo) -> None:
    demo.until("Ready in")
    worker = next(one for one in descendants(demo.process.pid) if one.cmdline()[-1:] == ["worker"])

    worker.kill()

    demo.until("worker ended (signal SIGKILL); starting it again.", seconds=30)
    end = time.monotonic() + 60
    while not any(one.cmdline()[-1:] == ["worker"] and one.pid != worker.pid for one in descendants(demo.process.pid)):
        assert time.monotonic() < end
        time.sleep(0.2)


def test_ctrl_c_stops_all_of_it_and_the_next_run_takes_up_the_same_data(demo) -> None:
    demo.until("Ready in")
    family = descendants(demo.process.pid)

    demo.stop()

    _, left = psutil.wait_procs(family, timeout=10)
    assert left == []
    assert not Embedded(demo.home / "postgres").running()
    assert "Stopped." in demo.printed

    again = Demo(demo.home)
    try:
        again.until("Ready in")
        assert "Goods" not in again.printed
        with closing(sign_in(again.url, SIGN_INS[0].email)) as client:
            assert client.get(SIGN_INS[0].start).status_code == 200
        again.stop()
    finally:
        again.kill()
