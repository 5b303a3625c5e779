"""Ledger transfers as the provider or the bank would tell them: one line for each event."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from entrepot.kernel.money import Money
from entrepot.ledger.terms import Code, Passage
from entrepot.ledger.terms import Kind as Ledger
from entrepot.payments.terms import Mark
from entrepot.reconciliation.terms import BookLine, Kind, Place

_PLACES: Final = {Ledger.PSP_RECEIVABLE: Place.PROVIDER, Ledger.BANK: Place.BANK}
_KINDS: Final[Mapping[Code, Kind]] = {
    Code.CAPTURED: Kind.CAPTURED,
    # Money that came though nothing waited for it: taken like any other, and on its way back.
    Code.REFUND_OPENED: Kind.CAPTURED,
    Code.REFUND_SENT: Kind.REFUND,
    Code.PAYOUT: Kind.PAYOUT,
    Code.PAYOUT_CONFIRMED: Kind.PAYOUT,
    Code.PAYOUT_RETURNED: Kind.PAYOUT_BACK,
    Code.DISPUTE_OPENED: Kind.CHARGEBACK,
    Code.DISPUTE_WON: Kind.CHARGEBACK_BACK,
    Code.PSP_FEE: Kind.FEE,
    Code.PSP_SETTLED: Kind.SETTLED,
    Code.PSP_RESERVED: Kind.RESERVED,
    Code.REMITTED: Kind.REMITTED,
    Code.FX_SETTLED: Kind.EXCHANGED,
    Code.ADJUSTED: Kind.MENDED,
    Code.REVERSED: Kind.MENDED,
}


def kind_of(*, passage: Passage) -> Kind:
    """What a transfer is in the words both sides share."""
    if passage.key.startswith("dispute/") and passage.key.rpartition("/")[2] in {"fee", "fee_back"}:
        return Kind.CHARGEBACK_FEE
    return _KINDS.get(passage.code, Kind.OTHER)


def mark_key(*, passage: Passage) -> str:
    """What its event is found by in `payments`: `payment/5`, `refund/7`, `payout/9`, `chargeback/3`; or nothing."""
    head, _, rest = passage.key.partition("/")
    number = rest.partition("/")[0]
    known = {
        "captured": "payment", "refund": "refund", "payout": "payout", "payout.confirmed": "payout",
        "payout.returned": "payout", "dispute": "chargeback",
    }  # fmt: skip
    return f"{known[head]}/{number}" if head in known and number.isdigit() else ""


def book_lines(*, passages: Sequence[Passage], marks: Mapping[str, Mark]) -> tuple[BookLine, ...]:
    """Transfers of one batch as lines: those of one event, place and kind together, in the order of recording.

    marks: what the provider and we call the event, by `mark_key`.
    """
    events: dict[tuple[Place, str, Kind, str], list[Passage]] = {}
    for passage in passages:
        kind, mark = kind_of(passage=passage), mark_key(passage=passage)
        known = marks.get(mark)
        event = known.event if known else (mark or passage.key)
        events.setdefault((_PLACES[passage.kind], event, kind, passage.change.currency), []).append(passage)
    return tuple(
        line for (place, _, kind, _), group in events.items() for line in _line(place, kind, group, marks)
    )  # fmt: skip


def _line(place: Place, kind: Kind, group: Sequence[Passage], marks: Mapping[str, Mark]) -> Iterable[BookLine]:
    first = group[0]
    amount = Money.total((one.change for one in group), first.change.currency)
    if not amount:
        return
    source, reference = _names(place, first, marks)
    yield BookLine(
        place=place,
        number=first.key,
        kind=kind,
        source=source,
        reference=reference,
        amount=amount,
        at=first.effective_at,
        transfers=tuple(one.id for one in group),
    )


def _names(place: Place, passage: Passage, marks: Mapping[str, Mark]) -> tuple[str, str]:
    """(the provider's id, our reference) of what a transfer is about."""
    known = marks.get(mark_key(passage=passage))
    if known is not None:
        # Money that came late is known by the payment it came for, not by the refund that sends it back.
        if passage.code is Code.REFUND_OPENED:
            return known.payment, ""
        return ("", known.reference) if place is Place.BANK else (known.source, known.reference)
    head, _, rest = passage.key.partition("/")
    if head == "psp_fee":
        return rest, ""
    if head == "psp":
        settlement = rest.rpartition("/")[0]
        return ("", settlement) if place is Place.BANK else (settlement, "")
    if head in {"remitted", "fx"}:
        return "", rest.partition("/")[0] if head == "fx" else rest
    return "", ""
