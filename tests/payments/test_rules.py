"""The states of payments and payouts: every state and verb, and the boundaries."""

from datetime import timedelta

import pytest

from entrepot.kernel.money import Money
from entrepot.payments import rules
from entrepot.payments.terms import (
    AmountDiffers,
    ChargebackState,
    ChargebackVerb,
    HoldState,
    NotDue,
    PayoutState,
    PayoutVerb,
    State,
    Verb,
    WrongMoment,
)
from tests.payments.make import AT

S, V = State, Verb
TABLE = {
    S.CREATED: {V.OPEN: S.OPENING, V.CAPTURE: S.CAPTURED, V.CANCEL: S.CANCELLED},
    S.OPENING: {
        V.OPEN: S.OPENING, V.AWAIT: S.AWAITING, V.CAPTURE: S.CAPTURED, V.FAIL: S.FAILED, V.CANCEL: S.CANCELLED,
        V.AUTHORISE: S.AUTHORISED,
    },
    S.AWAITING: {V.CAPTURE: S.CAPTURED, V.FAIL: S.FAILED, V.CANCEL: S.CANCELLED, V.AUTHORISE: S.AUTHORISED},
    # A promise is taken by a verb of its own, so that a message alone never books it.
    S.AUTHORISED: {V.COLLECT: S.CAPTURED, V.FAIL: S.FAILED, V.CANCEL: S.CANCELLED},
    S.CAPTURED: {},
    S.FAILED: {V.FAIL: S.FAILED, V.CAPTURE: S.CAPTURED, V.CANCEL: S.CANCELLED, V.AUTHORISE: S.AUTHORISED},
    S.CANCELLED: {V.CAPTURE: S.RETURNING, V.CANCEL: S.CANCELLED, V.COLLECT: S.RETURNING},
    S.RETURNING: {V.RETURN: S.RETURNED},
    S.RETURNED: {},
}  # fmt: skip


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_every_state_and_verb_of_a_payment(state: State, verb: Verb) -> None:
    wanted = TABLE[state].get(verb)
    if wanted is None:
        with pytest.raises(WrongMoment):
            rules.after(state=state, verb=verb)
    else:
        assert rules.after(state=state, verb=verb) is wanted


P, W = PayoutState, PayoutVerb
PAYOUTS = {
    P.OPEN: {W.SEND: P.SENT, W.SETTLE: P.PAID, W.FAIL: P.FAILED},
    P.SENT: {W.SETTLE: P.PAID, W.FAIL: P.FAILED},
    P.PAID: {W.RETURN: P.RETURNED},
    P.FAILED: {},
    P.RETURNED: {},
}


@pytest.mark.parametrize("state", PayoutState)
@pytest.mark.parametrize("verb", PayoutVerb)
def test_every_state_and_verb_of_a_payout(state: PayoutState, verb: PayoutVerb) -> None:
    wanted = PAYOUTS[state].get(verb)
    if wanted is None:
        with pytest.raises(WrongMoment):
            rules.payout_after(state=state, verb=verb)
    else:
        assert rules.payout_after(state=state, verb=verb) is wanted


C, K = ChargebackState, ChargebackVerb
CHARGEBACKS = {
    C.INQUIRY: {K.TAKE: C.OPEN, K.CLOSE: C.CLOSED},
    C.OPEN: {K.WIN: C.WON, K.LOSE: C.LOST},
}


@pytest.mark.parametrize("state", ChargebackState)
def test_every_state_and_verb_of_a_chargeback(state: ChargebackState) -> None:
    for verb in ChargebackVerb:
        wanted = CHARGEBACKS.get(state, {}).get(verb)
        if wanted is None:
            with pytest.raises(WrongMoment):
                rules.chargeback_after(state=state, verb=verb)
        else:
            assert rules.chargeback_after(state=state, verb=verb) is wanted


@pytest.mark.parametrize("got", [Money(99, "USD"), Money(101, "USD"), Money(100, "CNY")])
def test_another_amount_is_refused(got: Money) -> None:
    rules.check_amount(asked=Money(100, "USD"), got=Money(100, "USD"))
    with pytest.raises(AmountDiffers):
        rules.check_amount(asked=Money(100, "USD"), got=got)


def test_held_money_goes_from_its_date_on_and_not_before() -> None:
    def check(state=HoldState.OPEN, release_at=AT, paused=False):
        rules.check_due(state=state, release_at=release_at, paused=paused, at=AT)

    check()
    check(release_at=AT - timedelta(days=1))
    for early in ({"release_at": AT + timedelta(microseconds=1)}, {"release_at": None}, {"paused": True}):
        with pytest.raises(NotDue):
            check(**early)
    with pytest.raises(WrongMoment):
        check(state=HoldState.REFUNDED)
