"""Ids, references, periods, weights, text, errors."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.base.identity import new_id, new_reference
from entrepot.kernel import ids
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.must import Broken, must
from entrepot.kernel.period import Period
from entrepot.kernel.quantity import grams
from entrepot.kernel.text import pick


@given(
    at=st.integers(ids.EPOCH_MS, ids.EPOCH_MS + 2**41 - 1),
    owner=st.integers(0, 2**63 - 1),
    sequence=st.integers(0, 10**9),
)
def test_ids_fit_63_bits_and_tell_their_moment(at: int, owner: int, sequence: int) -> None:
    made = ids.packed(at_ms=at, owner=owner, sequence=sequence)
    assert 0 <= made < 2**63
    assert ids.made_at_ms(made) == at


def test_ids_of_one_process_are_distinct_and_time_ordered() -> None:
    made = [new_id(owner=n % 7) for n in range(20_000)]
    assert len(set(made)) == len(made)
    moments = [ids.made_at_ms(one) for one in made]
    assert moments == sorted(moments)


def test_references_are_random_and_well_formed() -> None:
    made = {new_reference("ord") for _ in range(1000)}
    assert len(made) == 1000
    assert all(ids.REFERENCE.fullmatch(one) for one in made)
    with pytest.raises(ValueError):
        ids.reference("ord", b"short")


def test_periods_are_half_open() -> None:
    law = Period(date(2026, 2, 24), date(2026, 7, 23))
    assert law.holds(date(2026, 2, 24))
    assert not law.holds(date(2026, 7, 23))
    assert Period(date(2026, 7, 23)).overlaps(law) is False
    assert Period(date(2026, 7, 22)).overlaps(law) is True
    with pytest.raises(ValueError):
        Period(date(2026, 2, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("amount", "unit", "whole"), [("1", "lb", 454), ("2.5", "kg", 2500), ("1", "oz", 28), ("0.4", "g", 0)]
)
def test_weights_become_whole_grams(amount: str, unit: str, whole: int) -> None:
    assert grams(Decimal(amount), unit) == whole


def test_an_unknown_unit_of_weight_is_refused() -> None:
    with pytest.raises(ValueError):
        grams(Decimal(1), "stone")


def test_text_falls_back_to_what_there_is() -> None:
    assert pick({"en": "Cherries", "zh-hans": "车厘子"}, "zh-hans") == "车厘子"
    assert pick({"en": "Cherries"}, "zh-hans") == "Cherries"
    assert pick({"de": "Kirschen"}, "zh-hans") == "Kirschen"
    assert pick({}, "en") == ""


def test_errors_fill_their_facts_and_survive_a_missing_one() -> None:
    class SoldOut(Refused):
        code = "stock.sold_out"
        message = "{title} is sold out; {left} left."

    assert str(SoldOut(title="Cherries")) == "stock.sold_out: Cherries is sold out; left left."
    assert issubclass(NotFound, Exception)


def test_must_stops_at_a_broken_invariant() -> None:
    must(True, "fine")
    with pytest.raises(Broken, match="the sum"):
        must(False, "the sum")
