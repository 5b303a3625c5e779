"""Two people who decide a listing's codes for two countries at the same moment both have their way."""

import pytest

from entrepot.catalogue import queries, services
from entrepot.catalogue.terms import CodeChoice
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT
from tests.race.threads import one_behind_the_other

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_codes_of_two_countries_decided_at_once_are_both_kept() -> None:
    merchant_id = parties.merchant()
    found = make.listing(merchant_id=merchant_id, goods_codes={"US": "6911103500"}, published=False)

    def decide(country: str, code: str) -> None:
        choice = CodeChoice(code=code, country=country, person_id=7, person="Mei", key=country, why="")
        services.decide_goods_code(merchant_id=merchant_id, listing_id=found.id, choice=choice, at=AT)

    one_behind_the_other(lambda: decide("US", "6912003500"), lambda: decide("CN", "69120010"))
    after = queries.listing_by_id(merchant_id=merchant_id, listing_id=found.id)
    assert after.goods_codes == {"US": "6912003500", "CN": "69120010"}
    assert len(queries.decisions(merchant_id=merchant_id, listing_id=found.id)) == 2
