"""A merchant's statements by month: a list, and each as PDF to keep and as CSV to reckon with."""

import hashlib
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import statement_csv
from entrepot.ledger.terms import Statement
from entrepot.orders import queries as orders
from entrepot.parties.terms import Merchant, NotYours
from entrepot.payments import queries as payments
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.statement_pdf import MOST_MOVEMENTS, statement_pdf
from entrepot.web.viewer import viewer_of


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Every month in which money moved, by currency."""
    shown = {
        "merchant": merchant,
        "months": ledger.merchant_months(merchant_id=merchant.id),
        "most": MOST_MOVEMENTS,
    }
    return render(request, "merchant/statements.html", shown)


@for_merchant
def table(request: HttpRequest, merchant: Merchant, month: str, currency: str) -> HttpResponse:
    """One month (`2026-11`) in one currency as CSV."""
    statement = _statement(merchant, month, currency)
    return _file(
        _csv(statement, _refs(merchant, statement)), "text/csv; charset=utf-8", merchant, month, currency, "csv"
    )


@for_merchant
def paper(request: HttpRequest, merchant: Merchant, month: str, currency: str) -> HttpResponse:
    """One month in one currency as PDF, which names the digest of the CSV."""
    statement = _statement(merchant, month, currency, most=MOST_MOVEMENTS)
    refs = _refs(merchant, statement)
    page = statement_pdf(
        statement=statement,
        merchant=merchant,
        number=_number(merchant, month, currency),
        refs=refs,
        digest=hashlib.sha256(_csv(statement, refs)).hexdigest(),
        language=viewer_of(request).language,
    )
    return _file(page, "application/pdf", merchant, month, currency, "pdf")


def _statement(merchant: Merchant, month: str, currency: str, *, most: int | None = None) -> Statement:
    """Raises NotYours for a month in which nothing moved, or more than `most` did."""
    start = _month(month)
    known = ledger.merchant_months(merchant_id=merchant.id)
    one = next((one for one in known if one.start == start and one.currency == currency), None)
    if one is None or (most is not None and one.count > most):
        raise NotYours
    return ledger.merchant_statement(merchant_id=merchant.id, currency=currency, start=start, until=one.until)


def _csv(statement: Statement, refs: dict[int, str]) -> bytes:
    return statement_csv(statement=statement, refs=refs).encode()


def _number(merchant: Merchant, month: str, currency: str) -> str:
    return f"{merchant.slug}-{month}-{currency}"


def _file(body: bytes, kind: str, merchant: Merchant, month: str, currency: str, form: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{_number(merchant, month, currency)}.{form}"'
    return response


def _refs(merchant: Merchant, statement: Statement) -> dict[int, str]:
    moved = statement.movements
    sales = [one.consignment_id for one in moved if one.consignment_id]
    payouts = [one.payout_id for one in moved if one.payout_id]
    return orders.sale_refs(merchant_id=merchant.id, consignment_ids=sales) | payments.payout_refs(
        merchant_id=merchant.id, payout_ids=payouts
    )


def _month(written: str) -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise NotYours from wrong
