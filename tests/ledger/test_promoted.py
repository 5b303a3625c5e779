"""A discount that the marketplace bears is held beside what was paid, and reaches the merchant, the carrier or us again."""

from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.ledger import rules as book
from entrepot.ledger.terms import Kind
from tests.ledger import make


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@given(
    paid=st.integers(1, 50_000), promoted=st.integers(0, 50_000), freight=st.tuples(*[st.integers(0, 3_000)] * 3),
    data=st.data(),
)  # fmt: skip
def test_a_hold_with_discounts_is_filled_and_emptied_to_the_cent(paid, promoted, freight, data) -> None:
    shown, borne, given_away = freight
    given_away = min(given_away, paid + promoted)
    commission = data.draw(st.integers(0, paid + promoted - given_away))
    shares = make.shares(
        currency="USD", goods=paid, freight=shown, commission=commission, promoted=usd(promoted),
        promoted_freight=usd(borne), merchant_freight=usd(given_away),
        merchant_net=usd(paid + promoted - given_away - commission),
    )  # fmt: skip
    moved: dict[Kind, int] = {}
    for one in (*book.captured(payment_id=5, shares=[shares]), *book.released(shares=shares)):
        moved[one.credit.kind] = moved.get(one.credit.kind, 0) + one.amount.minor
        moved[one.debit.kind] = moved.get(one.debit.kind, 0) - one.amount.minor

    assert moved.get(Kind.HOLD, 0) == 0
    assert moved.get(Kind.PSP_RECEIVABLE, 0) == -shares.total.minor
    assert moved.get(Kind.PROMOTION, 0) == -(promoted + borne)
    assert moved.get(Kind.FREIGHT_PAYABLE, 0) == shown + borne + given_away
    assert moved.get(Kind.MERCHANT_AVAILABLE, 0) == shares.merchant_net.minor
