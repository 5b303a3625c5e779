"""`python -m entrepot_sandbox [payments|carrier|stripe|all]`: the outside parties as processes of their own.

`all` is our own payment provider and the carrier; `stripe` is a double of Stripe's API for trying that adapter.
"""

import argparse
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from entrepot_sandbox import reports, signatures
from entrepot_sandbox.carrier import Carrier
from entrepot_sandbox.clockwork import Clockwork, Courier
from entrepot_sandbox.payments import Payments
from entrepot_sandbox.server import Listener, Party
from entrepot_sandbox.signatures import Signer
from entrepot_sandbox.store import Chance, StateBusy, Store
from entrepot_sandbox.stripe_double.party import StripeDouble

PAYMENT_SECRET = "whsec_ZW50cmVwb3Qtc2FuZGJveC1wYXltZW50cw=="  # noqa: S105 - known to everyone, good for loopback only
CARRIER_SECRET = "whsec_ZW50cmVwb3Qtc2FuZGJveC1jYXJyaWVyLQ=="  # noqa: S105 - likewise
PAYMENT_KEY = "sk_sandbox_entrepot"
CARRIER_KEY = "ck_sandbox_entrepot"
STRIPE_KEY = "sk_test_entrepot_double"
PORTS = {"payments": 8801, "carrier": 8802, "stripe": 8803}


class Running:
    """One party that serves: its listener, its clockwork and its state."""

    def __init__(self, party: Party, listener: Listener, clockwork: Clockwork) -> None:
        self.party, self.listener, self.clockwork = party, listener, clockwork
        self._thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)

    def start(self) -> None:
        self.clockwork.start()
        self._thread.start()

    def stop(self) -> None:
        self.listener.shutdown()
        self.listener.server_close()
        self.clockwork.stop()
        self.party.store.close()


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running: list[Running] = []
    try:
        names = ("payments", "carrier") if options.party == "all" else (options.party,)
        running.extend(_running(name, options) for name in names)
    except StateBusy as busy:
        return _give_up(running, f"Another sandbox works on {busy}. Stop it, or give another --state.")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return _give_up(running, f"Port {error.filename} is taken. Stop what uses it, or give another --port.")
    for one in running:
        one.start()
        host, port = one.listener.server_name, one.listener.server_port
        print(f"sandbox {one.party.name}: http://{host}:{port}", flush=True)
    stop.wait()
    for one in running:
        one.stop()
    return 0


def _give_up(running: list[Running], why: str) -> int:
    for one in running:
        one.listener.server_close()
        one.party.store.close()
    print(why, file=sys.stderr)
    return 1


def _running(name: str, options: argparse.Namespace) -> Running:
    together = options.party == "all"
    port = options.carrier_port if together and name == "carrier" else options.port
    listener = _listener(options.host, port if port is not None else PORTS[name])
    state = Path(options.state or f".entrepot/sandbox/{name}.sqlite3")
    if together and options.state:
        state = Path(options.state) / f"{name}.sqlite3"
    webhook = options.webhook
    if webhook and together:
        webhook = f"{webhook.rstrip('/')}/webhooks/{name}"
    try:
        store = Store(state, Chance(Random(options.seed), lossy=options.lossy))
    except StateBusy:
        listener.server_close()
        raise
    given = {
        "public_url": options.public_url or f"http://{options.host}:{listener.server_port}",
        "fault_hold": options.fault_hold,
        **({} if options.pace is None else {"pace": options.pace}),
    }
    party, sign = _party(name, store, options, given)
    listener.party = party
    return Running(party, listener, Clockwork(party, Courier(store, url=webhook, sign=sign) if webhook else None))


def _party(name: str, store: Store, options: argparse.Namespace, given: dict[str, Any]) -> tuple[Party, Signer]:
    secret, api_key = options.secret, options.api_key
    if name == "carrier":
        secret = secret or os.environ.get("ENTREPOT_CARRIER_WEBHOOK_SECRET") or CARRIER_SECRET
        api_key = api_key or os.environ.get("ENTREPOT_CARRIER_API_KEY") or CARRIER_KEY
        return Carrier(store, api_key=api_key, **given), signatures.standard(secret)
    secret = secret or os.environ.get("ENTREPOT_PAYMENT_WEBHOOK_SECRET") or PAYMENT_SECRET
    api_key = api_key or os.environ.get("ENTREPOT_PAYMENT_API_KEY")
    if name == "stripe":
        double = StripeDouble(store, api_key=api_key or STRIPE_KEY, **given)
        return double, signatures.stripe(secret, double.api.spoilt)
    if options.history and Path(options.history).exists():
        reports.remember(store, json.loads(Path(options.history).read_text(encoding="utf-8")))
    return Payments(store, api_key=api_key or PAYMENT_KEY, **given), signatures.standard(secret)


def _listener(host: str, port: int) -> Listener:
    try:
        return Listener((host, port))
    except OSError as error:
        error.filename = port
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entrepot_sandbox", description=__doc__)
    parser.add_argument("party", nargs="?", default="all", choices=("payments", "carrier", "stripe", "all"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="payments 8801, carrier 8802, stripe 8803; 0 takes a free one")
    parser.add_argument("--carrier-port", type=int, help="with `all`: the carrier's port")
    parser.add_argument("--state", help="the SQLite file; with `all`, a folder for both")
    parser.add_argument("--webhook", help="where events go; with `all`, the market's address (/webhooks/... is added)")
    parser.add_argument("--secret", help="Standard Webhooks secret, whsec_...; else as the market's environment has it")
    parser.add_argument("--api-key", help="what callers must show; else as the market's environment has it")
    parser.add_argument("--public-url", help="the address people's browsers use")
    parser.add_argument("--pace", type=float, help="seconds between steps; 0 on the carrier: only on request")
    parser.add_argument("--history", help="a JSON list of movements that the payment provider's book begins with")
    parser.add_argument("--seed", type=int, default=1, help="of everything that happens by chance")
    parser.add_argument("--lossy", action="store_true", help="lose replies, double and shuffle webhooks often")
    parser.add_argument(
        "--fault-hold", type=float, default=20.0, help="seconds a timeout fault keeps the caller waiting"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
