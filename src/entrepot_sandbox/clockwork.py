"""What a party does by itself: sends its webhooks until they are taken, and rings its timers."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

import httpx

from entrepot_sandbox.server import Party
from entrepot_sandbox.signatures import Signer
from entrepot_sandbox.store import Delivery, Store

SENDERS: Final = 4
WAIT_MAX: Final = 30.0


class Courier:
    """Sends every event to the market at least once, signed, with backoff and without end."""

    def __init__(self, store: Store, *, url: str, sign: Signer) -> None:
        self._store = store
        self._url = url
        self._sign = sign
        self._client = httpx.Client(timeout=10, limits=httpx.Limits(max_connections=SENDERS), trust_env=False)
        self._busy: set[int] = set()
        self._gate = threading.Lock()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="courier")

    def send_due(self) -> float | None:
        """Start what is due; gives the moment the next one is."""
        with self._gate:
            free = SENDERS - len(self._busy)
            due = self._store.due_deliveries(limit=free, busy=set(self._busy)) if free else []
            self._busy |= {delivery.id for delivery in due}
        for delivery in due:
            self._pool.submit(self._send, delivery)
        # Whoever finishes wakes us, so with all senders busy there is nothing to wait for.
        return self._store.next_due("deliveries") if not self._busy else time.time() + 0.5

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _send(self, delivery: Delivery) -> None:
        taken = False
        at = datetime.now(UTC)
        headers = {"Content-Type": "application/json", **self._sign(delivery.event, at, delivery.body)}
        try:
            taken = self._client.post(self._url, content=delivery.body, headers=headers).is_success
        except httpx.HTTPError:
            pass
        if taken:
            self._store.delivered(delivery.id)
        else:
            self._store.try_again(delivery.id, wait=min(0.5 * 2 ** min(delivery.tries, 10), WAIT_MAX))
        with self._gate:
            self._busy.discard(delivery.id)
        self._store.news.set()


class Clockwork:
    """The thread that rings timers and wakes the courier; it sleeps until something is due."""

    def __init__(self, party: Party, courier: Courier | None) -> None:
        self._party, self._courier = party, courier
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._party.store.news.set()
        self._thread.join(timeout=15)
        if self._courier:
            self._courier.close()

    def _run(self) -> None:
        store = self._party.store
        while not self._stop.is_set():
            store.news.clear()
            ring_due(store, self._party.ring)
            times = [store.next_due("timers")]
            if self._courier:
                times.append(self._courier.send_due())
            due = min((at for at in times if at is not None), default=time.time() + 5)
            store.news.wait(timeout=min(max(due - time.time(), 0.01), 5))


def ring_due(store: Store, ring: Callable[[str, str], None]) -> None:
    """Ring every timer that is due, each in one transaction with its effect."""
    while True:
        with store.transaction():
            timer = store.due_timer()
            if timer is None:
                break
            ring(timer[1], timer[2])
            store.timer_done(timer[0])
    # Our own writes are no reason to wake ourselves; what is due next is read after this.
    store.news.clear()
