"""How often somebody may ask in a minute, whichever process answers."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.base import limits
from entrepot.base.models import RequestCountRow

AT = datetime(2026, 11, 22, 10, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    another_process(monkeypatch)


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has taken no share yet."""
    monkeypatch.setattr(limits, "_shares", limits._Shares())


@pytest.mark.parametrize("most", [1, 7, 20, 50, 101])
def test_exactly_so_many_pass_in_a_minute_and_the_next_minute_starts_anew(most: int) -> None:
    waits = [limits.wait_for(who="a", most=most, at=AT) for _ in range(most + 3)]
    assert waits == [0] * most + [48] * 3
    assert limits.wait_for(who="b", most=most, at=AT) == 0
    assert limits.wait_for(who="a", most=most, at=AT + timedelta(seconds=48)) == 0


def test_processes_share_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        assert limits.wait_for(who="a", most=4, at=AT) == 0
        another_process(monkeypatch)
    assert limits.wait_for(who="a", most=4, at=AT) == 48


def test_no_limit_counts_nothing() -> None:
    assert limits.wait_for(who="a", most=0, at=AT) == 0
    assert not RequestCountRow.objects.exists()


def test_counts_of_minutes_that_are_over_are_forgotten() -> None:
    limits.wait_for(who="a", most=5, at=AT)
    assert limits.forget_counts(at=AT + timedelta(seconds=90)) == 0
    assert limits.forget_counts(at=AT + timedelta(seconds=120)) == 1
