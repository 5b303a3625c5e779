"""A merchant's statements: a month as CSV and PDF, final once the books are closed, nobody else's."""

import csv
import hashlib
import io
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils.translation import override
from tests.ledger import make as ledger
from tests.parties import make as parties

from entrepot.ledger import queries
from entrepot.ledger import rules as book
from entrepot.ledger.services import close_period, post_transfers
from entrepot.ledger.terms import Code
from entrepot.parties import queries as people
from entrepot.web.money_words import code_name, move_name

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 10, tzinfo=UTC)


def sold(merchant_id: int, at: datetime = AT, number: int = 1) -> None:
    shares = ledger.shares(number, order_id=number, merchant_id=merchant_id, currency="USD")  # type: ignore[no-untyped-call]
    post_transfers(transfers=book.captured(payment_id=number, shares=[shares]), at=at)
    post_transfers(transfers=book.released(shares=shares), at=at)


def desk(merchant_id: int) -> tuple[Client, str]:
    client = Client()
    owner = parties.merchant_viewer(merchant_id=merchant_id).user_id
    assert owner is not None
    client.force_login(get_user_model().objects.get(pk=owner))
    return client, people.merchant(merchant_id=merchant_id).slug


def test_a_month_comes_as_csv_and_as_pdf_that_names_its_digest() -> None:
    merchant = parties.merchant()
    sold(merchant)
    sold(merchant, AT.replace(month=10), number=2)
    client, slug = desk(merchant)
    page = client.get(f"/en/merchant/{slug}/money/statements/").content.decode()
    assert page.count("/pdf/") == page.count("/csv/") == 2
    assert ">final<" not in page
    table = client.get(f"/en/merchant/{slug}/money/statements/2026-10/USD/csv/").content
    rows = list(csv.reader(io.StringIO(table.decode())))
    assert [(row[3], row[9]) for row in rows[1:]] == [
        ("opening", "95.00"),
        ("released.merchant", "190.00"),
        ("closing", "190.00"),
    ]
    for language in ("en", "zh-hans"):
        paper = client.get(f"/{language}/merchant/{slug}/money/statements/2026-10/USD/pdf/")
        assert paper.headers["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF-")
        assert paper.content == client.get(f"/{language}/merchant/{slug}/money/statements/2026-10/USD/pdf/").content
    close_period(until=datetime(2026, 10, 1, tzinfo=UTC), at=datetime(2026, 11, 1, tzinfo=UTC))
    after = client.get(f"/en/merchant/{slug}/money/statements/").content.decode()
    assert after.count(">final<") == 1
    assert (
        hashlib.sha256(table).digest()
        == hashlib.sha256(client.get(f"/en/merchant/{slug}/money/statements/2026-10/USD/csv/").content).digest()
    )


@pytest.mark.parametrize("asked", ["2026-08/USD/csv/", "2026-09/CNY/csv/", "2026-13/USD/csv/"])
def test_a_month_without_money_has_no_statement(asked: str) -> None:
    merchant = parties.merchant()
    sold(merchant)
    client, slug = desk(merchant)
    assert client.get(f"/en/merchant/{slug}/money/statements/{asked}").status_code == 404


def test_nobody_else_reads_it_and_a_merchant_without_money_is_told() -> None:
    one, other = parties.merchant(), parties.merchant()
    sold(one)
    client, slug = desk(other)
    assert "No statement yet" in client.get(f"/en/merchant/{slug}/money/statements/").content.decode()
    theirs = people.merchant(merchant_id=one).slug
    assert client.get(f"/en/merchant/{theirs}/money/statements/2026-09/USD/csv/").status_code in {403, 404}


def test_months_follow_each_other_without_a_gap() -> None:
    merchant = parties.merchant()
    for number, month in enumerate((7, 9, 12), start=1):
        sold(merchant, AT.replace(month=month), number)
    months = queries.merchant_months(merchant_id=merchant)
    assert [one.start.month for one in months] == [12, 9, 7]
    assert months[0].until == datetime(2027, 1, 1, tzinfo=UTC)
    for later, earlier in pairwise(months):
        assert later.opening == earlier.closing
    for one in months:
        whole = queries.merchant_statement(merchant_id=merchant, currency="USD", start=one.start, until=one.until)
        assert sum(money.minor for money in whole.opening.values()) == one.opening.minor
        assert sum(money.minor for money in whole.closing.values()) == one.closing.minor


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_has_words(language: str) -> None:
    with override(language):
        said = [name(code) for code in Code for name in (code_name, move_name)]
    assert all(said)
    assert language == "en" or all(any("\u4e00" <= letter <= "\u9fff" for letter in word) for word in said)
