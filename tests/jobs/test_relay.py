"""The way of the news: at least once, in batches, and no row holds up another."""

from collections.abc import Sequence

import pytest
from django.db import OperationalError

from entrepot.base import outbox
from entrepot.base.models import OutboxRow
from entrepot.base.outbox import News
from entrepot.jobs import relay as relays
from entrepot.jobs.news import Breakdown
from entrepot.jobs.relay import Relay
from tests.parties.make import AT

pytestmark = pytest.mark.django_db


class Ear:
    """A listener that keeps what it heard, and cannot bear some subjects."""

    def __init__(self, bad: Sequence[int] = (), broken: Exception | None = None) -> None:
        self.heard: list[int] = []
        self.settled = 0
        self.bad = set(bad)
        self.broken = broken

    def take(self, news: Sequence[News]) -> None:
        if self.bad & {one.subject for one in news}:
            raise ValueError("cannot bear it")
        self.heard += [one.subject for one in news]

    def settle(self) -> None:
        if self.broken:
            raise self.broken
        self.settled += 1


def tell(*subjects: int, topic: str = "tests.happened") -> None:
    outbox.tell_all([News(topic, subject) for subject in subjects], at=AT)


def test_hands_over_in_order_and_forgets() -> None:
    ear = Ear()
    tell(*range(1, 8))
    relay = Relay({"tests.happened": (ear,)})
    assert [relay.pass_on(limit=5), relay.pass_on(limit=5), relay.pass_on(limit=5)] == [5, 2, 0]
    assert ear.heard == [1, 2, 3, 4, 5, 6, 7]
    assert ear.settled == 2
    assert not OutboxRow.objects.exists()


def test_news_nobody_listens_to_is_dropped() -> None:
    tell(1, topic="tests.unheard")
    assert Relay({}).pass_on() == 1
    assert not OutboxRow.objects.exists()


def test_each_listener_hears_its_topics_only() -> None:
    one, both = Ear(), Ear()
    tell(1, topic="tests.a")
    tell(2, topic="tests.b")
    Relay({"tests.a": (one, both), "tests.b": (both,)}).pass_on()
    assert (one.heard, both.heard) == ([1], [1, 2])
    assert both.settled == 1


def test_a_row_that_fails_stays_with_its_trouble_and_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ear = Ear(bad=[13])
    tell(*range(1, 40))
    relay = Relay({"tests.happened": (ear,)})
    assert relay.pass_on() == 39
    assert sorted(ear.heard) == [subject for subject in range(1, 40) if subject != 13]
    (row,) = OutboxRow.objects.all()
    assert (row.subject, row.tries) == (13, 1)
    assert "cannot bear it" in row.trouble
    assert relay.pass_on() == 0  # it backs off
    later = relays.time.monotonic() + 60
    monkeypatch.setattr(relays.time, "monotonic", lambda: later)
    ear.bad.clear()
    assert relay.pass_on() == 1
    assert ear.heard[-1] == 13
    assert not OutboxRow.objects.exists()


def test_waits_longer_after_each_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1000]
    monkeypatch.setattr(relays.time, "monotonic", lambda: moment[0])
    tell(13)
    relay = Relay({"tests.happened": (Ear(bad=[13]),)})
    tried_at = []
    for moment[0] in range(1000, 1040):
        if relay.pass_on():
            tried_at.append(moment[0] - 1000)
    assert tried_at == [0, 2, 6, 14, 30]


@pytest.mark.parametrize("trouble", [Breakdown("disk full"), OperationalError("gone")])
def test_a_listener_that_can_take_nothing_loses_nothing(trouble: Exception) -> None:
    ear = Ear(broken=trouble)
    tell(1, 2)
    relay = Relay({"tests.happened": (ear,)})
    with pytest.raises(type(trouble)):
        relay.pass_on()
    assert list(OutboxRow.objects.values_list("tries", flat=True)) == [0, 0]
    ear.broken = None
    assert relay.pass_on() == 2
    assert ear.heard == [1, 2, 1, 2]  # at least once
