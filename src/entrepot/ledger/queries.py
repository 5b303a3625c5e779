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
from entrepot.ledger.terms import About, Account, Balance, Code, Drift, Entry, Kind, State, TrialLine

_COUNTERS = (
    "sum(debits_pending)::bigint, sum(debits_posted)::bigint, sum(credits_pending)::bigint, sum(credits_posted)::bigint"
)


def balance(*, kind: Kind, currency: str, subject: int = 0) -> Balance:
    """The four counters of one account, its slots summed; zeros when it was never opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COUNTERS} FROM ledger_account WHERE kind = %s AND subject = %s AND currency = %s",  # noqa: S608
            [kind.value, subject, currency],
        )
        row = cursor.fetchone()
    return _balance(row or (0, 0, 0, 0), currency)


def balances_of(*, kind: Kind, subject: int) -> dict[str, Balance]:
    """The balances of one subject by currency, for accounts that were opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT currency, {_COUNTERS} FROM ledger_account WHERE kind = %s AND subject = %s
                 GROUP BY currency ORDER BY currency""",  # noqa: S608
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
    """A page of the chart of accounts, slots summed, by kind, subject, currency; `after` is the last row's key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT kind, subject, currency, {_COUNTERS} FROM ledger_account
                 WHERE (kind, subject, currency) > (%s::text, %s::bigint, %s::text)
                   AND kind = coalesce(%s::text, kind) AND currency = coalesce(%s::text, currency)
                 GROUP BY kind, subject, currency ORDER BY kind, subject, currency LIMIT %s""",  # noqa: S608
            [*after, kind.value if kind else None, currency, limit],
        )
        return tuple(
            Account(Kind(row[0]), row[1], row[2], subject_label(Kind(row[0]), row[1]), _balance(row[3:], row[2]))
            for row in cursor.fetchall()
        )


_ENTRY = """SELECT t.id, t.key, t.group_key, t.code, t.state, d.kind, d.subject, c.kind, c.subject, t.amount_minor,
                   t.currency, t.order_id, t.consignment_id, t.merchant_id, t.payout_id, t.effective_at, t.recorded_at,
                   t.resolved_at
              FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id
                                     JOIN ledger_account c ON c.id = t.credit_id"""


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


def trial_balance(*, at: datetime | None = None) -> tuple[TrialLine, ...]:
    """Debits and credits by currency and kind, now or as recorded up to and including `at`.

    In every currency debits equal credits, and pending debits equal pending credits. Now is read from the accounts'
    counters; a moment is summed from the transfers, so it costs a pass over them.
    """
    with connection.cursor() as cursor:
        if at is None:
            cursor.execute(
                """SELECT currency, kind, sum(debits_posted)::bigint, sum(credits_posted)::bigint,
                          sum(debits_pending)::bigint, sum(credits_pending)::bigint
                     FROM ledger_account GROUP BY currency, kind ORDER BY currency, kind"""
            )
        else:
            cursor.execute(
                """WITH seen AS (
                       SELECT debit_id, credit_id, amount_minor, currency,
                              CASE WHEN resolved_at > %s THEN 'pending' ELSE state END AS state
                         FROM ledger_transfer WHERE recorded_at <= %s
                   ), sides AS (
                       SELECT debit_id AS account_id, currency, state, amount_minor AS debit, 0::bigint AS credit FROM seen
                       UNION ALL
                       SELECT credit_id, currency, state, 0, amount_minor FROM seen
                   )
                   SELECT s.currency, a.kind,
                          coalesce(sum(debit) FILTER (WHERE state = 'posted'), 0)::bigint,
                          coalesce(sum(credit) FILTER (WHERE state = 'posted'), 0)::bigint,
                          coalesce(sum(debit) FILTER (WHERE state = 'pending'), 0)::bigint,
                          coalesce(sum(credit) FILTER (WHERE state = 'pending'), 0)::bigint
                     FROM sides s JOIN ledger_account a ON a.id = s.account_id
                    GROUP BY s.currency, a.kind ORDER BY s.currency, a.kind""",
                [at, at],
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
                   SELECT debit_id AS id, currency, state, amount_minor AS debit, 0::bigint AS credit FROM ledger_transfer
                   UNION ALL
                   SELECT credit_id, currency, state, 0, amount_minor FROM ledger_transfer
               ), summed AS (
                   SELECT id, min(currency) AS low, max(currency) AS high,
                          coalesce(sum(debit) FILTER (WHERE state = 'pending'), 0)::bigint AS dpe,
                          coalesce(sum(debit) FILTER (WHERE state = 'posted'), 0)::bigint AS dpo,
                          coalesce(sum(credit) FILTER (WHERE state = 'pending'), 0)::bigint AS cpe,
                          coalesce(sum(credit) FILTER (WHERE state = 'posted'), 0)::bigint AS cpo
                     FROM sides GROUP BY id
               )
               SELECT coalesce(a.id, s.id), coalesce(a.kind, '?'), coalesce(a.subject, 0), coalesce(a.currency, s.low),
                      coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                      coalesce(a.credits_posted, 0),
                      coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0)
                 FROM ledger_account a FULL JOIN summed s ON s.id = a.id
                WHERE (coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                       coalesce(a.credits_posted, 0))
                      IS DISTINCT FROM (coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0))
                   OR s.low <> s.high OR s.low <> a.currency
                LIMIT %s""",
            [limit],
        )
        return tuple(Drift(row[0], row[1], row[2], row[3], row[4:8], row[8:12]) for row in cursor.fetchall())


def _entries(where: str, values: Sequence[int | list[int] | None]) -> tuple[Entry, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_ENTRY} WHERE {where}", list(values))
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
            )
            for row in cursor.fetchall()
        )


def _balance(row: Sequence[int | None], currency: str) -> Balance:
    return Balance(*(Money(int(counter or 0), currency) for counter in row))
