"""The door of the API: tokens, scopes, keys, problems, and the document that describes the routes."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from entrepot.base import clock, limits
from entrepot.parties.services import issue_client
from tests.parties import make


@pytest.fixture
def token(client: Client) -> str:
    return bearer(client, scopes=["shop"])


def bearer(client: Client, *, scopes: list[str], user_id: int | None = None) -> str:
    client_id, secret = issue_client(user_id=user_id or make.user(), name="Test", scopes=scopes, at=make.AT)
    answer = client.post(
        "/api/v1/token", {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    )
    assert answer.status_code == HTTPStatus.OK
    return str(answer.json()["access_token"])


@pytest.mark.django_db
def test_a_wrong_secret_gets_no_token(client: Client) -> None:
    client_id, _ = issue_client(user_id=make.user(), name="Test", scopes=["shop"], at=make.AT)
    answer = client.post(
        "/api/v1/token", {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "x"}
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert client.post("/api/v1/token", {"grant_type": "password"}).json() == {"error": "unsupported_grant_type"}


@pytest.mark.django_db
def test_without_a_token_the_problem_says_how_to_get_one(client: Client) -> None:
    answer = client.get("/api/v1/basket")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "api.token_missing"
    assert "/api/v1/token" in answer.json()["remedy"]


@pytest.mark.django_db
def test_a_token_without_the_scope_is_refused(client: Client) -> None:
    token = bearer(client, scopes=["merchant"])
    answer = client.get("/api/v1/basket", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "api.scope_missing")


@pytest.mark.django_db(transaction=True)
def test_a_write_needs_a_key_and_a_malformed_body_names_the_field(client: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    body = {"listing": "lst_x", "variant": "var_x", "channel": "mall", "quantity": 1}
    answer = client.put("/api/v1/basket", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "api.key_missing")
    wrong = client.put(
        "/api/v1/basket", {**body, "quantity": 100}, content_type="application/json",
        headers={**headers, "Idempotency-Key": "k1"},
    )  # fmt: skip
    assert (wrong.status_code, wrong.json()["code"]) == (400, "api.malformed")
    assert "quantity" in json.dumps(wrong.json()["errors"])


@pytest.mark.django_db(transaction=True)
def test_a_repeat_is_replayed_and_another_request_under_the_key_refused(client: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": '"k1"'}
    body = {"listing": "lst_0000000000000000", "variant": "var_x", "channel": "mall", "quantity": 1}
    first = client.put("/api/v1/basket", body, content_type="application/json", headers=headers)
    assert (first.status_code, first.json()["code"]) == (404, "catalogue.listing_unknown")
    again = client.put("/api/v1/basket", body, content_type="application/json", headers=headers)
    assert (again.status_code, again.content) == (404, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.put("/api/v1/basket", {**body, "quantity": 2}, content_type="application/json", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")


@pytest.mark.django_db
def test_problems_speak_the_callers_language(client: Client) -> None:
    english = client.get("/api/v1/basket").json()["title"]
    assert english == "Refused"
    chinese = client.get("/api/v1/basket", headers={"Accept-Language": "zh-Hans"}).json()["title"]
    assert chinese == "被拒绝"


@pytest.mark.django_db
def test_the_document_describes_the_routes_and_the_page_shows_them(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/search", "/api/v1/basket"} <= set(document["paths"])
    keys = [one["name"] for one in document["paths"]["/api/v1/basket"]["put"]["parameters"]]
    assert "Idempotency-Key" in keys
    page = client.get("/api/")
    assert page.status_code == 200
    assert "/api/v1/search" in page.content.decode()


@pytest.mark.django_db
def test_channels_and_categories_are_open_to_all(client: Client) -> None:
    channels = {one["slug"]: one for one in client.get("/api/v1/channels").json()}
    assert channels["mall"]["destinations"]["CN"]["mode"] == "cbec_direct"
    tree = client.get("/api/v1/categories").json()
    assert all(one["name"]["zh-hans"] for one in tree)


@pytest.mark.django_db
def test_an_unknown_listing_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/listings/lst_0000000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "catalogue.listing_unknown")


@pytest.mark.django_db
def test_a_search_without_an_index_says_so(client: Client) -> None:
    found = client.get("/api/v1/search", {"q": "cherries"}).json()
    assert (found["items"], found["index_missing"]) == ([], True)


@pytest.fixture
def counting_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started, at a moment far from the minute's end."""
    monkeypatch.setattr(limits, "_shares", limits._Shares())
    monkeypatch.setattr(clock, "now", lambda: make.AT)


@pytest.mark.django_db
@pytest.mark.usefixtures("counting_anew")
@pytest.mark.parametrize(("language", "words"), [("en", "more than 3 requests"), ("zh-hans", "超过 3 次")])
def test_who_asks_too_often_with_one_token_is_told_how_long_to_wait(
    client: Client, settings: Any, language: str, words: str
) -> None:
    settings.API_PER_MINUTE = 3
    mine, theirs = (bearer(client, scopes=["shop"]) for _ in range(2))

    def ask(token: str) -> Any:
        return client.get("/api/v1/basket", headers={"Authorization": f"Bearer {token}", "Accept-Language": language})

    assert [ask(mine).status_code for _ in range(3)] == [200] * 3
    refused = ask(mine)
    assert (refused.status_code, refused.json()["code"]) == (429, "api.too_many")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert words in refused.json()["detail"]
    assert ask(theirs).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("counting_anew")
def test_an_address_is_counted_with_and_without_tokens(client: Client, settings: Any) -> None:
    settings.API_PER_MINUTE_ADDRESS = 2
    assert client.get("/api/v1/categories").status_code == 200
    assert client.get("/api/v1/basket").status_code == 401
    for answer in (client.get("/api/v1/categories"), client.post("/api/v1/token", {"grant_type": "password"})):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
    assert client.get("/api/v1/categories", REMOTE_ADDR="192.0.2.7").status_code == 200
