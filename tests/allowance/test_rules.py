"""Identity numbers, years and what customs' word means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.allowance import rules
from entrepot.allowance.terms import (
    DocumentUnreadable,
    IdentityKind,
    NameMissing,
    NumberMistyped,
    TooLateToRestore,
)
from entrepot.kernel.money import Money
from tests.allowance import make
from tests.parties.make import AT


def checked(number: str, kind: IdentityKind = IdentityKind.RESIDENT, name: str = "王芳") -> str:
    return rules.check_identity(kind=kind, name=name, number=number, at=AT).number


def test_the_standards_own_example_checks() -> None:
    assert rules.check_sign("11010519491231002") == "X"
    assert rules.check_sign("44052418800101001") == "4"


def test_blanks_and_a_small_x_are_put_right() -> None:
    assert checked(" 110105 19491231 002x ") == checked("１１０１０５１９４９１２３１００２Ｘ") == "11010519491231002X"


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # the check sign is X
        "11010519491231002",  # too short
        "990105194912310021",  # no such province
        make.number(born="19900231"),  # no such day
        make.number(born="20270101"),  # not born yet
        make.number(born="18990101"),
        "",
    ],
)
def test_numbers_that_cannot_be_are_refused(number: str) -> None:
    with pytest.raises(NumberMistyped):
        checked(number)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place: int, off: int) -> None:
    number = make.number()
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    with pytest.raises(NumberMistyped):
        checked(wrong)


def test_other_documents_are_taken_as_they_stand_or_refused() -> None:
    assert checked("h123-456 7", IdentityKind.OTHER) == "H1234567"
    for wrong in ("A1", "A" * 21, "K1234;DROP"):
        with pytest.raises(DocumentUnreadable):
            checked(wrong, IdentityKind.OTHER)
    with pytest.raises(NameMissing):
        checked(make.number(), name="  ")


def test_only_the_last_four_signs_are_shown() -> None:
    assert rules.masked_number("11010519491231002X") == "**************002X"
    assert rules.masked_name("欧阳娜娜") == "欧**"


def test_the_year_is_beijings() -> None:
    assert rules.year_of(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == 2026
    assert rules.year_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == 2027


def test_a_refusal_means_at_least_what_explains_it() -> None:
    cny = lambda minor: Money(minor, "CNY")  # noqa: E731
    least = rules.elsewhere_known(limit=make.LIMIT, ours=cny(100_000), refused=cny(50_000), said=None)
    assert least == cny(2_600_000 - 50_000 - 100_000 + 1)
    told = rules.elsewhere_known(limit=make.LIMIT, ours=cny(100_000), refused=cny(50_000), said=cny(2_590_000))
    assert told == cny(2_490_000)
    assert rules.elsewhere_known(limit=make.LIMIT, ours=cny(10), refused=cny(1), said=cny(5)) == cny(0)


def test_goods_count_again_when_they_are_back_within_forty_five_days() -> None:
    rules.check_restoring(released_at=AT, back_at=AT + timedelta(days=45))
    with pytest.raises(TooLateToRestore):
        rules.check_restoring(released_at=AT, back_at=AT + timedelta(days=45, seconds=1))
