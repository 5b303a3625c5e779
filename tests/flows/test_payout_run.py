"""Merchants paid out together: who, who not and why; the file for the bank; what the bank answers."""

from datetime import timedelta

import pytest
from django.test import override_settings

from entrepot.flows.open_payout import open_payout
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.flows.take_bank_answer import take_bank_answer
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as books
from entrepot.ledger.services import post_groups, post_transfers
from entrepot.ledger.terms import AccountRef, Kind, Result
from entrepot.parties.terms import NotYours
from entrepot.payments import queries, rules
from entrepot.payments.services import free_payouts, hold_payouts, note_file_taken, save_schedule
from entrepot.payments.terms import (
    BankUnset,
    Every,
    OnlyInRuns,
    PayoutState,
    ReasonMissing,
    Schedule,
    ScheduleInvalid,
    Scope,
    Way,
    Why,
)
from tests.ledger import make as book
from tests.parties import make as parties
from tests.payments import make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db
# A Sunday; who has said nothing is paid on Mondays.
SUNDAY = AT.date()
MONDAY = SUNDAY + timedelta(days=1)
BANK = {"name": "Entrepot", "country": "DE", "number": "DE89370400440532013000", "bic": "COBADEFFXXX", "lines": 2}


def run(day=MONDAY, key="k", way=Way.PROVIDER, scope=Scope.DUE):
    return open_payout_run(day=day, way=way, scope=scope, key=key, at=AT)


def owner(merchant_id):
    return parties.merchant_viewer(merchant_id=merchant_id)


def schedule(merchant_id, every, day=1, least=None):
    save_schedule(viewer=owner(merchant_id), merchant_id=merchant_id, schedule=Schedule(every, day, least), at=AT)


def owe(merchant_id, minor):
    post_transfers(
        transfers=[book.transfer("debt", debit=AccountRef(Kind.MERCHANT_RECEIVABLE, merchant_id), credit=AccountRef(Kind.FX_POSITION), minor=minor, currency="USD")],
        at=AT,
    )  # fmt: skip


def paid(made):
    return {one.merchant_id: one.amount.minor for one in queries.run_payouts(viewer=parties.operator(), run_id=made.id)}


def available(merchant_id):
    return ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id, currency="USD").available.minor


def test_a_run_pays_who_is_due_and_says_why_others_are_not(django_assert_num_queries) -> None:
    boss = parties.operator()
    usual, daily, monthly, manual, small = (
        make.merchant_with_money(minor) for minor in (5_000, 6_000, 7_000, 8_000, 999)
    )
    schedule(daily, Every.DAILY, least=Money(6_000, "USD"))
    schedule(monthly, Every.MONTHLY, 28)
    schedule(manual, Every.MANUAL)
    unverified = make.merchant_with_money(5_000, verified=False)
    nowhere = make.merchant_with_money(5_000, account=False)
    blocked = make.merchant_with_money(5_000)
    hold_payouts(viewer=boss, merchant_id=blocked, reason="looking into a complaint", at=AT)
    debtor = make.merchant_with_money(5_000)
    owe(debtor, 1)
    wanted = {
        usual: None, daily: None, monthly: Why.NOT_DUE, manual: Why.NOT_DUE, small: Why.BELOW_LEAST,
        unverified: Why.NOT_VERIFIED, nowhere: Why.NO_ACCOUNT, blocked: Why.HELD, debtor: Why.OWES,
    }  # fmt: skip
    seen = queries.payout_preview(viewer=boss, day=MONDAY, scope=Scope.DUE)
    assert {one.merchant_id: one.why for one in seen} == wanted
    with django_assert_num_queries(19 + 2):
        made = run()
    assert paid(made) == {usual: 5_000, daily: 6_000}
    told = {one.merchant_id: one.why for _, one in queries.run_skips(viewer=boss, run_id=made.id)}
    assert told == {one: why for one, why in wanted.items() if why not in {None, Why.NOT_DUE}}
    assert (made.paid, made.skipped) == (2, 5)
    assert [available(one) for one in (usual, daily, monthly)] == [0, 0, 7_000]
    assert make.jobs() == [("payments.send_run", {"run_id": made.id})]
    assert len(queries.open_in_run(run_id=made.id)) == 2
    # The same again, the same day again, and everybody who is left.
    with django_assert_num_queries(2 + 2):
        assert run() == made
    assert run(key="another").paid == 0
    free_payouts(viewer=boss, merchant_id=blocked, reason="nothing was wrong", at=AT)
    assert paid(run(key="all", scope=Scope.ALL)) == {monthly: 7_000, manual: 8_000, blocked: 5_000}
    assert ledger.drift() == ()


def test_days_without_a_run_are_made_up_for() -> None:
    merchant_id = make.merchant_with_money(5_000)
    assert run(key="first", day=SUNDAY).paid == 0
    assert paid(run(key="late", day=MONDAY + timedelta(days=2))) == {merchant_id: 5_000}


def test_money_taken_meanwhile_is_refused_by_the_ledger_and_the_merchant_skipped() -> None:
    rich, gone = make.merchant_with_money(5_000), make.merchant_with_money(6_000)
    proposed = queries.proposals(day=MONDAY, since=SUNDAY, scope=Scope.DUE)
    assert {one.merchant_id for one in proposed} == {rich, gone}
    # What a run posts with amounts that were read before something else took the money.
    book_out = [books.payout_opened(payout_id=n, merchant_id=one.merchant_id, amount=one.amount + one.amount)
                for n, one in enumerate(proposed, start=1)]  # fmt: skip
    assert set(post_groups(groups=book_out, at=AT)) == {Result.EXCEEDS_CREDITS}
    assert paid(run()) == {rich: 5_000, gone: 6_000}


def test_schedules_and_blocks_are_for_those_who_may() -> None:
    merchant_id, stranger, boss = parties.merchant(), parties.merchant(), parties.operator()
    assert queries.schedule(viewer=owner(merchant_id), merchant_id=merchant_id) == rules.USUAL
    for who in (owner(stranger), boss):
        with pytest.raises(NotYours):
            save_schedule(viewer=who, merchant_id=merchant_id, schedule=Schedule(Every.DAILY), at=AT)
    with pytest.raises(ScheduleInvalid):
        schedule(merchant_id, Every.WEEKLY, 8)
    schedule(merchant_id, Every.WEEKLY, 5)
    schedule(merchant_id, Every.WEEKLY, 5)
    assert queries.schedule(viewer=boss, merchant_id=merchant_id).day == 5
    with pytest.raises(NotYours):
        hold_payouts(viewer=owner(merchant_id), merchant_id=merchant_id, reason="because", at=AT)
    with pytest.raises(ReasonMissing):
        hold_payouts(viewer=boss, merchant_id=merchant_id, reason="no", at=AT)
    hold_payouts(viewer=boss, merchant_id=merchant_id, reason="a first reason", at=AT)
    hold_payouts(viewer=boss, merchant_id=merchant_id, reason="a second reason", at=AT)
    block = queries.payout_block(viewer=boss, merchant_id=merchant_id)
    assert block is not None
    assert block.reason == "a first reason"
    free_payouts(viewer=boss, merchant_id=merchant_id, reason="it is settled", at=AT)
    assert queries.payout_block(viewer=boss, merchant_id=merchant_id) is None


@override_settings(PAYOUT_BANK=None)
def test_without_an_account_of_our_own_nothing_goes_by_bank() -> None:
    make.merchant_with_money(5_000)
    with pytest.raises(BankUnset):
        run(way=Way.BANK)
    assert queries.payout_runs(viewer=parties.operator()) == ()


@override_settings(PAYOUT_BANK=BANK)
def test_by_bank_a_run_is_files_that_are_the_same_every_time_and_the_bank_ends_them(django_assert_num_queries) -> None:
    boss = parties.operator()
    merchants = [make.merchant_with_money(5_000 + n) for n in range(3)]
    made = run(way=Way.BANK)
    assert make.jobs() == []
    files = queries.run_files(viewer=boss, run_id=made.id)
    assert [(one.lines, one.currency) for one in files] == [(2, "USD"), (1, "USD")]
    first, body = queries.run_file(viewer=boss, run_ref=made.ref, number=1)
    assert rules.bank_file_faults(body=body) == ()
    for merchant_id in merchants:  # what changes later changes no file
        parties.bank_account(merchant_id=merchant_id, number="9999999999")
    with override_settings(PAYOUT_BANK=BANK | {"name": "Another"}):
        assert queries.run_file(viewer=boss, run_ref=made.ref, number=1) == (first, body)
    with pytest.raises(NotYours):
        queries.run_file(viewer=owner(merchants[0]), run_ref=made.ref, number=1)
    note_file_taken(viewer=boss, file=first, at=AT)
    assert queries.files_taken(viewer=boss, file_ids=[first.id]) == {first.id: 1}
    payouts = {one.merchant_id: one for one in queries.run_payouts(viewer=boss, run_id=made.id)}
    assert sorted(one.state for one in payouts.values()) == ["open", "sent", "sent"]
    (money,) = queries.money_of(viewer=owner(merchants[0]), merchant_id=merchants[0])
    assert (money.in_transit.minor, money.available.minor) == (5_000, 0)

    a, b, c = (payouts[one].ref for one in merchants)
    answer = f"reference,status,amount,currency,reason\n{a},confirmed,50.00,USD,\n{b},failed,,,AC04\n{c},returned,,,AC01\nx,failed,,,\n"
    with django_assert_num_queries(9 + 2):
        taken = take_bank_answer(viewer=boss, name="answer.csv", body=answer.encode(), at=AT)
    assert (taken.applied, taken.unchanged, taken.odd) == (4, 0, ("x: no payout of ours by bank",))
    with django_assert_num_queries(1 + 2):
        assert take_bank_answer(viewer=boss, name="again.csv", body=answer.encode(), at=AT) == taken
    ended = {one.merchant_id: (one.state, one.reason) for one in queries.run_payouts(viewer=boss, run_id=made.id)}
    assert [ended[one] for one in merchants] == [
        (PayoutState.PAID, ""), (PayoutState.FAILED, "AC04"), (PayoutState.RETURNED, "AC01"),
    ]  # fmt: skip
    assert [available(one) for one in merchants] == [0, 5_001, 5_002]
    assert ledger.balance(kind=Kind.BANK, currency="USD").posted.minor == 5_000
    late = f"reference,status\n{a},confirmed\n{b},confirmed\n{a},returned\n".encode()
    after = take_bank_answer(viewer=boss, name="late.csv", body=late, at=AT)
    assert (after.applied, after.unchanged, after.odd) == (1, 1, (f"{b}: confirmed, but it is failed",))
    assert [available(one) for one in merchants] == [5_000, 5_001, 5_002]
    assert ledger.balance(kind=Kind.BANK, currency="USD").posted.minor == 0
    assert [one.name for one in queries.bank_answers(viewer=boss)] == ["late.csv", "answer.csv"]
    with pytest.raises(NotYours):
        take_bank_answer(viewer=owner(merchants[0]), name="x", body=b"reference,status\n", at=AT)
    assert ledger.drift() == ()


@override_settings(PAYOUT_BANK=BANK, PAYOUT_WAY="bank")
def test_where_payouts_go_by_bank_nobody_asks_for_one() -> None:
    merchant_id = make.merchant_with_money(5_000)
    with pytest.raises(OnlyInRuns):
        open_payout(merchant_id=merchant_id, currency="USD", key="k", at=AT)
    assert available(merchant_id) == 5_000


@override_settings(PAYOUT_BANK=BANK)
def test_a_file_refused_as_a_whole_gives_every_line_back() -> None:
    boss, merchants = parties.operator(), [make.merchant_with_money(5_000) for _ in range(2)]
    made = run(way=Way.BANK)
    (file,) = queries.run_files(viewer=boss, run_id=made.id)
    body = f"""<D><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{file.message_id}</OrgnlMsgId><GrpSts>RJCT</GrpSts>
        </OrgnlGrpInfAndSts></CstmrPmtStsRpt></D>"""
    taken = take_bank_answer(viewer=boss, name="report.xml", body=body.encode(), at=AT)
    assert (taken.kind, taken.applied, taken.odd) == ("pain.002", 2, ())
    assert [available(one) for one in merchants] == [5_000, 5_000]
