"""A discounted sale from the quote to the merchant's money: priced, valued, held, released, and given back when given up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.basket.services import choose_delivery, enter_codes
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.place_order import place_order
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind as Account
from entrepot.orders import queries as orders
from entrepot.orders.terms import CancelReason, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import begin_opening, record_intent
from entrepot.payments.terms import IntentStatus, ProviderIntent, ProviderProof, RefundAsk
from entrepot.promotions import queries, services
from entrepot.promotions.models import UseRow
from entrepot.promotions.terms import Kind, PromotionUsedUp, Scope
from entrepot.stock.services import set_on_hand_all
from tests.flows.test_quote_basket import NOV, check_sums, cherries, phone_case, put, quoted
from tests.orders import make as order_make
from tests.parties import make as parties
from tests.parties.make import AMERICAN
from tests.promotions import make

pytestmark = pytest.mark.django_db
# Without the goods: they are moved along here without being taken off the shelf.
SOUND = [one for one in CHECKS if one.name.split(".")[0] in {"ledger", "holds", "orders", "payments", "promotions"}]
SOUND = [one for one in SOUND if one.name != "orders.stock"]
CODE = {"code": "AUTUMN"}


@pytest.fixture
def viewer() -> Viewer:
    person = parties.user()
    shopper_id = parties.shopper(country="US", currency="USD", user_id=person)
    return Viewer(user_id=person, shopper_id=shopper_id)


def basket(viewer: Viewer, *codes: str, quantity: int = 3, **facts) -> int:
    """So many phone cases at CNY 49 from China, 50 in stock, with these codes; answers their merchant."""
    listing = phone_case(**facts)
    variant = put(viewer, listing, quantity=quantity, channel="export")
    set_on_hand_all(merchant_id=listing.merchant_id, quantities=[(variant, 50)], at=NOV)
    if codes:
        enter_codes(shopper_id=viewer.shopper_id or 0, codes=codes, at=NOV)
    return listing.merchant_id


def home(viewer: Viewer, **more) -> BasketQuote:
    return quoted(viewer, destination="US", currency="USD", region="WA", **more)


def ordered(viewer: Viewer, quote: BasketQuote, at=NOV, where=AMERICAN):
    address = parties.address(shopper_id=viewer.shopper_id, address=where)
    placed = place_order(viewer=viewer, quote_ref=quote.ref, address_ref=address, key=quote.ref, at=at)
    return orders.order(viewer=viewer, ref=placed.order_ref)


def paid(viewer: Viewer, order):
    payment = payments.payment_of_order(shopper_id=viewer.shopper_id or 0, order_id=order.id)
    intent = ProviderIntent("pi_7", IntentStatus.SUCCEEDED, "", payment.amount, payment.ref)
    begin_opening(payment_id=payment.id, shopper_id=order.shopper_id, return_url="")
    record_intent(payment_id=payment.id, shopper_id=order.shopper_id, intent=intent, at=NOV)
    settle_payment(payment_id=payment.id, proof=ProviderProof("pi_7", payment.amount), at=NOV)
    return payment


def balance(kind: Account, subject: int = 0, currency: str = "USD") -> int:
    return ledger.balance(kind=kind, subject=subject, currency=currency).posted.minor


def test_a_shared_discount_reaches_the_merchant_the_carrier_and_the_books_to_the_cent(viewer: Viewer) -> None:
    merchant_id = basket(viewer, "autumn")
    shared = make.put_up(percent=Decimal(20), platform_percent=60, uses_max=5, at=NOV, **CODE)
    own = make.put_up(Kind.DELIVERY, owner_id=merchant_id, percent=Decimal(50), at=NOV)
    services.agree_to_promotion(viewer=make.merchant(merchant_id), merchant_id=merchant_id, ref=shared.ref, at=NOV)

    quote = home(viewer)
    check_sums(quote)
    (part,) = quote.consignments
    autumn, delivery = quote.promotions
    assert [(one.ref, one.code) for one in quote.promotions] == [(shared.ref, "AUTUMN"), (own.ref, "")]
    assert autumn.goods == part.goods_before.at_rate(Decimal("0.2"))
    assert abs(autumn.promoted.minor - autumn.goods.minor * 0.6) < 1
    half = part.freight_before.at_rate(Decimal("0.5"))
    assert (delivery.freight, delivery.promoted_freight.minor) == (half, 0)
    # Commission is on the price after what the merchant gives, before what the marketplace adds.
    assert part.lines[0].commission == (part.goods + autumn.promoted).at_rate(Decimal("0.08"))
    # What customs see: the price less the merchant's part of the discount.
    assert part.asked is not None
    assert Money.of(part.asked.lines[0].value, "USD") == part.goods + autumn.promoted

    order = ordered(viewer, quote)
    payment = paid(viewer, order)
    assert payment.amount == quote.total
    (one,) = order.consignments
    assert (one.amounts.goods, one.promotions) == (part.goods, part.promotions)
    assert balance(Account.HOLD, one.id) == (quote.total + autumn.promoted).minor
    assert balance(Account.PROMOTION) == -autumn.promoted.minor

    order_make.move(one.id, merchant_id, Verb.SEND, Verb.DELIVER, at=NOV)
    release_hold(consignment_id=one.id, merchant_id=merchant_id, at=NOV + timedelta(days=60))
    assert balance(Account.HOLD, one.id) == 0
    assert balance(Account.FREIGHT_PAYABLE) == part.freight_before.minor
    reached = sum(balance(kind, merchant_id, "CNY") for kind in (Account.MERCHANT_AVAILABLE, Account.MERCHANT_PENDING))
    assert reached == one.merchant_net.minor
    listed = one.lines[0].merchant_unit * 3
    assert one.lines[0].merchant_discount is not None
    assert one.lines[0].merchant_freight is not None
    base = listed - one.lines[0].merchant_discount
    assert one.merchant_net == base - base.at_rate(Decimal("0.08")) - one.lines[0].merchant_freight
    found = audited(checks=SOUND, at=NOV, patience=timedelta(days=90))
    assert {each.check.name: each.offenders for each in found if not each.clean} == {}
    (spent,) = queries.spent(viewer=make.OPERATOR, owner_id=0, promotion_ids=[shared.id])[shared.id]
    assert (spent.orders, spent.off, spent.promoted) == (1, autumn.goods, autumn.promoted)


def test_money_that_goes_back_takes_our_part_of_the_discount_home(viewer: Viewer) -> None:
    merchant_id = basket(viewer, "autumn")
    make.put_up(percent=Decimal(20), at=NOV, **CODE)
    make.put_up(Kind.DELIVERY, owner_id=merchant_id, percent=Decimal(50), at=NOV)
    order = ordered(viewer, home(viewer))
    paid(viewer, order)
    (one,) = order.consignments
    for key, amount in (("half", Money(one.amounts.total.minor // 2, "USD")), ("rest", None)):
        ask = RefundAsk(key=key, reason="test", amount=amount)
        refund_consignment(consignment_id=one.id, merchant_id=merchant_id, ask=ask, at=NOV)
    assert balance(Account.HOLD, one.id) == 0
    assert balance(Account.PROMOTION) == 0
    assert (
        sum(balance(kind, merchant_id, "CNY") for kind in (Account.MERCHANT_AVAILABLE, Account.MERCHANT_PENDING)) == 0
    )
    found = audited(checks=SOUND, at=NOV, patience=timedelta(days=90))
    assert {each.check.name: each.offenders for each in found if not each.clean} == {}


def test_a_merchant_who_has_not_agreed_bears_nothing_and_the_shopper_is_told(viewer: Viewer) -> None:
    basket(viewer, "autumn")
    make.put_up(platform_percent=60, at=NOV, **CODE)
    quote = home(viewer)
    assert quote.promotions == ()
    assert [(one.code, one.reason) for one in quote.codes] == [("AUTUMN", "merchant_not_in")]


def test_a_code_gone_between_quote_and_order_refuses_the_order_whole(viewer: Viewer) -> None:
    basket(viewer, "autumn")
    promotion = make.put_up(uses_max=1, at=NOV, **CODE)
    quote = home(viewer)
    services.hold_uses(shopper_id=parties.shopper(), order_id=5, uses=[make.use(promotion)], at=NOV)
    with pytest.raises(PromotionUsedUp) as refused:
        ordered(viewer, quote)
    assert refused.value.facts["title"] == promotion.terms.title
    assert orders.orders_of(viewer=viewer) == ()
    # The next price is without it, and says why.
    fresh = home(viewer)
    assert [(one.code, one.reason) for one in fresh.codes] == [("AUTUMN", "used_up")]
    assert fresh.goods > quote.goods


def test_giving_up_an_order_gives_its_uses_back_once(viewer: Viewer) -> None:
    basket(viewer, "autumn")
    promotion = make.put_up(uses_max=1, uses_each=1, at=NOV, **CODE)
    order = ordered(viewer, home(viewer))
    kept = queries.promotion(viewer=make.OPERATOR, owner_id=0, ref=promotion.ref)
    assert kept.uses == 1
    for _ in range(2):
        cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=NOV)
    kept = queries.promotion(viewer=make.OPERATOR, owner_id=0, ref=promotion.ref)
    assert kept.uses == 0
    assert UseRow.objects.get(shopper_id=order.shopper_id, order_id=order.id).given_back_at == NOV
    (again,) = queries.offered(merchant_ids=[], codes=["AUTUMN"], shopper_id=order.shopper_id, at=NOV)
    assert (again.used, again.promotion.uses) == (0, 0)


def test_one_shopper_uses_a_code_as_often_as_it_says(viewer: Viewer) -> None:
    basket(viewer, "autumn")
    make.put_up(uses_each=1, at=NOV, **CODE)
    assert ordered(viewer, home(viewer)).promotions
    basket(viewer, "autumn", handle="second-case")
    assert [one.reason for one in home(viewer).codes] == ["used_by_you"]


def test_into_china_a_code_stays_in_the_value_and_a_public_reduction_does_not(viewer: Viewer) -> None:
    listing = cherries()
    put(viewer, listing)
    full = quoted(viewer).consignments[0]
    make.put_up(owner_id=listing.merchant_id, percent=Decimal(10), at=NOV, **CODE)
    enter_codes(shopper_id=viewer.shopper_id or 0, codes=["AUTUMN"], at=NOV)
    coded = quoted(viewer).consignments[0]
    assert (coded.goods < full.goods, coded.tax + coded.duty) == (True, full.tax + full.duty)

    make.put_up(owner_id=listing.merchant_id, percent=Decimal(10), title={"en": "For all"}, at=NOV)
    enter_codes(shopper_id=viewer.shopper_id or 0, codes=[], at=NOV)
    public = quoted(viewer).consignments[0]
    assert public.goods == coded.goods
    assert public.tax + public.duty < coded.tax + coded.duty


def test_the_chosen_delivery_is_priced_and_kept_on_the_order(viewer: Viewer) -> None:
    merchant_id = basket(viewer)
    usual = home(viewer).consignments[0]
    assert [one.level for one in usual.options] == ["standard", "express"]
    choose_delivery(
        shopper_id=viewer.shopper_id or 0, merchant_id=merchant_id, channel="export", ship_from="CN", level="express",
        at=NOV,
    )  # fmt: skip
    quick = home(viewer)
    (part,) = quick.consignments
    express = next(one for one in usual.options if one.level == "express")
    assert (part.level, part.freight, part.days_max) == ("express", express.cost, express.days_max)
    assert part.freight > usual.freight
    (one,) = ordered(viewer, quick).consignments
    assert (one.level, one.amounts.freight) == ("express", express.cost)
    # A basket that an order emptied starts without what was chosen for the last one.
    basket(viewer, handle="third-case", merchant_id=merchant_id)
    assert home(viewer).consignments[0].level == "standard"


def test_what_is_left_of_a_line_is_never_nothing(viewer: Viewer) -> None:
    basket(viewer, quantity=1)
    make.put_up(Kind.AMOUNT, amount=Money(99_999, "USD"), at=NOV)
    quote = home(viewer)
    assert quote.goods.minor == 1
    assert quote.total.minor > 1


def test_a_promotion_is_looked_after_by_whoever_made_it() -> None:
    merchant_id, other = parties.merchant(), parties.merchant()
    one = make.put_up(owner_id=merchant_id, at=NOV, scope=Scope(), **CODE)
    with pytest.raises(services.NotYours):
        services.end_promotion(viewer=make.merchant(other), owner_id=merchant_id, ref=one.ref, at=NOV)
    for _ in range(2):
        services.end_promotion(viewer=make.merchant(merchant_id), owner_id=merchant_id, ref=one.ref, at=NOV)
    with pytest.raises(services.CodeTaken):
        make.put_up(owner_id=merchant_id, at=NOV, **CODE)
    mine = queries.promotions_of(viewer=make.merchant(merchant_id), owner_id=merchant_id)
    assert [(each.ref, each.ended_at) for each in mine] == [(one.ref, NOV)]
    terms = replace(make.terms(at=NOV), platform_percent=100)
    refs = {
        services.make_promotion(viewer=make.OPERATOR, owner_id=0, terms=terms, key="same", at=NOV) for _ in range(2)
    }
    assert len(refs) == 1
