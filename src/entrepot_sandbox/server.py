"""The HTTP door of a sandbox party: bearer key, Idempotency-Key, faults on request, JSON in and out."""

import hashlib
import hmac
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from entrepot_sandbox.store import Json, Store

BODY_MAX: Final = 2 * 1024 * 1024
FAULTS: Final = frozenset({"timeout", "500", "reset-after"})


class Problem(Exception):
    """A request that is refused: HTTP status, stable code, a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    def json(self) -> Json:
        try:
            value = json.loads(self.raw or b"{}")
        except ValueError:
            raise Problem(400, "bad_json", "The body is not JSON.") from None
        if not isinstance(value, dict):
            raise Problem(400, "bad_json", "The body is not a JSON object.")
        return value

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode("utf-8", "replace")))


@dataclass(frozen=True, slots=True)
class Reply:
    """lost: the effect is done, but the connection closes without an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True)
class Route:
    """guarded: asks for the API key, and for an Idempotency-Key on POST; others are pages for people."""

    method: str
    pattern: str
    answer: Callable[..., Reply]
    guarded: bool = True


class Party:
    """One outside party behind HTTP: routes and what it remembers."""

    name = "party"

    def __init__(self, store: Store, *, api_key: str, fault_hold: float = 20.0) -> None:
        self.store = store
        self._api_key = api_key
        self._fault_hold = fault_hold
        self._running: set[str] = set()
        self._broke: set[str] = set()
        self._gate = threading.Lock()

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def ring(self, action: str, subject: str) -> None:
        """A timer has come due; called inside a transaction."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        if request.path == "/healthz":
            return Reply(200, b"ok\n", {"Content-Type": "text/plain"})
        try:
            return self._routed(request)
        except Problem as problem:
            body = {"error": {"code": problem.code, "message": problem.message}}
            return json_reply(body, problem.status)

    def _routed(self, request: Request) -> Reply:
        known = False
        for route in self.routes():
            match = re.fullmatch(route.pattern, request.path)
            known = known or bool(match)
            if match and route.method == request.method:
                if not route.guarded:
                    return self._plain(route, request, match.groups())
                self._check_key(request)
                if request.method == "POST":
                    return self._once(route, request, match.groups())
                return route.answer(request, *match.groups())
        if known:
            raise Problem(405, "method_not_allowed", f"{request.method} is not possible here.")
        raise Problem(404, "not_found", "There is nothing at this address.")

    def _plain(self, route: Route, request: Request, parts: tuple[str, ...]) -> Reply:
        if request.method != "POST":
            return route.answer(request, *parts)
        with self.store.transaction():
            return route.answer(request, *parts)

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._api_key}".encode()):
            raise Problem(401, "unauthorized", "The API key is missing or wrong.")

    def _once(self, route: Route, request: Request, parts: tuple[str, ...]) -> Reply:
        """Same key and request: same answer, one effect. Breakdowns are not remembered, refusals need not be."""
        key = request.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= 255:
            raise Problem(400, "idempotency_key_missing", "Send an Idempotency-Key of at most 255 characters.")
        fault = request.headers.get("sandbox-fault", "")
        if fault and fault not in FAULTS:
            raise Problem(400, "unknown_fault", f"Sandbox-Fault is one of {', '.join(sorted(FAULTS))}.")
        fingerprint = hashlib.sha256(request.path.encode() + b"\0" + request.raw).hexdigest()
        with self._alone(key), self.store.transaction():
            known = self.store.answer(key)
            if known and known[0] != fingerprint:
                raise Problem(400, "idempotency_key_reused", "This Idempotency-Key came before with another request.")
            if known:
                replay = {"Content-Type": "application/json", "Idempotent-Replayed": "true"}
                return Reply(known[1], known[2], replay)
            if fault == "500" and key not in self._broke:
                self._broke.add(key)
                raise Problem(500, "sandbox_fault", "A breakdown, as ordered. Nothing was done.")
            reply = route.answer(request, *parts)
            self.store.keep_answer(key, fingerprint, reply.status, reply.body)
            lost = fault == "reset-after" or self.store.chance.reply_lost()
        if fault == "timeout":
            time.sleep(self._fault_hold)
            lost = True
        return Reply(reply.status, reply.body, reply.headers, lost=lost)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        with self._gate:
            if key in self._running:
                raise Problem(409, "idempotency_in_flight", "The first request with this key is still running.")
            self._running.add(key)
        try:
            yield
        finally:
            with self._gate:
                self._running.discard(key)


class Listener(ThreadingHTTPServer):
    """One thread a connection; connections are kept open."""

    daemon_threads = True
    request_queue_size = 256

    party: Party

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Door)

    def server_bind(self) -> None:
        # The library's own asks the resolver for our name, which can take seconds without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "EntrepotSandbox"
    sys_version = ""
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    timeout = 60
    server: Listener

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            self._send(json_reply({"error": {"code": "too_large", "message": "The body is too large."}}, 413))
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, self.rfile.read(int(length)))
        reply = self.server.party.answer(request)
        if reply.lost:
            self._hang_up()
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
        """Quiet: the state file tells what happened."""
