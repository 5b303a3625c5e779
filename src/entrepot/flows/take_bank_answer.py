"""Our bank says what became of the payouts in its files."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.kernel.must import must
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Result, Transfer
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.rules import WHOLE_FILE, answer_leads, bank_lines, lines_spread, payout_after
from entrepot.payments.services import record_bank_answer
from entrepot.payments.terms import BankAnswer, BankLine, Payout, PayoutUnknown, PayoutVerb


@transaction.atomic(durable=True)
def take_bank_answer(*, viewer: Viewer, name: str, body: bytes, at: datetime) -> BankAnswer:
    """Follow an answer (CSV, pain.002, camt.054) line by line; the same bytes again give what came of them first.

    What is known already changes nothing; what contradicts what we know stands among the odd lines and moves nothing.
    Raises NotYours for all but operators, BankAnswerUnreadable.
    SQL budget: 9 however many lines, and 1 when repeated.
    """
    if not viewer.operator:
        raise NotYours
    digest = hashlib.sha256(body).hexdigest()
    known = payments.bank_answer_by_digest(digest=digest)
    if known is not None:
        return known
    kind, told = bank_lines(body=body)
    names = [line.reference for line in told]
    whole = [one.removeprefix(WHOLE_FILE) for one in names if one.startswith(WHOLE_FILE)]
    named, inside = payments.payouts_in_answer(references=names, message_ids=whole)
    about = [*named.values(), *(one for some in inside.values() for one in some)]
    owners = tuple(sorted({one.merchant_id for one in about}))
    locks.take(locks.Rows("payments_payout", tuple(one.id for one in about), "merchant_id", owners))
    named, inside = payments.payouts_in_answer(references=names, message_ids=whole)
    lines = lines_spread(lines=told, in_files=inside)
    payouts = {one.ref: one for some in (named.values(), *inside.values()) for one in some}
    ends, unchanged, odd = _followed(lines, payouts)
    counts = (unchanged, odd)
    record_bank_answer(viewer=viewer, name=name, kind=kind, digest=digest, ends=ends, counts=counts, at=at)
    results = post_groups(groups=[_moved(payout, verb) for payout, verb, _ in ends], at=at)
    must(set(results) <= {Result.CREATED}, "money in a file stands ready for its end")
    made = payments.bank_answer_by_digest(digest=digest)
    if made is None:
        raise PayoutUnknown
    return made


def _followed(
    lines: Sequence[BankLine], payouts: Mapping[str, Payout]
) -> tuple[list[tuple[Payout, PayoutVerb, BankLine]], int, list[str]]:
    ends: list[tuple[Payout, PayoutVerb, BankLine]] = []
    states = {ref: one.state for ref, one in payouts.items()}
    unchanged, odd = 0, []
    for line in lines:
        payout = payouts.get(line.reference)
        if payout is None:
            odd.append(f"{line.reference}: no payout of ours by bank")
            continue
        verbs = answer_leads(state=states[payout.ref], asked=payout.amount, line=line)
        if isinstance(verbs, str):
            odd.append(verbs)
            continue
        unchanged += not verbs
        for verb in verbs:
            states[payout.ref] = payout_after(state=states[payout.ref], verb=verb)
            ends.append((payout, verb, line))
    return ends, unchanged, odd


def _moved(payout: Payout, verb: PayoutVerb) -> tuple[Transfer, ...]:
    moves = {
        PayoutVerb.SETTLE: book.payout_confirmed,
        PayoutVerb.FAIL: book.payout_failed,
        PayoutVerb.RETURN: book.payout_returned,
    }
    return moves[verb](payout_id=payout.id, merchant_id=payout.merchant_id, amount=payout.amount)
