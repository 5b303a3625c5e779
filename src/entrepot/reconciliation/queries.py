"""Reading reports, both sides' sums, and the queue of exceptions. All of it is the operator's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind as Ledger
from entrepot.parties.terms import NotYours, Viewer
from entrepot.reconciliation import models
from entrepot.reconciliation.terms import (
    Age,
    Case,
    CaseState,
    CaseUnknown,
    Item,
    Kind,
    LineFault,
    Place,
    QueueAsk,
    QueueTally,
    Report,
    Rule,
    Side,
    Standing,
    Step,
    Verb,
    Why,
)

_ITEM: Final = """i.id, i.place, i.side, i.kind, i.number, i.source, i.reference, i.amount_minor, i.currency, i.at, i.text,
                  i.report_id, i.line, i.transfer_ids, i.match_id, m.rule"""
_CASE: Final = f"""
SELECT c.ref, c.why, c.state, %s::date - i.day, c.other_id, c.ended_at, {_ITEM}
  FROM reconciliation_case c
  JOIN reconciliation_item i ON i.id = c.item_id
  LEFT JOIN reconciliation_match m ON m.id = i.match_id
"""  # noqa: S608 - fixed texts
_SPANS: Final[Mapping[Age, tuple[int, int]]] = {
    Age.FRESH: (-36_500, 1), Age.DAYS: (2, 3), Age.WEEK: (4, 7), Age.OLD: (8, 36_500)
}  # fmt: skip

_STANDING: Final = """
WITH sums AS (
    SELECT i.place, i.currency,
           sum(i.amount_minor) FILTER (WHERE i.side = 'books') AS books,
           sum(i.amount_minor) FILTER (WHERE i.side = 'theirs') AS theirs,
           sum(i.amount_minor) FILTER (WHERE i.side = 'books' AND i.match_id IS NULL) AS only_books,
           sum(i.amount_minor) FILTER (WHERE i.side = 'theirs' AND i.match_id IS NULL) AS only_theirs,
           sum(CASE i.side WHEN 'books' THEN i.amount_minor ELSE -i.amount_minor END)
               FILTER (WHERE i.match_id IS NOT NULL) AS crossing,
           sum(CASE i.side WHEN 'books' THEN i.amount_minor ELSE -i.amount_minor END)
               FILTER (WHERE c.state = 'explained') AS explained,
           count(*) FILTER (WHERE c.state = 'open') AS open
      FROM reconciliation_item i
      LEFT JOIN reconciliation_case c ON c.item_id = i.id AND c.state <> 'matched'
     WHERE i.day <= %s GROUP BY 1, 2
)
SELECT s.place, s.currency, coalesce(books, 0)::bigint, coalesce(theirs, 0)::bigint, coalesce(only_books, 0)::bigint,
       coalesce(only_theirs, 0)::bigint, coalesce(crossing, 0)::bigint, coalesce(explained, 0)::bigint,
       (SELECT t.closing_minor FROM reconciliation_stated t
         WHERE (t.place, t.currency) = (s.place, s.currency) AND t.day <= %s ORDER BY t.day DESC LIMIT 1), open
  FROM sums s ORDER BY s.place DESC, s.currency
"""


def report_by_digest(*, digest: str) -> Report | None:
    """The report whose bytes had this SHA-256."""
    row = models.ReportRow.objects.filter(digest=digest).first()
    return _report(row) if row else None


def report(*, ref: str) -> Report:
    """One report. Raises CaseUnknown."""
    row = models.ReportRow.objects.filter(ref=ref).first()
    if row is None:
        raise CaseUnknown
    return _report(row)


def reports(*, viewer: Viewer, limit: int = 20) -> tuple[Report, ...]:
    """The latest reports, latest first. Raises NotYours for all but operators."""
    _operators_only(viewer)
    return tuple(_report(row) for row in models.ReportRow.objects.order_by("-id")[:limit])


def standings(*, day: date) -> tuple[Standing, ...]:
    """Every place and currency at the end of `day` (UTC): our books, their reports, and what explains the gap.

    The gap is always exactly the lines that nothing matches and the pairs of which only one side came by then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [day, day])
        return tuple(
            _standing(place, currency, [Money(minor, currency) for minor in sums], stated, count)
            for place, currency, *sums, stated, count in cursor.fetchall()
        )


def gap(*, place: Place, currency: str, day: date, limit: int = 200) -> tuple[Item, ...]:
    """The lines that make the gap of `standings` at the end of a day: those without a match, and halves of pairs."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_ITEM} FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
                 WHERE i.place = %s AND i.currency = %s AND i.day <= %s
                   AND (i.match_id IS NULL
                        OR EXISTS (SELECT FROM reconciliation_item o WHERE o.match_id = i.match_id AND o.day > %s))
                 ORDER BY i.day, i.id LIMIT %s""",  # noqa: S608
            [place.value, currency, day, day, limit],
        )
        return tuple(_item(row) for row in cursor.fetchall())


def in_transit(*, day: date) -> dict[tuple[Ledger, str], Money]:
    """What the books had on its way back to shoppers, and to merchants' banks, at the end of a day, by currency."""
    wanted = {Ledger.REFUND_IN_TRANSIT, Ledger.PAYOUT_IN_TRANSIT}
    return {
        (line.kind, line.currency): line.credits - line.debits
        for line in ledger.trial_balance(at=datetime.combine(day, time.max, UTC))
        if line.kind in wanted
    }


def queue(*, viewer: Viewer, ask: QueueAsk, on: date, after: int = 0, limit: int = 50) -> tuple[Case, ...]:
    """Exceptions, oldest first. on: the day ages are counted to; after: the last item's id.

    Raises NotYours for all but operators.
    """
    _operators_only(viewer)
    low, high = _SPANS[ask.age] if ask.age else (-36_500, 36_500)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_CASE} WHERE c.state = %s AND i.place = coalesce(%s::text, i.place) AND c.why = coalesce(%s::text, c.why)
                  AND %s::date - i.day BETWEEN %s AND %s
                  AND (i.day, i.id) > (SELECT coalesce(max(a.day), '-infinity'::date), coalesce(max(a.id), 0)
                                         FROM reconciliation_item a WHERE a.id = %s)
                ORDER BY i.day, i.id LIMIT %s""",  # noqa: S608
            [
                on, "explained" if ask.explained else "open", ask.place.value if ask.place else None,
                ask.why.value if ask.why else None, on, low, high, after, limit,
            ],
        )  # fmt: skip
        return tuple(_case(row) for row in cursor.fetchall())


def tally(*, on: date) -> QueueTally:
    """How many exceptions stand open, by age and by what is wrong."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT CASE WHEN d <= 1 THEN '0-1' WHEN d <= 3 THEN '2-3' WHEN d <= 7 THEN '4-7' ELSE '8-' END, why, count(*)
                 FROM (SELECT %s::date - i.day AS d, c.why FROM reconciliation_case c
                         JOIN reconciliation_item i ON i.id = c.item_id WHERE c.state = 'open') AS o GROUP BY 1, 2""",
            [on],
        )
        rows = cursor.fetchall()
    ages, whys = dict.fromkeys(Age, 0), dict.fromkeys(Why, 0)
    for age, why, count in rows:
        ages[Age(age)] += count
        whys[Why(why)] += count
    return QueueTally(ages, whys)


def case(*, viewer: Viewer, ref: str, on: date) -> Case:
    """One exception. Raises NotYours for all but operators, CaseUnknown."""
    _operators_only(viewer)
    with connection.cursor() as cursor:
        cursor.execute(f"{_CASE} WHERE c.ref = %s", [on, ref])
        row = cursor.fetchone()
    if row is None:
        raise CaseUnknown
    return _case(row)


def trail(*, ref: str) -> tuple[Step, ...]:
    """What was done about an exception, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.verb, s.user_id, s.text, s.at FROM reconciliation_step s
                 JOIN reconciliation_case c ON c.id = s.case_id WHERE c.ref = %s ORDER BY s.id""",
            [ref],
        )
        return tuple(Step(Verb(verb), user_id, text, at) for verb, user_id, text, at in cursor.fetchall())


def candidates(*, item: Item, other_id: int | None, limit: int = 12) -> tuple[Item, ...]:
    """Lines without a match that may belong to this one: the likely one first, then the same names, then near amounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_ITEM} FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
                 WHERE i.match_id IS NULL AND i.place = %s AND i.currency = %s AND i.id <> %s
                 ORDER BY i.id = coalesce(%s::bigint, 0) DESC,
                          (i.source <> '' AND i.source = %s) OR (i.reference <> '' AND i.reference = %s) DESC,
                          i.side <> %s DESC, abs(i.amount_minor - %s), abs(i.day - %s::date), i.id LIMIT %s""",  # noqa: S608
            [
                item.place.value, item.amount.currency, item.id, other_id, item.source, item.reference, item.side.value,
                item.amount.minor, item.at.date(), limit,
            ],
        )  # fmt: skip
        return tuple(_item(row) for row in cursor.fetchall())


def companions(*, match_id: int) -> tuple[Item, ...]:
    """All lines of one match, ours first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_ITEM} FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
                 WHERE i.match_id = %s ORDER BY i.side, i.id""",  # noqa: S608
            [match_id],
        )
        return tuple(_item(row) for row in cursor.fetchall())


def items_by_id(*, ids: Sequence[int]) -> tuple[Item, ...]:
    """Lines by their ids, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_ITEM} FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
                 WHERE i.id = ANY(%s) ORDER BY i.id""",  # noqa: S608
            [list(ids)],
        )
        return tuple(_item(row) for row in cursor.fetchall())


def provable(*, limit: int = 2000) -> tuple[Item, ...]:
    """Fees and settlements of the provider that our books do not have, oldest first, once each: its report proves them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT ON (i.day, i.source, i.kind) {_ITEM}
                  FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
                 WHERE i.match_id IS NULL AND i.place = 'provider' AND i.side = 'theirs' AND i.source <> ''
                   AND i.kind = ANY(%s) AND i.amount_minor < 0
                   AND NOT EXISTS (SELECT FROM reconciliation_item b WHERE b.source = i.source AND b.source <> ''
                                      AND (b.place, b.side, b.mark) = (i.place, 'books', i.mark))
                 ORDER BY i.day, i.source, i.kind, i.id LIMIT %s""",  # noqa: S608
            [[Kind.FEE.value, Kind.SETTLED.value], limit],
        )
        return tuple(_item(row) for row in cursor.fetchall())


def step_known(*, ref: str, key: str) -> bool:
    """Whether a decision under this key stands in the exception's trail."""
    return models.StepRow.objects.filter(
        case_id__in=models.CaseRow.objects.filter(ref=ref).values("id"), key=key[:64]
    ).exists()


def _operators_only(viewer: Viewer) -> None:
    if not viewer.operator:
        raise NotYours


def _report(row: models.ReportRow) -> Report:
    faults = tuple(LineFault(line, name, said) for line, name, said in row.faults)
    return Report(
        row.id, row.ref, Place(row.place), row.form, row.name, row.lines, row.taken, faults, row.at, row.user_id
    )


def _standing(place: str, currency: str, sums: Sequence[Money], stated: int | None, count: int) -> Standing:
    books, theirs, only_books, only_theirs, crossing, explained = sums
    told = None if stated is None else Money(stated, currency)
    return Standing(
        Place(place), currency, books, theirs, only_books, only_theirs, crossing, explained, told, count
    )  # fmt: skip


def _item(row: Sequence[Any]) -> Item:
    (
        number,
        place,
        side,
        kind,
        name,
        source,
        reference,
        minor,
        currency,
        at,
        text,
        report_id,
        line,
        ids,
        match_id,
        rule,
    ) = row
    return Item(
        number, Place(place), Side(side), Kind(kind), name, source, reference, Money(minor, currency), at, text,
        report_id, line, tuple(ids), match_id, Rule(rule) if rule else None,
    )  # fmt: skip


def _case(row: Sequence[Any]) -> Case:
    ref, why, state, days, other_id, ended_at, *item = row
    return Case(ref, _item(item), Why(why), CaseState(state), max(days, 0), other_id, ended_at)
