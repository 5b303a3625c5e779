"""What promotions come to: tables of what one takes off, and properties of all of them together."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.promotions import rules
from entrepot.promotions.terms import (
    MARKETPLACE,
    CodeUnreadable,
    Discounts,
    Item,
    Kind,
    Promotion,
    PromotionUnclear,
    Scope,
)
from tests.parties.make import AT
from tests.promotions import make
from tests.promotions.make import item, offered, promotion, usd


def found(items, promotions, codes=(), used=0) -> Discounts:
    return rules.discounts(
        items=items, offered=offered(*promotions, used=used), codes=codes, tell=lambda money: money, at=AT
    )


def off(items, *promotions: Promotion) -> list[int]:
    """What comes off each line, goods and delivery together."""
    sums = [0] * len(items)
    for one in found(items, promotions, [p.terms.code for p in promotions if p.terms.code]).applied:
        for i, cut in enumerate(one.cuts):
            sums[i] += cut.goods.minor + cut.freight.minor
    return sums


TWO = (item(10_000), item(3_333, merchant_id=8, listing_id=3, channel="mall", category="food/fruit"))
PACKED = (item(10_000, freight=usd(800)), item(2_000, freight=usd(400), merchant_id=8))


@pytest.mark.parametrize(
    ("items", "promotions", "expected"),
    [
        (TWO, [promotion(percent=Decimal("12.5"))], [1_250, 417]),
        (TWO, [promotion(Kind.AMOUNT, amount=usd(2_000))], [1_500, 500]),
        (TWO, [promotion(Kind.AMOUNT, amount=usd(99_999))], [9_999, 3_332]),
        (TWO, [promotion(scope=Scope(merchant_id=8))], [0, 333]),
        (TWO, [promotion(scope=Scope(channel="export"))], [1_000, 0]),
        (TWO, [promotion(scope=Scope(category="food"))], [0, 333]),
        (TWO, [promotion(scope=Scope(category="foo"))], [0, 0]),
        (TWO, [promotion(scope=Scope(listing_ids=(2, 9)))], [1_000, 0]),
        # The percentage works on what the bundle left, the amount on what both left.
        ([item(9_000, quantity=3)], [promotion(), promotion(Kind.BUNDLE, number=2)], [3_600]),
        ([item(9_000, quantity=3)], [promotion(Kind.AMOUNT, number=3), promotion()], [1_400]),
        # The cheapest pieces are free, over all lines; a group that is not full gives nothing.
        ([item(9_000, quantity=2), item(2_000, quantity=4)], [promotion(Kind.BUNDLE)], [0, 1_000]),
        ([item(9_000, quantity=2)], [promotion(Kind.BUNDLE)], [0]),
        ([item(9_000, quantity=4)], [promotion(Kind.BUNDLE, buy=1, free=1, percent=Decimal(50))], [2_250]),
        # A line that is free altogether still costs one minor unit.
        ([item(9_000, quantity=2), item(100)], [promotion(Kind.BUNDLE)], [0, 99]),
        (PACKED, [promotion(Kind.DELIVERY)], [800, 400]),
        (PACKED, [promotion(Kind.DELIVERY, percent=Decimal(50), amount=usd(300))], [200, 100]),
        # What a merchant gives of delivery never costs it more than the goods bring.
        ([item(500, freight=usd(900))], [promotion(Kind.DELIVERY, owner_id=7, scope=Scope(merchant_id=7))], [437]),
        # An exclusive one closes its goods to the others, and is used only where that saves more.
        (TWO, [promotion(), promotion(number=2, percent=Decimal(20), exclusive=True)], [2_000, 667]),
        (TWO, [promotion(), promotion(number=2, percent=Decimal(5), exclusive=True)], [1_000, 333]),
        (
            TWO,
            [promotion(), promotion(number=2, percent=Decimal(20), exclusive=True, scope=Scope(merchant_id=8))],
            [1_000, 667],
        ),
    ],
)  # fmt: skip
def test_a_basket_is_lowered_by_exactly_so_much(items, promotions, expected) -> None:
    assert off(items, *promotions) == expected


CODE = {"code": "AUTUMN"}


@pytest.mark.parametrize(
    ("one", "used", "reason"),
    [
        (promotion(**CODE), 0, ""),
        (promotion(**CODE, since=AT + timedelta(seconds=1)), 0, "not_begun"),
        (promotion(**CODE, until=AT), 0, "expired"),
        (promotion(**CODE, ended_at=AT), 0, "ended"),
        (promotion(**CODE, uses_max=3, uses=3), 0, "used_up"),
        (promotion(**CODE, uses_each=2), 2, "used_by_you"),
        (promotion(**CODE, minimum=usd(13_334)), 0, "minimum"),
        (promotion(**CODE, minimum=usd(13_333)), 0, ""),
        (promotion(**CODE, scope=Scope(channel="bazaar")), 0, "not_these_goods"),
        (promotion(**CODE, platform_percent=60), 0, "merchant_not_in"),
        (promotion(**CODE, platform_percent=60, consents=frozenset({8})), 0, ""),
        (promotion(Kind.DELIVERY, **CODE), 0, "nothing_left"),
        (promotion(code="OTHER"), 0, "unknown"),
    ],
)
def test_a_code_is_answered_with_its_reason(one, used, reason) -> None:
    (answer,) = found(TWO, [one], ["AUTUMN"], used).answers
    assert (answer.code, answer.reason) == ("AUTUMN", reason)
    if reason == "minimum":
        assert answer.missing == usd(1)


def test_a_code_that_is_crowded_out_names_what_it_does_not_go_with() -> None:
    both = [promotion(percent=Decimal(30), exclusive=True, title={"en": "Big"}), promotion(number=2, **CODE)]
    (answer,) = found(TWO, both, ["AUTUMN"]).answers
    assert (answer.reason, answer.other) == ("not_together", {"en": "Big"})


def test_an_amount_without_a_rate_is_said_and_takes_nothing_off() -> None:
    no = rules.discounts(
        items=TWO, offered=offered(promotion(Kind.AMOUNT, **CODE)), codes=["AUTUMN"], tell=lambda _: None, at=AT
    )
    assert no.applied == ()
    assert (no.answers[0].reason, no.answers[0].currency) == ("no_rate", "USD")


ITEMS = st.lists(
    st.builds(
        lambda goods, quantity, freight, merchant, listing: item(
            goods * quantity, quantity=quantity, freight=usd(freight), merchant_id=merchant, listing_id=listing
        ),
        st.integers(1, 40_000), st.integers(1, 5), st.integers(0, 3_000), st.integers(7, 9), st.integers(1, 3),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip
SCOPES = st.sampled_from([Scope(), Scope(merchant_id=7), Scope(merchant_id=8), Scope(listing_ids=(1, 2))])


@st.composite
def promotions(draw) -> list[Promotion]:
    made = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from(Kind))
        owner = draw(st.sampled_from([MARKETPLACE, 7]))
        scope = Scope(merchant_id=7) if owner else draw(SCOPES)
        facts = {"percent": Decimal(draw(st.integers(1, 99)))}
        if kind is Kind.AMOUNT:
            facts = {"amount": usd(draw(st.integers(1, 60_000)))}
        if owner == MARKETPLACE:
            facts |= {"platform_percent": draw(st.integers(0, 100)), "consents": frozenset({7, 8})}
        made.append(promotion(kind, number=number, owner_id=owner, scope=scope, exclusive=draw(st.booleans()), **facts))
    return made


@given(ITEMS, promotions())
def test_nobody_pays_too_much_or_bears_what_is_not_theirs(items: list[Item], some: list[Promotion]) -> None:
    applied = found(items, some).applied
    for i, one in enumerate(items):
        cuts = [each.cuts[i] for each in applied]
        goods, freight = sum(cut.goods.minor for cut in cuts), sum(cut.freight.minor for cut in cuts)
        promoted = sum(cut.promoted.minor for cut in cuts)
        borne_freight = sum(cut.promoted_freight.minor for cut in cuts)
        assert 0 <= goods < one.goods.minor
        assert 0 <= freight <= one.freight.minor
        for cut in cuts:
            assert 0 <= cut.promoted.minor <= cut.goods.minor
            assert 0 <= cut.promoted_freight.minor <= cut.freight.minor
        # What the goods bring their merchant pays the fees and the delivery that is given.
        base = one.goods.minor - (goods - promoted)
        assert base - Money(base, "USD").at_rate(one.fee).minor - (freight - borne_freight) >= 0
        if one.merchant_id == 9:
            assert (goods, freight) == (promoted, borne_freight)


@given(ITEMS, promotions())
def test_every_discount_is_apportioned_to_the_cent(items: list[Item], some: list[Promotion]) -> None:
    for one in found(items, some).applied:
        whole = sum(cut.goods.minor + cut.freight.minor for cut in one.cuts)
        promoted = sum(cut.promoted.minor + cut.promoted_freight.minor for cut in one.cuts)
        percent = one.promotion.terms.platform_percent
        assert whole == one.total > 0
        assert abs(promoted - Decimal(whole * percent) / 100) < 1
        if one.promotion.terms.amount is not None:
            assert whole <= one.promotion.terms.amount.minor


@given(ITEMS, promotions(), promotions())
def test_an_exclusive_promotion_never_costs_the_shopper_what_goes_together(items, some, more) -> None:
    together = [replace(one, terms=replace(one.terms, exclusive=False)) for one in some]
    alone = [
        replace(one, id=one.id + 100, terms=replace(one.terms, exclusive=True)) for one in more
    ]  # fmt: skip

    def saved(*these: Promotion) -> int:
        return sum(one.total for one in found(items, these).applied)

    assert saved(*together, *alone) >= saved(*together)


@pytest.mark.parametrize(
    ("typed", "code"), [(" autumn-26 ", "AUTUMN-26"), ("ｓａｖｅ１０", "SAVE10"), ("a b c", "ABC")]
)
def test_a_code_is_read_as_it_was_meant(typed, code) -> None:
    assert rules.read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "AB", "-ABC", "ABC-", "A" * 25, "10%OFF", "限时优惠"])
def test_what_cannot_be_a_code_is_refused(typed) -> None:
    with pytest.raises(CodeUnreadable):
        rules.read_code(typed)


@pytest.mark.parametrize(
    ("why", "owner", "facts"),
    [
        ("title", 0, {"title": {"en": " "}}),
        ("percent", 0, {"percent": Decimal(0)}),
        ("percent", 0, {"percent": Decimal(100)}),
        ("percent", 0, {"percent": Decimal("3.333")}),
        ("amount", 0, {"kind": Kind.AMOUNT, "amount": None}),
        ("pieces", 0, {"kind": Kind.BUNDLE, "buy": 1, "free": 2}),
        ("minimum", 0, {"minimum": usd(0)}),
        ("currency", 0, {"kind": Kind.AMOUNT, "minimum": Money(100, "CNY")}),
        ("until", 0, {"until": AT - timedelta(days=2)}),
        ("until", 0, {"until": AT}),
        ("uses", 0, {"uses_max": 0}),
        ("uses_each", 0, {"uses_max": 1, "uses_each": 2}),
        ("rank", 0, {"rank": 0}),
        ("share", 0, {"platform_percent": 101}),
        ("bearer", 7, {"scope": Scope(merchant_id=7), "platform_percent": 1}),
        ("scope", 7, {"scope": Scope(merchant_id=8)}),
        ("scope", 7, {}),
        ("code", 0, {"code": "?"}),
    ],
)
def test_terms_that_make_no_promotion_are_refused(why, owner, facts) -> None:
    kind = facts.pop("kind", Kind.PERCENT)
    with pytest.raises(PromotionUnclear) as refused:
        rules.check_terms(terms=make.terms(kind, **facts), owner_id=owner, at=AT)
    assert refused.value.facts["why"] == why


def test_a_name_in_one_language_stands_for_both() -> None:
    kept = rules.check_terms(terms=make.terms(title={"en": "Autumn", "zh-hans": ""}, code="a1b"), owner_id=0, at=AT)
    assert (kept.title, kept.code) == ({"en": "Autumn", "zh-hans": "Autumn"}, "A1B")
