"""Row locks in one global order, so that no two verbs can wait for each other in a ring.

The order is the position in RANKS, then the ascending id. `docs/locking.md` tells why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from entrepot.kernel.must import must

RANKS: Final = (
    "basket_basket",
    "stock_ticket",
    "stock_position",
    "stock_bucket",
    "stock_article",
    "orders_order",
    "orders_consignment",
    "disputes_dispute",
    "payments_payment",
    "payments_hold",
    "payments_payout",
    "depot_parcel",
    "depot_box",
    "carriage_shipment",
    "promotions_promotion",
    "allowance_year",
    "ledger_account",
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table to lock: `owners` are the values of the `owner` column that hold them, `ids` their keys."""

    table: str
    ids: tuple[int, ...]
    owner: str | None = None
    owners: tuple[int, ...] = ()


def take(*wanted: Rows) -> None:
    """Lock all rows FOR NO KEY UPDATE, in the global order, and keep them to the end of the transaction.

    Called once in a transaction, before what is checked is read. Raises Broken outside a transaction, for a table
    without a rank, and for a second call, since that is how a ring of waiting begins.
    """
    must(connection.in_atomic_block, "locks live in a transaction")
    must(not _taken(), "locks are taken once in a transaction")
    transaction.on_commit(_mark)
    for table, rows in sorted(_by_table(wanted).items(), key=lambda entry: RANKS.index(entry[0])):
        _lock(table, rows)


def _by_table(wanted: Iterable[Rows]) -> dict[str, list[Rows]]:
    tables: dict[str, list[Rows]] = {}
    for rows in wanted:
        must(rows.table in RANKS, f"{rows.table} has no place in the order of locks")
        if rows.ids:
            tables.setdefault(rows.table, []).append(rows)
    return tables


def _lock(table: str, rows: list[Rows]) -> None:
    ids = sorted({key for some in rows for key in some.ids})
    owner = rows[0].owner
    sql = f'SELECT id FROM "{table}" WHERE id = ANY(%s)'  # noqa: S608 - the name is one of RANKS
    parameters: list[list[int]] = [ids]
    if owner:
        sql += f' AND "{owner}" = ANY(%s)'
        parameters.append(sorted({key for some in rows for key in some.owners}))
    with connection.cursor() as cursor:
        cursor.execute(sql + " ORDER BY id FOR NO KEY UPDATE", parameters)


def _mark() -> None:
    """Stands in the list of things to do at commit; its presence says that locks were taken."""


def _taken() -> bool:
    # Django empties the list at commit and at rollback. Under a test's wrapping transaction an earlier flow's mark
    # stays, but carries that flow's savepoint, which is no longer among ours.
    now = set(connection.savepoint_ids)
    return any(hook[1] is _mark and set(hook[0]) <= now for hook in connection.run_on_commit)
