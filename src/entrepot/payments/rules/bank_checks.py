"""What is wrong with a pain.001.001.09 file: order, number and form of its elements, its sums and its account numbers.

The schema itself is not ours to ship; this is the part of it that we use, checked as strictly.
Source: ISO 20022 message definition report, Payments Initiation, pain.001.001.09 (2019); general knowledge, 2026-11-22.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from entrepot.parties.rules import is_iban
from entrepot.payments.rules.bank_files import NAMESPACE

_FORMS: Final[Mapping[str, str]] = {
    "text35": r".{1,35}",
    "text34": r".{1,34}",
    "text140": r".{1,140}",
    "count": r"[0-9]{1,15}",
    "sum": r"(?=.{1,19}$)[0-9]{1,18}(\.[0-9]{1,17})?",
    "amount": r"(?=.{1,19}$)[0-9]{1,18}(\.[0-9]{1,5})?",
    "moment": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "bic": r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?",
    "iban": r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}",
    "country": r"[A-Z]{2}",
    "method": r"CHK|TRF|TRA",
    "bearer": r"DEBT|CRED|SHAR|SLEV",
    "flag": r"true|false",
    "code4": r".{1,4}",
    "code5": r".{1,5}",
}
_MANY: Final = 10**9
# Each element: its name, how often at least and at most, and its form, or what it holds in this order.
_Element = tuple[str, int, int, "str | tuple[_Element, ...]"]
_AGENT: Final[tuple[_Element, ...]] = (
    ("FinInstnId", 1, 1, (
        ("BICFI", 0, 1, "bic"),
        ("ClrSysMmbId", 0, 1, (("ClrSysId", 0, 1, (("Cd", 1, 1, "code5"),)), ("MmbId", 1, 1, "text35"))),
    )),
)  # fmt: skip
_PARTY: Final[tuple[_Element, ...]] = (("Nm", 0, 1, "text140"), ("PstlAdr", 0, 1, (("Ctry", 0, 1, "country"),)))
_ACCOUNT: Final[tuple[_Element, ...]] = (
    ("Id", 1, 1, (("IBAN", 0, 1, "iban"), ("Othr", 0, 1, (("Id", 1, 1, "text34"),)))),
)
_LINE: Final[tuple[_Element, ...]] = (
    ("PmtId", 1, 1, (("InstrId", 0, 1, "text35"), ("EndToEndId", 1, 1, "text35"))),
    ("Amt", 1, 1, (("InstdAmt", 1, 1, "amount"),)),
    ("CdtrAgt", 0, 1, _AGENT),
    ("Cdtr", 0, 1, _PARTY),
    ("CdtrAcct", 0, 1, _ACCOUNT),
    ("RmtInf", 0, 1, (("Ustrd", 0, _MANY, "text140"),)),
)
_BLOCK: Final[tuple[_Element, ...]] = (
    ("PmtInfId", 1, 1, "text35"),
    ("PmtMtd", 1, 1, "method"),
    ("BtchBookg", 0, 1, "flag"),
    ("NbOfTxs", 0, 1, "count"),
    ("CtrlSum", 0, 1, "sum"),
    ("PmtTpInf", 0, 1, (("SvcLvl", 0, _MANY, (("Cd", 1, 1, "code4"),)),)),
    ("ReqdExctnDt", 1, 1, (("Dt", 1, 1, "day"),)),
    ("Dbtr", 1, 1, _PARTY),
    ("DbtrAcct", 1, 1, _ACCOUNT),
    ("DbtrAgt", 1, 1, _AGENT),
    ("ChrgBr", 0, 1, "bearer"),
    ("CdtTrfTxInf", 1, _MANY, _LINE),
)
_FILE: Final[tuple[_Element, ...]] = (
    ("CstmrCdtTrfInitn", 1, 1, (
        ("GrpHdr", 1, 1, (
            ("MsgId", 1, 1, "text35"),
            ("CreDtTm", 1, 1, "moment"),
            ("NbOfTxs", 1, 1, "count"),
            ("CtrlSum", 0, 1, "sum"),
            ("InitgPty", 1, 1, _PARTY),
        )),
        ("PmtInf", 1, _MANY, _BLOCK),
    )),
)  # fmt: skip


def bank_file_faults(*, body: bytes) -> tuple[str, ...]:
    """What is wrong with a file, in plain words, in the order of the file; nothing when a bank can take it."""
    try:
        root = ET.fromstring(body)  # noqa: S314 - only files that we wrote ourselves
    except ET.ParseError as wrong:
        return (f"it is no XML: {wrong}",)
    if root.tag != f"{{{NAMESPACE}}}Document":
        return (f"the document is {root.tag}",)
    faults = tuple(_shape(root, _FILE, "Document"))
    return faults or tuple(_sense(root))


def _shape(node: ET.Element, allowed: tuple[_Element, ...], where: str) -> Iterator[str]:
    rest = list(node)
    for name, least, most, form in allowed:
        count = 0
        while rest and rest[0].tag == f"{{{NAMESPACE}}}{name}" and count < most:
            child = rest.pop(0)
            count += 1
            if isinstance(form, str):
                if len(child) or not re.fullmatch(_FORMS[form], child.text or ""):
                    yield f"{where}/{name} is {child.text!r}"
            else:
                yield from _shape(child, form, f"{where}/{name}")
        if count < least:
            yield f"{where}/{name} is missing"
    for child in rest:
        yield f"{where} has {child.tag.rpartition('}')[2]} where it cannot stand"


def _sense(root: ET.Element) -> Iterator[str]:
    blocks = _all(root, "PmtInf")
    lines = _all(root, "CdtTrfTxInf")
    yield from _sums(_all(root, "GrpHdr")[0], lines, "the file")
    for block in blocks:
        yield from _sums(block, _all(block, "CdtTrfTxInf"), "a block")
    if len({amount.get("Ccy") for amount in _all(root, "InstdAmt")}) > 1:
        yield "it has more than one currency"
    names = [one.text for one in _all(root, "EndToEndId")]
    if len(set(names)) != len(names):
        yield "a reference stands twice"
    for account in _all(root, "IBAN"):
        if not is_iban(account.text or ""):
            yield f"the IBAN {account.text} is wrong"
    for one in _all(root, "CdtrAcct"):
        if len(_all(one, "IBAN")) + len(_all(one, "Othr")) != 1:
            yield "a line has no account or two"
    for amount in _all(root, "InstdAmt"):
        if not re.fullmatch("[A-Z]{3}", amount.get("Ccy", "")) or Decimal(amount.text or "0") <= 0:
            yield f"an amount is {amount.text} {amount.get('Ccy')}"


def _sums(head: ET.Element, lines: list[ET.Element], where: str) -> Iterator[str]:
    told = {child.tag.rpartition("}")[2]: child.text or "" for child in head}
    if told.get("NbOfTxs", str(len(lines))) != str(len(lines)):
        yield f"{where} says {told['NbOfTxs']} lines and has {len(lines)}"
    try:
        whole = sum((Decimal(_all(line, "InstdAmt")[0].text or "") for line in lines), Decimal(0))
        if Decimal(told.get("CtrlSum", str(whole))) != whole:
            yield f"{where} says {told['CtrlSum']} and sums to {whole}"
    except InvalidOperation:
        yield f"{where} has an amount that is no number"


def _all(node: ET.Element, name: str) -> list[ET.Element]:
    return node.findall(f".//{{{NAMESPACE}}}{name}")
