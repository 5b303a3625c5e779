"""A bank's statement: camt.053 as far as we need it, or a plain table. One that does not add up is no statement.

Source: ISO 20022 camt.053.001.08; of it balances, entries, their references and dates are read. From general knowledge,
2026-11-22. The table: `number, date, amount, currency, balance, reference, text`; balance is what stood after the line.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from entrepot.kernel.money import Money
from entrepot.reconciliation.rules import fields
from entrepot.reconciliation.rules.fields import FieldWrong
from entrepot.reconciliation.terms import (
    Kind,
    LineFault,
    Place,
    ReadLine,
    ReadReport,
    ReportUnreadable,
    Stated,
    StatementUnbalanced,
)

COLUMNS: Final = frozenset({"number", "date", "amount", "currency", "balance"})
_DEPTH_MAX: Final = 32
_ELEMENTS_MAX: Final = 4_000_000
# Our own references and the provider's settlements, where banks only repeat them within free words.
_NAMED: Final = re.compile(r"\b(?:pyt|st|po|rmt)_[0-9a-z]{8,64}\b", re.IGNORECASE)


class _Whole(ET.TreeBuilder):
    """Builds the tree, but never of a document type's, nor deeper or larger than a statement is."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def doctype(self, *_: object) -> None:
        raise ReportUnreadable(why="xml")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > _DEPTH_MAX or self._count > _ELEMENTS_MAX:
            raise ReportUnreadable(why="deep")
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def camt(*, body: bytes) -> ReadReport:
    """A camt.053. Raises ReportUnreadable, StatementUnbalanced."""
    parser = ET.XMLParser(target=_Whole())  # noqa: S314 - a document type stops it, so nothing is ever expanded
    try:
        parser.feed(body)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError) as wrong:
        raise ReportUnreadable(why="xml") from wrong
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise ReportUnreadable(why="form")
    lines: dict[str, ReadLine] = {}
    faults: list[LineFault] = []
    stated = []
    first = 1
    for statement in statements:
        entries = statement.findall("Ntry")
        stated.append(_checked(statement, entries))
        for number, entry in enumerate(entries, first):
            try:
                lines |= {line.number: line for line in _entry(statement, entry, number)}
            except FieldWrong as wrong:
                faults.append(LineFault(number, wrong.field, fields.SAYINGS[wrong.why]))
        first += len(entries)
    return ReadReport(Place.BANK, "camt.053", tuple(lines.values()), tuple(faults), tuple(stated))


def _checked(statement: ET.Element, entries: list[ET.Element]) -> Stated:
    """The balances, when the entries lead from the first to the last."""
    try:
        balances = {
            _said(one, "Tp/CdOrPrtry/Cd"): (_signed(one), _day(one, "Dt")) for one in statement.findall("Bal")
        }  # fmt: skip
        opening, closing = balances.get("OPBD") or balances["PRCD"], balances["CLBD"]
        booked = [_signed(entry) for entry in entries if _booked(entry)]
        got = Money.total([opening[0], *booked], opening[0].currency)
    except (FieldWrong, KeyError, ValueError) as wrong:
        raise ReportUnreadable(why="statement") from wrong
    if got != closing[0]:
        raise StatementUnbalanced(got=str(got), asked=str(closing[0]))
    count = _said(statement, "TxsSummry/TtlNtries/NbOfNtries")
    if count and count != str(len(entries)):
        raise ReportUnreadable(why="count")
    return Stated(closing[1].date(), opening[0], closing[0])


def _entry(statement: ET.Element, entry: ET.Element, number: int) -> Iterator[ReadLine]:
    if not _booked(entry):
        return
    whole, at = _signed(entry), _day(entry, "BookgDt")
    name = _said(entry, "AcctSvcrRef") or _said(entry, "NtryRef")
    known = fields.name_in(name, field="AcctSvcrRef")
    account = _said(statement, "Acct/Id/IBAN") or _said(statement, "Acct/Id/Othr/Id")
    own = fields.name_in(f"{account}/{known}" if account else known, field="AcctSvcrRef")
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_part(one, whole) for one in details]
    if len(details) > 1 and all(parts) and sum(one.minor for one in parts if one) == whole.minor:
        for nth, (one, amount) in enumerate(zip(details, parts, strict=True), 1):
            yield _bank_line(f"{own}/{nth}", amount or whole, at, number, _reference(one), _words(one))
        return
    about = details[0] if len(details) == 1 else entry
    yield _bank_line(own, whole, at, number, _reference(about), _words(entry))


def _part(detail: ET.Element, whole: Money) -> Money | None:
    amount = detail.find("Amt")
    if amount is None or amount.get("Ccy") != whole.currency:
        return None
    size = fields.decimal_in(amount.text or "", whole.currency, field="Amt")
    return size if whole.minor > 0 else -size


def _booked(entry: ET.Element) -> bool:
    return (_said(entry, "Sts/Cd") or _said(entry, "Sts") or "BOOK") == "BOOK"


def _signed(node: ET.Element) -> Money:
    amount = node.find("Amt")
    if amount is None:
        raise FieldWrong("Amt", "missing")
    size = fields.decimal_in(amount.text or "", fields.currency_in(amount.get("Ccy"), field="Ccy"), field="Amt")
    side = _said(node, "CdtDbtInd")
    if side not in {"CRDT", "DBIT"}:
        raise FieldWrong("CdtDbtInd", "missing")
    return size if side == "CRDT" else -size


def _day(node: ET.Element, name: str) -> datetime:
    return fields.moment_in(_said(node, f"{name}/Dt") or _said(node, f"{name}/DtTm"), field=name)


def _reference(node: ET.Element) -> str:
    told = next((found.text or "" for found in node.iter("EndToEndId")), "").strip()
    if told and told != "NOTPROVIDED":
        return fields.name_in(told, field="EndToEndId")
    return _named(_words(node))


def _words(node: ET.Element) -> str:
    told = [found.text or "" for name in ("Ustrd", "AddtlNtryInf") for found in node.iter(name)]
    return fields.text_in(" ".join(told))


def _named(words: str) -> str:
    found = {one.lower() for one in _NAMED.findall(words)}
    # Two of them: nobody can say which it is about.
    return found.pop() if len(found) == 1 else ""


def _said(node: ET.Element, path: str) -> str:
    found = node.find(path)
    return (found.text or "").strip() if found is not None else ""


def _bank_line(number: str, amount: Money, at: datetime, line: int, reference: str, text: str) -> ReadLine:
    if not amount:
        raise FieldWrong("Amt", "zero")
    return ReadLine(number, Kind.OTHER, "", reference, amount, at, line, text)


def table(rows: Iterable[tuple[int, Mapping[str, str]]]) -> ReadReport:
    """The table, oldest line first within each currency. Raises ReportUnreadable, StatementUnbalanced."""
    lines: dict[str, ReadLine] = {}
    faults: list[LineFault] = []
    standing: dict[str, Money] = {}
    first: dict[str, Money] = {}
    last: dict[str, datetime] = {}
    for number, row in rows:
        try:
            currency = fields.currency_in(row["currency"])
            amount = fields.decimal_in(row["amount"], currency)
            balance = fields.decimal_in(row["balance"], currency, field="balance")
        except FieldWrong as wrong:
            raise ReportUnreadable(why="statement") from wrong
        before = standing.setdefault(currency, balance - amount)
        first.setdefault(currency, before)
        if before + amount != balance:
            raise StatementUnbalanced(got=str(before + amount), asked=str(balance))
        standing[currency] = balance
        try:
            at = fields.moment_in(row["date"], field="date")
            last[currency] = max(at, last.get(currency, at))
            name = fields.name_in(row["number"], field="number")
            words = fields.text_in(row.get("text", ""))
            told = fields.name_in(row.get("reference", ""), field="reference", needed=False) or _named(words)
            line = _bank_line(name, amount, at, number, told, words)
            if lines.setdefault(name, line) is not line:
                raise FieldWrong("number", "twice")
        except FieldWrong as wrong:
            faults.append(LineFault(number, wrong.field, fields.SAYINGS[wrong.why]))
    stated = tuple(Stated(last[one].date(), first[one], standing[one]) for one in sorted(last))
    return ReadReport(Place.BANK, "bank.csv", tuple(lines.values()), tuple(faults), stated)
