"""The load generator, a process of its own: `python -m bench.load` reads a plan (JSON) and prints what it measured.

Each client does one thing after the other on its own connection, as fast as it is answered, until the time is over.
"""

import asyncio
import itertools
import json
import random
import resource
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.http import Client

Step = Callable[[], Awaitable[None]]
JSON = {"Content-Type": "application/json"}


class Refusal(Exception):
    """An answer that the measured thing must not give."""


class Load:
    """What was measured: milliseconds by what was done, and what went wrong."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.times: dict[str, list[float]] = {}
        self.troubles: dict[str, int] = {}
        self.whole = 0

    async def run(self) -> None:
        make = {"get": self._getter, "post": self._poster, "checkout": self._buyer}[self.plan["kind"]]
        steps = [make(number) for number in range(self.plan["clients"])]
        until = time.perf_counter() + self.plan["seconds"]
        await asyncio.gather(*(self._until(step, until) for step in steps))

    async def _until(self, step: Step, until: float) -> None:
        while time.perf_counter() < until:
            try:
                await step()
                self.whole += 1
            except (Refusal, OSError, asyncio.IncompleteReadError) as trouble:
                name = f"{type(trouble).__name__} {trouble}"[:160]
                self.troubles[name] = self.troubles.get(name, 0) + 1
                await asyncio.sleep(0.05)

    async def _timed(self, name: str, client: Client, method: str, path: str, **sent: Any) -> bytes:
        at = time.perf_counter()
        status, body = await client.send(method, path, **sent)
        self.times.setdefault(name, []).append((time.perf_counter() - at) * 1000)
        if status not in (200, 201):
            said = body[:120].decode(errors="replace") if body.startswith(b"{") else ""
            raise Refusal(f"{name}: {status} {said}".strip())
        return body

    def _getter(self, number: int) -> Step:
        client = Client(self.plan["base"], self.plan.get("headers"))
        paths = list(self.plan["paths"])
        random.Random(number).shuffle(paths)
        turn = itertools.cycle(paths)

        async def get() -> None:
            await self._timed("request", client, "GET", next(turn))

        return get

    def _poster(self, number: int) -> Step:
        client = Client(self.plan["base"], JSON | {"Accept": "application/json"})
        bodies = [json.dumps(body).encode() for body in self.plan["bodies"]]
        random.Random(number).shuffle(bodies)
        turn = itertools.cycle(bodies)

        async def post() -> None:
            await self._timed("request", client, "POST", self.plan["path"], body=next(turn))

        return post

    def _buyer(self, number: int) -> Step:
        """One shopper who buys and buys: basket, quote, order. The money comes by the provider's webhook."""
        shopper = self.plan["shoppers"][number]
        client = Client(
            self.plan["base"], {"Authorization": f"Bearer {shopper['token']}", "Accept": "application/json"}
        )
        goods = random.Random(number).sample(self.plan["goods"], len(self.plan["goods"]))
        turn = itertools.cycle(goods)

        async def buy() -> None:
            at = time.perf_counter()
            article = next(turn)
            await self._write(client, "basket", "PUT", "/api/v1/basket", {**article, "quantity": 1})
            where = {"destination": self.plan["destination"], "region": "CA", "currency": self.plan["currency"]}
            quote = json.loads(await self._write(client, "quote", "POST", "/api/v1/basket/quote", where))
            order = {"quote": quote["ref"], "address": shopper["address"]}
            await self._write(client, "order", "POST", "/api/v1/orders", order)
            self.times.setdefault("checkout", []).append((time.perf_counter() - at) * 1000)

        return buy

    async def _write(self, client: Client, name: str, method: str, path: str, body: object) -> bytes:
        headers = {**JSON, "Idempotency-Key": secrets.token_hex(12)}
        return await self._timed(name, client, method, path, body=json.dumps(body).encode(), headers=headers)


def main() -> None:
    load = Load(json.load(sys.stdin))
    began = time.perf_counter()
    asyncio.run(load.run())
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    json.dump(
        {
            "seconds": took,
            "whole": load.whole,
            "times": load.times,
            "troubles": load.troubles,
            "own_cpu": (used.ru_utime + used.ru_stime) / took,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
