"""A payment provider's report: our sandbox's settlement report, and Stripe's balance transactions as JSON or CSV.

Source: docs.stripe.com/api/balance_transactions/object and docs.stripe.com/reports/report-types/balance (itemized balance
change from activity), from general knowledge, 2026-11-22.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

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

STRIPE_COLUMNS: Final = frozenset(
    {"balance_transaction_id", "created_utc", "currency", "gross", "fee", "reporting_category", "source_id"}
)
_SANDBOX: Final[Mapping[str, Kind]] = {
    "capture": Kind.CAPTURED,
    "refund": Kind.REFUND,
    "payout": Kind.PAYOUT,
    "payout_return": Kind.PAYOUT_BACK,
    "chargeback": Kind.CHARGEBACK,
    "chargeback_return": Kind.CHARGEBACK_BACK,
    "settlement": Kind.SETTLED,
    "account_fee": Kind.FEE_OTHER,
}
# What goes to merchants' accounts are transfers; a payout of the account itself is money into our bank.
_STRIPE: Final[Mapping[str, Kind]] = {
    "charge": Kind.CAPTURED,
    "refund": Kind.REFUND,
    "transfer": Kind.PAYOUT,
    "transfer_reversal": Kind.PAYOUT_BACK,
    "dispute": Kind.CHARGEBACK,
    "dispute_reversal": Kind.CHARGEBACK_BACK,
    "payout": Kind.SETTLED,
    "payout_reversal": Kind.SETTLED,
    "risk_reserved_funds": Kind.RESERVED,
    "fee": Kind.FEE_OTHER,
    "network_cost": Kind.FEE_OTHER,
}
# Stripe writes these with two decimals though they have none. Source: docs.stripe.com/currencies.
_AS_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_DISPUTES: Final = frozenset({Kind.CHARGEBACK, Kind.CHARGEBACK_BACK})

_Row = tuple[int, Mapping[str, Any]]


def document(said: object) -> ReadReport:
    """A JSON document: ours has `lines`, Stripe's list has `data`. Raises ReportUnreadable, StatementUnbalanced."""
    body = said if isinstance(said, dict) else {"data": said}
    if isinstance(body.get("lines"), list) and body.get("object") == "settlement_report":
        return _sandbox(body)
    rows = body.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not _is_stripe(rows):
        raise ReportUnreadable(why="form")
    if body.get("has_more") is True:
        raise ReportUnreadable(why="count")
    return _read("stripe", enumerate(rows, 1), _of_stripe)


def stripe_table(rows: Iterable[_Row]) -> ReadReport:
    """Stripe's itemized balance change from activity, as CSV."""
    return _read("stripe.csv", rows, _of_stripe_table)


def _is_stripe(rows: list[dict[str, object]]) -> bool:
    return all(row.get("object", "balance_transaction") == "balance_transaction" for row in rows)


def _read(
    form: str, rows: Iterable[_Row], one: Callable[[int, Mapping[str, Any]], Iterator[ReadLine]],
    stated: tuple[Stated, ...] = (),
) -> ReadReport:  # fmt: skip
    lines: dict[str, ReadLine] = {}
    faults: list[LineFault] = []
    for number, row in rows:
        try:
            for line in list(one(number, row)):
                known = lines.setdefault(line.number, line)
                if (known.kind, known.amount, known.source) != (line.kind, line.amount, line.source):
                    raise FieldWrong("number", "twice")
        except FieldWrong as wrong:
            faults.append(LineFault(number, wrong.field, fields.SAYINGS[wrong.why]))
    return ReadReport(Place.PROVIDER, form, tuple(lines.values()), tuple(faults), stated)


def _sandbox(body: Mapping[str, Any]) -> ReadReport:
    try:
        day = fields.day_in(body.get("day"), field="day")
        stated = tuple(_stated(day, currency, sums) for currency, sums in _mapping(body.get("balances")).items())
    except FieldWrong as wrong:
        raise ReportUnreadable(why="statement") from wrong
    rows = [row if isinstance(row, dict) else {} for row in body["lines"]]
    if body.get("count") != len(rows):
        raise ReportUnreadable(why="count")
    read = _read("sandbox", enumerate(rows, 1), _of_sandbox, stated)
    if not read.faults:
        _check_sums(read)
    return read


def _check_sums(read: ReadReport) -> None:
    told = {one.opening.currency: one for one in read.stated}
    sums: dict[str, int] = {}
    for line in read.lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    for currency in told.keys() | sums.keys():
        if currency not in told:
            raise ReportUnreadable(why="statement")
        got = told[currency].opening + Money(sums.get(currency, 0), currency)
        if got != told[currency].closing:
            raise StatementUnbalanced(got=str(got), asked=str(told[currency].closing))


def _stated(day: date, currency: str, sums: object) -> Stated:
    both = _mapping(sums)
    known = fields.currency_in(currency)
    return Stated(day, fields.minor_in(both.get("opening"), known), fields.minor_in(both.get("closing"), known))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FieldWrong("balances", "missing")
    return value


def _of_sandbox(number: int, row: Mapping[str, Any]) -> Iterator[ReadLine]:
    currency = fields.currency_in(row.get("currency"))
    yield from _lines(
        name=fields.name_in(row.get("id"), field="id"),
        kind=_SANDBOX.get(str(row.get("kind")), Kind.OTHER),
        names=(fields.name_in(row.get("source"), field="source"), fields.name_in(row.get("reference"), field="reference", needed=False)),
        moved=(fields.minor_in(row.get("amount"), currency), fields.minor_in(row.get("fee", 0), currency, field="fee")),
        at=fields.moment_in(row.get("created_at"), field="created_at"),
        line=(number, ""),
    )  # fmt: skip


def _of_stripe(number: int, row: Mapping[str, Any]) -> Iterator[ReadLine]:
    currency = fields.currency_in(row.get("currency"))
    source, reference = _source(row.get("source"))
    scale = 100 if currency in _AS_HUNDREDTHS else 1
    kind = _STRIPE.get(str(row.get("reporting_category")), Kind.OTHER)
    amount = _whole(fields.minor_in(row.get("amount"), currency), scale, "amount")
    yield from _lines(
        name=fields.name_in(row.get("id"), field="id"),
        kind=kind,
        names=(source, reference),
        moved=(amount, _whole(fields.minor_in(row.get("fee", 0), currency, field="fee"), scale, "fee")),
        at=fields.seconds_in(row.get("created"), field="created"),
        line=(number, fields.text_in(row.get("description"))),
    )


def _of_stripe_table(number: int, row: Mapping[str, Any]) -> Iterator[ReadLine]:
    currency = fields.currency_in(row["currency"])
    yield from _lines(
        name=fields.name_in(row["balance_transaction_id"], field="balance_transaction_id"),
        kind=_STRIPE.get(row["reporting_category"].strip(), Kind.OTHER),
        names=(
            fields.name_in(row["source_id"], field="source_id", needed=False),
            fields.name_in(row.get("payment_metadata[reference]", ""), field="reference", needed=False),
        ),
        moved=(_decimal(row["gross"], currency, "gross"), _decimal(row["fee"] or "0", currency, "fee")),
        at=fields.moment_in(row["created_utc"], field="created_utc"),
        line=(number, fields.text_in(row.get("description", ""))),
    )


def _decimal(text: str, currency: str, field: str) -> Money:
    if currency in _AS_HUNDREDTHS and text.endswith(".00"):
        text = text.removesuffix(".00")
    return fields.decimal_in(text, currency, field=field)


def _whole(amount: Money, scale: int, field: str) -> Money:
    if amount.minor % scale:
        raise FieldWrong(field, "amount")
    return Money(amount.minor // scale, amount.currency)


def _source(said: object) -> tuple[str, str]:
    """(id, our reference) of what a line is about: a name, or the whole thing when the report was asked to expand it."""
    if not isinstance(said, dict):
        return fields.name_in(said, field="source", needed=False), ""
    about = said.get("metadata")
    reference = about.get("reference") if isinstance(about, dict) else None
    return fields.name_in(said.get("id"), field="source"), fields.name_in(reference, field="reference", needed=False)


def _lines(
    *, name: str, kind: Kind, names: tuple[str, str], moved: tuple[Money, Money], at: datetime, line: tuple[int, str]
) -> Iterator[ReadLine]:  # fmt: skip
    (source, reference), (amount, fee), (number, text) = names, moved, line
    if not amount and not fee:
        raise FieldWrong("amount", "zero")
    if amount:
        # A fee that the provider takes for itself belongs to no payment: somebody has to say what it is.
        yield ReadLine(name, kind, source, reference, amount, at, number, text)
    if fee:
        disputed = kind in _DISPUTES
        what = Kind.CHARGEBACK_FEE if disputed else Kind.FEE
        yield ReadLine(f"{name}/fee", what, source if disputed else name, "", -fee, at, number, text)
