"""Transfers as they were recorded: of an order, of an account, of a merchant."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger.terms import MERCHANT_KINDS, About, Code, Entry, Kind, Movement, State, Statement, StatementMonth

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
    return entries_where(
        where=f"{where} AND t.id > %s ORDER BY t.id LIMIT %s", values=[*(value for _, value in asked), after, limit]
    )


def is_posted(*, key: str) -> bool:
    """Whether a transfer with this key was recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_transfer WHERE key = %s)", [key])
        return bool(cursor.fetchone()[0])


def transfers_on(
    *,
    kind: Kind,
    currency: str,
    subject: int = 0,
    after: int = 0,
    limit: int = 100,
    code: Code | None = None,
    span: tuple[datetime | None, datetime | None] = (None, None),
) -> tuple[Entry, ...]:
    """The statement of one account, oldest first: what its balance is made of.

    code: only these. span: what took effect from the first moment up to the second, which is not in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_account WHERE kind = %s AND subject = %s AND currency = %s",
            [kind.value, subject, currency],
        )
        ids = [row[0] for row in cursor.fetchall()]
    start, until = span
    return entries_where(
        where="""t.id > %s AND (t.debit_id = ANY(%s) OR t.credit_id = ANY(%s)) AND t.code = coalesce(%s::text, t.code)
           AND t.effective_at >= coalesce(%s::timestamptz, '-infinity')
           AND t.effective_at < coalesce(%s::timestamptz, 'infinity') ORDER BY t.id LIMIT %s""",
        values=[after, ids, ids, code.value if code else None, start, until, limit],
    )


def merchant_entries(*, merchant_id: int, before: int | None = None, limit: int = 50) -> tuple[Entry, ...]:
    """What moved on a merchant's own account, latest first; `before` is the last entry's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_account WHERE kind = %s AND subject = %s",
            [Kind.MERCHANT_AVAILABLE.value, merchant_id],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return entries_where(
        where="""t.merchant_id = %s AND t.id < coalesce(%s::bigint, 9223372036854775807)
           AND (t.debit_id = ANY(%s) OR t.credit_id = ANY(%s)) ORDER BY t.id DESC LIMIT %s""",
        values=[merchant_id, before, ids, ids, limit],
    )


def debits_of(*, kind: Kind, subjects: Sequence[int]) -> tuple[tuple[int, Money, datetime], ...]:
    """(subject, amount, when) of what was posted to the debit side of many subjects' accounts, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.subject, t.amount_minor, t.currency, t.effective_at
                 FROM ledger_account d JOIN ledger_transfer t ON t.debit_id = d.id
                WHERE d.kind = %s AND d.subject = ANY(%s) AND t.merchant_id = ANY(%s) AND t.state = 'posted'
                  AND t.amount_minor > 0
                ORDER BY t.effective_at DESC, t.id DESC""",
            [kind.value, list(subjects), list(subjects)],
        )
        return tuple((subject, Money(minor, cur), when) for subject, minor, cur, when in cursor.fetchall())


def taken_back(*, kind: Kind, consignments: Sequence[tuple[int, int]]) -> dict[int, Money]:
    """What claims took from a merchant's account of one kind, by (consignment, merchant): what went back of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.consignment_id, t.currency, sum(t.amount_minor)::bigint
                 FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id
                WHERE t.merchant_id = ANY(%s) AND t.consignment_id = ANY(%s) AND d.kind = %s AND t.state = 'posted'
                  AND t.code = ANY(%s)
                GROUP BY 1, 2""",
            [
                sorted({owner for _, owner in consignments}),
                [one for one, _ in consignments],
                kind.value,
                [Code.CLAWED_BACK.value, Code.DISPUTE_SET_ASIDE.value, Code.DISPUTE_LOST.value],
            ],
        )
        return {one: Money(minor, currency) for one, currency, minor in cursor.fetchall()}


# What each posted transfer did to a merchant's accounts: debits take, credits give.
_MOVED = """
  FROM ledger_account a
  JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
 WHERE a.kind = ANY(%s) AND a.subject = %s AND a.currency = coalesce(%s, a.currency)
   AND t.merchant_id = %s AND t.state = 'posted' AND t.amount_minor > 0"""
_CHANGE = "CASE WHEN a.id = t.credit_id THEN t.amount_minor ELSE -t.amount_minor END"


def merchant_statement(*, merchant_id: int, currency: str, start: datetime, until: datetime) -> Statement:
    """A merchant's accounts in one currency from `start` up to `until`, to the transfer, by when things took effect.

    Opening and movements add up to closing on every account. What is promised and not yet posted is not in it.
    """
    whose: list[Any] = [[kind.value for kind in MERCHANT_KINDS], merchant_id, currency, merchant_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(until) >= %s, false) FROM ledger_period", [until])
        final = bool(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT a.kind, sum({_CHANGE})::bigint {_MOVED} AND t.effective_at < %s GROUP BY 1",
            [*whose, start],
        )
        opening = {Kind(kind): Money(minor, currency) for kind, minor in cursor.fetchall()}
        cursor.execute(
            f"""SELECT m.*, p.key FROM (
                   SELECT t.id, t.key, t.code, a.kind, {_CHANGE} AS change, t.order_id, t.consignment_id, t.payout_id,
                          t.effective_at, t.recorded_at, a.id = t.credit_id AS gives, t.pending_id {_MOVED}
                      AND t.effective_at >= %s AND t.effective_at < %s) AS m
                  LEFT JOIN ledger_transfer p ON p.id = m.pending_id
                 ORDER BY m.effective_at, m.id, m.gives""",  # noqa: S608 - ours
            [*whose, start, until],
        )
        rows = cursor.fetchall()
    standing, movements = dict(opening), []
    for (
        number,
        key,
        code,
        kind_name,
        minor,
        order_id,
        consignment_id,
        payout_id,
        effective,
        recorded,
        _,
        _,
        first,
    ) in rows:
        kind, change = Kind(kind_name), Money(minor, currency)
        standing[kind] = standing.get(kind, Money.zero(currency)) + change
        movements.append(
            Movement(
                number, first or key, Code(code), kind, change, standing[kind], order_id, consignment_id, payout_id,
                effective, recorded,
            )
        )  # fmt: skip
    kinds = [kind for kind in MERCHANT_KINDS if kind in standing]
    before = {kind: opening.get(kind, Money.zero(currency)) for kind in kinds}
    after = {kind: standing[kind] for kind in kinds}
    return Statement(merchant_id, currency, start, until, final, before, tuple(movements), after)


def merchant_months(*, merchant_id: int) -> tuple[StatementMonth, ...]:
    """The months (UTC) in which a merchant's accounts moved, latest first, each with what it had before and after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(until) FROM ledger_period")
        closed = cursor.fetchone()[0]
        cursor.execute(
            f"""SELECT a.currency, date_trunc('month', t.effective_at, 'UTC') AS month, count(DISTINCT t.id),
                       sum({_CHANGE})::bigint {_MOVED} GROUP BY 1, 2 ORDER BY 2, 1""",
            [[kind.value for kind in MERCHANT_KINDS], merchant_id, None, merchant_id],
        )
        rows = cursor.fetchall()
    standing: dict[str, Money] = {}
    months = []
    for currency, month, count, minor in rows:
        opening = standing.get(currency, Money.zero(currency))
        standing[currency] = opening + Money(minor, currency)
        start = month.astimezone(UTC)
        until = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        final = closed is not None and closed >= until
        months.append(StatementMonth(currency, start, until, count, opening, standing[currency], final))
    return tuple(reversed(months))


def entries_where(*, where: str, values: Sequence[int | str | datetime | list[int] | None]) -> tuple[Entry, ...]:
    """Transfers that a condition of ours picks; `t` is the transfer. Promises come once, with what became of them."""
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
