"""Payments for our bank as ISO 20022 pain.001.001.09: the same file always gives the same bytes.

Source: ISO 20022 message definition report, Payments Initiation, pain.001.001.09 (2019); the European Payments Council's
Latin character set (EPC217-08), for SEPA transfers. From general knowledge, 2026-11-22.
"""

import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from entrepot.kernel.money import Money
from entrepot.parties.rules import is_iban
from entrepot.payments.terms import BankFile, BankLimits, Credit, Debtor

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_SEPA: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
_SEPA_NAME_MOST: Final = 70
_NAME_MOST: Final = 140
# How a bank is named by its clearing code. Source: ISO 20022 external code set, ClearingSystemIdentification.
_CLEARING: Final = {"US": "USABA", "CN": "CNAPS"}


def bank_files(
    *, run_ref: str, made_at: datetime, day: date, debtor: Debtor, credits_: Iterable[Credit], limits: BankLimits
) -> tuple[BankFile, ...]:
    """The lines of a run as files: one currency in each, in the order of currencies and as the lines come.

    A file ends before it would have more lines or a higher total than our bank takes; a single line above the total has
    a file of its own.
    """
    by_currency: dict[str, list[list[Credit]]] = {}
    for one in credits_:
        files = by_currency.setdefault(one.amount.currency, [])
        most = limits.totals.get(one.amount.currency)
        if (
            not files
            or len(files[-1]) >= limits.lines
            or (most is not None and _sum(files[-1]) + one.amount.minor > most)
        ):
            files.append([])
        files[-1].append(one)
    split = [tuple(lines) for currency in sorted(by_currency) for lines in by_currency[currency]]
    return tuple(
        BankFile(f"{run_ref}-{number}", made_at, day, debtor, lines) for number, lines in enumerate(split, start=1)
    )


def bank_file_bytes(*, file: BankFile) -> bytes:
    """The file as UTF-8 XML. SEPA transfers stand in one block, all others in another."""
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    start = _in(root, "CstmrCdtTrfInitn")
    head = _in(start, "GrpHdr")
    _in(head, "MsgId", file.message_id)
    _in(head, "CreDtTm", file.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    _in(head, "NbOfTxs", str(len(file.credits)))
    _in(head, "CtrlSum", _decimal(file.total))
    _in(_in(head, "InitgPty"), "Nm", _text(file.debtor.name, sepa=True))
    for sepa in (True, False):
        lines = [one for one in file.credits if _goes_by_sepa(file.debtor, one) is sepa]
        if lines:
            _block(start, file, lines, sepa=sepa)
    ET.indent(root, space=" ")
    written: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def _block(start: ET.Element, file: BankFile, lines: Sequence[Credit], *, sepa: bool) -> None:
    block = _in(start, "PmtInf")
    _in(block, "PmtInfId", f"{file.message_id}-{'S' if sepa else 'X'}")
    _in(block, "PmtMtd", "TRF")
    _in(block, "BtchBookg", "true")
    _in(block, "NbOfTxs", str(len(lines)))
    _in(block, "CtrlSum", _decimal(Money.total((one.amount for one in lines), lines[0].amount.currency)))
    if sepa:
        _in(_in(_in(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _in(_in(block, "ReqdExctnDt"), "Dt", file.day.isoformat())
    _in(_in(block, "Dbtr"), "Nm", _text(file.debtor.name, sepa=True))
    account = _in(block, "DbtrAcct")
    _in(_in(account, "Id"), "IBAN", file.debtor.number)
    _in(_in(_in(block, "DbtrAgt"), "FinInstnId"), "BICFI", file.debtor.bic)
    _in(block, "ChrgBr", "SLEV" if sepa else "SHAR")
    for one in lines:
        _line(block, one, sepa=sepa)


def _line(block: ET.Element, one: Credit, *, sepa: bool) -> None:
    line = _in(block, "CdtTrfTxInf")
    names = _in(line, "PmtId")
    _in(names, "InstrId", one.reference)
    _in(names, "EndToEndId", one.reference)
    _in(_in(line, "Amt"), "InstdAmt", _decimal(one.amount)).set("Ccy", one.amount.currency)
    if one.bank_code:
        agent = _in(_in(line, "CdtrAgt"), "FinInstnId")
        clearing = _CLEARING.get(one.country)
        if clearing is None:
            _in(agent, "BICFI", one.bank_code)
        else:
            member = _in(agent, "ClrSysMmbId")
            _in(_in(member, "ClrSysId"), "Cd", clearing)
            _in(member, "MmbId", one.bank_code)
    party = _in(line, "Cdtr")
    _in(party, "Nm", _text(one.holder, sepa=sepa) or one.reference)
    _in(_in(party, "PstlAdr"), "Ctry", one.country)
    account = _in(_in(line, "CdtrAcct"), "Id")
    if is_iban(one.number):
        _in(account, "IBAN", one.number)
    else:
        _in(_in(account, "Othr"), "Id", one.number)
    _in(_in(line, "RmtInf"), "Ustrd", f"Payout {one.reference}")


def _goes_by_sepa(debtor: Debtor, one: Credit) -> bool:
    return one.amount.currency == "EUR" and is_iban(one.number) and is_iban(debtor.number)


def _in(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _decimal(amount: Money) -> str:
    return f"{amount.decimal:f}"


def _text(words: str, *, sepa: bool) -> str:
    """A name as banks take it: for SEPA in plain Latin letters, else without what does not print."""
    if not sepa:
        return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:_NAME_MOST]
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign))
    latin = " ".join("".join(sign if sign in _SEPA else " " for sign in plain).split())
    return latin[:_SEPA_NAME_MOST].strip()


def _sum(lines: Sequence[Credit]) -> int:
    return sum(one.amount.minor for one in lines)
