"""A chargeback's life, how it is spread over an order's consignments, and what counts as evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entrepot.kernel.money import Money
from entrepot.ledger.terms import GiveBack
from entrepot.payments.rules.refunds import left_to_refund, refund_moves, refund_parts
from entrepot.payments.terms import (
    Bearer,
    Chargeback,
    ChargebackPart,
    ChargebackState,
    ChargebackStatus,
    ChargebackVerb,
    DisputedByBank,
    EvidenceFile,
    EvidenceLate,
    EvidenceUnfit,
    Hold,
    HoldState,
    LineMoney,
    Part,
    Payment,
    ProviderChargeback,
    RefundAsk,
    RefundPart,
    State,
    WrongMoment,
)

# The whole life of a chargeback. What is not here is refused.
CHARGEBACK_MOVES: Final[Mapping[tuple[ChargebackState, ChargebackVerb], ChargebackState]] = {
    (ChargebackState.INQUIRY, ChargebackVerb.TAKE): ChargebackState.OPEN,
    (ChargebackState.INQUIRY, ChargebackVerb.CLOSE): ChargebackState.CLOSED,
    (ChargebackState.OPEN, ChargebackVerb.WIN): ChargebackState.WON,
    (ChargebackState.OPEN, ChargebackVerb.LOSE): ChargebackState.LOST,
}
ENDINGS: Final[Mapping[ChargebackStatus, ChargebackVerb]] = {
    ChargebackStatus.WON: ChargebackVerb.WIN,
    ChargebackStatus.LOST: ChargebackVerb.LOSE,
    ChargebackStatus.CLOSED: ChargebackVerb.CLOSE,
}
# What there is goes to the bank so long before its date, though a merchant has not said that it is all.
HAND_IN_BEFORE: Final = timedelta(hours=24)

# What went on to authorities and carriers when the hold was released.
_GONE: Final = (Part.FREIGHT, Part.DUTY, Part.TAX, Part.FEES)

TEXT_MAX: Final = 10_000
FILES_MAX: Final = 5
FILE_MAX: Final = 2 * 1024 * 1024
_STARTS: Final[Mapping[str, bytes]] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


def chargeback_after(*, state: ChargebackState, verb: ChargebackVerb) -> ChargebackState:
    """The chargeback's state after `verb`. Raises WrongMoment when it is not allowed now."""
    following = CHARGEBACK_MOVES.get((state, verb))
    if following is None:
        raise WrongMoment(state=state, verb=verb)
    return following


def check_disputable(*, payment: Payment) -> None:
    """Only money that was taken can be taken back. Raises WrongMoment."""
    if payment.state is not State.CAPTURED:
        raise WrongMoment(state=payment.state, verb=ChargebackVerb.TAKE)


def check_undisputed(*, standing: Mapping[int, ChargebackPart]) -> None:
    """What the card's bank has taken back is not given back as well. Raises DisputedByBank; an inquiry is no hindrance."""
    if any(part.state is ChargebackState.OPEN for part in standing.values()):
        raise DisputedByBank


def ending_of(*, chargeback: Chargeback, said: ProviderChargeback) -> ChargebackVerb | None:
    """What the bank's word ends the chargeback by; none while it is undecided, and when it ended so before.

    Raises WrongMoment when it ended another way.
    """
    verb = ENDINGS.get(said.status)
    if verb is None:
        return None
    if chargeback.ended_at is not None:
        same = {ENDINGS[ChargebackStatus(chargeback.state)], ChargebackVerb.CLOSE}
        if verb not in same and chargeback.state is not ChargebackState.CLOSED:
            raise WrongMoment(state=chargeback.state, verb=verb)
        return None
    # What was never taken cannot be won or lost.
    return ChargebackVerb.CLOSE if chargeback.state is ChargebackState.INQUIRY else verb


def disputed_parts(*, amount: Money, holds: Sequence[Hold]) -> tuple[Money, ...]:
    """How much of a chargeback is about each consignment: by what was paid for it, together exactly the amount."""
    return amount.split([hold.shares.total.minor for hold in holds])


def check_evidence(*, part: ChargebackPart, text: str, files: Sequence[EvidenceFile], at: datetime) -> None:
    """Raises EvidenceLate once it went to the bank or its date is over, EvidenceUnfit for what cannot be taken."""
    if not part.answerable or (part.due_by is not None and part.due_by <= at):
        raise EvidenceLate
    if not text.strip() and not files and not part.files:
        raise EvidenceUnfit(why="empty")
    if len(text) > TEXT_MAX:
        raise EvidenceUnfit(why="text")
    if len(files) + len(part.files) > FILES_MAX:
        raise EvidenceUnfit(why="many")
    for one in files:
        if len(one.body) > FILE_MAX:
            raise EvidenceUnfit(why="size")
        # What it says it is decides nothing; how it begins does.
        if not one.body.startswith(_STARTS.get(one.media_type, b"\0nothing begins so")):
            raise EvidenceUnfit(why="type")


def media_type(*, body: bytes) -> str:
    """What a document is by how it begins; empty for what is not taken."""
    return next((kind for kind, start in _STARTS.items() if body.startswith(start)), "")


def to_hand_in(*, parts: Sequence[ChargebackPart], due_by: datetime | None, at: datetime) -> bool:
    """Whether the evidence goes to the bank now: all merchants are done, or the bank's date is near and there is some."""
    if all(part.handed_in_at for part in parts):
        return True
    near = due_by is not None and due_by - HAND_IN_BEFORE <= at
    return near and any(part.text or part.files for part in parts)


@dataclass(frozen=True, slots=True)
class ChargedBack:
    """What a lost chargeback takes of one consignment; what neither hold nor `back` gives is our loss.

    parts: by line, as of a refund under `key`. home: our part of a discount that comes home.
    """

    key: str
    parts: tuple[RefundPart, ...]
    held: Money
    home: Money
    back: GiveBack | None


def charged_back(
    *, part: ChargebackPart, hold: Hold, lines: Sequence[LineMoney], given: Sequence[RefundPart]
) -> ChargedBack:
    """What a chargeback takes of one consignment when it is lost: like a refund of as much, out of the same hands.

    Before release the hold pays. Afterwards the merchant gives its part and the commission goes back; duty, tax and
    freight went on to others, who keep them, so they are ours to lose. So is what was refunded before.
    """
    nothing, key = Money.zero(part.amount.currency), f"chargeback:{part.ref}"
    left = Money.total(left_to_refund(lines=lines, given=given).values(), nothing.currency)
    if hold.state is HoldState.REFUNDED or not left:
        return ChargedBack(key, (), nothing, nothing, None)
    released = hold.state is HoldState.RELEASED
    ask = RefundAsk(
        key=key,
        reason="chargeback",
        amount=min(part.amount, left),
        borne=dict.fromkeys(_GONE, Bearer.MARKETPLACE) if released else {},
    )
    parts = refund_parts(lines=lines, given=given, ask=ask, fx=hold.shares.fx)
    moves = refund_moves(parts=parts, shares=hold.shares, released=released)
    return ChargedBack(key, parts, moves.held, moves.promoted, moves.back)
