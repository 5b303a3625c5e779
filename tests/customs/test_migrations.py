"""A market that comes from before law had parts keeps the edition that its operator loaded."""

import hashlib
import json
from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from entrepot.customs import queries
from entrepot.customs.models import LoadRow, MeasureRow
from entrepot.customs.rules import measures_on
from entrepot.customs.services import load_starter, load_tariff
from tests.customs.test_law import GOODS, HEAD, MEASURE

OWN = HEAD.replace("XX", "GB") + MEASURE
DIGEST = hashlib.sha256(f"{OWN}\n{GOODS}".encode()).hexdigest()


def migrated(name: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("customs", name)])


def put_in(table: str, **facts: object) -> None:
    marks = ", ".join(["%s"] * len(facts))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(facts)}) VALUES ({marks})", list(facts.values()))


def before_parts() -> None:
    """As the two-times migration finds it: British law of the operator's own, American law as it shipped."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE customs_tariff CASCADE")
    migrated("0002_starter")
    for place, edition, digest in (("GB", "2025-own", DIGEST), ("US", "starter", "0" * 64)):
        put_in(
            "customs_tariff", jurisdiction=place, currency="GBP" if place == "GB" else "USD", members=[place, "IM"],
            areas=json.dumps({"NEAR": ["FR"]}), edition=edition, version=digest,
        )  # fmt: skip
        put_in(
            "customs_measure", tariff_id=place, key="own.1", valid_from=date(2025, 1, 1), source="the operator",
            kind="duty", codes=["6109"], codes_except=[], origins=[], origins_except=[], regions=[], rate="9.5%",
            base="value", relation="add", claim="", claims_except=[], shut_out_by=[], unit_price_units=[], note="",
        )  # fmt: skip


@pytest.mark.django_db
def test_an_operators_edition_goes_on_speaking_alone_and_what_shipped_comes_anew() -> None:
    before_parts()
    migrated("0004_starter")
    queries.forget()

    kept = LoadRow.objects.filter(tariff="GB").order_by("id")
    assert [(one.part, one.edition, one.official) for one in kept] == [
        ("own", "2025-own", True),
        ("starter", "starter", False),
    ]
    law = queries.law(destination="IM", on=date(2025, 3, 1))
    (duty,) = measures_on(law=law, code="610910", origin="CN")
    assert (duty.key, duty.rate.text, law.areas["NEAR"]) == ("own.1", "9.5%", frozenset({"FR"}))
    assert not MeasureRow.objects.filter(tariff="US", key="own.1").exists()
    assert load_starter() == ()
    # The same files again are the edition that is there.
    assert load_tariff(law=OWN, goods=GOODS, file="gb.toml", edition="2025-own").load is None
    queries.forget()
