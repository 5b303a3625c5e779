"""Refunds in pieces: whatever the pieces, together they are the whole, and no part of no line ever falls below nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.payments import rules
from entrepot.payments.terms import (
    Bearer,
    LineMoney,
    MoreThanLeft,
    NothingLeft,
    Part,
    RefundAsk,
    RefundImpossible,
    RefundPart,
)
from tests.ledger import make

FX = Decimal("0.1379")
SMALL = st.integers(0, 60)
LARGE = st.integers(0, 10**9)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@st.composite
def consignments(draw: st.DrawFn) -> tuple[LineMoney, ...]:
    """One to four lines with parts of nothing and of billions, and fees up to all of the goods."""
    lines = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        paid = {part: cny(draw(SMALL | LARGE)) for part in Part}
        promoted = draw(SMALL | LARGE) if paid[Part.GOODS] else 0
        gross = paid[Part.GOODS].minor + promoted
        fee = draw(st.integers(0, gross))
        given_freight = draw(st.integers(0, gross - fee))
        tax = draw(st.integers(0, fee))
        own = 0 if gross == fee + given_freight else draw(st.integers(0, 10**9))
        lines.append(
            LineMoney(
                number,
                paid,
                cny(promoted),
                cny(draw(SMALL)),
                cny(given_freight),
                cny(fee - tax),
                cny(tax),
                Money(own, "USD"),
            )
        )
    return tuple(lines)


def shares_of(lines: tuple[LineMoney, ...]):
    def total(part: Part) -> int:
        return sum(line.paid[part].minor for line in lines)

    return make.shares(
            goods=total(Part.GOODS), freight=total(Part.FREIGHT), duty=total(Part.DUTY),
            tax=total(Part.TAX), fees=total(Part.FEES), commission=sum(line.commission.minor for line in lines),
            merchant_net=Money(sum(line.net.minor for line in lines), "USD"), fx=str(FX),
            promoted=cny(sum(line.promoted.minor for line in lines)),
            promoted_freight=cny(sum(line.promoted_freight.minor for line in lines)),
            merchant_freight=cny(sum(line.delivery.minor for line in lines)),
            commission_tax=cny(sum(line.commission_tax.minor for line in lines)),
        )  # fmt: skip


@given(lines=consignments(), data=st.data())
def test_any_sequence_of_refunds_sums_exactly_and_never_exceeds(
    lines: tuple[LineMoney, ...], data: st.DataObject
) -> None:
    shares = shares_of(lines)
    left, done = shares, list[RefundPart]()
    for turn in range(data.draw(st.integers(1, 6))):
        parts = tuple(data.draw(st.sets(st.sampled_from(Part), min_size=1)))
        numbers = tuple(data.draw(st.sets(st.sampled_from([line.number for line in lines]))))
        borne = {part: data.draw(st.sampled_from(Bearer)) for part in parts}
        amount = data.draw(st.none() | (SMALL | LARGE).map(lambda minor: cny(minor + 1)))
        ask = RefundAsk(f"k{turn}", "test", amount, numbers, parts, borne)
        try:
            back = rules.refund_parts(lines=lines, given=done, ask=ask, fx=FX)
        except (NothingLeft, MoreThanLeft):
            continue
        if amount is not None:
            assert rules.refunded_total(parts=back) == amount
        for one in back:
            assert min(one.amount, one.promoted, one.commission, one.commission_tax) >= cny(0)
            assert one.amount + one.promoted >= one.commission + one.commission_tax + one.delivery
            assert one.own.minor >= 0
        released = data.draw(st.booleans())
        moves = rules.refund_moves(parts=back, shares=shares, released=released)
        given_up = moves.held + moves.goodwill + (moves.back.total if moves.back else cny(0))
        onward = moves.carried + (moves.promoted if released else cny(0))
        assert given_up - onward == rules.refunded_total(parts=back)
        # Shares refuse to be made with a negative part: no remainder ever falls below nothing.
        left = rules.shares_left(shares=left, given=rules.given_sums(parts=back, shares=shares))
        done += back
    assert all(money.minor >= 0 for money in rules.left_to_refund(lines=lines, given=done).values())
    goods = sum(line.goods.minor for line in lines)
    if (
        goods
        and sum(one.amount.minor for one in done if one.bearer is Bearer.HOLDER and one.part is Part.GOODS) == goods
    ):
        with_goods = [line for line in lines if line.goods]
        assert left.commission.minor == sum(line.commission.minor for line in lines if line not in with_goods)
        assert left.merchant_net.minor == sum(line.net.minor for line in lines if line not in with_goods)


def line(number: int = 1, *, goods: int = 1_000, tax: int = 91, commission: int = 50, net: int = 131) -> LineMoney:
    nothing = cny(0)
    paid = {Part.GOODS: cny(goods), Part.FREIGHT: nothing, Part.DUTY: nothing, Part.TAX: cny(tax), Part.FEES: nothing}
    return LineMoney(number, paid, nothing, nothing, nothing, cny(commission), nothing, Money(net, "USD"))


def test_an_amount_is_spread_by_what_is_left_and_the_last_refund_takes_the_residue() -> None:
    lines = (line(1, goods=100, tax=0, commission=5), line(2, goods=50, tax=0, commission=2))
    first = rules.refund_parts(lines=lines, given=(), ask=RefundAsk("a", "test", cny(100)), fx=FX)
    assert [(one.number, one.amount.minor, one.commission.minor) for one in first] == [(1, 67, 3), (2, 33, 1)]
    last = rules.refund_parts(lines=lines, given=first, ask=RefundAsk("b", "test"), fx=FX)
    assert [(one.number, one.amount.minor, one.commission.minor) for one in last] == [(1, 33, 2), (2, 17, 1)]
    with pytest.raises(NothingLeft):
        rules.refund_parts(lines=lines, given=(*first, *last), ask=RefundAsk("c", "test"), fx=FX)


def test_what_the_merchant_bears_on_top_is_taken_in_its_own_currency_and_leaves_the_hold_alone() -> None:
    lines = (line(),)
    ask = RefundAsk("a", "test", parts=(Part.TAX,), borne={Part.TAX: Bearer.MERCHANT})
    (one,) = rules.refund_parts(lines=lines, given=(), ask=ask, fx=FX)
    assert (one.amount, one.own) == (cny(91), Money(13, "USD"))
    moves = rules.refund_moves(parts=(one,), shares=shares_of(lines), released=False)
    assert moves.held == cny(0)
    assert moves.back is not None
    assert (moves.back.merchant, moves.back.merchant_own) == (cny(91), Money(13, "USD"))


@pytest.mark.parametrize(
    "ask",
    [
        RefundAsk("a", "test", cny(0)),
        RefundAsk("a", "test", cny(-5)),
        RefundAsk("a", "test", Money(5, "USD")),
        RefundAsk("a", "test", lines=(7,)),
        RefundAsk("a", "test", parts=()),
    ],
)
def test_refuses_what_is_no_amount_of_this_consignment(ask: RefundAsk) -> None:
    with pytest.raises(RefundImpossible):
        rules.refund_parts(lines=(line(),), given=(), ask=ask, fx=FX)


def test_refuses_more_than_is_left_and_says_how_much_that_is() -> None:
    with pytest.raises(MoreThanLeft) as refusal:
        rules.refund_parts(lines=(line(),), given=(), ask=RefundAsk("a", "test", cny(1_092)), fx=FX)
    assert refusal.value.facts["left"] == cny(1_091)
