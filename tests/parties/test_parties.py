"""People see what is theirs; making the same thing twice makes it once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot.parties import queries as parties
from entrepot.parties import services
from entrepot.parties.models import Membership, Shopper, User
from entrepot.parties.rules import check_address, slug_of
from entrepot.parties.terms import AddressIncomplete, ClientUnknown, NotYours, Role
from tests.parties import make


@pytest.mark.django_db
def test_registering_twice_is_registering_once() -> None:
    first = make.user(email="Ann@example.org")
    assert make.user(email="ann@EXAMPLE.org") == first
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_visitors_shopper_becomes_the_persons_own() -> None:
    visitor, person = make.shopper(), make.user()
    assert services.claim_shopper(shopper_id=visitor, user_id=person) == visitor
    assert parties.viewer_of_user(user_id=person).shopper_id == visitor
    another = make.shopper()
    assert services.claim_shopper(shopper_id=another, user_id=person) == visitor
    assert services.open_shopper(country="US", currency="USD", at=make.AT, user_id=person) == visitor
    assert Shopper.objects.count() == 2


@pytest.mark.django_db
def test_a_shopper_of_somebody_else_cannot_be_claimed() -> None:
    theirs = make.shopper(user_id=make.user())
    with pytest.raises(NotYours):
        services.claim_shopper(shopper_id=theirs, user_id=make.user())


@pytest.mark.django_db
def test_a_stranger_finds_no_door_to_a_merchant() -> None:
    merchant_id, stranger = make.merchant(), make.merchant_viewer(merchant_id=make.merchant())
    ref = parties.merchant(merchant_id=merchant_id).ref
    for door in (
        lambda: parties.must_work_for(viewer=stranger, merchant_id=merchant_id),
        lambda: parties.team(viewer=stranger, merchant_id=merchant_id),
        lambda: parties.merchant_by_ref(viewer=stranger, ref=ref),
        lambda: parties.merchant_page(viewer=stranger),
    ):
        with pytest.raises(NotYours):
            door()
    assert parties.must_work_for(viewer=make.operator(), merchant_id=merchant_id) is Role.STAFF


@pytest.mark.django_db
def test_a_merchants_name_taken_by_another_gets_its_own_address() -> None:
    one, two = make.user(), make.user()
    facts = {
        "name": "Golden Orchard", "country": "US", "region": "WA", "city": "Yakima", "currency": "USD",
        "channels": ("mall",), "about": {"en": "Apples"}, "at": make.AT,
    }  # fmt: skip
    first = services.open_merchant(owner_user_id=one, **facts)
    assert services.open_merchant(owner_user_id=one, **facts) == first
    second = services.open_merchant(owner_user_id=two, **facts)
    assert parties.merchant(merchant_id=first).slug == "golden-orchard"
    assert parties.merchant(merchant_id=second).slug.startswith("golden-orchard-")
    assert Membership.objects.filter(merchant_id=first).count() == 1


@pytest.mark.django_db
def test_addresses_are_kept_once_and_seen_by_their_shopper_only() -> None:
    mine, other = make.shopper_viewer(), make.shopper_viewer()
    assert mine.shopper_id
    ref = make.address(shopper_id=mine.shopper_id)
    assert make.address(shopper_id=mine.shopper_id) == ref
    assert parties.address(viewer=mine, ref=ref).city == "深圳市"
    with pytest.raises(NotYours):
        parties.address(viewer=other, ref=ref)
    assert parties.addresses(viewer=other) == ()


@pytest.mark.parametrize("field", ["name", "phone", "city", "region", "district", "lines"])
def test_a_chinese_address_names_what_it_lacks(field: str) -> None:
    empty: object = ("",) if field == "lines" else ""
    with pytest.raises(AddressIncomplete) as refused:
        check_address(address=replace(make.CHINESE, **{field: empty}))
    assert refused.value.facts == {"field": field}


@pytest.mark.parametrize("code", ["", "9810", "518057"])
def test_an_american_address_needs_its_zip_code(code: str) -> None:
    with pytest.raises(AddressIncomplete) as refused:
        check_address(address=replace(make.AMERICAN, postal_code=code))
    assert refused.value.facts == {"field": "postal_code"}


@pytest.mark.django_db
def test_a_token_speaks_for_its_person_until_it_ends() -> None:
    person = make.user()
    client, secret = services.issue_client(user_id=person, name="Warehouse", scopes=["orders"], at=make.AT)
    token, scopes = services.issue_token(client_ref=client, secret=secret, scopes=[], at=make.AT)
    assert scopes == ("orders",)
    known = parties.viewer_of_token(token=token, at=make.AT)
    assert known is not None
    assert known[0].user_id == person
    assert parties.viewer_of_token(token=token, at=make.AT + timedelta(hours=2)) is None
    assert parties.viewer_of_token(token="ent_guess", at=make.AT) is None
    with pytest.raises(ClientUnknown):
        services.issue_token(client_ref=client, secret="wrong", scopes=[], at=make.AT)
    with pytest.raises(ClientUnknown):
        services.issue_token(client_ref=client, secret=secret, scopes=["payouts"], at=make.AT)


def test_slugs_are_plain() -> None:
    assert slug_of("Señor O'Brien & Sons, Ltd.") == "senor-o-brien-sons-ltd"
    assert slug_of("车厘子") == ""
