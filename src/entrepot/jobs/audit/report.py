"""What a check is, and how all of them are run on one picture of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from entrepot.base.owners import across_owners

# Enough to see what is wrong; the count says how much of it there is.
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant. means: the sentence that must be true. sql: gives (what, why) of every row that breaks it.

    The statement may use %(at)s, and %(before)s: what should have been dealt with by now is older than that.
    """

    name: str
    means: str
    sql: str


@dataclass(frozen=True, slots=True)
class Offender:
    """A row that breaks an invariant. what: the reference people know it by; why: what is off about it."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. count: of all offenders; the first of them are named."""

    check: Check
    count: int
    offenders: tuple[Offender, ...]

    @property
    def clean(self) -> bool:
        """Whether the invariant holds."""
        return self.count == 0


def audited(*, checks: Sequence[Check], at: datetime, patience: timedelta) -> tuple[Finding, ...]:
    """All checks on one picture of the database, while the market runs on.

    patience: how long the news, the jobs and the outside parties may take before something counts as stuck.
    """
    inside = connection.in_atomic_block
    with across_owners("audit"), transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return tuple(_finding(check, at, at - patience) for check in checks)


def _finding(check: Check, at: datetime, before: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT what::text, why::text, count(*) OVER () FROM ({check.sql}) AS off(what, why) LIMIT {SHOWN}",
            {"at": at, "before": before},
        )
        rows = cursor.fetchall()
    return Finding(check, rows[0][2] if rows else 0, tuple(Offender(what, why) for what, why, _ in rows))
