"""Emptying the database after a test that committed: the tables that hold something, and nothing else.

Django empties every table there is, one file for each table and index, and then writes its content types and permissions
anew: most of what such a test takes. Here those two stay as they are, and a table without rows is left alone.
"""

from typing import Final

from django.db import connection
from django.test import TransactionTestCase

from entrepot.base.owners import across_owners

# Written when the database is made, and by nobody since.
KEPT: Final = frozenset({"auth_permission", "django_content_type", "django_site"})


def tables() -> list[str]:
    """What a test may leave something in."""
    return sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)


def full_tables() -> list[str]:
    """Those of them that hold a row."""
    each = " UNION ALL ".join(f"(SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\"))" for table in tables())
    with across_owners("what a test leaves is everybody's"), connection.cursor() as cursor:
        cursor.execute(each)
        return [row[0] for row in cursor.fetchall()]


def empty_database() -> None:
    """No table holds a row afterwards, but those that Django writes for itself."""
    full = full_tables()
    if full:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE {} CASCADE".format(", ".join(f'"{table}"' for table in full)))


def teardown(_case: TransactionTestCase) -> None:
    """In the place of `TransactionTestCase._fixture_teardown`."""
    empty_database()
