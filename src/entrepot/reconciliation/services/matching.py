"""Matching: which lines of both sides are the same money. A function of the lines alone, not of when they came.

Three rules, from strong to weak: the provider's id, our reference, the amount within a few days. Each run looks at the
groups that have a line without a match; what a weaker rule had joined there gives way to a stronger one, and what turns
out to be ambiguous is parted again. What a person matched stays.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_reference
from entrepot.reconciliation.services.reports import LOCK
from entrepot.reconciliation.terms import Matched, Rule

# So far apart may the days of both sides be when nothing but the amount speaks for it.
DAYS_APART: Final = 3

# Lines of the groups that want one, as far as no stronger rule, and no person, holds them.
_POOL: Final = """
touched AS (
    SELECT DISTINCT place, mark, currency, amount_minor, {name} AS name FROM reconciliation_item
     WHERE match_id IS NULL AND {name} <> ''
), pool AS (
    SELECT i.id, i.place, i.side, i.mark, i.currency, i.amount_minor, i.at, i.number, t.name
      FROM reconciliation_item i
      JOIN touched t ON (t.place, t.mark, t.currency, t.amount_minor, t.name)
                      = (i.place, i.mark, i.currency, i.amount_minor, i.{name}) AND i.{name} <> ''
      LEFT JOIN reconciliation_match m ON m.id = i.match_id
     WHERE m.id IS NULL OR m.strength >= {strength}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY side, place, mark, currency, amount_minor, name ORDER BY at, number) AS nth
      FROM pool
), wanted AS (
    SELECT b.id AS books_id, t.id AS theirs_id, b.place
      FROM ranked b JOIN ranked t ON (t.place, t.mark, t.currency, t.amount_minor, t.name, t.nth)
                                   = (b.place, b.mark, b.currency, b.amount_minor, b.name, b.nth)
     WHERE b.side = 'books' AND t.side = 'theirs'
)"""
# One candidate each way, and nothing that speaks against it.
_BY_AMOUNT: Final = """
touched AS (
    SELECT DISTINCT place, mark, currency, amount_minor FROM reconciliation_item WHERE match_id IS NULL
), pool AS (
    SELECT i.id, i.place, i.side, i.mark, i.currency, i.amount_minor, i.day, i.source, i.reference
      FROM reconciliation_item i
      JOIN touched t ON (t.place, t.mark, t.currency, t.amount_minor) = (i.place, i.mark, i.currency, i.amount_minor)
      LEFT JOIN reconciliation_match m ON m.id = i.match_id
     WHERE m.id IS NULL OR m.strength >= {strength}
), could AS (
    SELECT b.id AS books_id, t.id AS theirs_id, b.place,
           count(*) OVER (PARTITION BY b.id) AS of_books, count(*) OVER (PARTITION BY t.id) AS of_theirs
      FROM pool b JOIN pool t ON (t.place, t.mark, t.currency, t.amount_minor)
                               = (b.place, b.mark, b.currency, b.amount_minor)
     WHERE b.side = 'books' AND t.side = 'theirs' AND t.day BETWEEN b.day - {days} AND b.day + {days}
       AND (b.source = '' OR t.source = '' OR b.source = t.source)
       AND (b.reference = '' OR t.reference = '' OR b.reference = t.reference)
), wanted AS (
    SELECT books_id, theirs_id, place FROM could WHERE of_books = 1 AND of_theirs = 1
)"""
_UNDO: Final = """
WITH {wanted}, off AS (
    UPDATE reconciliation_match m SET undone_at = %s
     WHERE m.undone_at IS NULL AND m.strength >= {strength}
       AND (m.books_id IN (SELECT id FROM pool) OR m.theirs_id IN (SELECT id FROM pool))
       AND NOT EXISTS (SELECT FROM wanted w WHERE (w.books_id, w.theirs_id) = (m.books_id, m.theirs_id))
       AND (m.strength = {strength}
            OR EXISTS (SELECT FROM wanted w WHERE w.books_id = m.books_id OR w.theirs_id = m.theirs_id))
    RETURNING m.id, m.books_id, m.theirs_id
), parted AS (
    UPDATE reconciliation_item i SET match_id = NULL FROM off
     WHERE i.id IN (off.books_id, off.theirs_id) AND i.match_id = off.id RETURNING i.id
)
SELECT count(DISTINCT off.id), count(parted.id) FROM off LEFT JOIN parted ON parted.id IN (off.books_id, off.theirs_id)
"""
_MATCH: Final = """
WITH {wanted}, made AS (
    INSERT INTO reconciliation_match (place, rule, strength, books_id, theirs_id, made_at)
    SELECT w.place, %s, {strength}, w.books_id, w.theirs_id, %s
      FROM wanted w JOIN reconciliation_item b ON b.id = w.books_id JOIN reconciliation_item t ON t.id = w.theirs_id
     WHERE b.match_id IS NULL AND t.match_id IS NULL
    RETURNING id, books_id, theirs_id
), joined AS (
    UPDATE reconciliation_item i SET match_id = made.id FROM made WHERE i.id IN (made.books_id, made.theirs_id)
    RETURNING i.id
)
SELECT count(*) FROM made
"""
# What is wrong with each line that has no match, and which line it may be meant for.
_JUDGED: Final = """
judged AS (
    SELECT i.id,
           CASE WHEN twin.id IS NOT NULL THEN 'duplicate'
                WHEN other.currency <> i.currency THEN 'currency'
                WHEN other.id IS NOT NULL THEN 'amount'
                WHEN i.side = 'theirs' AND i.kind = 'fee_other' THEN 'fee_unknown'
                WHEN i.side = 'theirs' THEN 'missing_here'
                ELSE 'missing_there' END AS why,
           coalesce(other.id, twin.id) AS other_id
      FROM reconciliation_item i
      LEFT JOIN LATERAL (
          SELECT j.id FROM reconciliation_item j
           WHERE i.source <> '' AND j.source = i.source AND j.id <> i.id
             AND (j.place, j.side, j.mark, j.currency, j.amount_minor)
               = (i.place, i.side, i.mark, i.currency, i.amount_minor)
             AND (j.match_id IS NOT NULL OR (j.at, j.number) < (i.at, i.number))
           UNION ALL
          SELECT j.id FROM reconciliation_item j
           WHERE i.source = '' AND i.reference <> '' AND j.reference = i.reference AND j.id <> i.id
             AND (j.place, j.side, j.mark, j.currency, j.amount_minor)
               = (i.place, i.side, i.mark, i.currency, i.amount_minor)
             AND (j.match_id IS NOT NULL OR (j.at, j.number) < (i.at, i.number))
           LIMIT 1) AS twin ON true
      LEFT JOIN LATERAL (
          SELECT j.id, j.currency FROM reconciliation_item j
           WHERE j.match_id IS NULL AND (j.place, j.mark) = (i.place, i.mark) AND j.side <> i.side
             AND ((i.source <> '' AND j.source = i.source) OR (i.reference <> '' AND j.reference = i.reference))
           ORDER BY j.currency <> i.currency, j.at, j.number LIMIT 1) AS other ON true
     WHERE i.match_id IS NULL
)"""
_OPEN: Final = f"""
WITH {_JUDGED}, numbered AS (
    SELECT j.*, row_number() OVER (ORDER BY j.id) AS nth FROM judged j
     WHERE NOT EXISTS (SELECT FROM reconciliation_case c WHERE c.item_id = j.id) LIMIT 5000
), opened AS (
    INSERT INTO reconciliation_case (ref, item_id, why, state, other_id, opened_at)
    SELECT (%s::text[])[nth], id, why, 'open', other_id, %s FROM numbered RETURNING id, why
)
INSERT INTO reconciliation_step (case_id, verb, text, at) SELECT id, 'opened', why, %s FROM opened
"""  # noqa: S608 - fixed texts
_LACKING: Final = """
SELECT count(*) FROM reconciliation_item i
 WHERE i.match_id IS NULL AND NOT EXISTS (SELECT FROM reconciliation_case c WHERE c.item_id = i.id)
"""
_JUDGE_AGAIN: Final = f"""
WITH {_JUDGED}
UPDATE reconciliation_case c SET why = j.why, other_id = j.other_id FROM judged j
 WHERE c.item_id = j.id AND c.state <> 'matched' AND (c.why, c.other_id) IS DISTINCT FROM (j.why, j.other_id)
"""  # noqa: S608 - fixed texts
_CLOSE: Final = """
WITH closed AS (
    UPDATE reconciliation_case c SET state = 'matched', ended_at = %s
      FROM reconciliation_item i JOIN reconciliation_match m ON m.id = i.match_id
     WHERE i.id = c.item_id AND c.state <> 'matched' RETURNING c.id, m.id AS match_id, m.rule
)
INSERT INTO reconciliation_step (case_id, verb, text, match_id, at)
SELECT id, 'rule', rule, match_id, %s FROM closed
"""
_REOPEN: Final = """
WITH reopened AS (
    UPDATE reconciliation_case c SET state = 'open', ended_at = NULL FROM reconciliation_item i
     WHERE i.id = c.item_id AND i.match_id IS NULL AND c.state = 'matched' RETURNING c.id
)
INSERT INTO reconciliation_step (case_id, verb, text, at) SELECT id, 'reopened', '', %s FROM reopened
"""

_RULES: Final = (
    (Rule.PROVIDER_ID, _POOL.format(name="source", strength=1), 1),
    (Rule.REFERENCE, _POOL.format(name="reference", strength=2), 2),
    (Rule.AMOUNT_DAY, _BY_AMOUNT.format(strength=3, days=DAYS_APART), 3),
)


@transaction.atomic
def match_items(*, at: datetime) -> Matched:
    """Match what can be matched, and bring the queue of exceptions in line with what cannot.

    Repeating changes nothing; a second run at the same time waits for the first. SQL budget: 11, and 1 for each 5,000
    new exceptions.
    """
    made = undone = opened = 0
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        for rule, wanted, strength in _RULES:
            cursor.execute(_UNDO.format(wanted=wanted, strength=strength), [at])
            undone += cursor.fetchone()[0]
            cursor.execute(_MATCH.format(wanted=wanted, strength=strength), [rule.value, at])
            made += cursor.fetchone()[0]
        cursor.execute(_CLOSE, [at, at])
        closed = cursor.rowcount
        cursor.execute(_REOPEN, [at])
        cursor.execute(_JUDGE_AGAIN)
        cursor.execute(_LACKING)
        lacking = cursor.fetchone()[0]
        while opened < lacking:
            cursor.execute(_OPEN, [[new_reference("exc") for _ in range(min(lacking - opened, 5000))], at, at])
            opened += cursor.rowcount
    return Matched(made, undone, opened, closed)
