"""The economical load: `python -m bench.buyers` reads a plan (JSON), buys, and prints what it measured.

Raw sockets and one epoll; requests are made before the clock starts but for the payment's reference and its signature.
Each client orders by a quote, then tells the signed news that its payment succeeded, as the provider does.
"""

import base64
import hashlib
import hmac
import json
import resource
import secrets
import select
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


class Failed(Exception):
    """An answer that the measured thing must not give."""


class Buyer:
    """One connection that does one request after the other. steps: gives a request, is sent its answer."""

    def __init__(self, address: tuple[str, int], steps: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.steps = steps
        self.got = b""
        self.socket.sendall(next(steps))

    def read(self) -> bool:
        """Whether there is more to do. A small answer comes in one piece, nearly always."""
        self.got += self.socket.recv(65_536)
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return True
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return True
        self.got = b""
        status = int(head[9:12])
        if status not in (200, 201, 202):
            raise Failed(f"{status} {body[:200].decode(errors='replace')}")
        try:
            self.socket.sendall(self.steps.send(body))  # type: ignore[attr-defined]
        except StopIteration:
            self.socket.close()
            return False
        return True


class Load:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.host = f"{plan['host']}:{plan['port']}"
        self.orders = iter([(self.order(one), one) for one in plan.get("quotes", ())])
        self.secret = base64.b64decode(plan["secret"].removeprefix("whsec_"))
        self.times: dict[str, list[float]] = {"order": [], "settle": [], "checkout": [], "request": []}

    def request(self, method: str, path: str, body: bytes, headers: str) -> bytes:
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def order(self, one: dict[str, Any]) -> bytes:
        headers = (
            f"Authorization: Bearer {one['token']}\r\nAccept: application/json\r\n"
            f"Idempotency-Key: {secrets.token_hex(12)}\r\n"
        )
        return self.request(
            "POST", "/api/v1/orders", json.dumps({"quote": one["quote"], "address": one["address"]}).encode(), headers
        )

    def news(self, one: dict[str, Any], payment: str) -> bytes:
        """The provider's message of a succeeded payment, signed as Standard Webhooks say."""
        event, at = "evt_" + secrets.token_hex(12), int(time.time())
        data = {
            "id": "pi_" + secrets.token_hex(12), "status": "succeeded", "amount": one["minor"],
            "currency": one["currency"], "reference": payment, "amount_refunded": 0,
            "pay_url": "http://127.0.0.1/pay", "created_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        said = {"type": "intent.succeeded", "timestamp": datetime.now(UTC).isoformat(), "data": data}
        body = json.dumps(said).encode()
        mark = base64.b64encode(hmac.digest(self.secret, f"{event}.{at}.".encode() + body, hashlib.sha256)).decode()
        headers = f"webhook-id: {event}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{mark}\r\n"
        return self.request("POST", "/webhooks/payments", body, headers)

    def buying(self) -> Iterator[bytes]:
        for request, one in self.orders:
            began = time.perf_counter()
            placed: bytes = yield request
            ordered = time.perf_counter()
            payment = json.loads(placed)["payment"]
            yield self.news(one, payment)
            ended = time.perf_counter()
            self.times["order"].append((ordered - began) * 1000)
            self.times["settle"].append((ended - ordered) * 1000)
            self.times["checkout"].append((ended - began) * 1000)

    def getting(self) -> Iterator[bytes]:
        request = f"GET / HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        while self.left > 0:
            self.left -= 1
            began = time.perf_counter()
            yield request
            self.times["request"].append((time.perf_counter() - began) * 1000)

    def run(self) -> dict[str, Any]:
        self.left = self.plan.get("requests", 0)
        kind = self.getting if self.left else self.buying
        address = self.plan["host"], self.plan["port"]
        before = resource.getrusage(resource.RUSAGE_SELF)
        began = time.perf_counter()
        buyers = [Buyer(address, kind()) for _ in range(self.plan["clients"])]
        waiting = select.epoll()
        by_file = {buyer.socket.fileno(): buyer for buyer in buyers}
        for file in by_file:
            waiting.register(file, select.EPOLLIN)
        while by_file:
            for file, _ in waiting.poll():
                if not by_file[file].read():
                    del by_file[file]
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        return {"seconds": took, "times": {name: them for name, them in self.times.items() if them}, "cpu": cpu}


if __name__ == "__main__":
    json.dump(Load(json.load(sys.stdin)).run(), sys.stdout)
