"""Prices at the door made anew: the same as asked one by one, once, and where they were stopped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot.base import clock
from entrepot.catalogue.queries import offers_on_sale
from entrepot.catalogue.terms import OfferLine
from entrepot.customs import queries as customs
from entrepot.customs.terms import Rows
from entrepot.jobs import requote as jobs
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.models import RequoteRow, UnitPriceRow
from entrepot.landed.terms import PriceAsk
from tests.catalogue import make as goods
from tests.landed import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
CASE = OfferLine(1, 7, 5, "export", "phones/cases", "3926909989", "CN", "CN", 45, 60, Money(4900, "CNY"))


def test_units_cost_what_they_cost_one_by_one():
    codes = ("3926909989", "3926909989", "61091000", "91111000", "9999999999", "0809290000", "", "85076000", "39269099")
    offers = [
        replace_offer(
            CASE, variant_id=i, goods_code=code, origin=origin, price=price, gross_grams=grams, channel=channel
        )
        for i, (code, origin, price, grams, channel) in enumerate(
            (code, origin, price, grams, channel)
            for code in codes
            for origin in ("CN", "VN", "DE")
            for price in (Money(4900, "CNY"), Money(330_000, "USD"))
            for grams in (60, None)
            for channel in ("export", "bazaar", "souk")
        )
    ]
    for destination, currency in (("US", "USD"), ("CN", "CNY"), ("DE", "EUR")):
        pricing = landed.unit_pricing(destination=destination, currency=currency, at=make.NOV)
        asks = [
            PriceAsk(o.variant_id, 7, o.channel, o.price, o.goods_code, o.origin, "CN", o.net_grams, o.gross_grams)
            for o in offers
        ]
        alone = landed.landed_prices(items=asks, destination=destination, currency=currency, at=make.NOV)
        found = pricing.prices(offers)
        assert [(one.total, one.reason) for one in found] == [
            (one.total.minor if one.total else None, one.reason or "") for one in alone
        ]
        priced = [(new, old) for new, old in zip(found, alone, strict=True) if old.total]
        assert [new[:5] for new, _ in priced] == [
            tuple(part.minor for part in (old.goods, old.freight, old.duty, old.tax, old.fees)) for _, old in priced
        ]


@pytest.fixture(autouse=True)
def _law_of_this_test():
    customs.forget()
    yield
    customs.forget()


def replace_offer(offer, **facts):
    return offer._replace(**facts)


def market(sizes=3):
    merchant = parties.merchant(country="CN", channels=("export",))
    for number in range(sizes):
        goods.listing(
            merchant_id=merchant, handle=f"case-{number}", title=f"Case {number}", origin="CN", grams=45,
            goods_codes={"US": "3926909989", "*": "392690"}, prices=(("export", f"{2000 + number}", "USD"),),
            category="electronics/phone-cases", sizes=("S", "M"),
        )  # fmt: skip
    return merchant


def the_run(at, destination="US"):
    (run,) = jobs.due_requotes(at=at, destinations=[destination])
    return run


def test_every_offer_is_priced_once_and_again_when_the_day_changes():
    merchant = market()
    at = clock.now()
    run = jobs.go_on(run=the_run(at))
    assert (run.offers, run.priced, run.ended_at is not None) == (6, 6, True)
    assert jobs.due_requotes(at=at, destinations=["US"]) == ()
    rows = set(UnitPriceRow.objects.filter(merchant_id=merchant).values_list("id", "run_id"))
    tomorrow = jobs.go_on(run=the_run(at + timedelta(days=1)))
    assert tomorrow.id != run.id
    # Prices that are the same are not written again.
    assert set(UnitPriceRow.objects.filter(merchant_id=merchant).values_list("id", "run_id")) == rows
    assert [(one.raised, one.lowered, one.offers) for one in tomorrow.categories] == [(0, 0, 6)]


def test_a_run_goes_on_where_it_was_stopped_and_a_second_worker_does_no_harm(monkeypatch):
    monkeypatch.setattr(jobs, "_SLICE", 2)
    merchant = market()
    run = the_run(clock.now())
    half = jobs.go_on(run=run, slices=1)
    assert (half.looked, half.ended_at) == (2, None)
    # The worker that was thought dead writes the first slice again: nothing is counted twice.
    again = jobs.go_on(run=run, slices=1)
    assert (again.looked, again.offers) == (2, 2)
    whole = jobs.go_on(run=half)
    assert (whole.looked, whole.offers, UnitPriceRow.objects.filter(merchant_id=merchant).count()) == (6, 6, 6)


def test_what_a_new_measure_changed_is_told_by_category_with_the_largest_first():
    merchant = market()
    at = clock.now()
    jobs.go_on(run=the_run(at))
    add_measure(at)
    run = jobs.go_on(run=the_run(at))
    (cases,) = run.categories
    assert (cases.category, cases.raised, cases.lowered) == ("electronics", 6, 0)
    assert cases.after > cases.before
    assert len(run.moves) == 3
    assert {(move.merchant_id, move.after > move.before) for move in run.moves} == {(merchant, True)}


def test_a_run_ends_when_the_law_has_changed_again():
    market()
    at = clock.now()
    run = the_run(at)
    add_measure(at)
    ended = jobs.go_on(run=run)
    assert (ended.offers, ended.ended_at is not None) == (0, True)
    assert the_run(at).id != run.id


def add_measure(at):
    from entrepot.customs.services import load_part

    sample = next(one for one in make.rows("us").measures if one.kind == "s301_cn")
    added = replace(
        sample, key="s338.test", kind="s338", codes=("3926",), codes_except=(), origins=frozenset({"CN"}),
        claims_except=frozenset(), valid_from=at.date() - timedelta(days=2), valid_until=None, unknown_from=None,
    )  # fmt: skip
    load_part(
        jurisdiction="US", part="us.test", edition="test", rows=Rows(measures=(added,)), digest="d1", at=at, file="test"
    )
    customs.forget()


def test_offers_come_in_slices_with_the_price_in_the_wanted_currency():
    merchant = parties.merchant()
    goods.listing(
        merchant_id=merchant, goods_codes={"US": "0809290000"},
        prices=(("mall", "19900", "CNY"), ("export", "900", "EUR"), ("export", "1000", "USD")),
    )  # fmt: skip
    first, last, looked = offers_on_sale(
        destination="US", currency="USD", channels=("export", "mall"), after=0, limit=1
    )
    assert [(one.channel, one.price) for one in first] == [
        ("export", Money(1000, "USD")), ("mall", Money(19900, "CNY")),
    ]  # fmt: skip
    assert (looked, {one.goods_code for one in first}) == (1, {"0809290000"})
    rest, last, _ = offers_on_sale(destination="GB", currency="GBP", channels=("export",), after=last, limit=9)
    assert [(one.goods_code, one.price.currency) for one in rest] == [("", "EUR")]
    assert offers_on_sale(destination="GB", currency="GBP", channels=("export",), after=last, limit=9)[1:] == (0, 0)


def test_the_job_queues_its_rest_and_the_clock_opens_the_runs(monkeypatch):
    from procrastinate.contrib.django.models import ProcrastinateJob

    monkeypatch.setattr(jobs, "_SLICE", 1)
    monkeypatch.setattr(jobs, "_SLICES", 2)
    market(1)
    jobs.requote_due(timestamp=0)
    waiting = ProcrastinateJob.objects.filter(task_name="landed.requote", status="todo")
    runs = RequoteRow.objects.count()
    assert waiting.count() == runs > 1
    for run in RequoteRow.objects.all():
        jobs.requote(run_id=run.id)
    assert RequoteRow.objects.filter(ended_at=None).exists()
    for run in RequoteRow.objects.all():
        jobs.requote(run_id=run.id)
    assert not RequoteRow.objects.filter(ended_at=None).exists()
