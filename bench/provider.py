"""A payment provider that always says yes at once, so that what is measured is us: `python -m bench.provider PORT WEBHOOK`.

It answers the provider's protocol (see `payments/adapters.py`) and sends the signed webhook of each success, a few at a
time, over its own connections.
"""

import asyncio
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from bench.http import Client

SENDERS = 4


class Provider:
    def __init__(self, webhook: str) -> None:
        self.webhook = webhook
        self.signer = Webhook(os.environ["ENTREPOT_PAYMENT_WEBHOOK_SECRET"])
        self.known: dict[str, dict[str, object]] = {}
        self.by_key: dict[str, dict[str, object]] = {}
        self.waiting: asyncio.Queue[dict[str, object]] = asyncio.Queue()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                method, path, _ = lines[0].split(" ")
                told = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
                body = await reader.readexactly(int(told.get("content-length", 0)))
                status, said = self.say(method, path, told, body)
                raw = json.dumps(said).encode()
                writer.write(
                    f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
                    + raw
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def say(self, method: str, path: str, told: dict[str, str], body: bytes) -> tuple[int, dict[str, object]]:
        if method == "POST" and path == "/v1/intents":
            key = told.get("idempotency-key", "")
            if key not in self.by_key:
                asked = json.loads(body)
                name = "pi_" + secrets.token_hex(12)
                intent = {
                    **asked, "id": name, "status": "succeeded", "pay_url": f"http://127.0.0.1/pay/{name}",
                    "amount_refunded": 0, "created_at": datetime.now(UTC).isoformat(),
                }  # fmt: skip
                self.known[name] = self.by_key[key] = intent
                self.waiting.put_nowait(intent)
            return 201, {**self.by_key[key], "status": "requires_card"}
        if method == "GET" and path.startswith("/v1/intents/"):
            found = self.known.get(path.rpartition("/")[2])
            return (200, found) if found else (404, {"error": {"code": "not_found"}})
        return 404, {"error": {"code": "not_found"}}

    async def send(self) -> None:
        client, path = Client(self.webhook), urlsplit(self.webhook).path
        while True:
            intent = await self.waiting.get()
            event = "evt_" + secrets.token_hex(12)
            at = datetime.now(UTC)
            body = json.dumps({"type": "intent.succeeded", "timestamp": at.isoformat(), "data": intent})
            signed = {
                "webhook-id": event, "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": self.signer.sign(event, at, body), "Content-Type": "application/json",
            }  # fmt: skip
            for _ in range(5):
                try:
                    status, _ = await client.send("POST", path, body.encode(), signed)
                except (OSError, asyncio.IncompleteReadError):
                    status = 0
                if 200 <= status < 300:
                    break
                await asyncio.sleep(0.2)


async def main(port: int, webhook: str) -> None:
    provider = Provider(webhook)
    senders = [asyncio.create_task(provider.send()) for _ in range(SENDERS)]
    server = await asyncio.start_server(provider.answer, "127.0.0.1", port)
    await asyncio.gather(server.serve_forever(), *senders)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
