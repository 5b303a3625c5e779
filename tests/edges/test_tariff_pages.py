"""The operator's pages about tariff changes, in both languages."""

import pytest
from django.test import Client
from tests.landed.test_requote import add_measure, market, the_run
from tests.parties.make import PASSWORD, user

from entrepot.base import clock
from entrepot.customs import queries as customs
from entrepot.jobs import requote as jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _law_of_this_test():
    customs.forget()
    yield
    customs.forget()


def desk():
    user(email="op@example.com", operator=True)
    client = Client()
    assert client.post("/en/account/login/", {"login": "op@example.com", "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Largest changes", "Case 0", "Dearer"]), ("zh-hans", ["变动最大的商品", "涨价", "美国车厘子"])],
)
def test_a_run_shows_what_it_changed(language, words):
    market()
    at = clock.now()
    first = jobs.go_on(run=the_run(at))
    add_measure(at)
    run = jobs.go_on(run=the_run(at))
    client = desk()
    begun = {"en": "The first prices for this destination", "zh-hans": "首次核算该目的地价格"}[language]
    assert begun in client.get(f"/{language}/operator/requotes/{first.id}/").content.decode()
    answer = client.get(f"/{language}/operator/requotes/{run.id}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "style=" not in page
    assert begun not in page
    assert all(word in page for word in words)
    assert client.get(f"/{language}/operator/requotes/").status_code == 200


def test_the_operator_starts_the_runs_that_are_due_and_sees_how_far_they_are():
    market()
    client = desk()
    assert "Every price is of" not in client.post("/en/operator/requotes/start/", follow=True).content.decode()
    page = client.get("/en/operator/requotes/", headers={"HX-Request": "true"}).content.decode()
    assert "<progress" in page
    assert "<html" not in page
    assert client.get("/en/operator/requotes/1/").status_code == 404


def test_nobody_else_sees_them(client):
    assert client.get("/en/operator/requotes/").status_code in {302, 403, 404}
    assert client.post("/en/operator/requotes/start/").status_code in {302, 403, 404}


@pytest.mark.parametrize(("language", "words"), [("en", ["Range", "Phone cases"]), ("zh-hans", ["区间", "手机壳"])])
def test_the_operator_tries_a_change_of_the_law(language, words):
    market()
    client = desk()
    empty = client.get(f"/{language}/operator/what-if/").content.decode()
    assert "s301_fl" in empty
    asked = "destination: US\non: 2026-11-01\nchanges:\n  - add: s338\n    rate: 50%\n    origins: [CN]\n"
    answer = client.post(f"/{language}/operator/what-if/", {"scenario": asked})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(word in page for word in ["<svg", "Fajgelbaum", *words])
    assert "style=" not in page
    wrong = client.post(f"/{language}/operator/what-if/", {"scenario": asked + "  - end: vat\n"})
    said = {"en": "no kind of duty", "zh-hans": "不是关税种类"}[language]
    assert (wrong.status_code, said in wrong.content.decode()) == (422, True)


def test_a_scenario_that_cannot_be_read_is_said_in_the_readers_language():
    client = desk()
    asked = {"scenario": "destination: US\nchanges:\n  - add: s338\n"}
    assert "`rate` is needed" in client.post("/en/operator/what-if/", asked).content.decode()
    assert "`add` 和 `set` 须写 `rate`" in client.post("/zh-hans/operator/what-if/", asked).content.decode()
