"""Sandbox parties as real processes, and a small market that takes their webhooks."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM="


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(condition, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@dataclass
class Market:
    """Takes webhooks; `refuse` makes it answer 503."""

    url: str
    taken: list = field(default_factory=list)
    refuse: bool = False
    refused: int = 0

    def kinds(self):
        return [body["type"] for _, body in self.taken]


@pytest.fixture
def market():
    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if market.refuse:
                market.refused += 1
                self.send_response(503)
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                Webhook(SECRET).verify(raw, headers)
                market.taken.append((headers["webhook-id"], json.loads(raw)))
                self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    market = Market(f"http://127.0.0.1:{server.server_port}/webhooks")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield market
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Process:
    party: str
    state: Path
    webhook: str
    options: tuple = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def launch(self):
        command = [sys.executable, "-m", "entrepot_sandbox", self.party, "--port", str(self.port)]
        command += ["--state", str(self.state), "--webhook", self.webhook, "--secret", SECRET, *self.options]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def start(self):
        self.launch()
        wait_for(lambda: self.process.poll() is not None or self.answers())
        return self

    def ended(self):
        output = self.process.communicate(timeout=20)
        return self.process.returncode, *output

    def answers(self):
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.ended()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, timeout=5.0):
        key = {"payments": "sk_sandbox_entrepot", "carrier": "ck_sandbox_entrepot"}[self.party]
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout)


@pytest.fixture
def party(tmp_path, market):
    running = []

    def make(name, *options, start=True):
        one = Process(name, tmp_path / f"{name}.sqlite3", market.url, tuple(options))
        running.append(one)
        return one.start() if start else one

    yield make
    for one in running:
        if one.process and one.process.poll() is None:
            one.end(signal.SIGKILL)
