"""Merchants are paid out together: on their days, or all who can be."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.kernel.must import must
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Result, Transfer
from entrepot.payments import queries as payments
from entrepot.payments.rules import bank_files
from entrepot.payments.services import lock_runs, new_payout, record_run
from entrepot.payments.terms import BankFile, Payout, PayoutRun, PayoutUnknown, RunAsk, Scope, Way, Why

_TAKEN = frozenset({Result.EXCEEDS_CREDITS, Result.ACCOUNT_MISSING})


@transaction.atomic(durable=True)
def open_payout_run(
    *, day: date, way: Way, scope: Scope, key: str, at: datetime, user_id: int | None = None
) -> PayoutRun:
    """Set the money of everybody who is due aside and write the run down, all of it or nothing; the same key once.

    Two runs follow one another, and the second finds nothing left. Money that something else takes at this very moment
    is refused by the ledger's guard, and its merchant is skipped. By bank, the files are made with it.
    Raises BankUnset.
    SQL budget: 19, and more only by thousands of merchants; 2 when repeated.
    """
    lock_runs()
    known = payments.run_by_key(key=key)
    if known is not None:
        return known
    bank = payments.own_account() if way is Way.BANK else None
    since = payments.days_covered_until(day=day)
    proposed = payments.proposals(day=day, since=since, scope=scope)
    run_id, ref = new_id(), new_reference("run")
    wanted = [(one, new_payout(proposed=one, way=way, run_id=run_id, at=at)) for one in proposed if one.why is None]
    # Posted first: what the guard refuses is not written at all. Nothing else is locked after it.
    results = post_groups(groups=[_set_aside(payout) for _, payout in wanted], at=at)
    must(set(results) <= {Result.CREATED, *_TAKEN}, "a new payout is posted, or its money is gone")
    posted = list(zip(wanted, results, strict=True))
    paid = sorted((payout for (_, payout), result in posted if result is Result.CREATED), key=lambda one: one.id)
    skipped = [one for one in proposed if one.blocked]
    skipped += [replace(one, why=Why.MOVED) for (one, _), result in posted if result in _TAKEN]
    files: tuple[BankFile, ...] = ()
    if bank:
        lines = payments.credits_of(payouts=paid)
        files = bank_files(run_ref=ref, made_at=at, day=day, debtor=bank[0], credits_=lines, limits=bank[1])
    ask = RunAsk(day=day, since=since, way=way, scope=scope, key=key, user_id=user_id, at=at)
    debtor = bank[0] if bank else None
    record_run(run_id=run_id, ref=ref, ask=ask, paid=paid, skipped=skipped, files=files, debtor=debtor)
    made = payments.run_by_key(key=key)
    if made is None:
        raise PayoutUnknown
    return made


def _set_aside(payout: Payout) -> tuple[Transfer, ...]:
    move = book.payout_set_aside if payout.way is Way.BANK else book.payout_opened
    return move(payout_id=payout.id, merchant_id=payout.merchant_id, amount=payout.amount)
