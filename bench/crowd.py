"""The load of `bench hot`: `python -m bench.crowd` reads a plan (JSON), sends, and prints what it measured.

Raw sockets and one epoll. A connection does one request after the other; what a shopper does next depends on the answer.
"""

import heapq
import json
import resource
import secrets
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

Steps = Iterator[bytes]
# How often who waits asks again, by how many are before them, as the page does.
NEAR, FAR = 50, 500


class Line:
    """One connection. steps: gives requests, is sent (status, body) of each."""

    def __init__(self, address: tuple[str, int], steps: Any) -> None:
        self.address, self.steps, self.got = address, steps, b""
        self.request: bytes | None = None
        self.connect()
        self.go(next(steps))

    def connect(self) -> None:
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def idle(self) -> bool:
        return self.request is None

    def go(self, request: bytes | None) -> None:
        """Send it, or stand by when there is nothing to do at the moment."""
        self.request = request
        if request is not None:
            self.socket.sendall(request)

    def again(self) -> None:
        """The server has closed a connection that stood by for long: open another, and ask again what it did not hear."""
        self.socket.close()
        self.connect()
        self.go(self.request)

    def read(self) -> None:
        heard = self.socket.recv(65_536)
        if not heard:
            raise ConnectionResetError
        self.got += heard
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self.got = b""
        self.go(self.steps.send((int(head[9:12]), body)))


class Load:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.host = plan, f"{plan['host']}:{plan['port']}"
        self.times: dict[str, list[float]] = {}
        self.counts: Counter[str] = Counter()
        self.shoppers = iter(plan["shoppers"])
        self.open = 0
        # (when to ask again, number, shopper) of those in the queue.
        self.waiting: list[tuple[float, int, dict[str, Any]]] = []
        self.until = 0.0
        self.over = False

    def request(self, method: str, path: str, shopper: dict[str, Any], body: bytes = b"") -> bytes:
        headers = f"Authorization: Bearer {shopper['token']}\r\nAccept: application/json\r\n" if shopper else ""
        if method == "POST":
            headers += f"Idempotency-Key: {secrets.token_hex(12)}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{headers}\r\n".encode() + body

    def ask(self, name: str, request: bytes) -> Any:
        """Send one request, note how long it took and what was said."""
        began = time.perf_counter()
        status, body = yield request
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        said = json.loads(body) if body[:1] == b"{" else {}
        self.counts[f"{name} {status}" + (f" {said.get('code', '')}" if status >= 400 else "")] += 1
        if status < 400 and "state" in said:
            self.counts[f"{name} {said['state']}"] += 1
        return status, said

    def hello(self) -> Any:
        for _ in self.shoppers:
            yield from self.ask("hello", self.request("GET", "/", {}))

    def order(self, shopper: dict[str, Any]) -> Any:
        body = json.dumps({"quote": shopper["quote"], "address": shopper["address"]}).encode()
        status, said = yield from self.ask("order", self.request("POST", "/api/v1/orders", shopper, body))
        if status == 201:
            self.until = time.perf_counter()
        return status, said

    def orders(self) -> Any:
        for shopper in self.shoppers:
            yield from self.order(shopper)

    def arrive(self) -> Any:
        for shopper in self.shoppers:
            yield from self.ask("ticket", self.request("POST", f"/api/v1/sales/{self.plan['sale']}/ticket", shopper))

    def sale(self) -> Any:
        """Everybody asks for their place again and again and orders when it is their turn, until it is sold out."""
        path = f"/api/v1/sales/{self.plan['sale']}"
        while (self.waiting or self.open) and not self.over:
            if not self.waiting or self.waiting[0][0] > time.perf_counter():
                yield None
                continue
            self.open += 1
            _, number, shopper = heapq.heappop(self.waiting)
            status, said = yield from self.ask("ask", self.request("GET", f"{path}/ticket", shopper))
            if status == 404:
                status, said = yield from self.order(shopper)  # without a ticket
                assert said.get("code") == "stock.ticket_needed", said
            elif said["state"] == "admitted" and number % 10 != 9:
                yield from self.order(shopper)
            elif said["state"] == "waiting":
                pause = 2 if said["before"] < NEAR else 5 if said["before"] < FAR else 15
                heapq.heappush(self.waiting, (time.perf_counter() + pause, number, shopper))
            self.open -= 1
            if number % 50 == 0:
                _, sale = yield from self.ask("look", self.request("GET", path, {}))
                if sale.get("sold_out"):
                    self.over = True

    def run(self) -> dict[str, Any]:
        if self.plan["what"] == "sale":
            now = time.perf_counter()
            # They ask again in the order in which they come round: spread over the first seconds.
            self.waiting = [(now + (n / 2000), n, one) for n, one in enumerate(self.plan["shoppers"])]
            heapq.heapify(self.waiting)
        address = self.plan["host"], self.plan["port"]
        began = time.perf_counter()
        waiting, lines = select.epoll(), {}
        self.epoll = waiting
        for _ in range(self.plan["clients"]):
            line = Line(address, getattr(self, self.plan["what"])())
            lines[line.socket.fileno()] = line
            waiting.register(line.socket.fileno(), select.EPOLLIN)
        while lines:
            for file, _ in waiting.poll(0.02):
                self.step(lines, file, None)
            for file in [file for file, line in lines.items() if line.idle]:
                self.step(lines, file, "wake")
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "seconds": took, "until": (self.until or began + took) - began, "times": self.times,
            "counts": dict(self.counts), "cpu": used.ru_utime + used.ru_stime,
        }  # fmt: skip

    def step(self, lines: dict[int, Line], file: int, wake: str | None) -> None:
        try:
            if wake:
                lines[file].go(next(lines[file].steps))
            else:
                lines[file].read()
        except StopIteration:
            lines.pop(file).socket.close()
        except (ConnectionResetError, BrokenPipeError):
            line = lines.pop(file)
            line.again()
            lines[line.socket.fileno()] = line
            self.epoll.register(line.socket.fileno(), select.EPOLLIN)


if __name__ == "__main__":
    json.dump(Load(json.load(sys.stdin)).run(), sys.stdout)
