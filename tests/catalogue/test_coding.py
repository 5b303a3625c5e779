"""Goods codes suggested on the desk and over the API, decided by a person, remembered."""

import json
from datetime import date

import pytest
from django.test import Client

from entrepot.catalogue import queries, services
from entrepot.catalogue.models import GoodsCodeDecision
from entrepot.catalogue.terms import Asked, CodeChoice, CodingFileUnreadable, EditTrouble, ListingUnknown
from entrepot.parties import queries as parties_queries
from tests.api.test_door import bearer
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def desk():
    user = parties.user()
    merchant_id = parties.merchant(owner=user, channels=("mall",))
    client = Client()
    client.force_login(parties_user(user))
    slug = parties_queries.merchant(merchant_id=merchant_id).slug
    return merchant_id, user, client, slug


def parties_user(user_id: int):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(id=user_id)


def choice(code: str = "691200", **more: object) -> CodeChoice:
    facts = {
        "code": code,
        "country": "*",
        "person_id": 7,
        "person": "Mei",
        "key": "k1",
        "why": "It is stoneware.",
    } | more
    return CodeChoice(**facts)  # type: ignore[arg-type]


def test_a_decision_sets_the_code_and_keeps_who_when_why_and_what_was_shown(desk) -> None:
    merchant_id = desk[0]
    found = make.listing(merchant_id=merchant_id, title="Coffee mug", chinese="", goods_codes={}, published=False)
    shown = queries.suggested_codes(asked=Asked("Coffee mug"), on=ON)
    kept = choice(suggestion=shown)
    services.decide_goods_code(merchant_id=merchant_id, listing_id=found.id, choice=kept, at=AT)
    services.decide_goods_code(merchant_id=merchant_id, listing_id=found.id, choice=kept, at=AT)
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=found.id).goods_codes["*"] == "691200"
    (decision,) = queries.decisions(merchant_id=merchant_id, listing_id=found.id)
    assert (decision.by, decision.why, decision.nomenclature, decision.at) == ("Mei", "It is stoneware.", "HS 2022", AT)
    assert decision.basis == shown.basis
    assert decision.score == pytest.approx(next(o.score for o in shown.candidates if o.code == "691200"), abs=1e-4)
    assert decision.evidence["candidates"][0]["because"]


def test_a_suggestion_alone_sets_nothing(desk) -> None:
    merchant_id = desk[0]
    found = make.listing(merchant_id=merchant_id, title="Coffee mug", goods_codes={}, published=False)
    queries.suggested_codes(asked=Asked("Coffee mug"), on=ON, merchant_id=merchant_id)
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=found.id).goods_codes == {}
    assert not GoodsCodeDecision.objects.filter(merchant_id=merchant_id).exists()


def test_what_a_merchant_decided_comes_first_for_goods_like_it_and_only_for_that_merchant(desk) -> None:
    merchant_id = desk[0]
    found = make.listing(
        merchant_id=merchant_id, title="Zorblax wonder thing", chinese="", goods_codes={}, published=False
    )
    services.decide_goods_code(merchant_id=merchant_id, listing_id=found.id, choice=choice("950300"), at=AT)
    mine = queries.suggested_codes(asked=Asked("Zorblax wonder thing red"), on=ON, merchant_id=merchant_id)
    assert mine.candidates[0].code[:6] == "950300"
    other = parties.merchant(owner=parties.user(), channels=("mall",))
    theirs = queries.suggested_codes(asked=Asked("Zorblax wonder thing red"), on=ON, merchant_id=other)
    assert theirs.refused or theirs.candidates[0].code[:6] != "950300"


@pytest.mark.parametrize("code", ["", "12", "abcdef", "1234567", "9617000000000"])
def test_a_code_that_is_none_is_refused_and_nothing_changes(desk, code) -> None:
    merchant_id = desk[0]
    found = make.listing(merchant_id=merchant_id, goods_codes={}, published=False)
    with pytest.raises(EditTrouble):
        services.decide_goods_code(merchant_id=merchant_id, listing_id=found.id, choice=choice(code), at=AT)
    assert not GoodsCodeDecision.objects.filter(merchant_id=merchant_id).exists()


def test_nobody_decides_for_another_merchants_listing(desk) -> None:
    other = parties.merchant(owner=parties.user(), channels=("mall",))
    theirs = make.listing(merchant_id=other)
    with pytest.raises(ListingUnknown):
        services.decide_goods_code(merchant_id=desk[0], listing_id=theirs.id, choice=choice(), at=AT)


def test_the_desk_suggests_asks_and_takes_a_code(desk) -> None:
    merchant_id, _user, client, slug = desk
    found = make.listing(
        merchant_id=merchant_id, title="Vacuum flask 500 ml", chinese="保温杯", goods_codes={}, published=False
    )
    base = f"/en/merchant/{slug}/listings/{found.ref}/"
    assert "Suggest a code" in client.get(base).content.decode()
    assert f"/listings/{found.ref}/code/" in client.get(f"/en/merchant/{slug}/listings/").content.decode()
    panel = client.get(base + "code/?to=US", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in panel
    assert "9617.00" in panel
    assert "Use this code" in panel
    whole = client.get(f"/zh-hans/merchant/{slug}/listings/{found.ref}/code/").content.decode()
    assert "使用此编码" in whole
    assert "<html" in whole
    answer = client.post(base + "code/decide/", {"to": "US", "code": "961700", "why": "Two walls", "key": "gcd_1"})
    assert answer.status_code == 302
    client.post(base + "code/decide/", {"to": "US", "code": "961700", "why": "Two walls", "key": "gcd_1"})
    assert queries.listing_by_id(merchant_id=merchant_id, listing_id=found.id).goods_codes["US"] == "961700"
    page = client.get(base).content.decode()
    assert "Two walls" in page
    assert GoodsCodeDecision.objects.filter(merchant_id=merchant_id).count() == 1


def test_a_bad_code_from_the_desk_is_told_and_not_kept(desk) -> None:
    merchant_id, _user, client, slug = desk
    found = make.listing(merchant_id=merchant_id, goods_codes={}, published=False)
    base = f"/en/merchant/{slug}/listings/{found.ref}/"
    answer = client.post(base + "code/decide/", {"to": "US", "code": "12ab", "key": "gcd_2"}, follow=True)
    assert "cannot be 12ab" in answer.content.decode()
    assert queries.decisions(merchant_id=merchant_id, listing_id=found.id) == ()


def test_an_answer_in_the_address_narrows(desk) -> None:
    merchant_id, _user, client, slug = desk
    found = make.listing(merchant_id=merchant_id, title="Women's dress", chinese="", goods_codes={}, published=False)
    asked = queries.suggested_codes(asked=Asked("Women's dress"), on=ON).question
    assert asked is not None
    address = f"/en/merchant/{slug}/listings/{found.ref}/code/?answer={asked.key}={asked.answers[0].key}"
    page = client.get(address).content.decode()
    assert asked.text["en"] not in page


def test_strangers_find_no_such_page(desk) -> None:
    merchant_id, _user, _client, slug = desk
    found = make.listing(merchant_id=merchant_id)
    stranger = Client()
    stranger.force_login(parties_user(parties.user()))
    for path in ("code/", "code/decide/"):
        assert stranger.get(f"/en/merchant/{slug}/listings/{found.ref}/{path}").status_code in {403, 404, 405}


def test_teaching_and_building_survive_bad_files(tmp_path) -> None:
    titles = tmp_path / "own.csv"
    titles.write_text("title,code\n" + "".join(f"Gloopy gadget number {n} flarp,950300\n" for n in range(30)))
    assert services.teach_titles(paths=[titles]) == 30
    found = queries.suggested_codes(asked=Asked("Gloopy gadget flarp"), on=ON)
    assert found.candidates[0].code[:6] == "950300"
    (tmp_path / "hs_nomenclature_en.csv").write_text("section,hscode,description,parent,level\nI,0101,Horses,01,4\n")
    with pytest.raises(CodingFileUnreadable):
        services.build_coding(paths=[tmp_path])
    assert queries.coding_model().basis.startswith("starter-")


def test_the_api_answers_the_contract(client) -> None:
    headers = {"Authorization": f"Bearer {bearer(client, scopes=['merchant'])}"}
    body = json.dumps(
        {"id": "c1", "text": "stainless steel vacuum flask 500 ml", "description": None, "destination": "US"}
    )
    answer = client.post("/api/v1/classifications", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    told = answer.json()
    assert told["id"] == "c1"
    assert told["candidates"][0]["code"][:6] == "961700"
    assert told["refused"] is False
    assert client.post("/api/v1/classifications", body, content_type="application/json").status_code == 401
    bad = client.post("/api/v1/classifications", '{"texts": 1}', content_type="application/json", headers=headers)
    assert bad.status_code == 400
    silly = client.post("/api/v1/classifications", '{"text": ""}', content_type="application/json", headers=headers)
    assert silly.json()["refused"] is True
