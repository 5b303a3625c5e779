"""The ledger: trial balance, accounts, and the transfers each figure is made of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date

from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import subject_label
from entrepot.ledger.terms import Account, Code, Entry, Kind, TrialLine
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours
from entrepot.web.money_words import code_name
from entrepot.web.operator.words import account_name
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sheet:
    """The trial balance of one currency."""

    currency: str
    lines: tuple[tuple[TrialLine, str], ...]
    debits: Money
    credits: Money

    @property
    def balanced(self) -> bool:
        return self.debits == self.credits


@dataclass(frozen=True, slots=True)
class Row:
    """A transfer as the page shows it. side: what it did to the account in view, or none."""

    entry: Entry
    debit: str
    credit: str
    change: Money | None = None


@operators_only
def balance(request: HttpRequest) -> HttpResponse:
    """Every currency's trial balance, now or at the end of a past day (UTC)."""
    day = parse_date(request.GET.get("day", "")) if request.GET.get("day") else None
    at = datetime.combine(day, time.max, UTC) if day else None
    lines = ledger.trial_balance(at=at)
    sheets = tuple(
        Sheet(
            currency,
            tuple((line, account_name(line.kind)) for line in lines if line.currency == currency),
            Money.total((line.debits for line in lines if line.currency == currency), currency),
            Money.total((line.credits for line in lines if line.currency == currency), currency),
        )
        for currency in sorted({line.currency for line in lines})
    )
    return render(request, "operator/ledger.html", {"sheets": sheets, "day": day})


@operators_only
def accounts(request: HttpRequest, kind: str, currency: str) -> HttpResponse:
    """The accounts of one kind in one currency, each with its balance."""
    wanted = _kind(kind)
    after = request.GET.get("after", "")
    start = (wanted.value, int(after), currency) if after.lstrip("-").isdigit() else ("", 0, "")
    found = ledger.accounts(kind=wanted, currency=currency, after=start, limit=_PAGE + 1)
    page = found[:_PAGE]
    names = _subjects([(account.kind, account.subject) for account in page])
    following = page[-1].subject if len(found) > _PAGE else None
    held = _parcels(request, wanted, [account.subject for account in page])
    rows: list[tuple[Account, str]] = [
        (account, held.get(account.subject) or names[account.kind, account.subject]) for account in page
    ]
    shown = {
        "rows": rows,
        "kind": wanted,
        "name": account_name(wanted),
        "currency": currency,
        "following": following,
        "first": not after,
    }
    return render(request, "operator/accounts.html", shown)


@operators_only
def statement(request: HttpRequest, kind: str, currency: str, subject: int) -> HttpResponse:
    """One account's transfers, oldest first, with what each did to it."""
    wanted = _kind(kind)
    after = request.GET.get("after", "")
    asked = request.GET.get("code", "")
    code = Code(asked) if asked in set(Code) else None
    since, to = _day(request.GET.get("since", "")), _day(request.GET.get("to", ""))
    found = ledger.transfers_on(
        kind=wanted,
        currency=currency,
        subject=subject,
        after=int(after) if after.isdigit() else 0,
        limit=_PAGE + 1,
        code=code,
        span=(_start_of(since), _start_of(to + timedelta(days=1)) if to else None),
    )
    rows = rows_of(found[:_PAGE], account=(wanted, subject))
    shown = {
        "rows": rows,
        "kind": wanted,
        "name": account_name(wanted),
        "codes": code_name,
        "reasons": sorted(((each.value, code_name(each)) for each in Code), key=lambda pair: pair[1]),
        "chosen": code.value if code else "",
        "since": since.isoformat() if since else "",
        "to": to.isoformat() if to else "",
        "filtered": bool(code or since or to),
        "subject": subject,
        "whose": _parcels(request, wanted, [subject]).get(subject) or _subjects([(wanted, subject)])[wanted, subject],
        "currency": currency,
        "balance": ledger.balance(kind=wanted, currency=currency, subject=subject),
        "following": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/statement.html", shown)


def rows_of(entries: tuple[Entry, ...], *, account: tuple[Kind, int] | None = None) -> tuple[Row, ...]:
    """Transfers with their accounts named; with `account`, also the signed change of that account."""
    sides = [(entry.debit_kind, entry.debit_subject) for entry in entries]
    sides += [(entry.credit_kind, entry.credit_subject) for entry in entries]
    names = _subjects(sides)
    return tuple(
        Row(
            entry,
            _named(entry.debit_kind, names[entry.debit_kind, entry.debit_subject]),
            _named(entry.credit_kind, names[entry.credit_kind, entry.credit_subject]),
            _change(entry, account),
        )
        for entry in entries
    )


def _change(entry: Entry, account: tuple[Kind, int] | None) -> Money | None:
    if account is None:
        return None
    credited = account == (entry.credit_kind, entry.credit_subject)
    debited = account == (entry.debit_kind, entry.debit_subject)
    if credited and debited:
        return Money.zero(entry.amount.currency)
    return entry.amount if credited else -entry.amount


def _named(kind: Kind, whose: str) -> str:
    return f"{account_name(kind)} · {whose}" if whose else account_name(kind)


def _subjects(sides: list[tuple[Kind, int]]) -> dict[tuple[Kind, int], str]:
    """Whose each account is, in words: a merchant's name, a country, or the end of an internal number."""
    merchants = parties.merchants_by_id(
        merchant_ids=[subject for kind, subject in sides if kind is Kind.MERCHANT_AVAILABLE]
    )
    names: dict[tuple[Kind, int], str] = {}
    for kind, subject in set(sides):
        if kind is Kind.MERCHANT_AVAILABLE and subject in merchants:
            names[kind, subject] = merchants[subject].name
        else:
            names[kind, subject] = subject_label(kind, subject) if subject else ""
    return names


def _parcels(request: HttpRequest, kind: Kind, subjects: list[int]) -> dict[int, str]:
    """The consignments whose money is held, by the account's subject; money of another kind is of none."""
    if kind is not Kind.HOLD:
        return {}
    return orders.refs_of_consignments(viewer=viewer_of(request), consignment_ids=subjects)


def _day(written: str) -> date | None:
    try:
        return parse_date(written)
    except ValueError:
        return None


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError as unknown:
        raise NotYours from unknown
