"""Reports and statements as providers and banks write them, and lines of both sides."""

import json
from datetime import UTC, datetime, timedelta

from entrepot.kernel.money import Money
from entrepot.reconciliation.models import CaseRow, ItemRow, MatchRow
from entrepot.reconciliation.services import reports
from entrepot.reconciliation.terms import BookLine, Kind, Place, ReadLine, Side

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


def sandbox(*lines, day="2026-11-02", opening=0, closing=None, currency="CNY"):
    """Our provider's report; what is left out of a line is usual."""
    rows = [
        {"id": f"txn_{n}", "kind": "capture", "source": f"pi_{n}", "reference": "", "amount": 1000, "fee": 0,
         "currency": currency, "created_at": f"{day}T10:00:00.000Z", **line}
        for n, line in enumerate(lines, 1)
    ]  # fmt: skip
    moved = sum(row["amount"] - row["fee"] for row in rows if type(row["amount"]) is int and type(row["fee"]) is int)
    balances = {currency: {"opening": opening, "closing": opening + moved if closing is None else closing}}
    return {"object": "settlement_report", "day": day, "count": len(rows), "balances": balances, "lines": rows}


def entry(number, minor, reference="", text="", day="2026-11-03"):
    side = "CRDT" if minor > 0 else "DBIT"
    named = f"<Refs><EndToEndId>{reference}</EndToEndId></Refs>" if reference else ""
    return (
        f"<Ntry><Amt Ccy='USD'>{abs(minor) / 100:.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls><TxDtls>{named}"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt(*entries, opening=10_000, closing=None, count=None, head=""):
    """A camt.053 with entries of `entry`; closing: in minor units, none is right."""
    total = opening + sum(_moved(one) for one in entries) if closing is None else closing
    summary = f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries></TxsSummry>" if count else ""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='USD'>{minor / 100:.2f}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-03</Dt></Dt></Bal>"
        for code, minor in (("OPBD", opening), ("CLBD", total))
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{head}<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>"
        f"<BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE02</IBAN></Id></Acct>{balances}{summary}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _moved(xml):
    size = round(float(xml.partition("'USD'>")[2].partition("<")[0]) * 100)
    return size if "CRDT" in xml else -size


def body(document):
    return json.dumps(document).encode()


def put(side, number, minor, *, name="", day=0, currency="CNY", kind=Kind.CAPTURED, place=Place.PROVIDER, reference=""):
    """One line of a side, as a report or the ledger would bring it."""
    at, amount = START + timedelta(days=day), Money(minor, currency)
    line = (
        BookLine(place, number, kind, name, reference, amount, at, (1,))
        if side is Side.BOOKS
        else ReadLine(number, kind, name, reference, amount, at, 1)
    )
    return reports._write_items(place, side, [line], report_id=None)


def state():
    """How everything stands, by the lines' own numbers: partners with the rule, and what is wrong with the others."""
    names = dict(ItemRow.objects.values_list("id", "number"))
    joined = {
        (names[match.books_id], names[match.theirs_id], match.rule) for match in MatchRow.objects.filter(undone_at=None)
    }  # fmt: skip
    cases = {(names[case.item_id], case.why) for case in CaseRow.objects.exclude(state="matched")}
    return joined, cases


def forget():
    for table in (CaseRow, MatchRow, ItemRow):
        table.objects.all().delete()
