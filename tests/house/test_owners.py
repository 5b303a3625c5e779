"""The guard of tenant isolation itself: it lets through what names the owner and stops what does not."""

import pytest

from entrepot.base.owners import across_owners
from entrepot.parties.models import Address
from tests.house.owners import OwnerMissing, missing_owner, owned_tables


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "parties_address"."id" FROM "parties_address" WHERE "parties_address"."shopper_id" = %s',
        "SELECT a.id FROM parties_address a JOIN x ON x.shopper_id = a.shopper_id",
        "INSERT INTO parties_address (id, shopper_id) VALUES (1, 2)",
        "UPDATE parties_address SET city = 'x' WHERE shopper_id = ANY(%s) AND id = 1",
        "DELETE FROM parties_address WHERE (id, shopper_id) IN (SELECT 1, 2)",
        "SELECT 1",
        "TRUNCATE parties_address",
    ],
)
def test_lets_through_what_names_its_owner(sql: str) -> None:
    assert missing_owner(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "parties_address"."shopper_id" FROM "parties_address" WHERE "parties_address"."id" = %s',
        "UPDATE parties_address SET city = 'x' WHERE id = 1",
        "DELETE FROM parties_address",
        "SELECT count(*) FROM parties_membership m WHERE m.user_id = 1",
    ],
)
def test_stops_what_does_not(sql: str) -> None:
    assert missing_owner(sql) is not None


@pytest.mark.django_db
def test_the_guard_stands_in_every_database_test() -> None:
    with pytest.raises(OwnerMissing):
        Address.objects.filter(id=1).first()
    with across_owners("to see that a reason opens the way"):
        assert Address.objects.filter(id=1).first() is None


def test_owned_tables_are_known() -> None:
    assert owned_tables()["parties_address"] == "shopper_id"
    assert owned_tables()["parties_membership"] == "merchant_id"
