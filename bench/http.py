"""The smallest HTTP/1.1 client that keeps its connection: the measuring must cost less than what is measured."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit


class Client:
    """One connection, one request at a time; opened anew when the server has closed it."""

    def __init__(self, base: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(base)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.always = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        return await self.send("GET", path)

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body. A connection that turns out closed is opened once more."""
        extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        if body or method != "GET":
            extra += f"Content-Length: {len(body)}\r\n"
        raw = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{self.always}{extra}\r\n".encode() + body
        for attempt in (1, 2):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
            try:
                self.writer.write(raw)
                return await self._answer()
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def _answer(self) -> tuple[int, bytes]:
        assert self.reader is not None
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
        if length is not None:
            body = await self.reader.readexactly(length)
        elif b"transfer-encoding: chunked" in lines:
            body = await self._chunks()
        else:
            body = b""
        if b"connection: close" in lines:
            self.close()
        return status, body

    async def _chunks(self) -> bytes:
        assert self.reader is not None
        whole = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            whole += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return whole

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None
