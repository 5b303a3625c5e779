"""Editions of one part: each tells the state from its day, in whatever order they are loaded."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from entrepot.customs.rules import following, spliced
from entrepot.customs.rules.plan import Stored

DAYS = [date(2025, month, 1) for month in (1, 3, 5, 7, 9)]
END = date(2026, 1, 1)


def loaded(order: list[int], contents: list[dict[str, str]]) -> tuple[list[Stored], int]:
    """The rows left after loading the editions in an order; and how many rows were ever written."""
    rows: list[Stored] = []
    number = 0
    known: list[date] = []
    for edition in order:
        facts = [{"key": key, "fingerprint": text} for key, text in contents[edition].items()]
        day = DAYS[edition]
        plan = spliced(stored=rows, facts=facts, since=day, until=following(day=day, days=known))
        known.append(day)
        text_of = {row.id: row for row in rows}
        fresh = [(one["key"], one["valid_from"], one["valid_until"], one["fingerprint"]) for one in plan.added]
        fresh += [
            (text_of[one.id].key, one.valid_from, one.valid_until, text_of[one.id].fingerprint) for one in plan.again
        ]
        rows = [row for row in rows if row.id not in plan.ended]
        for key, since, until, text in fresh:
            number += 1
            rows.append(Stored(number, key, since, until, text))
    return rows, number


@given(
    st.permutations(range(len(DAYS))),
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3),
        min_size=len(DAYS),
        max_size=len(DAYS),
    ),
)
def test_any_order_of_loading_gives_the_same_rows_and_each_day_its_edition(order, contents) -> None:
    rows, _ = loaded(order, contents)

    assert {row[1:] for row in rows} == {row[1:] for row in loaded(list(range(len(DAYS))), contents)[0]}
    for i, day in enumerate(DAYS):
        until = DAYS[i + 1] if i + 1 < len(DAYS) else END
        for on in (day, until - timedelta(days=1)):
            held = {
                row.key: row.fingerprint
                for row in rows
                if row.valid_from <= on and (row.valid_until is None or on < row.valid_until)
            }
            assert held == contents[i]
    for key in "abc":
        mine = sorted((row for row in rows if row.key == key), key=lambda row: row.valid_from)
        for first, then in pairwise(mine):
            assert first.valid_until is not None
            assert first.valid_until <= then.valid_from
            # Neighbours that say the same are one row.
            assert (first.valid_until, first.fingerprint) != (then.valid_from, then.fingerprint)


def test_a_line_that_never_changes_is_written_once() -> None:
    rows, written = loaded([2, 0, 4, 1, 3], [{"a": "x"}] * 5)

    assert [(row.valid_from, row.valid_until) for row in rows] == [(DAYS[0], None)]
    # The first edition loaded was not the earliest one: its row was told anew once for each earlier day.
    assert written == 2


def test_an_edition_that_corrects_another_of_the_same_day_takes_its_place() -> None:
    rows = [Stored(1, "a", DAYS[0], None, "x")]
    plan = spliced(stored=rows, facts=[{"key": "a", "fingerprint": "y"}], since=DAYS[0], until=DAYS[1])

    assert plan.ended == [1]
    assert [(one["valid_from"], one["valid_until"]) for one in plan.added] == [(DAYS[0], DAYS[1])]
    assert [(one.valid_from, one.valid_until) for one in plan.again] == [(DAYS[1], None)]
    assert (plan.counts.changed, plan.counts.new) == (1, 0)
