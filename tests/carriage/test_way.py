"""What a carrier's news means, whatever the order."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.carriage import rules
from entrepot.carriage.terms import EventUnreadable, Sighting, Step

from .make import AT, message

WAY = [Step.LABEL_CREATED, Step.PICKED_UP, Step.DEPARTED, Step.ARRIVED, Step.OUT_FOR_DELIVERY, Step.DELIVERED]


def seen(*steps):
    return [Sighting(step, AT + timedelta(hours=hour), "") for hour, step in enumerate(steps)]


@given(st.permutations(seen(*WAY)))
def test_the_order_of_arrival_changes_nothing(shuffled):
    assert rules.current_step(sightings=shuffled) is Step.DELIVERED
    assert [one.step for one in rules.in_order(sightings=shuffled)] == WAY[::-1]


def test_steps_of_one_moment_stand_in_the_order_of_the_way():
    at_once = [Sighting(step, AT, "") for step in WAY]
    for shuffled in itertools.islice(itertools.permutations(at_once), 50):
        assert [one.step for one in rules.in_order(sightings=shuffled)] == WAY[::-1]


def test_trouble_is_overtaken_by_what_comes_later_and_an_end_by_nothing():
    assert rules.current_step(sightings=seen(Step.ARRIVED, Step.CUSTOMS_HELD)) is Step.CUSTOMS_HELD
    cleared = seen(Step.ARRIVED, Step.CUSTOMS_HELD, Step.CUSTOMS_IMPORT_CLEARED)
    assert rules.current_step(sightings=cleared) is Step.CUSTOMS_IMPORT_CLEARED
    assert rules.current_step(sightings=seen(Step.DELIVERED, Step.ARRIVED)) is Step.DELIVERED
    assert rules.current_step(sightings=[]) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"type": "shipment.arrived", "data": {}}',
        message("shp_1", "teleported")[0],
        message("shp_1", at="2026-11-22T12:00:00")[0],
        message("shp_1", at="yesterday")[0],
        message("shp_1", event_ref="x" * 65)[0],
    ],
)
def test_says_that_it_cannot_read_a_message(body):
    with pytest.raises(EventUnreadable) as unreadable:
        rules.message_read(body=body)
    assert unreadable.value.facts["why"]
