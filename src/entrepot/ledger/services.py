"""Posting: the only writes to the ledger, each one call of a function kept in the `.sql` files beside."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.kernel.must import must
from entrepot.ledger.terms import (
    AccountRef,
    KeyTaken,
    Overdrawn,
    PendingUnknown,
    ResolvedOtherwise,
    Result,
    Transfer,
)

_POST = """SELECT nth, result FROM ledger_post(
    %s::text[], %s::bigint[], %s::text[], %s::smallint[], %s::text[],
    %s::text[], %s::integer[], %s::text[], %s::text[], %s::integer[], %s::integer[],
    %s::bigint[], %s::boolean[], %s::timestamptz[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s, %s)"""


@transaction.atomic(savepoint=False)
def post_transfers(
    *, transfers: Sequence[Transfer], at: datetime, effective_at: datetime | None = None
) -> tuple[Result, ...]:
    """Post linked transfers, all or none: one statement. Accounts are opened as needed.

    Locks the touched accounts, ascending, to the end of the transaction: call it once in a transaction, last.
    effective_at: when it happened in the world, `at` unless told. Repeating answers EXISTS and changes nothing.
    Raises Overdrawn, KeyTaken.
    """
    results = _post([transfers], at=at, effective_at=effective_at)
    for transfer, result in zip(transfers, results, strict=True):
        if result is Result.OVERDRAWN:
            raise Overdrawn(kind=transfer.debit.kind, key=transfer.key, amount=str(transfer.amount))
        if result is Result.CHANGED:
            raise KeyTaken(key=transfer.key)
    must(Result.LINKED not in results, "a linked transfer is refused only with its culprit")
    return results


@transaction.atomic(savepoint=False)
def post_groups(
    *, groups: Sequence[Sequence[Transfer]], at: datetime, effective_at: datetime | None = None
) -> tuple[Result, ...]:
    """Post many groups in one statement; each is all or none, a refused one does not stop the others.

    Groups are taken in order and see what the ones before did. Gives one result for each transfer, in order.
    """
    return _post(groups, at=at, effective_at=effective_at)


@transaction.atomic(savepoint=False)
def post_pending(*, keys: Sequence[str], at: datetime) -> None:
    """Turn pending transfers into posted ones, all or none. Repeating changes nothing.

    Raises PendingUnknown, and ResolvedOtherwise when one was voided or has run out.
    """
    _resolve(keys, "posted", at)


@transaction.atomic(savepoint=False)
def void_pending(*, keys: Sequence[str], at: datetime) -> None:
    """Give the amounts of pending transfers back, all or none. Repeating changes nothing.

    Raises PendingUnknown, and ResolvedOtherwise when one was posted.
    """
    _resolve(keys, "voided", at)


@transaction.atomic(savepoint=False)
def void_expired(*, at: datetime, limit: int = 500) -> int:
    """Void pending transfers whose time ran out; gives how many. None when one was resolved meanwhile: come again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM ledger_transfer WHERE state = 'pending' AND expires_at <= %s ORDER BY expires_at LIMIT %s",
            [at, limit],
        )
        keys = [row[0] for row in cursor.fetchall()]
        if not keys:
            return 0
        cursor.execute("SELECT result FROM ledger_resolve(%s::text[], 'voided', %s)", [keys, at])
        return sum(result == Result.CREATED for (result,) in cursor.fetchall())


def _post(groups: Sequence[Sequence[Transfer]], *, at: datetime, effective_at: datetime | None) -> tuple[Result, ...]:
    rows = [(number, group[0].key, transfer) for number, group in enumerate(groups) for transfer in group]
    if not rows:
        return ()
    must(len({transfer.key for _, _, transfer in rows}) == len(rows), "a key stands once in a call")
    places: dict[tuple[AccountRef, str], int] = {}
    for _, _, transfer in rows:
        for account in (transfer.debit, transfer.credit):
            places.setdefault((account, transfer.amount.currency), len(places) + 1)
    transfers = [transfer for _, _, transfer in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                [account.kind.value for account, _ in places],
                [account.subject for account, _ in places],
                [currency for _, currency in places],
                [account.slot for account, _ in places],
                [account.guard.value for account, _ in places],
                [transfer.key for transfer in transfers],
                [number for number, _, _ in rows],
                [group_key for _, group_key, _ in rows],
                [transfer.code.value for transfer in transfers],
                [places[transfer.debit, transfer.amount.currency] for transfer in transfers],
                [places[transfer.credit, transfer.amount.currency] for transfer in transfers],
                [transfer.amount.minor for transfer in transfers],
                [transfer.pending for transfer in transfers],
                [transfer.expires_at for transfer in transfers],
                [transfer.about.order_id for transfer in transfers],
                [transfer.about.consignment_id for transfer in transfers],
                [transfer.about.merchant_id for transfer in transfers],
                [transfer.about.payout_id for transfer in transfers],
                effective_at or at,
                at,
            ],
        )
        results = tuple(Result(result) for _, result in cursor.fetchall())
    must(len(results) == len(rows), "every transfer gets an answer")
    return results


def _resolve(keys: Sequence[str], verb: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nth, result FROM ledger_resolve(%s::text[], %s, %s)", [list(keys), verb, at])
        results = [Result(result) for _, result in cursor.fetchall()]
    must(len(results) == len(keys), "every key gets an answer")
    for key, result in zip(keys, results, strict=True):
        if result is Result.UNKNOWN:
            raise PendingUnknown(key=key)
        if result in {Result.OTHERWISE, Result.EXPIRED}:
            raise ResolvedOtherwise(key=key)
