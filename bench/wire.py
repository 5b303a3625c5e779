"""What a process really asks of the database: a relay in between that counts, `python -m bench.wire PORT HOST:PORT`.

Every Sync or simple Query of the client is a trip, every Execute or Query a statement. Send it a line on its standard
input and it prints what was counted since the last one: trips, statements, and how many of them had to be parsed.
"""

import asyncio
import contextlib
import json
import sys

# The messages of PostgreSQL's protocol that matter here, by their first byte.
PARSE, EXECUTE, SYNC, QUERY = b"P"[0], b"E"[0], b"S"[0], b"Q"[0]
NAMES = {PARSE: "parsed", EXECUTE: "statements", SYNC: "trips"}


class Wire:
    def __init__(self, host: str, port: int) -> None:
        self.target = host, port
        self.counted = dict.fromkeys(("trips", "statements", "parsed"), 0)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        answering = asyncio.create_task(self.answer(far_reader, writer))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await self.ask(reader, far_writer)
        answering.cancel()
        writer.close()
        far_writer.close()

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The first message has no kind: how long it is, and what is wanted. All others have one byte before that."""
        started = False
        while True:
            head = await reader.readexactly(5 if started else 4)
            body = await reader.readexactly(int.from_bytes(head[-4:]) - 4)
            writer.write(head + body)
            if started:
                self.count(head[0])
            else:
                # A request for encryption is answered by one byte, and the real start follows.
                started = int.from_bytes(body[:4]) == 196_608

    def count(self, kind: int) -> None:
        if kind in NAMES:
            self.counted[NAMES[kind]] += 1
        elif kind == QUERY:
            self.counted["trips"] += 1
            self.counted["statements"] += 1

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)

    def tell(self) -> None:
        sys.stdin.readline()
        print(json.dumps(self.counted), flush=True)
        self.counted = dict.fromkeys(self.counted, 0)


async def main(port: int, target: str) -> None:
    host, _, far = target.rpartition(":")
    wire = Wire(host, int(far))
    asyncio.get_running_loop().add_reader(sys.stdin, wire.tell)
    await (await asyncio.start_server(wire.connect, "127.0.0.1", port)).serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
