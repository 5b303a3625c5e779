"""Set-up shared by all tests: languages compiled, statements watched for their owner, no address left open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as market
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings

from tests.house import emptying
from tests.house.owners import refuse_ownerless_statement

# `make soak`: properties that do not say themselves how often they are tried are tried for long.
settings.register_profile("soak", max_examples=5_000, deadline=None)
# Otherwise half of what hypothesis would try by itself, and never a failure because the machine was busy.
settings.register_profile("short", max_examples=50, deadline=None)
settings.load_profile("short")


@pytest.fixture(autouse=True)
def statements_name_their_owner(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every statement a test causes on an owned table names the owner column, or says why it crosses owners."""
    if (
        "db" not in request.fixturenames
        and "transactional_db" not in request.fixturenames
        and not request.node.get_closest_marker("django_db")
    ):
        yield
        return
    with connection.execute_wrapper(refuse_ownerless_statement):
        yield


@pytest.fixture(autouse=True)
def language_is_the_usual_one() -> None:
    """A page in Chinese leaves its language behind in the thread; the next test begins in English again."""
    translation.activate(market.LANGUAGE_CODE)


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Passwords cost nothing here (tests/house/passwords.py), and only full tables are emptied (tests/house/emptying.py)."""
    market.PASSWORD_HASHERS = ["tests.house.passwords.Hasher"]
    TransactionTestCase._fixture_teardown = emptying.teardown  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def nothing_is_indexed_before_a_test_does(settings: Any, tmp_path: Path) -> None:
    """No test finds the search index that another one, or an earlier run, has built."""
    settings.SEARCH_INDEX = tmp_path / "index"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Make room for the rows of the migrations when a test asks for them back (`serialized_rollback`).

    A transactional test before it has emptied all tables, and Django wrote its content types anew when it did; the
    kept rows hold them too, and would clash.
    """
    marker = item.get_closest_marker("django_db")
    name = str(connection.settings_dict["NAME"])
    if marker is None or not marker.kwargs.get("serialized_rollback") or not name.startswith("test_"):
        return
    place = connection.settings_dict
    with psycopg.connect(
        dbname=name, user=place["USER"], password=place["PASSWORD"], host=place["HOST"], port=place["PORT"]
    ) as cleaner:
        cleaner.execute("TRUNCATE django_content_type CASCADE")
