"""The sale that docs/concepts/money.md follows is the demo's: each number on the page is what its code books."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from rich.console import Console
from rich.progress import Progress

from entrepot.base import clock
from entrepot.cli import demo_market
from entrepot.cli.demo_money import tell_money
from entrepot.cli.demo_orders import STORIES, Articles, tell_story, tell_together
from entrepot.flows.settle_payout import settle_payout
from entrepot.jobs.feeds import run_import
from entrepot.jobs.reconciliation import reconcile
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About, Kind
from entrepot.parties.terms import Desk, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.terms import ProviderProof
from entrepot.reconciliation import queries

PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "money.md"
# The day on which the page was written: law and rates are those of then.
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STORY = STORIES[0]
ROW = re.compile(r"^\|[^|]*\| `([a-z_]+)` \| `([a-z_]+)` \| ([\d.,]+ [A-Z]{3}) \|", re.MULTILINE)


def section(title):
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def import_waiting(queue):
    for job in ProcrastinateJob.objects.filter(queue_name=queue):
        assert run_import(**job.args)


@pytest.fixture
def placed(monkeypatch, tmp_path):
    """The demo with the one merchant and the one order that the page follows, through to the bank."""
    lark = next(card for card in demo_market.cards() if card.slug == "larkspur-bench")
    monkeypatch.setattr(demo_market, "cards", lambda: (lark,))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    # The worker's own connections would not see what the test has not committed.
    monkeypatch.setattr(demo_market, "run_queued", import_waiting)
    with Progress(console=Console(quiet=True)) as bars:
        world = demo_market._people_and_merchants(bars, at=NOW - demo_market.OPENED)
        demo_market._goods(bars, world)
    articles = Articles([(world.merchants[lark.slug], lark.channel)])
    placed = tell_story(story=STORY, shopper_id=world.shoppers[STORY.shopper], articles=articles, now=NOW)
    tell_together(placed=[placed], now=NOW)
    operator = Viewer(user_id=world.people["operator"], desks=frozenset({Desk.OPERATOR}))
    tell_money(operator=operator, placed=[placed], now=NOW, folder=tmp_path)
    # What the worker does once it runs: the provider has sent the payout.
    for payout in payments.payouts_of(viewer=operator, merchant_id=placed.consignments()[0].merchant_id):
        proof = ProviderProof("po_1", payout.amount)
        settle_payout(payout_id=payout.id, merchant_id=payout.merchant_id, proof=proof, at=NOW)
    reconcile()
    return placed


@pytest.mark.django_db
def test_every_number_on_the_page_is_what_the_demo_books(placed) -> None:
    order = placed.order()
    merchant_id = order.consignments[0].merchant_id
    entries = {
        entry.id: entry
        for found in (
            ledger.transfers_of(about=About(order_id=order.id)), ledger.transfers_of(about=About(merchant_id=merchant_id)),
            ledger.transfers_on(kind=Kind.PSP_FEES, currency="CNY"), ledger.transfers_on(kind=Kind.BANK, currency="CNY"),
        )
        for entry in found
    }  # fmt: skip
    booked = sorted(
        (one.debit_kind.value, one.credit_kind.value, f"{one.amount.decimal:,} {one.amount.currency}")
        for one in entries.values()
    )  # fmt: skip
    page = section("One sale, from shopper to bank")
    assert sorted(ROW.findall(page)) == booked
    assert ledger.balance(kind=Kind.HOLD, currency="CNY", subject=order.consignments[0].id).posted.minor == 0
    amounts = order.amounts
    for part in (amounts.goods, amounts.freight, amounts.tax, amounts.total):
        assert f"{part.decimal:,}" in page
    for standing in queries.standings(day=NOW.date()):
        assert (
            f"| {standing.place} | {standing.currency} | {standing.books.decimal:,} | {standing.theirs.decimal:,} |"
            in page
        )
