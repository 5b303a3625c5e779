"""The provider's messages: only signed ones, each once, as they came."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.parties.terms import NotYours
from entrepot.payments import queries
from entrepot.payments.services import finish_event, note_try, take_provider_event
from entrepot.payments.terms import BadSignature, Outcome, Unreadable
from tests.parties import make as parties
from tests.payments import make
from tests.payments.make import AT, SECRET

pytestmark = pytest.mark.django_db


def take(body, headers):
    return take_provider_event(body=body, headers=headers, secret=SECRET, at=AT)


def waiting():
    return queries.events_waiting(received_before=AT + timedelta(seconds=1))


def test_a_signed_message_is_kept_and_a_job_takes_it() -> None:
    body, headers = make.message("payout.paid", {"id": "po_1", "reference": "pyt_1"})
    assert take(body, headers)
    (event_id,) = waiting()
    event = queries.event(event_id=event_id)
    assert event is not None
    assert (event.kind, event.object_id, event.data["reference"]) == ("payout.paid", "po_1", "pyt_1")
    assert make.jobs() == [("payments.take_event", {"event_id": event_id})]


def test_the_same_message_again_changes_nothing() -> None:
    assert take(*make.message())
    assert not take(*make.message())
    assert len(waiting()) == 1
    assert len(make.jobs()) == 1


def test_a_message_without_its_right_signature_is_refused_and_leaves_nothing() -> None:
    body, headers = make.message()
    old = datetime.now(UTC) - timedelta(minutes=6)
    for wrong_body, wrong_headers in (
        (body + b" ", headers),
        (body, {}),
        (body, {**headers, "Webhook-Signature": "v1,!!!"}),
        (body, {**headers, "Webhook-Signature": "nonsense"}),
        (body, {**headers, "Webhook-Signature": "v1,AAAA"}),
        (body, {**headers, "Webhook-Timestamp": "soon"}),
        (body, {**headers, "Webhook-Id": "evt_2"}),
        (b"\xff\xfe", make.signed(b"\xff\xfe")),
        make.message(signed_at=old),
        make.message(signed_at=datetime.now(UTC) + timedelta(minutes=6)),
        make.message(secret="whsec_b3RoZXI="),
        make.message(event_id="evt 1"),
    ):
        with pytest.raises(BadSignature):
            take(wrong_body, wrong_headers)
    assert waiting() == ()
    assert make.jobs() == []


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense", b"[]", b'"x"', b"null", b"{}", b'{"type": "intent.succeeded"}', b'{"type": "x", "data": {"id": "a"}}',
        b'{"type": 5, "data": {"id": "a"}}', b'{"type": "a.b", "data": {}}', b'{"type": "a.b", "data": {"id": "\\u0000"}}',
        b'{"type": "a.b", "data": []}',
    ],
)  # fmt: skip
def test_a_signed_message_of_no_known_shape_is_refused(body) -> None:
    with pytest.raises(Unreadable):
        take(body, make.signed(body))
    assert waiting() == ()


def test_what_came_of_a_message_is_noted_once_and_the_operator_sees_the_odd_ones() -> None:
    for n, outcome in enumerate(Outcome):
        take(*make.message(event_id=f"evt_{n}"))
        (event_id,) = waiting()
        note_try(event_id=event_id, trouble="payments.provider_silent")
        finish_event(event_id=event_id, outcome=outcome, at=AT)
        finish_event(event_id=event_id, outcome=Outcome.APPLIED, at=AT + timedelta(days=1))
    odd = queries.events_odd(viewer=parties.operator())
    assert [event.outcome for event in odd] == [Outcome.REFUSED, Outcome.UNMATCHED]
    assert {event.tries for event in odd} == {2}
    assert queries.events_odd(viewer=parties.operator(), after=odd[0].id) == odd[1:]
    with pytest.raises(NotYours):
        queries.events_odd(viewer=parties.shopper_viewer())
