"""Payout runs: who would be paid and who not, what was paid, the files for our bank, and what it answered."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.payments import models, rules
from entrepot.payments.queries.payouts import payout_of_row
from entrepot.payments.queries.standings import standings
from entrepot.payments.queries.who import must_operate
from entrepot.payments.terms import (
    BankAnswer,
    BankFile,
    BankLimits,
    BankUnset,
    Credit,
    Debtor,
    Payout,
    PayoutFile,
    PayoutRun,
    PayoutUnknown,
    Proposed,
    RunSum,
    Scope,
    Skipped,
    Standing,
    Way,
    Why,
)

_CHUNK: Final = 10_000


def proposals(*, day: date, since: date, scope: Scope) -> tuple[Proposed, ...]:
    """Everybody with available money and whether a run would pay it, ascending by merchant and currency.

    since: the day after which the merchants' days count. Six statements for every ten thousand merchants.
    """
    rich = ledger.subjects_with_money(kind=Kind.MERCHANT_AVAILABLE, limit=None)
    ids = sorted({merchant_id for merchant_id, _, _ in rich})
    known: dict[int, Standing] = {}
    for start in range(0, len(ids), _CHUNK):
        known |= standings(merchant_ids=ids[start : start + _CHUNK])
    return tuple(
        _proposed(known[merchant_id], amount, day, since, scope)
        for merchant_id, _, amount in rich
        if merchant_id in known
    )


def payout_preview(*, viewer: Viewer, day: date, scope: Scope) -> tuple[Proposed, ...]:
    """Who a run of that day would pay and who not, for operators. Raises NotYours for others."""
    must_operate(viewer=viewer)
    return proposals(day=day, since=days_covered_until(day=day), scope=scope)


def days_covered_until(*, day: date) -> date:
    """The last day that runs have looked at for due merchants; the day before when there was no run yet."""
    last = models.PayoutRunRow.objects.filter(scope=Scope.DUE).order_by("-day").values_list("day", flat=True).first()
    return min(last, day) if last is not None else day - timedelta(days=1)


def run_by_key(*, key: str) -> PayoutRun | None:
    """The run that was made under this key."""
    row = models.PayoutRunRow.objects.filter(key=key).first()
    return _run(row) if row else None


def payout_runs(*, viewer: Viewer, after: int | None = None, limit: int = 50) -> tuple[PayoutRun, ...]:
    """The runs, latest first, after the run id `after`, for operators. Raises NotYours for others."""
    must_operate(viewer=viewer)
    rows = models.PayoutRunRow.objects.order_by("-id")
    return tuple(_run(row) for row in (rows if after is None else rows.filter(id__lt=after))[:limit])


def payout_run(*, viewer: Viewer, ref: str) -> PayoutRun:
    """One run, for operators. Raises NotYours for others, PayoutUnknown."""
    must_operate(viewer=viewer)
    row = models.PayoutRunRow.objects.filter(ref=ref).first()
    if row is None:
        raise PayoutUnknown
    return _run(row)


def run_sums(*, run_ids: Sequence[int]) -> Mapping[int, tuple[RunSum, ...]]:
    """What runs came to by currency and state of the payouts, in one statement."""
    sums: dict[int, list[RunSum]] = defaultdict(list)
    with across_owners("a run pays many merchants"), connection.cursor() as cursor:
        cursor.execute(
            """SELECT run_id, currency, state, count(*), sum(amount_minor)::bigint FROM payments_payout
                WHERE run_id = ANY(%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
            [list(run_ids)],
        )
        for run_id, currency, state, count, minor in cursor.fetchall():
            sums[run_id].append(RunSum(currency, state, count, Money(minor, currency)))
    return {run_id: tuple(found) for run_id, found in sums.items()}


def run_payouts(
    *, viewer: Viewer, run_id: int, file_number: int | None = None, after: int = 0, limit: int | None = 50
) -> tuple[Payout, ...]:
    """A run's payouts in their order, for operators. Raises NotYours for others."""
    must_operate(viewer=viewer)
    return _payouts(run_id, file_number, after, limit)


def open_in_run(*, run_id: int) -> tuple[Payout, ...]:
    """A run's payouts that the provider has not been asked for yet."""
    with across_owners("a run pays many merchants"):
        rows = models.PayoutRow.objects.filter(run_id=run_id, state="open", way=Way.PROVIDER).order_by("id")
        return tuple(payout_of_row(row=row) for row in rows)


def run_skips(*, viewer: Viewer, run_id: int, after: int = 0, limit: int = 50) -> tuple[tuple[int, Skipped], ...]:
    """(key, whom the run did not pay), in the order of keys after `after`. Raises NotYours for all but operators."""
    must_operate(viewer=viewer)
    with across_owners("a run looks at many merchants"):
        rows = models.PayoutSkipRow.objects.filter(run_id=run_id, id__gt=after).order_by("id")[:limit]
        return tuple(
            (row.id, Skipped(row.merchant_id, Money(row.amount_minor, row.currency), Why(row.why))) for row in rows
        )


def run_files(*, viewer: Viewer, run_id: int) -> tuple[PayoutFile, ...]:
    """A run's files for our bank in their order. Raises NotYours for all but operators."""
    must_operate(viewer=viewer)
    return tuple(_file(row) for row in models.PayoutFileRow.objects.filter(run_id=run_id).order_by("number"))


def run_file(*, viewer: Viewer, run_ref: str, number: int) -> tuple[PayoutFile, bytes]:
    """One file of a run and its bytes: the same as when the run was made. Raises NotYours, PayoutUnknown.

    Our own mistake when they are not.
    """
    run = payout_run(viewer=viewer, ref=run_ref)
    row = models.PayoutFileRow.objects.filter(run_id=run.id, number=number).first()
    if row is None:
        raise PayoutUnknown
    debtor = Debtor(**models.PayoutRunRow.objects.values_list("debtor", flat=True).get(id=run.id))
    file = BankFile(row.message_id, run.made_at, run.day, debtor, credits_of(payouts=_payouts(run.id, number, 0, None)))
    body = rules.bank_file_bytes(file=file)
    must(hashlib.sha256(body).hexdigest() == row.digest, "a file for the bank is written the same every time")
    return _file(row), body


def credits_of(*, payouts: Sequence[Payout]) -> tuple[Credit, ...]:
    """Payouts as our bank must be told them, account numbers included, in one statement for every ten thousand."""
    lines: list[Credit] = []
    for start in range(0, len(payouts), _CHUNK):
        part = payouts[start : start + _CHUNK]
        accounts = parties.bank_details(accounts=[(one.merchant_id, one.destination) for one in part])
        for one in part:
            into = accounts[one.destination]
            lines.append(Credit(one.ref, one.amount, into.holder, into.country, into.bank_code, into.number))
    return tuple(lines)


def payout_way() -> Way:
    """How this marketplace pays merchants out."""
    return Way(settings.PAYOUT_WAY)


def own_account() -> tuple[Debtor, BankLimits]:
    """The account that bank files pay from, and what our bank takes in one. Raises BankUnset."""
    told = settings.PAYOUT_BANK
    if not told:
        raise BankUnset
    debtor = Debtor(told["name"], told["country"], told["number"], told["bic"])
    return debtor, BankLimits(told.get("lines", BankLimits().lines), told.get("totals", {}))


def payouts_in_answer(
    *, references: Sequence[str], message_ids: Sequence[str]
) -> tuple[dict[str, Payout], dict[str, tuple[Payout, ...]]]:
    """Payouts by bank that an answer names: by their own reference, and those inside files by message id."""
    with across_owners("the bank names payouts, not whose they are"):
        rows = models.PayoutRow.objects.filter(ref__in=list(references), way=Way.BANK)
        named = {row.ref: payout_of_row(row=row) for row in rows}
    inside = {}
    for file in models.PayoutFileRow.objects.filter(message_id__in=list(message_ids)):
        inside[file.message_id] = _payouts(file.run_id, file.number, 0, None)
    return named, inside


def bank_answer_by_digest(*, digest: str) -> BankAnswer | None:
    """The answer with these bytes, when it was taken before."""
    row = models.BankAnswerRow.objects.filter(digest=digest).first()
    return _answer(row) if row else None


def bank_answers(*, viewer: Viewer, limit: int = 50) -> tuple[BankAnswer, ...]:
    """What our bank answered, latest first. Raises NotYours for all but operators."""
    must_operate(viewer=viewer)
    return tuple(_answer(row) for row in models.BankAnswerRow.objects.order_by("-id")[:limit])


def files_taken(*, viewer: Viewer, file_ids: Sequence[int]) -> Mapping[int, int]:
    """How often files were taken away. Raises NotYours for all but operators."""
    must_operate(viewer=viewer)
    counts: dict[int, int] = defaultdict(int)
    for file_id in models.FileTakenRow.objects.filter(file_id__in=list(file_ids)).values_list("file_id", flat=True):
        counts[file_id] += 1
    return counts


def _proposed(standing: Standing, amount: Money, day: date, since: date, scope: Scope) -> Proposed:
    least = rules.least_of(schedule=standing.schedule, currency=amount.currency)
    due = scope is Scope.ALL or rules.due_between(schedule=standing.schedule, after=since, until=day)
    why = rules.obstacle(standing=standing, available=amount, least=least, due=due)
    return Proposed(standing.merchant_id, amount, standing.account or "", why)


def _payouts(run_id: int, file_number: int | None, after: int, limit: int | None) -> tuple[Payout, ...]:
    with across_owners("a run pays many merchants"):
        rows = models.PayoutRow.objects.filter(run_id=run_id, id__gt=after).order_by("id")
        if file_number is not None:
            rows = rows.filter(file_number=file_number)
        return tuple(payout_of_row(row=row) for row in rows[:limit])


def _run(row: models.PayoutRunRow) -> PayoutRun:
    return PayoutRun(
        id=row.id,
        ref=row.ref,
        key=row.key,
        day=row.day,
        since=row.since,
        way=Way(row.way),
        scope=Scope(row.scope),
        made_at=row.made_at,
        user_id=row.user_id,
        paid=row.paid,
        skipped=row.skipped,
    )


def _file(row: models.PayoutFileRow) -> PayoutFile:
    return PayoutFile(
        id=row.id,
        run_id=row.run_id,
        number=row.number,
        message_id=row.message_id,
        currency=row.currency,
        lines=row.lines,
        total=Money(row.total_minor, row.currency),
        digest=row.digest,
        made_at=row.made_at,
    )


def _answer(row: models.BankAnswerRow) -> BankAnswer:
    return BankAnswer(
        id=row.id,
        name=row.name,
        kind=row.kind,
        digest=row.digest,
        at=row.at,
        user_id=row.user_id,
        applied=row.applied,
        unchanged=row.unchanged,
        odd=tuple(row.odd),
    )
