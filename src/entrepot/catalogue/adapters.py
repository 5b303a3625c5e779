"""Pictures at addresses that merchants write into their files: fetched with care, since anybody can write an address."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any, Final, Protocol

import httpcore

from entrepot.catalogue.terms import PictureUnreachable

BYTES_MAX: Final = 20 * 1024 * 1024
SECONDS_MAX: Final = 20
_PATIENCE: Final = {"connect": 5, "read": 5, "write": 5, "pool": 5}
_HOPS_MAX: Final = 3
_PORTS: Final = frozenset({80, 443})
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_AGENT: Final = b"Entrepot-picture-fetch"


class PictureSource(Protocol):
    """Where pictures come from."""

    def fetch(self, address: str) -> bytes:
        """The file at `address`. Raises PictureUnreachable."""


class PublicWeb:
    """The open internet: no private network, no odd port, no endless answer, no redirect to any of them."""

    def __init__(self, ports: frozenset[int] = _PORTS) -> None:
        self._ports = ports
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_PublicOnly(), max_connections=4
        )

    def fetch(self, address: str) -> bytes:
        """The file at `address`, following at most three redirects. Raises PictureUnreachable saying why."""
        until = time.monotonic() + SECONDS_MAX
        for _ in range(_HOPS_MAX + 1):
            content, onward = self._asked(address, until)
            if onward is None:
                return content
            address = onward
        raise PictureUnreachable(why="too_many_redirects")

    def _asked(self, address: str, until: float) -> tuple[bytes, str | None]:
        try:
            url = httpcore.URL(address)
            self._must_be_public(url)
            with self._pool.stream(
                "GET",
                url,
                headers=[(b"User-Agent", _AGENT), (b"Accept", b"image/*")],
                extensions={"timeout": _PATIENCE},
            ) as answer:
                if answer.status in {301, 302, 303, 307, 308}:
                    return b"", _onward(url, answer.headers)
                if answer.status != 200:
                    raise PictureUnreachable(why=f"status_{answer.status}")
                return _read(answer.iter_stream(), until), None
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            ValueError,
            OSError,
        ) as trouble:
            raise PictureUnreachable(why=type(trouble).__name__) from trouble

    def _must_be_public(self, url: httpcore.URL) -> None:
        port = url.port or (443 if url.scheme == b"https" else 80)
        if url.scheme not in {b"http", b"https"} or port not in self._ports or b"@" in url.host:
            raise PictureUnreachable(why="address_not_allowed")


class _PublicOnly(httpcore.SyncBackend):
    """Connects to the very address it has checked, so that a name cannot point elsewhere a moment later."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not addresses or not all(is_public(one) for one in addresses):
            raise PictureUnreachable(why="address_not_public")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it is wrapped into another kind."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def _read(pieces: Iterable[bytes], until: float) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > BYTES_MAX:
            raise PictureUnreachable(why="too_large")
        if time.monotonic() > until:
            raise PictureUnreachable(why="too_slow")
    return bytes(content)


def _onward(url: httpcore.URL, headers: Iterable[tuple[bytes, bytes]]) -> str:
    location = next((value for name, value in headers if name.lower() == b"location"), b"").decode("ascii", "replace")
    if location.startswith("//"):
        return f"{url.scheme.decode()}:{location}"
    if location.startswith("/"):
        port = f":{url.port}" if url.port else ""
        return f"{url.scheme.decode()}://{url.host.decode()}{port}{location}"
    return location
