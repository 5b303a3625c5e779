import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.stock.rules import combined, shares, worth_telling
from entrepot.stock.terms import Wanted

LINES = st.lists(st.builds(Wanted, st.integers(1, 3), st.integers(1, 3), st.integers(1, 99)), max_size=12)


@given(LINES)
def test_combining_keeps_the_demand_of_every_article(lines: list[Wanted]) -> None:
    together = combined(lines)
    articles = [(one.merchant_id, one.variant_id) for one in together]
    assert articles == sorted(set(articles))
    for one in together:
        assert one.quantity == sum(
            line.quantity for line in lines if (line.merchant_id, line.variant_id) == (one.merchant_id, one.variant_id)
        )


def test_a_line_without_pieces_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="one piece"):
        combined([Wanted(1, 1, 0)])


@given(st.lists(st.integers(-2, 9), max_size=6), st.integers(0, 30))
def test_shares_never_exceed_what_is_free_and_sum_to_the_demand_or_to_all(free: list[int], wanted: int) -> None:
    taken = shares(free=free, wanted=wanted)
    assert all(0 <= share <= max(pieces, 0) for share, pieces in zip(taken, free, strict=True))
    assert sum(taken) == min(wanted, sum(max(pieces, 0) for pieces in free))


@pytest.mark.parametrize(("before", "after", "told"), [(1, 0, True), (0, 3, True), (5, 4, False), (0, 0, False)])
def test_only_selling_out_and_coming_back_is_news(before: int, after: int, told: bool) -> None:
    assert worth_telling(before=before, after=after) is told
