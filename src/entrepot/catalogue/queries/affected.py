"""Listings whose goods code stands under codes that a tariff changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from entrepot.base.owners import across_owners

_SQL = """
SELECT l.merchant_id, l.ref, l.handle, found.code
FROM catalogue_listing l
CROSS JOIN LATERAL (
    SELECT replace(code.value, '.', '') AS code FROM jsonb_each_text(l.goods_codes) code
    WHERE code.key = ANY(%(destinations)s) AND code.value <> '' LIMIT 1
) found
WHERE found.code = ANY(%(above)s) OR left(found.code, 2) = ANY(%(prefixes)s) OR left(found.code, 4) = ANY(%(prefixes)s)
   OR left(found.code, 6) = ANY(%(prefixes)s) OR left(found.code, 8) = ANY(%(prefixes)s) OR found.code = ANY(%(prefixes)s)
ORDER BY l.merchant_id, l.id
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class AffectedListing:
    """A listing and the goods code by which it is touched."""

    merchant_id: int
    ref: str
    handle: str
    goods_code: str


def affected_listings(
    *, codes: Sequence[str], destinations: Sequence[str], most: int = 10_000
) -> tuple[AffectedListing, ...]:
    """Listings of all merchants whose code for one of the destinations (or for all, `*`) stands under one of `codes`.

    A listing with a shorter code than a changed line is touched by it too. At most `most`, by merchant. One statement.
    """
    if not codes:
        return ()
    above = sorted({code[:length] for code in codes for length in (4, 6, 8) if len(code) > length})
    facts: dict[str, list[str] | int] = {
        "prefixes": list(codes),
        "above": above,
        "destinations": [*destinations, "*"],
        "most": most,
    }
    with across_owners("a tariff changed: listings of all merchants"), connection.cursor() as cursor:
        cursor.execute(_SQL, facts)
        return tuple(AffectedListing(*row) for row in cursor.fetchall())
