"""When what was authorised is taken, and how much of it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from entrepot.payments.terms import Authorisation, Payment, State, Verdict, WrongMoment

# How long merchants have to say that they cannot supply. Card networks keep a promise for seven days as a rule.
CAPTURE_WITHIN: Final = timedelta(hours=24)
# How long after that the order still waits, when the provider is silent.
CAPTURE_PATIENCE: Final = timedelta(days=2)


def check_answerable(*, payment: Payment, promise: Authorisation | None) -> None:
    """Merchants answer while the money is promised and the provider was not asked for it. Raises WrongMoment."""
    if payment.state is not State.AUTHORISED or promise is None or promise.taking_at is not None:
        raise WrongMoment(state=payment.state, verb="drop")


def all_agreed(*, consignments: Collection[int], verdicts: Mapping[int, Verdict]) -> bool:
    """Whether every consignment of the order was agreed to or dropped, so that the money can be taken now."""
    return all(one in verdicts for one in consignments)
