"""Matching: whatever comes in whatever order, each line ends matched once or in the queue, and the sums agree."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.reconciliation import queries
from entrepot.reconciliation.models import CaseRow, ItemRow, MatchRow
from entrepot.reconciliation.services import match_items
from entrepot.reconciliation.terms import Kind, Place, Rule, Side
from tests.reconciliation.make import START, forget, put, state

pytestmark = pytest.mark.django_db
BOOKS, THEIRS = Side.BOOKS, Side.THEIRS


def run():
    return match_items(at=START)


@pytest.mark.parametrize(
    ("lines", "joined", "wrong"),
    [
        ([(BOOKS, "b", 5, {"name": "pi"}), (THEIRS, "t", 5, {"name": "pi", "day": 30})], {("b", "t", "provider_id")}, set()),
        ([(BOOKS, "b", 5, {"name": "cs", "reference": "r"}), (THEIRS, "t", 5, {"name": "ch", "reference": "r"})],
         {("b", "t", "reference")}, set()),
        ([(BOOKS, "b", 5, {}), (THEIRS, "t", 5, {"name": "x", "day": 3})], {("b", "t", "amount_day")}, set()),
        ([(BOOKS, "b", 5, {}), (THEIRS, "t", 5, {"day": 4})], set(), {("b", "missing_there"), ("t", "missing_here")}),
        ([(BOOKS, "b", 5, {}), (THEIRS, "t", 5, {}), (THEIRS, "u", 5, {"day": 1})], set(),
         {("b", "missing_there"), ("t", "missing_here"), ("u", "missing_here")}),
        ([(BOOKS, "b", 5, {"name": "p"}), (THEIRS, "t", 5, {"name": "p"}), (THEIRS, "u", 5, {"name": "p", "day": 1})],
         {("b", "t", "provider_id")}, {("u", "duplicate")}),
        ([(BOOKS, "b", 5, {"name": "p"}), (THEIRS, "t", 4, {"name": "p"})], set(), {("b", "amount"), ("t", "amount")}),
        ([(BOOKS, "b", 5, {"name": "p"}), (THEIRS, "t", 5, {"name": "p", "currency": "USD"})], set(),
         {("b", "currency"), ("t", "currency")}),
        ([(THEIRS, "t", -2, {"kind": Kind.FEE_OTHER})], set(), {("t", "fee_unknown")}),
        ([(BOOKS, "b", 5, {"name": "p"}), (THEIRS, "t", 5, {"name": "p", "kind": Kind.REFUND})], set(),
         {("b", "missing_there"), ("t", "missing_here")}),
    ],
)  # fmt: skip
def test_lines_find_each_other_or_are_told_apart(lines, joined, wrong) -> None:
    for side, number, minor, more in lines:
        put(side, number, minor, **more)
    run()
    assert state() == (joined, wrong)
    again = run()
    assert (again.made, again.undone, again.opened, again.closed) == (0, 0, 0, 0)


ONE = st.tuples(
    st.sampled_from(Side), st.sampled_from([300, 500]), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "r"]),
    st.integers(0, 4),
)  # fmt: skip


@given(st.lists(ONE, min_size=1, max_size=7), st.randoms(use_true_random=False), st.sets(st.integers(0, 7)))
@settings(max_examples=40)
def test_every_line_ends_matched_once_or_in_the_queue_whatever_came_first(lines, chance, stops) -> None:
    numbered = [(f"{side[0]}{n}", side, *rest) for n, (side, *rest) in enumerate(lines)]
    ends = []
    for shuffled in (False, True):
        forget()
        order = chance.sample(numbered, len(numbered)) if shuffled else numbered
        for n, (number, side, minor, name, reference, day) in enumerate(order):
            put(side, number, minor, name=name, reference=reference, day=day)
            if shuffled and n in stops:
                run()
        run()
        assert run().made == 0
        ends.append(state())
        hold()
    assert ends[0] == ends[1]


def hold():
    """One match or one open exception for each line; each match is even; the gap is what its lines say."""
    loose = set(ItemRow.objects.filter(match_id=None).values_list("id", flat=True))
    assert loose == set(CaseRow.objects.exclude(state="matched").values_list("item_id", flat=True))
    items = {item.id: item for item in ItemRow.objects.all()}
    for match in MatchRow.objects.filter(undone_at=None):
        assert items[match.books_id].amount_minor == items[match.theirs_id].amount_minor
        assert {items[match.books_id].match_id, items[match.theirs_id].match_id} == {match.id}
    for day in (0, 2, 9):
        on = (START + timedelta(days=day)).date()
        for standing in queries.standings(day=on):
            assert standing.proven
            gap = queries.gap(place=standing.place, currency=standing.currency, day=on)
            made = sum(
                one.amount.minor * (1 if one.side is BOOKS else -1) for one in gap if one.at.date() <= on
            )  # fmt: skip
            assert standing.difference == Money(made, standing.currency)


def test_banks_lines_need_no_kind_and_what_a_day_parts_is_named() -> None:
    put(BOOKS, "psp/st_1/bank", 900, place=Place.BANK, kind=Kind.SETTLED, reference="st_1")
    put(THEIRS, "DE/1", 900, place=Place.BANK, kind=Kind.OTHER, reference="st_1", day=2)
    run()
    assert state()[0] == {("psp/st_1/bank", "DE/1", Rule.REFERENCE.value)}
    first, second = (queries.standings(day=(START + timedelta(days=n)).date())[0] for n in (0, 2))
    assert (first.difference.minor, first.crossing.minor, first.proven) == (900, 900, True)
    assert not second.difference
    assert len(queries.gap(place=Place.BANK, currency="CNY", day=START.date())) == 1
