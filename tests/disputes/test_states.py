"""Every state of a dispute meets every verb of every side, and silence means what is written down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from entrepot.disputes import rules
from entrepot.disputes.terms import (
    AppealedBefore,
    Dispute,
    Ending,
    NotArrived,
    NothingToClaim,
    OpeningFacts,
    Outcome,
    OutcomeUnfit,
    Reason,
    Remedy,
    SameOperator,
    Side,
    State,
    TooEarly,
    TooLate,
    Verb,
    WrongMoment,
)
from entrepot.kernel.money import Money
from entrepot.payments.terms import Bearer, Part

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = rules.policy_in_force(channel="mall", mind_days=7, rows=(), on=AT.date())
REFUND, RETURN, NONE = (Outcome(remedy) for remedy in (Remedy.REFUND, Remedy.RETURN, Remedy.NOTHING))

# state: verb -> who may, and what follows when a refund, a return or nothing was decided.
ANY = "settling returning settling"
TABLE = """
merchant   propose    merchant           shopper
merchant   reject     merchant           shopper
merchant   agree      merchant           ANY
merchant   escalate   merchant           operator
merchant   withdraw   shopper            settling
merchant   lapse      market             ANY
merchant   show       shopper,merchant   merchant
shopper    agree      shopper            ANY
shopper    counter    shopper            merchant
shopper    escalate   shopper            operator
shopper    withdraw   shopper            settling
shopper    lapse      market             ANY
shopper    show       shopper,merchant   shopper
returning  send_back  shopper            coming
returning  withdraw   shopper            settling
returning  lapse      market             settling
returning  show       shopper,merchant   returning
coming     receive    merchant,operator,market settling
coming     contest    merchant           operator
coming     escalate   market             operator
coming     show       shopper,merchant   coming
operator   rule       operator           ruled
operator   withdraw   shopper            settling
operator   show       shopper,merchant   operator
ruled      appeal     shopper,merchant   appealed
ruled      lapse      market             ANY
ruled      show       shopper,merchant   ruled
appealed   rule_again operator           ANY
appealed   show       shopper,merchant   appealed
settling   settle     market             ended
settling   stall      market             operator
"""
ROWS = {
    (State(state), Verb(verb)): (who.split(","), following.replace("ANY", ANY))
    for state, verb, who, following in (line.split(maxsplit=3) for line in TABLE.strip().splitlines())
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_every_state_meets_every_verb_of_every_side(state: State, verb: Verb) -> None:
    who, following = ROWS.get((state, verb), ([], ""))
    expected = following.split() * (1 if " " in following else 3)
    for side in Side:
        if side not in who:
            with pytest.raises(WrongMoment):
                rules.after(state=state, verb=verb, side=side, decided=REFUND)
            assert verb not in rules.may(state=state, side=side)
            continue
        assert verb in rules.may(state=state, side=side)
        found = [rules.after(state=state, verb=verb, side=side, decided=one) for one in (REFUND, RETURN, NONE)]
        assert found == expected


def test_every_state_but_the_last_has_a_way_on_and_every_waiting_one_a_deadline() -> None:
    for state in State:
        assert (state is State.ENDED) == (not any(rules.may(state=state, side=side) for side in Side))
        waits = state not in {State.SETTLING, State.ENDED}
        assert (rules.due(state=state, policy=POLICY, at=AT) is not None) == waits


def dispute(state: State, **changes: object) -> Dispute:
    known: dict[str, object] = dict.fromkeys(Dispute.__dataclass_fields__)
    return Dispute(**{**known, "state": state, "wanted": REFUND, "appealed": False, "policy": POLICY, **changes})


@pytest.mark.parametrize(
    ("one", "arrived", "verb", "decided", "ending"),
    [
        (dispute(State.MERCHANT), False, Verb.LAPSE, REFUND, None),
        (dispute(State.MERCHANT, offered=RETURN), False, Verb.LAPSE, RETURN, None),
        (dispute(State.SHOPPER, offered=RETURN), False, Verb.LAPSE, RETURN, None),
        (dispute(State.SHOPPER, offered=NONE), False, Verb.LAPSE, NONE, Ending.LAPSED),
        (dispute(State.RETURNING, decided=RETURN), False, Verb.LAPSE, NONE, Ending.LAPSED),
        (dispute(State.COMING, decided=RETURN), True, Verb.RECEIVE, RETURN, None),
        (dispute(State.COMING, decided=RETURN), False, Verb.ESCALATE, RETURN, None),
        (dispute(State.RULED, decided=NONE), False, Verb.LAPSE, NONE, None),
    ],
)
def test_silence_is_taken_for_an_answer(
    one: Dispute, arrived: bool, verb: Verb, decided: Outcome, ending: Ending | None
) -> None:
    assert rules.on_silence(dispute=one, arrived=arrived) == (verb, decided, ending)
    rules.after(state=one.state, verb=verb, side=Side.MARKET, decided=decided)


@pytest.mark.parametrize("state", [State.OPERATOR, State.APPEALED, State.SETTLING, State.ENDED])
def test_silence_never_rules(state: State) -> None:
    assert rules.on_silence(dispute=dispute(state), arrived=True) is None


def test_there_is_one_appeal_and_another_operator_rules_on_it() -> None:
    rules.check_appeal(dispute=dispute(State.RULED))
    with pytest.raises(AppealedBefore):
        rules.check_appeal(dispute=dispute(State.RULED, appealed=True))
    rules.check_second(dispute=dispute(State.APPEALED, ruled_by=1), user_id=2)
    for user_id in (1, None):
        with pytest.raises(SameOperator):
            rules.check_second(dispute=dispute(State.APPEALED, ruled_by=1), user_id=user_id)


COMING = OpeningFacts(delivered_at=None, expected_at=AT, sent=True, refundable=True)
THERE = replace(COMING, delivered_at=AT)


@pytest.mark.parametrize(
    ("reason", "facts", "days", "refusal"),
    [
        (Reason.NOT_RECEIVED, COMING, -1, TooEarly),
        (Reason.NOT_RECEIVED, COMING, 0, None),
        (Reason.NOT_RECEIVED, THERE, 15, None),
        (Reason.NOT_RECEIVED, THERE, 16, TooLate),
        (Reason.DAMAGED, COMING, 1, NotArrived),
        (Reason.DAMAGED, THERE, 15, None),
        (Reason.DAMAGED, THERE, 16, TooLate),
        (Reason.CHANGED_MIND, THERE, 7, None),
        (Reason.CHANGED_MIND, THERE, 8, TooLate),
        (Reason.DAMAGED, replace(THERE, refundable=False), 1, NothingToClaim),
    ],
)
def test_what_can_be_claimed_when(
    reason: Reason, facts: OpeningFacts, days: int, refusal: type[Exception] | None
) -> None:
    given = {"facts": facts, "policy": POLICY, "at": AT + days * DAY}
    assert (reason in rules.claimable(**given)) == (refusal is None)
    if refusal is not None:
        with pytest.raises(refusal):
            rules.check_opening(reason=reason, **given)


def test_what_may_be_wanted() -> None:
    left = Money(100, "CNY")
    rules.check_wanted(outcome=Outcome(Remedy.REFUND, left), reason=Reason.DAMAGED, left=left, arrived=True)
    for outcome, reason in (
        (Outcome(Remedy.REFUND, Money(101, "CNY")), Reason.DAMAGED),
        (Outcome(Remedy.REFUND, Money(0, "CNY")), Reason.DAMAGED),
        (Outcome(Remedy.REFUND, Money(1, "USD")), Reason.DAMAGED),
        (NONE, Reason.DAMAGED),
        (REFUND, Reason.CHANGED_MIND),
        (RETURN, Reason.NOT_RECEIVED),
    ):
        with pytest.raises(OutcomeUnfit):
            rules.check_wanted(outcome=outcome, reason=reason, left=left, arrived=True)


H, M = Bearer.HOLDER, Bearer.MERCHANT
LAW = rules.duty_law(destination="CN", mode="cbec_direct", on=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("reason", "remedy", "where", "freight", "charges"),
    [
        # Never sent: nothing is owed to anybody.
        (Reason.NOT_RECEIVED, Remedy.REFUND, {"sent": False, "arrived": False}, H, H),
        # Lost on the way: the carrier keeps its freight, customs never took anything.
        (Reason.NOT_RECEIVED, Remedy.REFUND, {"arrived": False}, M, H),
        (Reason.DAMAGED, Remedy.REFUND, {}, M, M),
        # The law gives the tax up only for goods that are back in time.
        (Reason.DAMAGED, Remedy.RETURN, {"in_zone": True}, M, H),
        (Reason.DAMAGED, Remedy.REFUND, {"in_zone": True}, M, M),
        (Reason.DAMAGED, Remedy.RETURN, {"in_zone": True, "law": None}, M, M),
        (Reason.CHANGED_MIND, Remedy.RETURN, {}, None, None),
        (Reason.CHANGED_MIND, Remedy.RETURN, {"in_zone": True, "freight_back": True}, M, H),
        (Reason.CHANGED_MIND, Remedy.RETURN, {"mode": "domestic"}, None, H),
    ],
)
def test_who_gives_up_what(
    reason: Reason, remedy: Remedy, where: dict[str, object], freight: Bearer | None, charges: Bearer | None
) -> None:
    standing = rules.Standing(sent=True, arrived=True, mode="cbec_direct", law=LAW, in_zone=False, freight_back=False)
    given = rules.who_gives_up(reason=reason, remedy=remedy, standing=replace(standing, **where))
    assert (given[Part.GOODS], given.get(Part.FREIGHT), given.get(Part.DUTY), given.get(Part.TAX)) == (
        H, freight, charges, charges,
    )  # fmt: skip


def test_the_law_is_dated_sourced_and_unknown_where_we_do_not_know_it() -> None:
    assert LAW is not None
    assert LAW.restores
    assert rules.duty_law(destination="CN", mode="cbec_direct", on=date(2019, 1, 1)) is None
    assert rules.duty_law(destination="CN", mode="personal", on=date(2026, 1, 1)) is None
    assert rules.duty_law(destination="JP", mode="express", on=date(2026, 1, 1)) is None
    for row in rules.ROWS:
        assert row.source
        assert row.note["en"]
        assert row.note["zh-hans"]
        assert row.read <= date(2026, 11, 22)
