"""Posting: the only writes to the ledger, each one call of a function kept in the `.sql` files beside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base import arrays
from entrepot.base.calls import Call, Value
from entrepot.kernel.must import must
from entrepot.ledger.terms import (
    AccountRef,
    Clamp,
    Ending,
    Guard,
    KeyTaken,
    Overdrawn,
    PartDiffers,
    PendingUnknown,
    PeriodClosed,
    PeriodMoves,
    ResolvedOtherwise,
    Result,
    Transfer,
)

# The arrays come as texts (base.arrays); the function's own types say what they are.
_POSTING: Final = f"ledger_post({', '.join(['%s'] * 21)})"
_POST: Final = f"SELECT {_POSTING}"
_END = """SELECT nth, result FROM ledger_end(
    %s::text[], %s::integer[], %s::boolean[], %s::bigint[], %s::text[], %s, %s)"""

POSTING_REFUSED: Final = "EN003"
_NOT_ENOUGH: Final = frozenset({Result.EXCEEDS_CREDITS, Result.EXCEEDS_DEBITS, Result.ACCOUNT_MISSING})


@transaction.atomic(savepoint=False)
def post_transfers(
    *, transfers: Sequence[Transfer], at: datetime, effective_at: datetime | None = None
) -> tuple[Result, ...]:
    """Post linked transfers, all or none: one statement. Accounts are opened as needed.

    Locks the touched guarded accounts, ascending, to the end of the transaction: call it once in a transaction, last.
    effective_at: when it happened in the world, `at` unless told. Repeating answers EXISTS and changes nothing.
    Raises Overdrawn, KeyTaken, PeriodClosed.
    """
    if not transfers:
        return ()
    results = _post([transfers], at=at, effective_at=effective_at)
    raise_refusal(transfers=transfers, results=results)
    return results


def posting_call(*, transfers: Sequence[Transfer], at: datetime) -> Call:
    """The same as a part of a larger statement: its last one, since it locks accounts. At least one transfer.

    Halts with POSTING_REFUSED when it is not all done; `raise_refusal` then says why.
    """
    return Call(f"ledger_refused({_POSTING})", _arguments([transfers], at=at, effective_at=None))


def raise_refusal(*, transfers: Sequence[Transfer], results: Sequence[str]) -> None:
    """Raise what one group was refused for, when it was: Overdrawn, KeyTaken, PeriodClosed."""
    for transfer, result in zip(transfers, results, strict=True):
        if result in _NOT_ENOUGH:
            short = transfer.credit if result == Result.EXCEEDS_DEBITS else transfer.debit
            raise Overdrawn(kind=short.kind, key=transfer.key, amount=str(transfer.amount))
        if result == Result.EXISTS_WITH_DIFFERENT_BODY:
            raise KeyTaken(key=transfer.key)
        if result == Result.PERIOD_CLOSED:
            raise PeriodClosed(until=_closed_until())
    must(Result.LINKED_FAILED not in results, "a linked transfer is refused only with its culprit")


@transaction.atomic(savepoint=False)
def post_groups(
    *, groups: Sequence[Sequence[Transfer]], at: datetime, effective_at: datetime | None = None
) -> tuple[Result, ...]:
    """Post many groups in one statement; each is all or none, a refused one does not stop the others.

    Groups are taken in order and see what the ones before did. Gives one result for each transfer, in order.
    """
    return _post(groups, at=at, effective_at=effective_at)


@transaction.atomic(savepoint=False)
def end_groups(
    *, groups: Sequence[Sequence[Ending]], at: datetime, effective_at: datetime | None = None
) -> tuple[Result, ...]:
    """End many pending transfers in one statement; each group is all or none, a refused one does not stop the others.

    Gives one result for each ending, in order. A pending transfer stands once in a call.
    """
    return _end(groups, at=at, effective_at=effective_at)


@transaction.atomic(savepoint=False)
def post_pending(*, keys: Sequence[str], at: datetime) -> None:
    """Turn pending transfers into posted ones, all or none. Repeating changes nothing.

    Raises PendingUnknown, PeriodClosed, and ResolvedOtherwise when one was voided, posted in part or has run out.
    """
    _end_or_raise([Ending(key, post=True) for key in keys], at)


@transaction.atomic(savepoint=False)
def post_part(*, ending: Ending, at: datetime) -> None:
    """Post a part of a pending transfer and give the rest back. Repeating changes nothing.

    Raises PendingUnknown, PeriodClosed, ResolvedOtherwise, and PartDiffers when it is more than was promised, in
    another currency, or another part was posted before.
    """
    _end_or_raise([ending], at)


@transaction.atomic(savepoint=False)
def void_pending(*, keys: Sequence[str], at: datetime) -> None:
    """Give the amounts of pending transfers back, all or none. Repeating changes nothing.

    Raises PendingUnknown, PeriodClosed, and ResolvedOtherwise when one was posted.
    """
    _end_or_raise([Ending(key, post=False) for key in keys], at)


@transaction.atomic(savepoint=False)
def void_expired(*, at: datetime, limit: int = 500) -> int:
    """Void pending transfers whose time ran out; gives how many. Posting to their accounts voids them as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_expire(%s, %s)", [at, limit])
        row = cursor.fetchone()
    return int(row[0])


@transaction.atomic(savepoint=False)
def fold_tail(*, at: datetime) -> int | None:
    """Bring the tail to the counters of the unguarded accounts and the hours' sums, and seal the next batch.

    Gives how many transfers the batch has, none when another fold is under way. May run at any time, any number of times.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold(%s)", [at])
        row = cursor.fetchone()
    sealed: int | None = row[0]
    return sealed


@transaction.atomic(savepoint=False)
def close_period(*, until: datetime, at: datetime) -> None:
    """Close the books up to `until`: nothing that takes effect before it is recorded any more. Repeating changes nothing.

    Waits for postings under way, at most two seconds. Raises PeriodMoves for a moment in the future or before one that
    is closed already.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute("SELECT pg_advisory_xact_lock(4711001)")
        closed = _closed_until()
        if until > at or (closed is not None and until < closed):
            raise PeriodMoves(until=until)
        cursor.execute(
            "INSERT INTO ledger_period (until, closed_at) VALUES (%s, %s) ON CONFLICT DO NOTHING", [until, at]
        )


def _closed_until() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(until) FROM ledger_period")
        row = cursor.fetchone()
    closed: datetime | None = row[0]
    return closed


def _post(groups: Sequence[Sequence[Transfer]], *, at: datetime, effective_at: datetime | None) -> tuple[Result, ...]:
    if not groups:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_POST, _arguments(groups, at=at, effective_at=effective_at))
        results = tuple([Result(result) for result in cursor.fetchone()[0]])
    must(len(results) == sum(map(len, groups)), "every transfer gets an answer")
    return results


def _arguments(
    groups: Sequence[Sequence[Transfer]], *, at: datetime, effective_at: datetime | None
) -> tuple[Value, ...]:
    """What ledger_post takes: the accounts once each, then the transfers, which name them by their places."""
    places: dict[tuple[AccountRef, str], int] = {}
    opened: set[int] = set()
    debited, credited = [], []
    for group in groups:
        for transfer in group:
            currency, clamped = transfer.amount.currency, transfer.clamp is not Clamp.EXACT
            debit = places.setdefault((transfer.debit, currency), len(places) + 1)
            credit = places.setdefault((transfer.credit, currency), len(places) + 1)
            # Who gives must have been given before; whoever takes is opened on the way.
            if clamped or transfer.debit.guard is not Guard.CREDIT:
                opened.add(debit)
            if clamped or transfer.credit.guard is not Guard.DEBIT:
                opened.add(credit)
            debited.append(debit)
            credited.append(credit)
    transfers = [transfer for group in groups for transfer in group]
    must(len({transfer.key for transfer in transfers}) == len(transfers), "a key stands once in a call")
    abouts = [transfer.about for transfer in transfers]
    accounts = [account for account, _ in places]
    return (
        arrays.texts([account.kind for account in accounts]),
        arrays.bigints([account.subject for account in accounts]),
        arrays.texts([currency for _, currency in places]),
        arrays.texts([account.guard for account in accounts]),
        arrays.flags([place in opened for place in places.values()]),
        arrays.texts([transfer.key for transfer in transfers]),
        arrays.bigints([number for number, group in enumerate(groups) for _ in group]),
        arrays.texts([group[0].key for group in groups for _ in group]),
        arrays.texts([transfer.code for transfer in transfers]),
        arrays.bigints(debited),
        arrays.bigints(credited),
        arrays.bigints([transfer.amount.minor for transfer in transfers]),
        arrays.texts([transfer.clamp for transfer in transfers]),
        arrays.flags([transfer.pending for transfer in transfers]),
        arrays.texts([transfer.expires_at.isoformat() if transfer.expires_at else None for transfer in transfers]),
        arrays.bigints([about.order_id for about in abouts]),
        arrays.bigints([about.consignment_id for about in abouts]),
        arrays.bigints([about.merchant_id for about in abouts]),
        arrays.bigints([about.payout_id for about in abouts]),
        effective_at or at,
        at,
    )


def _end(groups: Sequence[Sequence[Ending]], *, at: datetime, effective_at: datetime | None) -> tuple[Result, ...]:
    endings = [ending for group in groups for ending in group]
    must(len({ending.key for ending in endings}) == len(endings), "a pending transfer stands once in a call")
    with connection.cursor() as cursor:
        cursor.execute(
            _END,
            [
                [ending.key for ending in endings],
                [number for number, group in enumerate(groups) for _ in group],
                [ending.post for ending in endings],
                [ending.amount and ending.amount.minor for ending in endings],
                [ending.amount and ending.amount.currency for ending in endings],
                effective_at or at,
                at,
            ],
        )
        results = tuple(Result(result) for _, result in cursor.fetchall())
    must(len(results) == len(endings), "every ending gets an answer")
    return results


def _end_or_raise(endings: Sequence[Ending], at: datetime) -> None:
    for ending, result in zip(endings, _end([endings], at=at, effective_at=None), strict=True):
        match result:
            case Result.PENDING_MISSING:
                raise PendingUnknown(key=ending.key)
            case Result.ALREADY_POSTED | Result.ALREADY_VOIDED | Result.EXPIRED:
                raise ResolvedOtherwise(key=ending.key)
            case Result.EXISTS_WITH_DIFFERENT_BODY | Result.EXCEEDS_PENDING | Result.CURRENCY_DIFFERS:
                raise PartDiffers(key=ending.key, amount=str(ending.amount or "all of it"))
            case Result.PERIOD_CLOSED:
                raise PeriodClosed(until=_closed_until())
            case _:
                pass
