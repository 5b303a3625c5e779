"""What our bank answers to a file: pain.002, camt.054 or a plain table, read as lines about payouts, and followed.

Source: ISO 20022 pain.002.001.10 and camt.054.001.08, of which only status, references, amounts and reasons are read;
external code set PaymentTransactionStatus. From general knowledge, 2026-11-22.
"""

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from entrepot.kernel.money import Money
from entrepot.payments.terms import BankAnswerUnreadable, BankLine, BankSays, Payout, PayoutState, PayoutVerb

# A message's own name instead of a payout's: all lines of that file.
WHOLE_FILE: Final = "file:"
_STATUS: Final[Mapping[str, BankSays]] = {
    "ACSC": BankSays.CONFIRMED,
    "ACCC": BankSays.CONFIRMED,
    "RJCT": BankSays.FAILED,
    "CANC": BankSays.FAILED,
}
# What is told of a payout leads it through these verbs; where nothing stands the bank contradicts itself.
_LEADS: Final[Mapping[tuple[PayoutState, BankSays], tuple[PayoutVerb, ...]]] = {
    (PayoutState.OPEN, BankSays.CONFIRMED): (PayoutVerb.SETTLE,),
    (PayoutState.SENT, BankSays.CONFIRMED): (PayoutVerb.SETTLE,),
    (PayoutState.PAID, BankSays.CONFIRMED): (),
    (PayoutState.RETURNED, BankSays.CONFIRMED): (),
    (PayoutState.OPEN, BankSays.FAILED): (PayoutVerb.FAIL,),
    (PayoutState.SENT, BankSays.FAILED): (PayoutVerb.FAIL,),
    (PayoutState.FAILED, BankSays.FAILED): (),
    # The news that it had left comes late or never.
    (PayoutState.OPEN, BankSays.RETURNED): (PayoutVerb.SETTLE, PayoutVerb.RETURN),
    (PayoutState.SENT, BankSays.RETURNED): (PayoutVerb.SETTLE, PayoutVerb.RETURN),
    (PayoutState.PAID, BankSays.RETURNED): (PayoutVerb.RETURN,),
    (PayoutState.RETURNED, BankSays.RETURNED): (),
}


def bank_lines(*, body: bytes) -> tuple[str, tuple[BankLine, ...]]:
    """(kind, lines) of an answer: `csv`, `pain.002` or `camt.054`. What is only on its way is left out.

    A file refused as a whole is one line about WHOLE_FILE and its message id. Raises BankAnswerUnreadable.
    """
    text = body.lstrip(b"\xef\xbb\xbf \r\n\t")
    if not text.startswith(b"<"):
        return "csv", _table(body)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BankAnswerUnreadable(why="xml")
    try:
        root = ET.fromstring(body)  # noqa: S314 - no document type, so nothing can be expanded
    except ET.ParseError as wrong:
        raise BankAnswerUnreadable(why="xml") from wrong
    for name, kind, read in (
        ("CstmrPmtStsRpt", "pain.002", _report),
        ("BkToCstmrDbtCdtNtfctn", "camt.054", _notification),
    ):
        if _first(root, name) is not None:
            return kind, tuple(read(root))
    raise BankAnswerUnreadable(why="kind")


def answer_leads(*, state: PayoutState, asked: Money, line: BankLine) -> tuple[PayoutVerb, ...] | str:
    """The verbs that a line leads a payout through, none when it is known, or in words why it cannot be followed."""
    if line.amount is not None and line.amount != asked:
        return f"{line.reference}: {line.says} with {line.amount}, but {asked} was sent"
    verbs = _LEADS.get((state, line.says))
    return f"{line.reference}: {line.says}, but it is {state}" if verbs is None else verbs


def lines_spread(*, lines: Sequence[BankLine], in_files: Mapping[str, Sequence[Payout]]) -> tuple[BankLine, ...]:
    """The lines with those about a whole file written out for each payout in it. in_files: by message id."""
    spread: list[BankLine] = []
    for line in lines:
        if line.reference.startswith(WHOLE_FILE):
            inside = in_files.get(line.reference.removeprefix(WHOLE_FILE), ())
            spread += [BankLine(payout.ref, line.says, None, line.reason) for payout in inside]
        else:
            spread.append(line)
    return tuple(spread)


def _table(body: bytes) -> tuple[BankLine, ...]:
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise BankAnswerUnreadable(why="kind") from wrong
    if not rows or not {"reference", "status"} <= set(rows[0]):
        raise BankAnswerUnreadable(why="kind")
    lines = []
    for row in rows:
        try:
            says = BankSays((row["status"] or "").strip().lower())
        except ValueError as wrong:
            raise BankAnswerUnreadable(why="status") from wrong
        amount = _amount((row.get("amount") or "").strip(), (row.get("currency") or "").strip())
        lines.append(BankLine((row["reference"] or "").strip(), says, amount, (row.get("reason") or "").strip()[:64]))
    return tuple(lines)


def _report(root: ET.Element) -> Iterator[BankLine]:
    told = _all(root, "TxInfAndSts")
    for one in told:
        says = _STATUS.get(_said(one, "TxSts"))
        if says is not None:
            yield BankLine(_said(one, "OrgnlEndToEndId"), says, _money(one), _reason(one))
    whole = _first(root, "OrgnlGrpInfAndSts")
    if not told and whole is not None and _said(whole, "GrpSts") == "RJCT":
        yield BankLine(WHOLE_FILE + _said(whole, "OrgnlMsgId"), BankSays.FAILED, None, _reason(whole))


def _notification(root: ET.Element) -> Iterator[BankLine]:
    for entry in _all(root, "Ntry"):
        for one in _all(entry, "TxDtls"):
            reference = _said(one, "EndToEndId")
            side = _said(one, "CdtDbtInd") or _said(entry, "CdtDbtInd")
            if not reference:
                continue
            if side == "DBIT":
                yield BankLine(reference, BankSays.CONFIRMED, _money(one))
            elif _first(one, "RtrInf") is not None:
                yield BankLine(reference, BankSays.RETURNED, _money(one), _reason(one))


def _money(node: ET.Element) -> Money | None:
    for name in ("InstdAmt", "Amt"):
        found = _first(node, name)
        if found is not None and found.get("Ccy"):
            return _amount(found.text or "", found.get("Ccy") or "")
    return None


def _amount(text: str, currency: str) -> Money | None:
    if not text:
        return None
    try:
        return Money.parse(text, currency)
    except (ValueError, LookupError) as wrong:
        raise BankAnswerUnreadable(why="amount") from wrong


def _reason(node: ET.Element) -> str:
    found = _first(node, "Rsn")
    return "" if found is None else (_said(found, "Cd") or _said(found, "Prtry"))[:64]


def _said(node: ET.Element, name: str) -> str:
    found = _first(node, name)
    return (found.text or "").strip() if found is not None else ""


def _first(node: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in node.iter() if child.tag.rpartition("}")[2] == name), None)


def _all(node: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in node.iter() if child.tag.rpartition("}")[2] == name]
