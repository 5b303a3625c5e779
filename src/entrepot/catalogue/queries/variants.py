"""Which variants a listing has and which listing a variant is of: for whoever joins stock to what is shown."""

from collections.abc import Sequence

from django.db import connection

from entrepot.base.owners import across_owners


def variant_ids_by_listing(*, listing_ids: Sequence[int]) -> dict[int, list[int]]:
    """The variants of these listings, in one statement; a listing without any is absent."""
    with across_owners("the index holds the listings of all merchants"), connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.id, array_agg(v.id ORDER BY v.position, v.id)
                 FROM unnest(%s::bigint[]) AS asked (id)
                 JOIN catalogue_listing l ON l.id = asked.id
                 JOIN catalogue_variant v ON v.merchant_id = l.merchant_id AND v.listing_id = l.id
                GROUP BY l.id""",
            [list(set(listing_ids))],
        )
        return dict(cursor.fetchall())


def listing_ids_by_variant(*, variants: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The listing of each variant, in one statement. variants: (merchant_id, variant_id); unknown ones are absent."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.id, v.listing_id FROM unnest(%s::bigint[], %s::bigint[]) AS asked (merchant_id, id)
                 JOIN catalogue_variant v ON v.merchant_id = asked.merchant_id AND v.id = asked.id""",
            [[merchant_id for merchant_id, _ in variants], [variant_id for _, variant_id in variants]],
        )
        return dict(cursor.fetchall())
