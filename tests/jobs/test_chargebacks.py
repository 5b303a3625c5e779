"""A card holder's dispute: taken, answered, ruled; whatever order the news comes in, before and after release."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.flows.release_hold import release_hold
from entrepot.jobs import chargebacks as jobs
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.orders.terms import State as OrderState
from entrepot.parties.terms import NotYours
from entrepot.payments import queries
from entrepot.payments.models import ChargebackPartRow, ChargebackRow
from entrepot.payments.services import drop_evidence, hand_in_evidence
from entrepot.payments.terms import ChargebackState, EvidenceFile, EvidenceLate, EvidenceUnfit, HoldState
from tests.flows import make
from tests.jobs.desk import hear, opened, work_off
from tests.parties import make as parties
from tests.payments.make import AT

pytestmark = pytest.mark.django_db
ORDERS = {"orders.stages", "orders.holds", "orders.money"}
AREAS = {"ledger", "holds", "refunds", "payouts", "chargebacks"}
SOUND = [one for one in CHECKS if one.name in ORDERS or one.name.split(".")[0] in AREAS]
PAPER = EvidenceFile("shipping", "waybill.pdf", "application/pdf", b"%PDF-1.7 a waybill")


def balance(kind, subject=0, currency="CNY"):
    return ledger.balance(kind=kind, subject=subject, currency=currency).posted.minor


def clean():
    found = audited(checks=SOUND, at=AT, patience=timedelta(days=9000))
    assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def paid(desk, **more):
    sale = opened(**more)
    desk.pay(sale.payment().intent_id)
    hear(desk.signed())
    return sale


def part_of(sale, number=0):
    one = sale.order().consignments[number]
    viewer = parties.merchant_viewer(merchant_id=one.merchant_id)
    return viewer, queries.chargebacks_of(viewer=viewer, merchant_id=one.merchant_id)[0]


def answer(sale, text="It was delivered.", number=0, files=(PAPER,), complete=True, at=None):
    viewer, part = part_of(sale, number)
    hand_in_evidence(
        viewer=viewer, merchant_id=part.merchant_id, ref=part.ref, text=text, files=list(files), complete=complete,
        at=at or datetime.now(UTC),
    )  # fmt: skip
    work_off()


def hold_of(sale, number=0):
    one = sale.order().consignments[number]
    return queries.hold(merchant_id=one.merchant_id, consignment_id=one.id)


def released(sale):
    for consignment_id, merchant_id in sale.deliver():
        release_hold(consignment_id=consignment_id, merchant_id=merchant_id, at=make.due())


def test_won_before_release_the_money_stays_held_and_its_clock_stands_still(desk) -> None:
    sale = paid(desk)
    desk.dispute(sale.payment().intent_id)
    hear(desk.signed())
    _, part = part_of(sale)
    assert (part.state, part.amount, part.aside.minor) == (ChargebackState.OPEN, sale.total, 0)
    assert sale.order().consignments[0].paused_since
    assert (balance(Kind.PSP_DISPUTED), balance(Kind.PSP_FEES)) == (-sale.total.minor, -1_500)
    clean()

    answer(sale, "draft", files=(), complete=False)
    assert part_of(sale)[1].answered_at is None
    answer(sale)
    _, part = part_of(sale)
    assert (part.answerable, part.files[0].name, part.text) == (False, "waybill.pdf", "It was delivered.")
    with pytest.raises(EvidenceLate):
        answer(sale, "and more")
    desk.wait()
    hear(desk.signed())
    assert part_of(sale)[1].state is ChargebackState.WON
    assert (balance(Kind.PSP_DISPUTED), balance(Kind.PSP_FEES)) == (0, 0)
    assert sale.order().consignments[0].paused_since is None
    released(sale)
    clean()


def test_lost_before_release_the_hold_pays_and_the_goods_are_free(desk) -> None:
    sale = paid(desk)
    desk.dispute(sale.payment().intent_id)
    hear(desk.signed())
    answer(sale, "losing_evidence")
    desk.wait()
    hear(desk.signed())
    hear(reversed(desk.signed()))
    assert hold_of(sale).state is HoldState.REFUNDED
    assert sale.order().consignments[0].stage is Stage.REFUNDED
    assert sale.order().state is OrderState.DONE
    assert (balance(Kind.PSP_DISPUTED), balance(Kind.CHARGEBACK_LOSS)) == (0, 0)
    assert balance(Kind.PSP_RECEIVABLE) == 1_500
    clean()


def test_a_part_lost_before_release_leaves_the_rest_held(desk) -> None:
    sale = paid(desk)
    desk.dispute(sale.payment().intent_id, amount=2_000)
    hear(desk.signed())
    answer(sale, "losing_evidence")
    desk.wait()
    hear(desk.signed())
    assert hold_of(sale).left.total == sale.total - Money(2_000, "CNY")
    released(sale)
    assert balance(Kind.PSP_DISPUTED) == 0
    clean()


@pytest.mark.parametrize("words", ["losing_evidence", "It was delivered."])
def test_after_release_the_merchants_part_is_set_aside_till_the_bank_decides(desk, words) -> None:
    sale = paid(desk, merchants=2)
    released(sale)
    holds = [hold_of(sale, number) for number in (0, 1)]
    before = [balance(Kind.MERCHANT_AVAILABLE, hold.merchant_id, hold.shares.merchant_net.currency) for hold in holds]
    desk.dispute(sale.payment().intent_id)
    hear(desk.signed())
    for number, hold in enumerate(holds):
        _, part = part_of(sale, number)
        assert part.aside == hold.shares.merchant_net
        assert balance(Kind.MERCHANT_AVAILABLE, hold.merchant_id, part.aside.currency) == 0
    clean()
    answer(sale, words)
    # Not before both merchants are done: the bank listens once.
    assert desk.provider.chargeback(chargeback_id=_id(sale)).status == "needs_response"
    answer(sale, words, 1, files=())
    desk.wait()
    hear(desk.signed())
    won = words != "losing_evidence"
    after = [balance(Kind.MERCHANT_AVAILABLE, hold.merchant_id, hold.shares.merchant_net.currency) for hold in holds]
    assert after == (before if won else [0, 0])
    gone = sum((hold.shares.total - hold.shares.goods).minor for hold in holds)
    assert balance(Kind.CHARGEBACK_LOSS) == (0 if won else -gone)
    assert balance(Kind.COMMISSION) == (sum(hold.shares.commission.minor for hold in holds) if won else 0)
    assert balance(Kind.PSP_DISPUTED) == 0
    clean()


def _id(sale):
    found = queries.chargebacks_of_payment(
        viewer=parties.operator(), shopper_id=sale.shopper_id, payment_id=sale.payment_id
    )
    return found[0].provider_id


def test_news_in_any_order_doubled_or_lost_ends_the_same(desk) -> None:
    turned, silent = opened(), opened()
    for sale in (turned, silent):
        desk.pay(sale.payment().intent_id)
        desk.dispute(sale.payment().intent_id)
    hear([*reversed(desk.signed()[:2]), *desk.signed()[:2]])
    hear(list(reversed(desk.signed()))[:1])
    assert part_of(turned)[1].state is ChargebackState.OPEN
    # The silent one's messages never came, nor did the bank's ruling; they are fetched, and asked about.
    with desk.store.transaction():
        for case in desk.store.things(kind="chargeback"):
            desk.party._rule("overdue", case["id"])
    jobs.catch_up(timestamp=0)
    work_off()
    jobs.catch_up(timestamp=0)
    work_off()
    assert {part_of(sale)[1].state for sale in (turned, silent)} == {ChargebackState.LOST}
    assert balance(Kind.PSP_DISPUTED) == 0
    clean()


def test_what_a_merchant_kept_goes_to_the_bank_a_day_before_its_date(desk) -> None:
    sale = paid(desk)
    desk.dispute(sale.payment().intent_id)
    hear(desk.signed())
    answer(sale, "A draft.", complete=False)
    _, part = part_of(sale)
    jobs.hand_in_due(timestamp=0)
    work_off()
    assert part_of(sale)[1].answered_at is None
    soon = datetime.now(UTC) + timedelta(hours=3)
    ChargebackRow.objects.filter(shopper_id=sale.shopper_id).update(due_by=soon)
    ChargebackPartRow.objects.filter(merchant_id=part.merchant_id).update(due_by=soon)
    jobs.hand_in_due(timestamp=0)
    work_off()
    assert part_of(sale)[1].answered_at


def test_evidence_is_the_merchants_own_and_of_a_kind_that_banks_read(desk) -> None:
    sale = paid(desk)
    desk.dispute(sale.payment().intent_id)
    hear(desk.signed())
    viewer, part = part_of(sale)
    stranger = parties.merchant_viewer(merchant_id=parties.merchant())
    with pytest.raises(NotYours):
        queries.chargeback_part(viewer=stranger, merchant_id=part.merchant_id, ref=part.ref)
    for why, text, files in (
        ("empty", " ", ()), ("text", "x" * 10_001, ()), ("many", "x", [PAPER] * 6),
        ("size", "x", [EvidenceFile("other", "a", "application/pdf", b"%PDF-" + bytes(2 * 1024 * 1024))]),
        ("type", "x", [EvidenceFile("other", "a", "unknown", b"MZ")]),
    ):  # fmt: skip
        with pytest.raises(EvidenceUnfit) as refusal:
            answer(sale, text, files=files)
        assert refusal.value.facts["why"] == why
    answer(sale, complete=False)
    kept = part_of(sale)[1].files[0]
    assert queries.evidence_file(viewer=viewer, merchant_id=part.merchant_id, ref=part.ref, file_id=kept.id).body
    drop_evidence(viewer=viewer, merchant_id=part.merchant_id, ref=part.ref, file_id=kept.id)
    assert part_of(sale)[1].files == ()
