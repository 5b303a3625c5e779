"""The pages of payouts, fees and debts: the operator's desk and the merchant's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from tests.parties import make as people
from tests.payments import make

from entrepot.channels import queries as channels
from entrepot.kernel.money import Money
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Transfer
from entrepot.parties import queries as parties
from entrepot.payments import queries as payments

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
BANK = {"name": "Entrepot", "country": "DE", "number": "DE89370400440532013000", "bic": "COBADEFFXXX"}


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    channels.forget()
    yield
    channels.forget()


def signed_in(user_id) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user_id))
    return client


def text(client, path, status=200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


@override_settings(PAYOUT_BANK=BANK)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_operator_looks_pays_out_takes_the_file_and_brings_the_answer(language) -> None:
    boss = people.operator()
    client = signed_in(boss.user_id)
    rich, nowhere = make.merchant_with_money(5_000), make.merchant_with_money(7_000, account=False)
    names = {key: parties.merchant(merchant_id=key) for key in (rich, nowhere)}
    base = f"/{language}/operator/payouts/"
    page = text(client, f"{base}?scope=all")
    assert names[rich].name in page
    assert {"en": "No bank account is known", "zh-hans": "未填写收款账户"}[language] in page
    assert client.post(f"{base}hold/{names[rich].ref}/", {"reason": "no"}).status_code == 422
    for verb in ("hold", "free"):
        assert client.post(f"{base}{verb}/{names[rich].ref}/", {"reason": "looking into it"}).status_code == 302
    made = client.post(f"{base}run/", {"scope": "all", "way": "bank", "key": "k", "day": NOW.date().isoformat()})
    (run,) = payments.payout_runs(viewer=boss)
    assert made.headers["Location"].endswith(f"payouts/runs/{run.ref}/")
    again = client.post(f"{base}run/", {"scope": "all", "way": "bank", "key": "k"})
    assert again.headers["Location"] == made.headers["Location"]
    shown = text(client, made.headers["Location"])
    (file,) = payments.run_files(viewer=boss, run_id=run.id)
    assert file.digest in shown
    taken = client.post(f"{base}runs/{run.ref}/files/1/")
    assert (taken.headers["Content-Disposition"], taken.headers["Cache-Control"]) == (
        f'attachment; filename="{file.message_id}.xml"', "no-store",
    )  # fmt: skip
    (payout,) = payments.run_payouts(viewer=boss, run_id=run.id)
    answer = SimpleUploadedFile("bank.csv", f"reference,status\n{payout.ref},confirmed\n".encode())
    assert client.post(f"{base}answer/", {"file": answer}).status_code == 302
    assert client.post(f"{base}answer/", {"file": SimpleUploadedFile("x.csv", b"nothing")}).status_code == 302
    assert "bank.csv" in text(client, base)
    assert payments.run_payouts(viewer=boss, run_id=run.id)[0].state == "paid"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_operator_sees_what_a_rule_changes_before_adding_it(language) -> None:
    client = signed_in(people.user(operator=True))
    merchant = parties.merchant(merchant_id=people.merchant())
    base = f"/{language}/operator/fees/"
    asked = {
        "merchant": merchant.slug, "category": "food/fruit", "channel": "mall", "rate": "3.5",
        "valid_from": NOW.date().isoformat(), "reason": "season of cherries", "key": "k",
    }  # fmt: skip
    look = client.post(f"{base}commission/", asked | {"step": "look"})
    assert look.status_code == 200
    assert {"en": "Nothing that was sold then.", "zh-hans": "那段时间没有相关成交。"}[language] in look.content.decode()
    for wrong in (
        {"rate": "60"},
        {"rate": "x"},
        {"valid_from": "2020-01-01"},
        {"merchant": "nobody"},
        {"category": "x"},
    ):
        answer = client.post(f"{base}commission/", asked | wrong)
        assert answer.status_code == 422
        assert "season of cherries" in answer.content.decode()
    assert channels.commission_rules() == ()
    for _ in range(2):
        assert client.post(f"{base}commission/", asked | {"step": "add"}).status_code == 302
    (rule,) = channels.commission_rules()
    assert (rule.merchant_id, rule.category, str(rule.rate)) == (merchant.id, "food/fruit", "0.03500")
    assert "season of cherries" in text(client, base)
    kept = {"channel": "mall", "rate": "10", "days": "30", "mature_days": "2", "key": "r"}
    assert client.post(f"{base}reserve/", asked | kept | {"days": "x"}).status_code == 422
    assert client.post(f"{base}reserve/", asked | kept).status_code == 302
    assert channels.reserve_rules()[0].days == 30


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_debt_is_listed_by_age_and_written_off_with_a_reason(language) -> None:
    boss, merchant = people.operator(), parties.merchant(merchant_id=people.merchant())
    debit, credit = AccountRef(Kind.MERCHANT_RECEIVABLE, merchant.id), AccountRef(Kind.FX_POSITION)
    about = About(merchant_id=merchant.id)
    post_transfers(transfers=[Transfer("d", debit, credit, Money(900, "USD"), Code.CLAWED_BACK, about)], at=NOW)
    client = signed_in(boss.user_id)
    base = f"/{language}/operator/debts/"
    assert merchant.name in text(client, base)
    facts = {"minor": "900", "currency": "USD", "key": "k", "reason": "closed for good"}
    assert client.post(f"{base}{merchant.ref}/write-off/", facts | {"reason": ""}).status_code == 422
    assert client.post(f"{base}{merchant.ref}/write-off/", facts | {"minor": "901", "key": "m"}).status_code == 422
    for _ in range(2):
        assert client.post(f"{base}{merchant.ref}/write-off/", facts).status_code == 302
    assert "closed for good" in text(client, base)
    assert payments.debts(viewer=boss, at=NOW) == ()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_merchant_sets_its_payout_days_and_reads_its_fees(language) -> None:
    merchant_id = make.merchant_with_money(5_000)
    viewer = people.merchant_viewer(merchant_id=merchant_id)
    slug = parties.merchant(merchant_id=merchant_id).slug
    client = signed_in(viewer.user_id)
    path = f"/{language}/merchant/{slug}/money/terms/"
    assert "5" in text(client, path)
    for wrong in ({"every": "often"}, {"every": "monthly", "monthday": "31"}, {"every": "daily", "least": "x"}):
        assert client.post(path, wrong).status_code == 422
    assert client.post(path, {"every": "monthly", "monthday": "15", "least": "25.00"}).status_code == 302
    kept = payments.schedule(viewer=viewer, merchant_id=merchant_id)
    assert (kept.every, kept.day, kept.least) == ("monthly", 15, Money(2_500, "USD"))
    assert path.removeprefix(f"/{language}") in text(client, f"/{language}/merchant/{slug}/money/")


def test_the_api_has_payout_days_runs_and_previews() -> None:
    from tests.api.test_door import bearer

    merchant_id = make.merchant_with_money(5_000)
    slug = parties.merchant(merchant_id=merchant_id).slug
    client = Client()
    owner = people.merchant_viewer(merchant_id=merchant_id).user_id
    head = {"HTTP_AUTHORIZATION": f"Bearer {bearer(client, scopes=['merchant'], user_id=owner)}"}
    asked = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": "s"}
    path = f"/api/v1/merchants/{slug}/payout-schedule"
    put = client.put(path, {"every": "weekly", "day": 5, "least": "20.00"}, **head, **asked)
    assert (put.status_code, put.json()["day"], put.json()["least"]["minor"]) == (200, 5, 2_000)
    assert client.get(path, **head).json() == put.json()
    assert client.get("/api/v1/payout-runs", **head).status_code == 403
    boss = {"HTTP_AUTHORIZATION": f"Bearer {bearer(client, scopes=['operate'], user_id=people.operator().user_id)}"}
    seen = client.get("/api/v1/payout-preview?scope=all", **boss).json()
    assert [(one["merchant"], one["why"]) for one in seen] == [(slug, None)]
    made = [client.post("/api/v1/payout-runs", {"scope": "all"}, **boss, **asked).json() for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0]["paid"], made[0]["sums"][0]["amount"]["minor"]) == (1, 5_000)
    assert client.get(f"/api/v1/payout-runs/{made[0]['ref']}", **boss).json() == made[0]
    stranger = {"HTTP_AUTHORIZATION": f"Bearer {bearer(client, scopes=['operate'], user_id=people.user())}"}
    assert (
        client.post("/api/v1/payout-runs", {}, **stranger, **asked | {"HTTP_IDEMPOTENCY_KEY": "x"}).status_code == 404
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_shopper_takes_more_time_and_a_merchant_gives_it(language) -> None:
    from tests.flows import make as sales

    from entrepot.parties.models import Shopper, User

    sale = sales.sale(at=NOW).pay(at=NOW)
    (pair,) = sale.deliver(at=NOW - timedelta(days=9))
    part = sale.order().consignments[0]
    person = User.objects.get(pk=people.user())
    Shopper.objects.filter(pk=sale.shopper_id).update(user=person)
    client = signed_in(person.pk)
    order = f"/{language}/orders/{sale.order().ref}/"
    assert f"{order}parcels/{part.ref}/extend/" in text(client, order)
    for status in (302, 302):
        assert client.post(f"{order}parcels/{part.ref}/extend/").status_code == status
    assert sale.order().consignments[0].release_at == part.release_at + timedelta(days=3)
    assert "extend" not in text(client, order)
    team = signed_in(people.merchant_viewer(merchant_id=pair[1]).user_id)
    page = f"/{language}/merchant/{parties.merchant(merchant_id=pair[1]).slug}/consignments/{part.ref}/"
    assert f"{page}extend/" in text(team, page)
    assert team.post(f"{page}extend/", {"days": "31", "key": "a"}).status_code == 422
    assert team.post(f"{page}extend/", {"days": "30", "key": "b"}).status_code == 302
    assert sale.order().consignments[0].release_at == part.release_at + timedelta(days=33)


def test_the_terminal_previews_and_runs_payouts() -> None:
    from typer.testing import CliRunner

    from entrepot.cli import app, payouts  # noqa: F401 - registers its commands

    merchant = parties.merchant(merchant_id=make.merchant_with_money(5_000))
    nowhere = parties.merchant(merchant_id=make.merchant_with_money(6_000, account=False))
    ask = CliRunner().invoke
    seen = ask(app, ["payouts", "preview", "--everybody"]).output
    assert f"{merchant.slug}\t50.00 USD\tpaid" in seen
    assert f"{nowhere.slug}\t60.00 USD\tno_account" in seen
    assert "1 to be paid: 50.00 USD; not paid: 1 no_account" in seen
    first = ask(app, ["payouts", "run", "--everybody", "--key", "k"]).output
    assert "1 paid, 1 not paid" in first
    assert ask(app, ["payouts", "run", "--everybody", "--key", "k"]).output == first
    assert ask(app, ["payouts", "run", "--way", "bank", "--key", "b"]).exit_code != 0
