"""From a claim to its end: what each side does, what silence does, and where the money goes."""

from datetime import timedelta

import pytest

from entrepot.disputes import queries
from entrepot.disputes.services import lapse_claim, show_evidence
from entrepot.disputes.terms import (
    AlreadyOpen,
    DisputeUnknown,
    Ending,
    EvidenceUnfit,
    OutcomeUnfit,
    Reason,
    SameOperator,
    Side,
    State,
    Verb,
    WrongMoment,
)
from entrepot.flows.end_dispute import end_dispute
from entrepot.flows.receive_return import receive_return
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.flows.send_return import send_return
from entrepot.jobs.audit import CHECKS, audited
from entrepot.jobs.disputes import settle, sweep, write
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.terms import HoldState, NotDue, Part, RefundAsk
from entrepot.stock import queries as stock
from tests.disputes import make
from tests.disputes.make import DAY, LATER, back, refund, told
from tests.flows.budget import at_most
from tests.parties import make as parties
from tests.payments.make import AT, jobs

pytestmark = pytest.mark.django_db
SOUND = [check for check in CHECKS if check.name.split(".")[0] in {"ledger", "holds", "refunds"}]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def clean():
    found = audited(checks=SOUND, at=AT, patience=timedelta(days=90))
    assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def settled(case):
    """Run the job that moves what was decided, as often as it may be run."""
    for _ in range(2):
        settle(dispute_id=case.dispute.id, merchant_id=case.dispute.merchant_id)
    clean()
    return case.dispute


def lapsed(case, at):
    return lapse_claim(dispute_id=case.dispute.id, merchant_id=case.dispute.merchant_id, at=at)


def refunds(case):
    part = case.part
    return [
        (one.part, one.amount.minor)
        for one in payments.parts_given_back(merchant_id=part.merchant_id, consignment_id=part.id)
    ]


def test_a_claim_stops_the_release_and_its_end_lets_it_go_on_as_much_later() -> None:
    case = make.case()
    due = case.part.release_at
    with at_most(38):
        case.open(key="once")
    assert case.open(key="once").ref == case.ref
    with pytest.raises(AlreadyOpen):
        case.open()
    part = case.part
    with pytest.raises(NotDue):
        release_hold(consignment_id=part.id, merchant_id=part.merchant_id, at=due + 9 * DAY)
    case.say(case.shopper, Verb.WITHDRAW, note="", at=LATER + 3 * DAY)
    for _ in range(2):
        end_dispute(dispute_id=case.dispute.id, merchant_id=part.merchant_id, at=LATER + 3 * DAY)
    assert case.dispute.ending is Ending.WITHDRAWN
    assert case.part.paused_since is None
    assert case.part.release_at == due + 3 * DAY
    assert refunds(case) == []


def test_ruling_pays_a_part_back_and_the_rest_is_released() -> None:
    case = make.case()
    case.open(Reason.NOT_AS_DESCRIBED, refund(9_000), files=[("seam.png", PNG)])
    case.say(case.merchant, Verb.PROPOSE, refund(1_000))
    case.say(case.shopper, Verb.COUNTER, refund(8_000))
    case.say(case.merchant, Verb.REJECT)
    case.say(case.shopper, Verb.ESCALATE)
    ruled = case.say(case.operator, Verb.RULE, refund(4_000))
    assert (ruled.state, ruled.decided) == (State.RULED, refund(4_000))
    assert not lapsed(case, LATER + 2 * DAY)
    assert lapsed(case, LATER + 4 * DAY)
    assert settled(case).ending is Ending.REFUNDED
    assert refunds(case) == [(Part.GOODS, 4_000)]
    part = case.part
    release_hold(consignment_id=part.id, merchant_id=part.merchant_id, at=part.release_at + 9 * DAY)
    hold = payments.hold(merchant_id=part.merchant_id, consignment_id=part.id)
    assert (hold.state, hold.left.goods) == (HoldState.RELEASED, hold.shares.goods - Money(4_000, "CNY"))
    assert ledger.balance(kind=Kind.HOLD, subject=part.id, currency="CNY").posted.minor == 0
    clean()
    steps = queries.steps_of(dispute=case.dispute)
    assert [step.verb for step in steps] == [
        Verb.OPEN, Verb.PROPOSE, Verb.COUNTER, Verb.REJECT, Verb.ESCALATE, Verb.RULE, Verb.LAPSE, Verb.SETTLE,
    ]  # fmt: skip
    assert [step.number for step in steps] == list(range(1, 9))
    assert [file.name for file in steps[0].files] == ["seam.png"]


def test_a_silent_merchant_agrees_to_what_was_asked() -> None:
    case = make.case()
    case.open(wanted=refund(5_000))
    assert case.dispute.due_at == LATER + 2 * DAY
    assert lapsed(case, case.dispute.due_at)
    assert settled(case).ending is Ending.REFUNDED
    assert refunds(case) == [(Part.GOODS, 5_000)]


def test_a_silent_shopper_agrees_to_what_was_offered_and_loses_after_a_rejection() -> None:
    offered, rejected = make.case(), make.case()
    for case in (offered, rejected):
        case.open()
    offered.say(offered.merchant, Verb.PROPOSE, refund(300))
    rejected.say(rejected.merchant, Verb.REJECT)
    for case, ending in ((offered, Ending.REFUNDED), (rejected, Ending.LAPSED)):
        assert lapsed(case, case.dispute.due_at)
        assert settled(case).ending is ending
    assert (refunds(offered), refunds(rejected)) == ([(Part.GOODS, 300)], [])


def test_goods_go_back_before_the_money_does() -> None:
    case = make.case()
    case.open(Reason.CHANGED_MIND, back())
    case.say(case.merchant, Verb.AGREE, note="")
    assert case.dispute.state is State.RETURNING
    said = told(key="sent")
    for _ in range(2):
        send_return(viewer=case.shopper, ref=case.ref, told=said, carrier="SF", number="SF123", at=LATER + DAY)
    assert (case.dispute.state, case.dispute.parcel.paid_by) == (State.COMING, Side.SHOPPER)
    variant, owner = case.part.lines[0].variant_id, case.part.merchant_id
    before = stock.available(variant_ids=[variant], merchant_ids=[owner])[variant]
    said = told(key="here")
    with at_most(36):
        receive_return(viewer=case.merchant, ref=case.ref, restock=frozenset({1}), told=said, at=LATER + 5 * DAY)
    receive_return(viewer=case.merchant, ref=case.ref, restock=frozenset({1}), told=said, at=LATER + 5 * DAY)
    assert stock.available(variant_ids=[variant], merchant_ids=[owner])[variant] == before + 2
    assert settled(case).ending is Ending.REFUNDED
    # A change of mind brings the goods' money back, not delivery, and not the tax: nobody wrote the goods back into the zone.
    assert refunds(case) == [(Part.GOODS, case.part.amounts.goods.minor)]
    assert case.part.stage is Stage.REFUNDED


def test_who_never_sends_the_goods_back_gets_nothing() -> None:
    case = make.case()
    case.open(wanted=back())
    case.say(case.merchant, Verb.AGREE, note="")
    assert lapsed(case, case.dispute.due_at)
    assert settled(case).ending is Ending.LAPSED
    assert refunds(case) == []


def test_goods_without_news_of_their_arrival_go_to_an_operator_not_to_the_merchant() -> None:
    case = make.case()
    case.open(wanted=back())
    case.say(case.merchant, Verb.AGREE, note="")
    send_return(viewer=case.shopper, ref=case.ref, told=told(), carrier="SF", number="SF123", at=LATER)
    assert lapsed(case, case.dispute.due_at)
    assert case.dispute.state is State.OPERATOR


def test_after_release_the_money_comes_from_the_merchant_with_what_cannot_be_given_up() -> None:
    case = make.case()
    part = case.part
    release_hold(consignment_id=part.id, merchant_id=part.merchant_id, at=part.release_at)
    case.open(Reason.COUNTERFEIT, refund(), at=part.release_at)
    case.say(case.merchant, Verb.AGREE, note="", at=part.release_at)
    assert settled(case).ending is Ending.REFUNDED
    assert sum(minor for _, minor in refunds(case)) == part.amounts.total.minor
    owed = ledger.balances_of(kind=Kind.MERCHANT_RECEIVABLE, subject=part.merchant_id)
    assert owed["USD"].owed.minor > 0
    assert case.part.stage is Stage.RELEASED


def test_an_appeal_is_ruled_on_by_somebody_else_and_stands() -> None:
    case = make.case()
    case.open()
    case.say(case.merchant, Verb.ESCALATE)
    case.say(case.operator, Verb.RULE, refund(100))
    case.say(case.merchant, Verb.APPEAL)
    with pytest.raises(SameOperator):
        case.say(case.operator, Verb.RULE_AGAIN, refund(200))
    case.say(parties.operator(), Verb.RULE_AGAIN, refund(200))
    assert settled(case).state is State.ENDED
    with pytest.raises(WrongMoment):
        case.say(case.shopper, Verb.APPEAL)
    assert refunds(case) == [(Part.GOODS, 200)]


def test_money_that_cannot_be_moved_goes_to_an_operator() -> None:
    case = make.case()
    case.open(wanted=refund(5_000))
    left = case.part.amounts.total.minor
    case.say(case.merchant, Verb.AGREE, note="")
    ask = RefundAsk("other", "test", Money(left - 1_000, "CNY"))
    refund_consignment(consignment_id=case.part.id, merchant_id=case.part.merchant_id, ask=ask, at=LATER)
    found = settled(case)
    assert (found.state, found.trouble) == (State.OPERATOR, "payments.more_than_left")


def test_nobody_acts_for_another_side_or_without_reasons() -> None:
    case = make.case()
    case.open()
    for viewer in (Viewer(), parties.shopper_viewer(), parties.merchant_viewer(merchant_id=parties.merchant())):
        with pytest.raises(DisputeUnknown):
            case.say(viewer, Verb.AGREE)
    with pytest.raises(WrongMoment):
        case.say(case.shopper, Verb.AGREE)
    with pytest.raises(OutcomeUnfit):
        case.say(case.merchant, Verb.REJECT, note=" ")
    with pytest.raises(OutcomeUnfit):
        case.say(case.merchant, Verb.PROPOSE, refund(10_000_000))
    with pytest.raises(OutcomeUnfit):
        case.say(case.merchant, Verb.PROPOSE)


def test_evidence_is_what_it_is_and_only_the_two_sides_and_operators_see_it() -> None:
    case = make.case()
    case.open()
    show_evidence(
        viewer=case.merchant, ref=case.ref, files=[("../../photo.exe", PNG)], told=told("Packed well."), at=LATER
    )
    (file,) = queries.evidence_of(dispute=case.dispute)
    assert (file.media_type, file.side) == ("image/png", Side.MERCHANT)
    for viewer in (case.shopper, case.merchant, case.operator):
        assert queries.evidence_file(viewer=viewer, ref=case.ref, file=file.ref)[1] == PNG
    with pytest.raises(DisputeUnknown):
        queries.evidence_file(viewer=parties.shopper_viewer(), ref=case.ref, file=file.ref)
    for content in (b"", b"MZ hello", b"<svg onload=alert(1)>", PNG + b"0" * (8 * 1024 * 1024)):
        with pytest.raises(EvidenceUnfit):
            show_evidence(viewer=case.shopper, ref=case.ref, files=[("x.png", content)], told=told(), at=LATER)


def test_the_sweep_acts_on_deadlines_and_letters_go_to_the_other_side() -> None:
    case = make.case()
    case.open()
    sweep(0)
    assert case.dispute.state in {State.SETTLING, State.MERCHANT}
    write(dispute_id=case.dispute.id, merchant_id=case.dispute.merchant_id, step=1)
    letters = [args for name, args in jobs() if name == "mail.send"]
    assert len(letters) == 1
    assert case.part.ref in letters[0]["subject"]
    assert "/merchant/" in letters[0]["body"]
