"""The book: every event's transfers sum to the minor unit in every currency."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.ledger import rules as book
from entrepot.ledger.terms import AccountRef, Code, Kind, Shares
from tests.ledger import make

_minor = st.integers(0, 10**9)


@st.composite
def any_shares(draw):
    currency, own = draw(st.sampled_from(["CNY", "USD", "JPY", "KWD"])), draw(st.sampled_from(["CNY", "USD", "JPY"]))
    goods = draw(_minor)
    commission = draw(st.integers(0, goods))
    fx = Decimal(1) if own == currency else draw(st.decimals("0.0001", "200", places=6))
    share = Money(goods - commission, currency)
    net = share if own == currency else share.exchanged(fx, own)
    off = draw(st.integers(-150, 150))
    return make.shares(
        currency=currency, goods=goods, commission=commission, fx=fx,
        freight=draw(_minor), duty=draw(_minor), tax=draw(_minor), fees=draw(_minor),
        merchant_net=Money(max(0, net.minor + off), own),
    )  # fmt: skip


def moved(transfers):
    """Credits less debits by account and currency."""
    sums = Counter()
    for transfer in transfers:
        sums[transfer.debit.kind, transfer.amount.currency] -= transfer.amount.minor
        sums[transfer.credit.kind, transfer.amount.currency] += transfer.amount.minor
    return sums


@given(any_shares())
def test_a_release_empties_the_hold_and_pays_the_merchant_exactly(shares: Shares) -> None:
    sums = moved(book.released(shares=shares))
    assert -sums[Kind.HOLD, shares.total.currency] == shares.total.minor
    assert sums[Kind.MERCHANT_AVAILABLE, shares.merchant_net.currency] == shares.merchant_net.minor
    assert sums[Kind.COMMISSION, shares.total.currency] == shares.commission.minor
    assert sums[Kind.DUTY_PAYABLE, shares.total.currency] == shares.duty.minor
    assert sums[Kind.TAX_PAYABLE, shares.total.currency] == shares.tax.minor
    assert sums[Kind.FREIGHT_PAYABLE, shares.total.currency] == shares.freight.minor
    assert sums[Kind.FEES, shares.total.currency] == shares.fees.minor
    for currency in {shares.total.currency, shares.merchant_net.currency}:
        assert sum(minor for (_, c), minor in sums.items() if c == currency) == 0


@given(any_shares())
def test_an_exchange_stands_at_the_frozen_rate_on_both_sides(shares: Shares) -> None:
    sums = moved(book.released(shares=shares))
    if shares.merchant_net.currency == shares.total.currency:
        assert (Kind.FX_POSITION, shares.total.currency) not in sums
        return
    share = shares.goods - shares.commission
    assert sums[Kind.FX_POSITION, share.currency] == share.minor
    residue = sums[Kind.ROUNDING, shares.merchant_net.currency] + sums[Kind.FX_GAIN, shares.merchant_net.currency]
    expected = share.exchanged(shares.fx, shares.merchant_net.currency).minor
    assert -sums[Kind.FX_POSITION, shares.merchant_net.currency] == min(expected, shares.merchant_net.minor) + max(
        residue, 0
    )
    assert residue == expected - shares.merchant_net.minor


@given(any_shares())
def test_keys_of_a_release_are_distinct_and_short(shares: Shares) -> None:
    keys = [transfer.key for transfer in book.released(shares=shares)]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 80 for key in keys)


def test_a_release_in_one_currency() -> None:
    assert [
        (t.debit.kind, t.credit.kind, t.amount.minor, t.code) for t in book.released(shares=make.shares(duty=70))
    ] == [
        (Kind.HOLD, Kind.COMMISSION, 500, Code.RELEASED_COMMISSION),
        (Kind.HOLD, Kind.DUTY_PAYABLE, 70, Code.RELEASED_DUTY),
        (Kind.HOLD, Kind.TAX_PAYABLE, 910, Code.RELEASED_TAX),
        (Kind.HOLD, Kind.FEES, 30, Code.RELEASED_FEES),
        (Kind.HOLD, Kind.FREIGHT_PAYABLE, 1_200, Code.RELEASED_FREIGHT),
        (Kind.HOLD, Kind.MERCHANT_AVAILABLE, 9_500, Code.RELEASED_MERCHANT),
    ]


def test_a_release_across_currencies_names_what_rounding_left() -> None:
    # 95.00 CNY at 0.1389 are 13.1955 USD, rounded 13.20; the merchant was promised 13.19.
    shares = make.shares(fx="0.1389", merchant_net=Money(1_319, "USD"), freight=0, tax=0, fees=0, commission=500)
    assert [(t.debit.kind, t.credit.kind, str(t.amount)) for t in book.released(shares=shares)] == [
        (Kind.HOLD, Kind.COMMISSION, "5.00 CNY"),
        (Kind.HOLD, Kind.FX_POSITION, "95.00 CNY"),
        (Kind.FX_POSITION, Kind.MERCHANT_AVAILABLE, "13.19 USD"),
        (Kind.FX_POSITION, Kind.ROUNDING, "0.01 USD"),
    ]


def test_more_than_rounding_is_a_gain_or_a_loss() -> None:
    shares = make.shares(fx="0.1389", merchant_net=Money(1_500, "USD"))
    assert book.released(shares=shares)[-1].debit.kind is Kind.FX_GAIN


def test_captured_money_is_held_for_each_consignment() -> None:
    parts = (make.shares(11), make.shares(12, goods=1, freight=0, tax=0, fees=0, commission=0))
    transfers = book.captured(payment_id=5, shares=parts)
    assert [(t.key, t.credit, t.amount.minor) for t in transfers] == [
        ("captured/5/11", AccountRef(Kind.HOLD, 11), 12_140),
        ("captured/5/12", AccountRef(Kind.HOLD, 12), 1),
    ]


def test_a_part_of_nothing_moves_nothing() -> None:
    free = make.shares(goods=0, freight=0, tax=0, fees=0, commission=0)
    assert book.captured(payment_id=5, shares=(free,)) == ()
    assert book.released(shares=free) == ()


def test_a_refund_goes_out_the_way_it_came() -> None:
    money = Money(300, "USD")
    opened = book.returned(refund_id=9, payment_id=5, order_id=1, amount=money)
    sent = book.refund_sent(refund_id=9, payment_id=5, order_id=1, amount=money)
    assert +moved(opened + sent) == Counter()
    held = book.refunded(refund_id=9, payment_id=5, shares=make.shares(currency="USD"), amount=money)
    assert moved(held + sent) == {(Kind.HOLD, "USD"): -300, (Kind.PSP_RECEIVABLE, "USD"): 300} | {
        (Kind.REFUND_IN_TRANSIT, "USD"): 0
    }


def test_an_authority_is_read_back_from_its_account() -> None:
    assert book.subject_label(Kind.DUTY_PAYABLE, book.country_subject("CN")) == "CN"
    assert book.subject_label(Kind.HOLD, 20_302) == ""
    with pytest.raises(ValueError, match="no country"):
        book.country_subject("China")


@pytest.mark.parametrize(
    "wrong",
    [{"goods": -1}, {"commission": 10_001}],
)
def test_shares_are_refused_when_they_cannot_be(wrong) -> None:
    with pytest.raises(ValueError):
        make.shares(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"minor": 0}, {"minor": -1}, {"credit": make.PROVIDER}, {"expires_at": make.AT}],
)
def test_a_transfer_that_moves_nothing_cannot_be_written(wrong) -> None:
    with pytest.raises(ValueError):
        make.transfer(**wrong)
