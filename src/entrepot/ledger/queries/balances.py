"""What stands on accounts now, and on all of a kind at any past moment."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.ledger.rules import subject_label
from entrepot.ledger.terms import CHART, Account, Balance, Kind, TrialLine

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


def subjects_with_money(
    *, kind: Kind, subjects: Sequence[int] | None = None, after: int = 0, limit: int | None = 500
) -> tuple[tuple[int, str, Money], ...]:
    """Subjects of a guarded kind that have something available: (subject, currency, amount), ascending by subject.

    subjects: only these. limit: none gives all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT subject, currency, credits_posted - debits_posted - debits_pending FROM ledger_account
                WHERE kind = %s AND subject > %s AND (%s::bigint[] IS NULL OR subject = ANY(%s))
                  AND credits_posted - debits_posted - debits_pending > 0
                ORDER BY subject, currency LIMIT %s""",
            [kind.value, after, *(subjects if subjects is None else list(subjects),) * 2, limit],
        )
        return tuple((subject, currency, Money(minor, currency)) for subject, currency, minor in cursor.fetchall())


def subjects_owing(
    *, kind: Kind, subjects: Sequence[int] | None = None, after: int = 0, limit: int | None = 500
) -> tuple[tuple[int, str, Money], ...]:
    """Subjects of a kind guarded on its debit side that owe something: (subject, currency, amount), ascending.

    subjects: only these. limit: none gives all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT subject, currency, debits_posted - credits_posted - credits_pending FROM ledger_account
                WHERE kind = %s AND subject > %s AND (%s::bigint[] IS NULL OR subject = ANY(%s))
                  AND debits_posted - credits_posted - credits_pending > 0
                ORDER BY subject, currency LIMIT %s""",
            [kind.value, after, *(subjects if subjects is None else list(subjects),) * 2, limit],
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


def _table(kind: Kind) -> str:
    return "ledger_standing" if CHART[kind].hot else "ledger_account"


def _balance(row: Sequence[int | None], currency: str) -> Balance:
    return Balance(*(Money(int(counter or 0), currency) for counter in row))
