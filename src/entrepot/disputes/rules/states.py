"""The life of a dispute as a table, its deadlines, and what silence means."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from entrepot.disputes.terms import (
    AppealedBefore,
    Dispute,
    Ending,
    Outcome,
    Policy,
    Remedy,
    SameOperator,
    Side,
    State,
    Verb,
    WrongMoment,
)

_SHOPPER: Final = frozenset({Side.SHOPPER})
_MERCHANT: Final = frozenset({Side.MERCHANT})
_BOTH: Final = _SHOPPER | _MERCHANT
_OPERATOR: Final = frozenset({Side.OPERATOR})
_CLOCK: Final = frozenset({Side.MARKET})

# The whole life of a dispute: who may do what, and what follows. None: what was decided says what follows. What is not
# here is refused.
MOVES: Final[Mapping[tuple[State, Verb], tuple[frozenset[Side], State | None]]] = {
    (State.MERCHANT, Verb.PROPOSE): (_MERCHANT, State.SHOPPER),
    (State.MERCHANT, Verb.REJECT): (_MERCHANT, State.SHOPPER),
    (State.MERCHANT, Verb.AGREE): (_MERCHANT, None),
    (State.MERCHANT, Verb.ESCALATE): (_MERCHANT, State.OPERATOR),
    (State.MERCHANT, Verb.WITHDRAW): (_SHOPPER, State.SETTLING),
    (State.MERCHANT, Verb.LAPSE): (_CLOCK, None),
    (State.SHOPPER, Verb.AGREE): (_SHOPPER, None),
    (State.SHOPPER, Verb.COUNTER): (_SHOPPER, State.MERCHANT),
    (State.SHOPPER, Verb.ESCALATE): (_SHOPPER, State.OPERATOR),
    (State.SHOPPER, Verb.WITHDRAW): (_SHOPPER, State.SETTLING),
    (State.SHOPPER, Verb.LAPSE): (_CLOCK, None),
    (State.RETURNING, Verb.SEND_BACK): (_SHOPPER, State.COMING),
    (State.RETURNING, Verb.WITHDRAW): (_SHOPPER, State.SETTLING),
    (State.RETURNING, Verb.LAPSE): (_CLOCK, State.SETTLING),
    (State.COMING, Verb.RECEIVE): (_MERCHANT | _OPERATOR | _CLOCK, State.SETTLING),
    (State.COMING, Verb.CONTEST): (_MERCHANT, State.OPERATOR),
    (State.COMING, Verb.ESCALATE): (_CLOCK, State.OPERATOR),
    (State.OPERATOR, Verb.RULE): (_OPERATOR, State.RULED),
    (State.OPERATOR, Verb.WITHDRAW): (_SHOPPER, State.SETTLING),
    (State.RULED, Verb.APPEAL): (_BOTH, State.APPEALED),
    (State.RULED, Verb.LAPSE): (_CLOCK, None),
    (State.APPEALED, Verb.RULE_AGAIN): (_OPERATOR, None),
    (State.SETTLING, Verb.SETTLE): (_CLOCK, State.ENDED),
    (State.SETTLING, Verb.STALL): (_CLOCK, State.OPERATOR),
}
# Where evidence may be shown: as long as somebody still looks at it.
SHOWABLE: Final = frozenset(
    {State.MERCHANT, State.SHOPPER, State.RETURNING, State.COMING, State.OPERATOR, State.RULED, State.APPEALED}
)
_FOLLOWS: Final = {
    Remedy.REFUND: State.SETTLING,
    Remedy.RETURN: State.RETURNING,
    Remedy.NOTHING: State.SETTLING,
}
NOTHING: Final = Outcome(Remedy.NOTHING)


def after(*, state: State, verb: Verb, side: Side, decided: Outcome | None = None) -> State:
    """The state after `side` does `verb`. decided: what a step without a state of its own follows from.

    Raises WrongMoment for what the table does not know and for the other side's turn.
    """
    if verb is Verb.SHOW and state in SHOWABLE and side in _BOTH:
        return state
    sides, following = MOVES.get((state, verb), (frozenset[Side](), None))
    if side not in sides:
        raise WrongMoment(state=state, verb=verb)
    if following is not None:
        return following
    if decided is None:
        raise WrongMoment(state=state, verb=verb)
    return _FOLLOWS[decided.remedy]


def may(*, state: State, side: Side) -> frozenset[Verb]:
    """What a side can do now."""
    verbs = {verb for (where, verb), (sides, _) in MOVES.items() if where is state and side in sides}
    return frozenset(verbs | ({Verb.SHOW} if state in SHOWABLE and side in _BOTH else set()))


def due(*, state: State, policy: Policy, at: datetime) -> datetime | None:
    """Until when somebody has to act, counted from the step that led here; none where nobody has to."""
    days = {
        State.MERCHANT: policy.merchant_days,
        State.SHOPPER: policy.shopper_days,
        State.RETURNING: policy.send_days,
        State.COMING: policy.receive_days,
        State.OPERATOR: policy.operator_days,
        State.APPEALED: policy.operator_days,
        State.RULED: policy.appeal_days,
    }.get(state)
    return None if days is None else at + timedelta(days=days)


def on_silence(*, dispute: Dispute, arrived: bool) -> tuple[Verb, Outcome, Ending | None] | None:
    """What happens when the deadline passes and nobody has acted: the verb, what is decided, how it ends.

    A silent merchant agrees to what was asked. A silent shopper agrees to what was offered; after a rejection, or when
    the goods were not sent back, the claim lapses. Goods that the carrier has delivered back count as received;
    without that news the marketplace looks. A ruling that nobody appeals stands. None: it waits for an operator.
    """
    asked = dispute.offered or dispute.wanted
    match dispute.state:
        case State.MERCHANT:
            return Verb.LAPSE, asked, None
        case State.SHOPPER:
            rejected = asked.remedy is Remedy.NOTHING
            return Verb.LAPSE, asked, Ending.LAPSED if rejected else None
        case State.RETURNING:
            return Verb.LAPSE, NOTHING, Ending.LAPSED
        case State.COMING:
            return (Verb.RECEIVE if arrived else Verb.ESCALATE), dispute.decided or asked, None
        case State.RULED:
            return Verb.LAPSE, dispute.decided or NOTHING, None
        case _:
            return None


def check_appeal(*, dispute: Dispute) -> None:
    """There is one appeal. Raises AppealedBefore."""
    if dispute.appealed:
        raise AppealedBefore


def check_second(*, dispute: Dispute, user_id: int | None) -> None:
    """Another operator than before rules on the appeal. Raises SameOperator."""
    if user_id is None or user_id == dispute.ruled_by:
        raise SameOperator
