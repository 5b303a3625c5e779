"""From a sale to the bank: what the provider and the bank report meets the books, and what does not is dealt with."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from typer.testing import CliRunner

from entrepot.base.identity import new_reference
from entrepot.cli import app
from entrepot.cli import reconcile as _register  # noqa: F401 - puts the command on the app
from entrepot.flows.write_off_difference import write_off_difference
from entrepot.jobs import reconciliation as jobs
from entrepot.jobs.audit import audited
from entrepot.jobs.audit.reconciled import RECONCILED
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.parties.terms import Desk, NotYours, Viewer
from entrepot.reconciliation import queries
from entrepot.reconciliation.models import ItemRow, MatchRow, StepRow
from entrepot.reconciliation.services import ask_for_report, explain_case, match_by_hand, match_items, take_report
from entrepot.reconciliation.terms import (
    Age,
    CaseEnded,
    CaseState,
    NothingToWriteOff,
    Place,
    QueueAsk,
    Rule,
    SumsDiffer,
    TextMissing,
    Verb,
    Why,
)
from entrepot_sandbox.reports import fee_of
from tests.jobs.desk import hear, opened, work_off
from tests.race.threads import together
from tests.reconciliation.make import START, body, put, sandbox

NOW = datetime.now(UTC)
OPERATOR = Viewer(user_id=7, desks=frozenset({Desk.OPERATOR}))


def stands(kind, currency="CNY"):
    found = ledger.balance(kind=kind, currency=currency)
    return (found.debits_posted - found.credits_posted).minor


def rules():
    return {
        ItemRow.objects.get(id=one.theirs_id).kind: one.rule for one in MatchRow.objects.filter(undone_at=None)
    }  # fmt: skip


def queued(**more):
    return queries.queue(viewer=OPERATOR, ask=QueueAsk(**more), on=NOW.date())


def clean():
    found = audited(checks=RECONCILED, at=NOW, patience=timedelta())
    return {one.check.name for one in found if not one.clean}


@pytest.mark.django_db
def test_a_sale_is_followed_from_the_shoppers_card_into_our_bank(desk) -> None:
    kept, refunded, disputed = (opened() for _ in range(3))
    for sale in (kept, refunded, disputed):
        desk.pay(sale.payment().intent_id)
    # It was given up while the shopper paid, so that the money goes back.
    refunded.cancel()
    hear(desk.signed())
    work_off()
    desk.dispute(disputed.payment().intent_id)
    hear(desk.signed())
    desk.provider._ask("POST", "/v1/settlements", key="s1", body={"currency": "CNY", "amount": 5000})

    jobs.fetch_report(day=NOW.date())
    first = jobs.reconcile()
    assert (first.opened, queries.tally(on=NOW.date()).all) == (1, 1)
    assert rules() == dict.fromkeys(
        ["captured", "refund", "chargeback", "chargeback_fee", "fee", "settled"], Rule.PROVIDER_ID.value
    )
    fees = sum(fee_of(sale.total.minor) for sale in (kept, refunded, disputed))
    assert stands(Kind.PSP_FEES) == fees + 1500
    assert stands(Kind.BANK) == 5000
    # At the bank our books wait for the statement.
    provider, bank = queries.standings(day=NOW.date())
    assert (provider.place, provider.difference.minor, provider.theirs) == (Place.PROVIDER, 0, provider.stated)
    assert (bank.difference.minor, bank.only_books.minor, bank.proven) == (5000, 5000, True)
    waiting = queued()[0]
    assert (waiting.why, waiting.age) == (Why.MISSING_THERE, Age.FRESH)

    settlement = ItemRow.objects.get(kind="settled", side="theirs").source
    statement = f"number,date,amount,currency,balance,reference,text\n9,{NOW:%Y-%m-%d},50.00,CNY,50.00,,{settlement}\n"
    report = take_report(name="bank.csv", body=statement.encode(), user_id=7, at=NOW)
    assert take_report(name="again.csv", body=statement.encode(), user_id=8, at=NOW) == report
    jobs.fetch_report(day=NOW.date())
    jobs.reconcile()
    assert queries.tally(on=NOW.date()).all == 0
    assert [step.verb for step in queries.trail(ref=waiting.ref)] == [Verb.OPENED, Verb.RULE]
    assert all(not one.difference for one in queries.standings(day=NOW.date()))
    assert jobs.reconcile() == type(first)(0, 0, 0, 0)
    assert clean() == set()
    done = CliRunner().invoke(app, ["reconcile", "--day", f"{NOW:%Y-%m-%d}"])
    assert (done.exit_code, done.output.count("agrees")) == (0, 2), done.output


@pytest.mark.django_db
def test_what_differs_is_matched_explained_or_written_off_and_leaves_a_trail(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id)
    hear(desk.signed())
    intent, asked = sale.payment().intent_id, sale.total.minor
    lines = [
        {"source": intent, "amount": asked - 3}, {"source": "pi_x", "amount": 700}, {"kind": "tip", "amount": -40},
        {"id": "txn_9", "source": "pi_y", "amount": 700},
    ]  # fmt: skip
    take_report(name="r.json", body=body(sandbox(*lines, day=f"{NOW:%Y-%m-%d}")), user_id=7, at=NOW)
    jobs.reconcile()
    assert sorted(case.why for case in queued()) == ["amount", "amount", "missing_here", "missing_here", "missing_here"]
    ours = next(case for case in queued(why=Why.AMOUNT) if case.item.transfers)
    theirs = next(case for case in queued(why=Why.AMOUNT) if not case.item.transfers)
    assert (ours.other_id, theirs.other_id) == (theirs.item.id, ours.item.id)
    assert queries.candidates(item=ours.item, other_id=ours.other_id)[0].id == theirs.item.id

    decided = {"viewer": OPERATOR, "text": "The card was charged in steps.", "at": NOW}
    with pytest.raises(SumsDiffer):
        match_by_hand(ref=ours.ref, others=[theirs.item.id], key="h", **decided)
    with pytest.raises(NotYours):
        explain_case(ref=ours.ref, key="h", **{**decided, "viewer": Viewer(user_id=8)})
    with pytest.raises(TextMissing):
        explain_case(ref=ours.ref, key="h", **{**decided, "text": " "})
    before = stands(Kind.PSP_RECEIVABLE)
    for _ in range(2):
        write_off_difference(ref=ours.ref, others=[theirs.item.id], to=Kind.ROUNDING, key="w", **decided)
    assert before - stands(Kind.PSP_RECEIVABLE) == 3
    assert stands(Kind.ROUNDING) == 3
    with pytest.raises(CaseEnded):
        write_off_difference(ref=theirs.ref, others=[], to=Kind.ROUNDING, key="v", **decided)
    assert queries.trail(ref=ours.ref)[-1].text == decided["text"]

    tip = next(case for case in queued() if case.item.amount.minor == -40)
    explain_case(ref=tip.ref, key="e", **decided)
    assert [case.ref for case in queued(explained=True)] == [tip.ref]
    write_off_difference(ref=tip.ref, others=[], to=Kind.PSP_FEES, key="w", **decided)
    one, other = queued()
    with pytest.raises(NothingToWriteOff):
        put_back = put_pair()
        write_off_difference(ref=put_back[0], others=[put_back[1]], to=Kind.PSP_FEES, key="w", **decided)
    match_by_hand(ref=put_back[0], others=[put_back[1]], key="h", **decided)
    assert ask_for_report(viewer=OPERATOR, ref=one.ref, key="a", at=NOW) == NOW.date()
    assert StepRow.objects.filter(verb=Verb.ASKED).count() == 1
    assert {case.ref for case in queued()} == {one.ref, other.ref}
    jobs.reconcile()
    standing = queries.standings(day=NOW.date())[0]
    assert (standing.proven, standing.difference) == (True, Money(-1400, "CNY"))
    assert queries.case(viewer=OPERATOR, ref=tip.ref, on=NOW.date()).state is CaseState.MATCHED
    assert clean() == set()
    for damage, check in DAMAGE.items():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT damage")
            cursor.execute(damage)
            assert check in clean(), damage
            cursor.execute("ROLLBACK TO damage")


DAMAGE = {
    "UPDATE reconciliation_item SET amount_minor = amount_minor + 1 WHERE side = 'theirs'": "reconciliation.matches",
    "UPDATE reconciliation_item SET match_id = NULL": "reconciliation.queue",
    "DELETE FROM reconciliation_item WHERE side = 'books' AND kind = 'captured'": "reconciliation.books",
    "INSERT INTO reconciliation_match (place, rule, strength, made_at) VALUES ('bank', 'hand', 0, now())": "reconciliation.matches",
}


def put_pair():
    """Two lines of a report that cancel each other."""
    for number, minor in (("p", 900), ("q", -900)):
        put(queries.Side.THEIRS, number, minor)
    match_items(at=NOW)
    both = [case for case in queued() if case.item.number in {"p", "q"}]
    return both[0].ref, both[1].item.id


@pytest.mark.django_db(transaction=True)
def test_two_runs_and_two_readers_at_once_do_it_once() -> None:
    for n in range(30):
        put(queries.Side.BOOKS, f"b{n}", 100 + n, name=f"pi{n}")
        put(queries.Side.THEIRS, f"t{n}", 100 + n + (n % 5 == 0), name=f"pi{n}")
    document = body(sandbox({"id": new_reference("txn")}))
    answers = together(
        lambda: match_items(at=START), lambda: take_report(name="a", body=document, user_id=None, at=START),
        lambda: match_items(at=START), lambda: take_report(name="b", body=document, user_id=None, at=START),
    )  # fmt: skip
    assert not [one for one in answers if isinstance(one, Exception)], answers
    match_items(at=START)
    assert MatchRow.objects.filter(undone_at=None).count() == 24
    assert queries.tally(on=START.date()).all == 13
    assert answers[1] == answers[3]
