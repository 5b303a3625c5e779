"""Set-up shared by all tests: languages compiled, statements watched for their owner, no address left open."""

from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings

from tests.house.owners import refuse_ownerless_statement

# `make soak`: properties that do not say themselves how often they are tried are tried for long.
settings.register_profile("soak", max_examples=5_000, deadline=None)


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
