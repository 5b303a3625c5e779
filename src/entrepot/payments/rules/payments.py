"""What may happen to a payment and to held money, and when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from entrepot.kernel.money import Money
from entrepot.payments.terms import (
    AmountDiffers,
    HoldState,
    IntentStatus,
    NotDue,
    ProviderMessage,
    ProviderProof,
    State,
    Verb,
    WrongMoment,
)

# The whole life of a payment. What is not here is refused.
MOVES: Final[Mapping[tuple[State, Verb], State]] = {
    (State.CREATED, Verb.OPEN): State.OPENING,
    (State.CREATED, Verb.CANCEL): State.CANCELLED,
    # Signed news of our own reference is true whatever we have noted of asking for it.
    (State.CREATED, Verb.CAPTURE): State.CAPTURED,
    (State.OPENING, Verb.OPEN): State.OPENING,
    (State.OPENING, Verb.AWAIT): State.AWAITING,
    # The provider's news may come before its answer to our opening.
    (State.OPENING, Verb.CAPTURE): State.CAPTURED,
    (State.OPENING, Verb.FAIL): State.FAILED,
    (State.OPENING, Verb.CANCEL): State.CANCELLED,
    (State.AWAITING, Verb.CAPTURE): State.CAPTURED,
    (State.AWAITING, Verb.FAIL): State.FAILED,
    (State.AWAITING, Verb.CANCEL): State.CANCELLED,
    # The card was declined, the shopper tries another one.
    (State.FAILED, Verb.FAIL): State.FAILED,
    (State.FAILED, Verb.CAPTURE): State.CAPTURED,
    (State.FAILED, Verb.CANCEL): State.CANCELLED,
    # First authorised, taken later. The fast way of settling knows no COLLECT, so it never books what was only promised.
    (State.OPENING, Verb.AUTHORISE): State.AUTHORISED,
    (State.AWAITING, Verb.AUTHORISE): State.AUTHORISED,
    (State.FAILED, Verb.AUTHORISE): State.AUTHORISED,
    (State.AUTHORISED, Verb.COLLECT): State.CAPTURED,
    (State.AUTHORISED, Verb.FAIL): State.FAILED,
    (State.AUTHORISED, Verb.CANCEL): State.CANCELLED,
    (State.CANCELLED, Verb.COLLECT): State.RETURNING,
    # The order was given up while the shopper paid: the money goes back.
    (State.CANCELLED, Verb.CAPTURE): State.RETURNING,
    (State.CANCELLED, Verb.CANCEL): State.CANCELLED,
    (State.RETURNING, Verb.RETURN): State.RETURNED,
}

# Where a payment has gone once money was taken for it: the same proof again changes nothing.
SETTLED: Final = frozenset({State.CAPTURED, State.RETURNING, State.RETURNED})
# Where the provider may still have something to tell us.
UNDECIDED: Final = (State.CREATED, State.OPENING, State.AWAITING, State.FAILED)

# How long to wait before asking the provider again: at first, doubling, at most.
POLL_FIRST: Final = timedelta(seconds=10)
POLL_MOST: Final = timedelta(minutes=10)


def after(*, state: State, verb: Verb) -> State:
    """The payment's state after `verb`. Raises WrongMoment when it is not allowed now."""
    following = MOVES.get((state, verb))
    if following is None:
        raise WrongMoment(state=state, verb=verb)
    return following


def proof_in(*, message: ProviderMessage) -> tuple[str, ProviderProof] | None:
    """Our reference and the proof, when a signed message says by itself that money was taken; else it has to be asked."""
    said = message.data
    reference, minor, currency = (
        said.get("reference"),
        said.get("amount_captured", said.get("amount")),
        said.get("currency"),
    )
    if message.kind != "intent.succeeded" or said.get("status") != IntentStatus.SUCCEEDED:
        return None
    if not isinstance(reference, str) or not reference or type(minor) is not int or not isinstance(currency, str):
        return None
    return reference, ProviderProof(message.object_id, Money(minor, currency))


def check_amount(*, asked: Money, got: Money) -> None:
    """Exactly the asked amount, or it is refused: more and less alike. Raises AmountDiffers."""
    if asked != got:
        raise AmountDiffers(asked=asked, got=got)


def check_due(*, state: HoldState, release_at: datetime | None, paused: bool, at: datetime) -> None:
    """Held money may go to the merchant from the release date on, unless a claim stopped the clock.

    release_at: none before delivery. Raises NotDue, and WrongMoment once it was refunded.
    """
    if state is HoldState.REFUNDED:
        raise WrongMoment(state=state, verb="release")
    if release_at is None or release_at > at or paused:
        raise NotDue(release_at=release_at)
