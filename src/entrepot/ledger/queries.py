"""Reading the ledger: balances, statements, the trial balance, and the proof that counters equal transfers.

The ledger is the marketplace's own book: who may look (the operator; a merchant at their own money) is decided by the
caller's query, which names the order, merchant or payout.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger.rules import subject_label
from entrepot.ledger.terms import CHART, About, Account, Balance, ChainFault, Code, Drift, Entry, Kind, State, TrialLine

_COUNTERS = "debits_pending, debits_posted, credits_pending, credits_posted"


def balance(*, kind: Kind, currency: str, subject: int = 0, at: datetime | None = None) -> Balance:
    """The four counters of one account; zeros when it was never opened.

    at: with it, promises whose time ran out by then count as given back, though no sweep has come by yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, {_COUNTERS} FROM {_table(kind)} WHERE kind = %s AND subject = %s AND currency = %s""",  # noqa: S608
            [kind.value, subject, currency],
        )
        row = cursor.fetchone()
        if row is None:
            return _balance((0, 0, 0, 0), currency)
        counters = list(row[1:])
        if at is not None:
            cursor.execute(
                """SELECT coalesce(sum(amount_minor) FILTER (WHERE debit_id = %s), 0)::bigint,
                          coalesce(sum(amount_minor) FILTER (WHERE credit_id = %s), 0)::bigint
                     FROM ledger_open WHERE expires_at <= %s AND (debit_id = %s OR credit_id = %s)""",
                [row[0], row[0], at, row[0], row[0]],
            )
            debited, credited = cursor.fetchone()
            counters = [counters[0] - debited, counters[1], counters[2] - credited, counters[3]]
    return _balance(counters, currency)


def balances_of(*, kind: Kind, subject: int) -> dict[str, Balance]:
    """The balances of one subject by currency, for accounts that were opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT currency, {_COUNTERS} FROM {_table(kind)} WHERE kind = %s AND subject = %s ORDER BY currency",  # noqa: S608
            [kind.value, subject],
        )
        return {row[0]: _balance(row[1:], row[0]) for row in cursor.fetchall()}


def subjects_with_money(*, kind: Kind, after: int = 0, limit: int | None = 500) -> tuple[tuple[int, str, Money], ...]:
    """Subjects of a guarded kind that have something available: (subject, currency, amount), ascending by subject.

    limit: none gives all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT subject, currency, credits_posted - debits_posted - debits_pending FROM ledger_account
                WHERE kind = %s AND subject > %s AND credits_posted - debits_posted - debits_pending > 0
                ORDER BY subject, currency LIMIT %s""",
            [kind.value, after, limit],
        )
        return tuple((subject, currency, Money(minor, currency)) for subject, currency, minor in cursor.fetchall())


def accounts(
    *, kind: Kind | None = None, currency: str | None = None, after: tuple[str, int, str] = ("", 0, ""), limit: int = 50
) -> tuple[Account, ...]:
    """A page of the chart of accounts by kind, subject, currency; `after` is the last row's key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT kind, subject, currency, {_COUNTERS} FROM ledger_standing
                 WHERE (kind, subject, currency) > (%s::text, %s::bigint, %s::text)
                   AND kind = coalesce(%s::text, kind) AND currency = coalesce(%s::text, currency)
                 ORDER BY kind, subject, currency LIMIT %s""",  # noqa: S608
            [*after, kind.value if kind else None, currency, limit],
        )
        return tuple(
            Account(Kind(row[0]), row[1], row[2], subject_label(Kind(row[0]), row[1]), _balance(row[3:], row[2]))
            for row in cursor.fetchall()
        )


# A promise is shown once, with what became of it.
_ENTRY = """SELECT t.id, t.key, t.group_key, t.code, coalesce(e.state, t.state), d.kind, d.subject, c.kind, c.subject,
                   t.amount_minor, t.currency, t.order_id, t.consignment_id, t.merchant_id, t.payout_id, t.effective_at,
                   t.recorded_at, e.recorded_at,
                   coalesce(e.amount_minor, CASE t.state WHEN 'posted' THEN t.amount_minor ELSE 0 END)
              FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id
                                     JOIN ledger_account c ON c.id = t.credit_id
                                     LEFT JOIN ledger_transfer e ON e.pending_id = t.id
             WHERE t.pending_id IS NULL AND t.amount_minor > 0 AND"""


def transfers_of(*, about: About, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
    """The transfers of one order, consignment, merchant or payout in the order of recording; `after` is an entry's id.

    Fields of `about` that are set must all match; at least one must be set.
    """
    asked = [
        (column, value)
        for column, value in (
            ("order_id", about.order_id),
            ("consignment_id", about.consignment_id),
            ("merchant_id", about.merchant_id),
            ("payout_id", about.payout_id),
        )
        if value is not None
    ]
    must(asked, "a statement is about something")
    where = " AND ".join(f"t.{column} = %s" for column, _ in asked)
    return _entries(f"{where} AND t.id > %s ORDER BY t.id LIMIT %s", [*(value for _, value in asked), after, limit])


def transfers_on(*, kind: Kind, currency: str, subject: int = 0, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
    """The statement of one account, oldest first: what its balance is made of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_account WHERE kind = %s AND subject = %s AND currency = %s",
            [kind.value, subject, currency],
        )
        ids = [row[0] for row in cursor.fetchall()]
    touched = "t.id > %s AND (t.debit_id = ANY(%s) OR t.credit_id = ANY(%s)) ORDER BY t.id LIMIT %s"
    return _entries(touched, [after, ids, ids, limit])


def merchant_entries(*, merchant_id: int, before: int | None = None, limit: int = 50) -> tuple[Entry, ...]:
    """What moved on a merchant's own account, latest first; `before` is the last entry's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_account WHERE kind = %s AND subject = %s",
            [Kind.MERCHANT_AVAILABLE.value, merchant_id],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return _entries(
        """t.merchant_id = %s AND t.id < coalesce(%s::bigint, 9223372036854775807)
           AND (t.debit_id = ANY(%s) OR t.credit_id = ANY(%s)) ORDER BY t.id DESC LIMIT %s""",
        [merchant_id, before, ids, ids, limit],
    )


_NOW = """SELECT currency, kind, debits_posted, credits_posted, debits_pending, credits_pending FROM ledger_standing"""

# Whole hours from their sums, those of the tail included; the hour that `at` is in from its transfers.
_THEN = """
SELECT currency, kind, debits_posted, credits_posted, debits_pending, credits_pending
  FROM ledger_hour WHERE hour < date_trunc('hour', %(at)s::timestamptz, 'UTC')
UNION ALL
SELECT currency, kind, debits_posted, credits_posted, debits_pending, credits_pending
  FROM ledger_tail WHERE hour < date_trunc('hour', %(at)s::timestamptz, 'UTC')
UNION ALL
SELECT t.currency, a.kind, CASE WHEN t.state = 'posted' AND side = 'd' THEN t.amount_minor ELSE 0 END,
       CASE WHEN t.state = 'posted' AND side = 'c' THEN t.amount_minor ELSE 0 END,
       CASE WHEN side = 'd' THEN CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END ELSE 0 END,
       CASE WHEN side = 'c' THEN CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END ELSE 0 END
  FROM ledger_transfer t
 CROSS JOIN (VALUES ('d'), ('c')) AS sides(side)
  JOIN ledger_account a ON a.id = CASE side WHEN 'd' THEN t.debit_id ELSE t.credit_id END
 WHERE t.recorded_at >= date_trunc('hour', %(at)s::timestamptz, 'UTC') AND t.recorded_at <= %(at)s::timestamptz"""


def trial_balance(*, at: datetime | None = None) -> tuple[TrialLine, ...]:
    """Debits and credits by currency and kind, now or as recorded up to and including `at`.

    In every currency debits equal credits, and pending debits equal pending credits. A past moment is added up from
    the sums of its whole hours and the transfers of the hour it is in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT currency, kind, sum(debits_posted)::bigint, sum(credits_posted)::bigint,
                       sum(debits_pending)::bigint, sum(credits_pending)::bigint
                  FROM ({_NOW if at is None else _THEN}) AS moved GROUP BY currency, kind ORDER BY currency, kind""",  # noqa: S608
            None if at is None else {"at": at},
        )
        return tuple(
            TrialLine(currency, Kind(kind), *(Money(minor, currency) for minor in counters))
            for currency, kind, *counters in cursor.fetchall()
        )


def drift(*, limit: int = 100) -> tuple[Drift, ...]:
    """Accounts whose counters are not the sum of their transfers: for the audit; there must be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH sides AS (
                   SELECT debit_id AS id, currency, state, amount_minor AS debit, 0::bigint AS credit,
                          released_minor AS debit_back, 0::bigint AS credit_back FROM ledger_transfer
                   UNION ALL
                   SELECT credit_id, currency, state, 0, amount_minor, 0, released_minor FROM ledger_transfer
               ), summed AS (
                   SELECT id, min(currency) AS low, max(currency) AS high,
                          (coalesce(sum(debit) FILTER (WHERE state = 'pending'), 0) - sum(debit_back))::bigint AS dpe,
                          coalesce(sum(debit) FILTER (WHERE state = 'posted'), 0)::bigint AS dpo,
                          (coalesce(sum(credit) FILTER (WHERE state = 'pending'), 0) - sum(credit_back))::bigint AS cpe,
                          coalesce(sum(credit) FILTER (WHERE state = 'posted'), 0)::bigint AS cpo
                     FROM sides GROUP BY id
               )
               SELECT coalesce(a.id, s.id), coalesce(a.kind, '?'), coalesce(a.subject, 0), coalesce(a.currency, s.low),
                      coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                      coalesce(a.credits_posted, 0),
                      coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0)
                 FROM ledger_standing a FULL JOIN summed s ON s.id = a.id
                WHERE (coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                       coalesce(a.credits_posted, 0))
                      IS DISTINCT FROM (coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0))
                   OR s.low <> s.high OR s.low <> a.currency
                LIMIT %s""",
            [limit],
        )
        return tuple(Drift(row[0], row[1], row[2], row[3], row[4:8], row[8:12]) for row in cursor.fetchall())


def chain_faults(*, limit: int = 100) -> tuple[ChainFault, ...]:
    """Batches whose hash is not what their transfers, their number and the batch before give; there must be none.

    Also transfers that no batch and no row of the tail has, or that stand in more than one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.id, 'its transfers are not what was sealed' FROM ledger_batch b
                WHERE b.root <> ledger_root(b.transfer_ids)
               UNION ALL
               SELECT id, 'its hash does not follow from the batch before'
                 FROM (SELECT b.*, lag(hash) OVER (ORDER BY id) AS previous, row_number() OVER (ORDER BY id) AS nth
                         FROM ledger_batch b) AS b
                WHERE id <> nth
                   OR hash <> ledger_hash(coalesce(previous, ''::bytea), id, cardinality(transfer_ids), root)
               UNION ALL
               SELECT -t.id, 'the transfer is in ' || count(m.id) || ' batches'
                 FROM ledger_transfer t
                 FULL JOIN (SELECT unnest(transfer_ids) AS id FROM ledger_batch
                            UNION ALL SELECT unnest(transfer_ids) FROM ledger_tail) m ON m.id = t.id
                GROUP BY t.id HAVING count(m.id) <> 1 OR t.id IS NULL
                LIMIT %s""",
            [limit],
        )
        return tuple(ChainFault(batch, why) for batch, why in cursor.fetchall())


def _table(kind: Kind) -> str:
    return "ledger_standing" if CHART[kind].hot else "ledger_account"


def _entries(where: str, values: Sequence[int | list[int] | None]) -> tuple[Entry, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_ENTRY} {where}", list(values))
        return tuple(
            Entry(
                id=row[0],
                key=row[1],
                group=row[2],
                code=Code(row[3]),
                state=State(row[4]),
                debit_kind=Kind(row[5]),
                debit_subject=row[6],
                credit_kind=Kind(row[7]),
                credit_subject=row[8],
                amount=Money(row[9], row[10]),
                about=About(*row[11:15]),
                effective_at=row[15],
                recorded_at=row[16],
                resolved_at=row[17],
                posted=Money(row[18], row[10]),
            )
            for row in cursor.fetchall()
        )


def _balance(row: Sequence[int | None], currency: str) -> Balance:
    return Balance(*(Money(int(counter or 0), currency) for counter in row))
