"""The commission of a sale: by the rules of the day it was quoted, with its tax, to the merchant's account and ours."""

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.basket.services import put_line
from entrepot.channels import queries as channels
from entrepot.channels.services import add_commission_rule
from entrepot.channels.terms import CommissionRule
from entrepot.flows.place_order import place_order
from entrepot.flows.quote_basket import quote_basket
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import country_subject
from entrepot.ledger.terms import Kind
from entrepot.orders import queries as orders
from entrepot.parties.terms import ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import begin_opening, record_intent, schedule_release
from entrepot.stock.services import set_on_hand_all
from tests.catalogue import make as catalogue
from tests.orders import make as order_make
from tests.parties import make as parties
from tests.payments import make as payment_make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    channels.forget()
    yield
    channels.forget()


def rule(rate, *, merchant_id=None, category="", key="k"):
    row = CommissionRule(0, merchant_id, category, "bazaar", Decimal(rate), AT.date(), "agreed with them")
    return add_commission_rule(rule=row, key=key, at=AT)


def test_the_rule_of_the_day_is_kept_on_the_line_with_its_tax_and_booked_at_release(
    settings, django_assert_num_queries
) -> None:
    settings.SEAT = "CN"
    merchant_id = parties.merchant(country="CN", currency="CNY", channels=("bazaar",))
    listing = catalogue.listing(merchant_id=merchant_id, prices=(("bazaar", "10000", "CNY"),), origin="CN")
    variant = listing.variants[0].id
    set_on_hand_all(merchant_id=merchant_id, quantities=[(variant, 10)], at=AT)
    general, special = rule("0.04", category="food", key="a"), rule("0.03", merchant_id=merchant_id, key="b")
    assert general != special
    viewer = Viewer(shopper_id=ShopperId(parties.shopper()))
    address = parties.address(shopper_id=viewer.shopper_id)
    put_line(
        shopper_id=viewer.shopper_id, merchant_id=merchant_id, variant_id=variant, channel="bazaar", quantity=3, at=AT
    )
    quote = quote_basket(viewer=viewer, basket_ref=None, destination="CN", region="", currency="CNY", at=AT)
    (line,) = quote.consignments[0].lines
    assert line.goods == Money(30_000, "CNY")
    # 3 per cent of 300.00, and 6 per cent of that as Chinese tax.
    assert (line.commission_rate, line.commission_rule, line.commission) == (
        Decimal("0.03000"), f"rule {special}", Money(900, "CNY"),
    )  # fmt: skip
    assert (line.commission_tax, line.merchant_net, line.seat) == (Money(54, "CNY"), Money(29_046, "CNY"), "CN")
    with django_assert_num_queries(0):
        channels.fee_book()
    rule("0.20", merchant_id=merchant_id, key="c")  # what comes later changes nothing that was quoted
    placed = place_order(viewer=viewer, quote_ref=quote.ref, address_ref=address, key="o", at=AT + timedelta(minutes=1))
    order = orders.order(viewer=viewer, ref=placed.order_ref)
    part = order.consignments[0]
    kept = part.lines[0]
    assert (kept.commission_rate, kept.commission_rule, kept.commission_tax) == (
        line.commission_rate, line.commission_rule, line.commission_tax,
    )  # fmt: skip
    payment = payments.payment(viewer=viewer, ref=placed.payment_ref)
    asked = begin_opening(payment_id=payment.id, shopper_id=payment.shopper_id, return_url="http://x/")
    record_intent(payment_id=payment.id, shopper_id=payment.shopper_id, intent=payment_make.intent(asked), at=AT)
    settle_payment(payment_id=payment.id, proof=payment_make.proof(order.amounts.total.minor), at=AT)
    from tests.flows.make import TO_DOOR

    steps = TO_DOOR if part.route == "depot" else [verb for verb in TO_DOOR if verb in {"send", "deliver"}]
    order_make.move(part.id, merchant_id, *steps, at=AT)
    schedule_release(merchant_id=merchant_id, consignment_id=part.id, release_at=AT)
    release_hold(consignment_id=part.id, merchant_id=merchant_id, at=AT + timedelta(days=60))

    def posted(kind, subject=0):
        return ledger.balance(kind=kind, currency="CNY", subject=subject).posted.minor

    assert posted(Kind.HOLD, part.id) == 0
    assert (posted(Kind.COMMISSION), posted(Kind.TAX_PAYABLE, country_subject("CN"))) == (900, 54)
    assert posted(Kind.MERCHANT_AVAILABLE, merchant_id) == 29_046
    assert ledger.drift() == ()
    groups = orders.sold_groups(viewer=parties.operator(), since=AT - timedelta(days=1))
    assert [(one.category, one.lines, one.goods, one.commission) for one in groups] == [
        ("food/fruit/cherries", 1, Money(30_000, "CNY"), Money(900, "CNY")),
    ]  # fmt: skip
