"""Quoting baskets both ways over the sea: parts, splits, refusals, the frozen row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.basket.services import put_line
from entrepot.catalogue.terms import Listing
from entrepot.channels import queries as channels
from entrepot.customs import queries as customs
from entrepot.flows.quote_basket import quote_basket
from entrepot.kernel.money import Money
from entrepot.landed import queries, rules
from entrepot.landed.models import QuoteRow
from entrepot.landed.terms import GUARANTEED, BasketQuote, NothingToQuote, QuoteExpired, QuoteMissing
from entrepot.parties.terms import ShopperId, Viewer
from tests.catalogue import make as catalogue
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
NOV = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(shopper_id=ShopperId(parties.shopper()))


def put(viewer: Viewer, listing: Listing, quantity: int = 1, channel: str = "mall", which: int = 0) -> int:
    variant = listing.variants[which].id
    put_line(shopper_id=viewer.shopper_id, merchant_id=listing.merchant_id, variant_id=variant, channel=channel,
             quantity=quantity, at=NOV)  # fmt: skip
    return variant


def quoted(viewer: Viewer, destination: str = "CN", currency: str = "CNY", **more) -> BasketQuote:
    asked = {
        "viewer": viewer,
        "basket_ref": None,
        "destination": destination,
        "region": "",
        "currency": currency,
        "at": NOV,
    }
    return quote_basket(**asked | more)


def grower():
    return parties.merchant(country="US", currency="USD")


def cherries(**facts) -> Listing:
    return catalogue.listing(
        **{"merchant_id": grower(), "prices": (("mall", "2800", "USD"), ("bazaar", "2800", "USD"))} | facts
    )


def phone_case(**facts) -> Listing:
    maker = facts.pop("merchant_id", None) or parties.merchant(country="CN", currency="CNY")
    return catalogue.listing(
        **{
            "merchant_id": maker, "handle": "case", "title": "Phone case", "chinese": "手机壳", "origin": "CN",
            "goods_codes": {"US": "3926.90.99.89", "CN": "39269090", "*": "392690"}, "category": "electronics/phone-cases",
            "prices": (("export", "4900", "CNY"),), "grams": 45, "sizes": (),
        }
        | facts
    )  # fmt: skip


def check_sums(quote: BasketQuote) -> None:
    for part in ("goods", "freight", "duty", "tax", "fees", "total"):
        whole = Money.total((getattr(one, part) for one in quote.consignments), quote.currency)
        assert whole == getattr(quote, part)
        for one in quote.consignments:
            assert Money.total((getattr(line, part) for line in one.lines), quote.currency) == getattr(one, part)
    for one in quote.consignments:
        taken = sum((part.amount for part in one.components), Decimal(0))
        assert taken == (one.duty + one.tax + one.fees).decimal


def test_american_cherries_come_to_china_by_cbec_with_their_vat_at_seventy_per_cent(viewer: Viewer) -> None:
    put(viewer, cherries(), 2)

    quote = quoted(viewer)

    (one,) = quote.consignments
    # USD 28.00 at 7.4326 / 1.1172 is CNY 186.28 a unit; freight USD 3.50 and 22 steps of 100 g at 0.95.
    assert (one.regime, one.mode, one.route, quote.refusals) == ("cbec", "cbec_direct", "depot", ())
    assert quote.goods == Money(2 * 18628, "CNY")
    assert quote.freight == Money(16233, "CNY")
    # (372.56 + 162.33) x 9 % x 70 %
    assert (quote.duty, quote.tax, quote.fees) == (Money(0, "CNY"), Money(3370, "CNY"), Money(0, "CNY"))
    assert quote.total == Money(37256 + 16233 + 3370, "CNY")
    assert one.annual_used_after == Money(37256 + 16233, "CNY")
    assert one.lines[0].merchant_net == Money(5320, "USD")
    assert one.lines[0].commission == Money(1863, "CNY")
    assert any("positive list" in note for note in one.notes)
    assert quote.complete
    check_sums(quote)


def test_a_chinese_phone_case_enters_america_with_stacked_duty_and_last_years_fee_flagged(viewer: Viewer) -> None:
    put(viewer, phone_case(), 2, channel="export")

    quote = quoted(viewer, "US", "USD")

    (one,) = quote.consignments
    assert (one.regime, one.route) == ("informal_entry", "direct")
    assert [(part.kind, part.rate, part.amount) for part in one.components] == [
        ("base", "5.3%", Decimal("0.80")),
        ("s301_cn", "7.5%", Decimal("1.13")),
        ("s301_fl", "12.5%", Decimal("1.87")),
        ("waybill_fee", "1.34", Decimal("1.34")),
    ]
    assert "carried forward" in one.components[3].assumed
    assert any(note.startswith("Assumed:") for note in one.notes)
    assert "US state and local sales tax is not included." in one.notes
    check_sums(quote)


def test_a_basket_of_two_merchants_is_two_consignments_each_with_its_own_list(viewer: Viewer) -> None:
    put(viewer, cherries())
    apples = cherries(merchant_id=grower(), handle="apples", goods_codes={"CN": "08081000"})
    put(viewer, apples)

    quote = quoted(viewer)

    assert [len(one.lines) for one in quote.consignments] == [1, 1]
    first, second = quote.consignments
    assert second.annual_used_after - first.annual_used_after == second.goods + second.freight
    check_sums(quote)


def test_shares_of_lines_sum_to_the_cent(viewer: Viewer) -> None:
    listing = cherries(prices=(("mall", "1999", "USD"),))
    put(viewer, listing, 3, which=0)
    put(viewer, listing, 1, which=1)

    check_sums(quoted(viewer))


def test_fresh_fruit_is_refused_by_post_and_the_mall_is_named(viewer: Viewer) -> None:
    put(viewer, cherries(), channel="bazaar")

    quote = quoted(viewer)

    (refusal,) = quote.refusals
    assert (refusal.reason, refusal.alternatives) == ("prohibited", ("cbec_direct", "general_trade"))
    assert quote.consignments == ()
    assert quote.total == Money(0, "CNY")
    assert not quote.complete


def test_the_yearly_allowance_is_counted_over_the_consignments_of_one_basket(viewer: Viewer) -> None:
    put(viewer, cherries())
    put(viewer, cherries(merchant_id=grower(), handle="second"))

    quote = quoted(viewer, annual_used=Decimal(25600))

    assert len(quote.consignments) == 1
    assert [refusal.reason for refusal in quote.refusals] == ["annual_limit_exceeded"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"goods_codes": {"US": "08092900"}}, "code_unknown"),
        ({"goods_codes": {"CN": "8517130000"}}, "not_on_positive_list"),
        ({"prices": (("mall", "90000", "USD"),)}, "over_single_limit_multi_item"),
    ],
)
def test_what_cannot_be_told_or_had_is_refused_with_its_reason(viewer: Viewer, facts: dict, reason: str) -> None:
    put(viewer, cherries(**facts), 2)

    assert [refusal.reason for refusal in quoted(viewer).refusals] == [reason]


def test_an_unpublished_article_is_not_on_sale(viewer: Viewer) -> None:
    put(viewer, cherries(published=False))

    assert [refusal.reason for refusal in quoted(viewer).refusals] == ["not_on_sale"]


def test_a_channel_that_does_not_send_there_says_so(viewer: Viewer) -> None:
    put(viewer, cherries())

    assert [refusal.reason for refusal in quoted(viewer, "US", "USD").refusals] == ["no_lane"]


def test_goods_that_lie_in_the_country_cross_no_border(viewer: Viewer) -> None:
    put(viewer, phone_case(prices=(("bazaar", "4900", "CNY"),)), channel="bazaar")

    quote = quoted(viewer)

    (one,) = quote.consignments
    assert (one.regime, one.components, one.asked) == ("domestic", (), None)
    assert quote.total == quote.goods + quote.freight


def test_an_empty_basket_is_not_quoted(viewer: Viewer) -> None:
    with pytest.raises(NothingToQuote):
        quoted(viewer)
    with pytest.raises(NothingToQuote):
        quoted(Viewer())
    assert not QuoteRow.objects.filter(shopper_id=viewer.shopper_id).exists()


def test_the_frozen_quote_reads_back_the_same_until_its_time_is_over(viewer: Viewer) -> None:
    put(viewer, cherries())
    quote = quoted(viewer)

    assert queries.quote(viewer=viewer, ref=quote.ref, at=NOV + timedelta(minutes=29, seconds=59)) == quote
    assert queries.quotes_by_ref(shopper_id=viewer.shopper_id, refs=[quote.ref, "qt_x"]) == {quote.ref: quote}
    with pytest.raises(QuoteExpired):
        queries.quote(viewer=viewer, ref=quote.ref, at=NOV + timedelta(minutes=30))


def test_another_shoppers_quote_is_not_there(viewer: Viewer) -> None:
    put(viewer, cherries())
    quote = quoted(viewer)

    with pytest.raises(QuoteMissing):
        queries.quote(viewer=Viewer(shopper_id=ShopperId(parties.shopper())), ref=quote.ref, at=NOV)


def test_a_stored_quote_replays_to_the_same_figures(viewer: Viewer) -> None:
    put(viewer, cherries(), 3)
    put(viewer, phone_case(prices=(("mall", "4900", "CNY"),)))
    stored = queries.quotes_by_ref(shopper_id=viewer.shopper_id, refs=[quoted(viewer).ref]).popitem()[1]

    for one in stored.consignments:
        if one.asked is None:
            continue
        law = customs.law(destination=stored.destination, on=one.asked.on)
        again = rules.quote(
            request=one.asked, law=law, policy=GUARANTEED, rates={(rate.base, rate.quote): rate for rate in stored.fx}
        )
        assert stored.data_version == law.version
        assert (again.components, again.trace, again.notes) == (one.components, one.trace, one.notes)


def test_quoting_takes_six_statements_whatever_the_lines(viewer: Viewer) -> None:
    listing = cherries()
    for which in (0, 1):
        put(viewer, listing, which=which)
    put(viewer, cherries(merchant_id=grower(), handle="other"))
    quoted(viewer)  # the law, channels, rates and rate cards are in memory from here on

    with CaptureQueriesContext(connection) as taken:
        quoted(viewer)
    statements = [query["sql"] for query in taken.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 6


def test_a_quote_keeps_the_rate_and_its_day(viewer: Viewer) -> None:
    put(viewer, cherries())
    quote = quoted(viewer)

    (dollar,) = (rate for rate in quote.fx if (rate.base, rate.quote) == ("USD", "CNY"))
    assert (str(dollar.on), dollar.value) == ("2026-10-30", quote.consignments[0].lines[0].fx)
    assert "crossed through EUR" in dollar.source


def test_canadian_quotes_are_for_one_province(viewer: Viewer) -> None:
    put(viewer, phone_case(), channel="export")

    quote = quoted(viewer, "CA", "CAD", region="ON")

    assert quote.region == "ON"
    assert [one.regime for one in quote.consignments] == ["de_minimis"]
    assert quote.total == quote.goods + quote.freight


def test_a_channels_commission_is_frozen_per_line(viewer: Viewer) -> None:
    put(viewer, cherries(), 7)
    rate = channels.channel(slug="mall").commission

    (line,) = quoted(viewer).consignments[0].lines

    assert line.commission == line.goods.at_rate(rate)
    owed = line.merchant_unit * 7
    assert line.merchant_net == owed - owed.at_rate(rate)
    assert replace(line, quantity=7) == line
