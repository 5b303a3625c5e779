"""What is removed once nobody needs it, and what never is."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessLog
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from entrepot.base import clock, idempotency
from entrepot.base.models import IdempotencyRow
from entrepot.base.owners import across_owners
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.models import ImportRun
from entrepot.jobs import housekeeping as jobs
from entrepot.landed.models import QuoteRow
from entrepot.landed.services import freeze_quote
from entrepot.orders import services as orders
from tests.catalogue import make as feeds
from tests.flows.budget import at_most
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties

pytestmark = pytest.mark.django_db


def kept_quotes() -> set[str]:
    with across_owners("a test looks at all"):
        return set(QuoteRow.objects.values_list("ref", flat=True))


def test_a_quote_without_an_order_is_forgotten_after_thirty_days_and_one_with_an_order_never(monkeypatch: Any) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 2)
    shopper, other, now = parties.shopper(), parties.shopper(), clock.now()
    quotes = {
        name: replace(make.quote(Asked(1, 2), shopper_id=who), made_at=now - timedelta(days=days))
        for name, who, days in (
            ("old", shopper, 31), ("ordered", shopper, 40), ("old too", other, 32), ("young", shopper, 29), ("new", other, 0),
        )
    }  # fmt: skip
    for one in sorted(quotes.values(), key=lambda quote: quote.made_at):
        freeze_quote(quote=one)
    assert orders.write_order(
        order_id=7, quote=quotes["ordered"], address=make.CHINESE, key="k", at=now - timedelta(days=40)
    )

    for _ in range(2):
        jobs.sweep_quotes(timestamp=0)

    assert kept_quotes() == {quotes[name].ref for name in ("ordered", "young", "new")}


def test_a_batch_of_old_quotes_takes_three_statements() -> None:
    shopper, now = parties.shopper(), clock.now()
    for _ in range(5):
        freeze_quote(quote=replace(make.quote(Asked(1, 2), shopper_id=shopper), made_at=now - timedelta(days=31)))
    # Quotes, their orders, the removal within its savepoint; and the look that finds no more.
    with at_most(6):
        jobs.sweep_quotes(timestamp=0)
    assert kept_quotes() == set()


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def test_an_old_product_file_goes_and_its_rejected_rows_can_still_be_downloaded(home: Path, settings: Any) -> None:
    settings.FEEDS_KEPT_DAYS = 10
    merchant_id = parties.merchant()
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    old = feeds.imported(feeds.feed(feeds.row(), feeds.row("bad", Title="x" * 300)), merchant_id=merchant_id)
    young = feeds.imported(feeds.feed(feeds.row("other")), merchant_id=merchant_id)

    def rejected(ref: str) -> str:
        return "".join(catalogue.rejected_csv(viewer=viewer, merchant_id=merchant_id, ref=ref))

    def uploads() -> int:
        return sum(len(file.name) == 64 for file in (home / "feeds" / str(merchant_id)).iterdir())

    before = rejected(old)
    assert "bad" in before
    run = ImportRun.objects.get(merchant_id=merchant_id, ref=old)
    ended = clock.now() - timedelta(days=11)
    ImportRun.objects.filter(merchant_id=merchant_id, ref=old).update(ended_at=ended)
    jobs.sweep_files(timestamp=0)
    assert uploads() == 2, "the file itself is young: it may have come in again"

    for file in (home / "feeds" / str(merchant_id)).iterdir():
        os.utime(file, (ended.timestamp(), ended.timestamp()))
    for _ in range(2):
        jobs.sweep_files(timestamp=0)
    assert uploads() == 1
    assert not (home / "feeds" / str(merchant_id) / run.sha256).exists()
    assert rejected(old) == before
    assert rejected(young).count("\n") == 1


def test_files_are_kept_for_ever_when_the_market_says_so(home: Path, settings: Any) -> None:
    settings.FEEDS_KEPT_DAYS = 0
    merchant_id = parties.merchant()
    feeds.imported(feeds.feed(feeds.row()), merchant_id=merchant_id)
    ImportRun.objects.filter(merchant_id=merchant_id).update(ended_at=clock.now() - timedelta(days=4000))
    for file in (home / "feeds" / str(merchant_id)).iterdir():
        os.utime(file, (0, 0))
    jobs.sweep_files(timestamp=0)
    assert len(list((home / "feeds" / str(merchant_id)).iterdir())) == 1


def test_answers_are_forgotten_after_thirty_days_and_young_ones_are_not(monkeypatch: Any) -> None:
    monkeypatch.setattr(idempotency, "_BATCH", 2)
    now = clock.now()
    for name, days in (("a", 31), ("b", 31), ("c", 45), ("young", 29), ("running", 0)):
        IdempotencyRow.objects.create(principal="p", key=name, fingerprint=name, started_at=now - timedelta(days=days))
    for _ in range(2):
        jobs.sweep_answers(timestamp=0)
    assert set(IdempotencyRow.objects.values_list("key", flat=True)) == {"young", "running"}


def test_sessions_that_ran_out_and_old_sign_ins_are_removed() -> None:
    for days in (-1, 1):
        one = SessionStore()
        one.set_expiry(clock.now() + timedelta(days=days))
        one.create()
    for user in ("old", "young"):
        AccessLog.objects.create(username=user)
    # It says itself when it was written.
    AccessLog.objects.filter(username="old").update(attempt_time=clock.now() - timedelta(days=91))
    for _ in range(2):
        jobs.sweep_sessions(timestamp=0)
    assert Session.objects.get().expire_date > clock.now()
    assert [log.username for log in AccessLog.objects.all()] == ["young"]
