"""A merchant's statement as a file, and the lines of the ledger's export checked without the ledger."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from entrepot.kernel.money import Money
from entrepot.ledger.terms import Kind, Statement

_HEADINGS = (
    "effective_at", "recorded_at", "account", "what", "order", "consignment", "payout", "transfer", "change", "balance",
    "currency",
)  # fmt: skip


def statement_csv(*, statement: Statement, refs: dict[int, str]) -> str:
    """The statement as CSV: opening balances, every movement, closing balances; amounts as plain decimals.

    refs: what people call the orders, consignments and payouts, by id; what is not in it is left empty.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_HEADINGS)
    _edge(out, statement.start.isoformat(), "opening", statement.opening)
    for one in statement.movements:
        named = (refs.get(number or 0, "") for number in (one.order_id, one.consignment_id, one.payout_id))
        rows.writerow(
            (
                one.effective_at.isoformat(), one.recorded_at.isoformat(), one.account.value, one.code.value, *named, one.key,
                one.change.decimal, one.balance.decimal, statement.currency,
            )
        )  # fmt: skip
    _edge(out, statement.until.isoformat(), "closing", statement.closing)
    return out.getvalue()


def _edge(out: io.StringIO, at: str, what: str, balances: Mapping[Kind, Money]) -> None:
    rows = csv.writer(out, lineterminator="\r\n")
    for kind, balance in balances.items():
        rows.writerow((at, "", kind.value, what, "", "", "", "", "", balance.decimal, balance.currency))


def export_faults(*, lines: Iterable[str]) -> Iterator[str]:
    """What is wrong with an export, batch by batch; nothing when its chain holds.

    A line is a batch's number, its hash and a transfer's line, with tabs between; batches follow each other from 1.
    Each hash is SHA-256 over the hash before it, tab, number, tab, size, tab, and the SHA-256 of the concatenated
    SHA-256s of the transfers' lines.
    """
    previous, expected = b"", 1
    split = (line.rstrip("\n").split("\t", 2) for line in lines)
    for (number, told), rows in groupby(split, key=lambda row: (row[0], row[1])):
        hashes = [hashlib.sha256(row[2].encode()).digest() for row in rows]
        root = hashlib.sha256(b"".join(hashes)).digest()
        found = hashlib.sha256(previous + f"\t{number}\t{len(hashes)}\t".encode() + root).digest()
        if number != str(expected):
            yield f"batch {expected} is missing"
        if found.hex() != told:
            yield f"batch {number} is not what was sealed"
        previous, expected = bytes.fromhex(told), int(number) + 1
