"""What an operator decides about an exception. Each decision is a step of its trail, under a key that works once."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from entrepot.base.outbox import defer
from entrepot.kernel.money import Money
from entrepot.ledger.terms import Transfer
from entrepot.parties.terms import NotYours, Viewer
from entrepot.reconciliation import models
from entrepot.reconciliation.rules import checked_text
from entrepot.reconciliation.terms import (
    CaseEnded,
    CaseState,
    CaseUnknown,
    Kind,
    LinesStrange,
    NothingToWriteOff,
    Rule,
    Side,
    SumsDiffer,
    Verb,
)

# By hand and by writing off are stronger than any rule: no run parts what a person joined.
_BY_PERSON = 0


@transaction.atomic
def explain_case(*, viewer: Viewer, ref: str, text: str, key: str, at: datetime) -> None:
    """Say why a difference is right or will go away. It stays a difference, and leaves the open queue.

    Raises NotYours for all but operators, CaseUnknown, CaseEnded, TextMissing. The same key once.
    """
    case = _locked(viewer, ref)
    if _known(case, key):
        return
    _still_open(case)
    _step(case, Verb.EXPLAINED, viewer, checked_text(text=text), key=key, at=at)
    case.state = CaseState.EXPLAINED
    case.save(update_fields=["state"])


@transaction.atomic
def ask_for_report(*, viewer: Viewer, ref: str, key: str, at: datetime) -> date:
    """Have the provider's report of the item's day fetched again; gives the day. The same key once.

    Raises NotYours for all but operators, CaseUnknown.
    """
    case = _locked(viewer, ref)
    item = models.ItemRow.objects.get(id=case.item_id)
    if not _known(case, key):
        _step(case, Verb.ASKED, viewer, item.day.isoformat(), key=key, at=at)
        defer("reconciliation.fetch", once=f"fetch/{item.day}", day=item.day.isoformat())
    return item.day


@transaction.atomic
def match_by_hand(*, viewer: Viewer, ref: str, others: Sequence[int], text: str, key: str, at: datetime) -> None:
    """Join an exception's line with others of its place: both sides must come to the same amount. The same key once.

    Raises NotYours for all but operators, CaseUnknown, CaseEnded, LinesStrange, SumsDiffer, TextMissing.
    """
    case = _locked(viewer, ref)
    if _known(case, key):
        return
    _still_open(case)
    items = _chosen(case, others)
    ours, theirs = _sums(items)
    if ours != theirs:
        raise SumsDiffer(asked=str(ours), got=str(theirs))
    match = _join(items, Rule.HAND, viewer, at)
    _step(case, Verb.HAND, viewer, checked_text(text=text), key=key, at=at, match_id=match.id)
    _end_cases(items, match, at)


@transaction.atomic
def record_mending(
    *, viewer: Viewer, ref: str, others: Sequence[int], transfer: Transfer, text: str, key: str, at: datetime
) -> None:
    """Write the decision down that `transfer` closes the gap between an exception's line and the others.

    The transfer's own line of the books is part of the match. Raises as `write_off_difference`.
    """
    case = _locked(viewer, ref)
    _still_open(case)
    items = _chosen(case, others)
    ours, theirs = _sums(items)
    change = theirs - ours
    if not change or Money(abs(change.minor), change.currency) != transfer.amount:
        raise NothingToWriteOff
    # The ledger's batch will bring the same line; it stands already then.
    mending = models.ItemRow.objects.create(
        place=items[0].place, side=Side.BOOKS, number=transfer.key, kind=Kind.MENDED,
        mark="" if items[0].mark == "" else Kind.MENDED, source="", reference="", amount_minor=change.minor,
        currency=change.currency, at=at, day=at.date(), text="",
    )  # fmt: skip
    match = _join([*items, mending], Rule.WRITTEN_OFF, viewer, at)
    words = checked_text(text=text)
    _step(case, Verb.WRITTEN_OFF, viewer, words, key=key, at=at, match_id=match.id)
    _end_cases(items, match, at)


def _locked(viewer: Viewer, ref: str) -> models.CaseRow:
    if not viewer.operator:
        raise NotYours
    case = models.CaseRow.objects.select_for_update().filter(ref=ref).first()
    if case is None:
        raise CaseUnknown
    return case


def _known(case: models.CaseRow, key: str) -> bool:
    return models.StepRow.objects.filter(case_id=case.id, key=key[:64]).exists()


def _still_open(case: models.CaseRow) -> None:
    if case.state == CaseState.MATCHED:
        raise CaseEnded


def _chosen(case: models.CaseRow, others: Sequence[int]) -> list[models.ItemRow]:
    wanted = {case.item_id, *others}
    items = list(models.ItemRow.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    if (
        len(items) != len(wanted)
        or len({(one.place, one.currency) for one in items}) != 1
        or any(one.match_id is not None for one in items)
    ):
        raise LinesStrange
    return items


def _sums(items: Sequence[models.ItemRow]) -> tuple[Money, Money]:
    ours, theirs = (
        sum(one.amount_minor for one in items if one.side == side) for side in (Side.BOOKS, Side.THEIRS)
    )  # fmt: skip
    return Money(ours, items[0].currency), Money(theirs, items[0].currency)


def _join(items: Sequence[models.ItemRow], rule: Rule, viewer: Viewer, at: datetime) -> models.MatchRow:
    match = models.MatchRow.objects.create(
        place=items[0].place, rule=rule, strength=_BY_PERSON, user_id=viewer.user_id, made_at=at
    )
    models.ItemRow.objects.filter(id__in=[one.id for one in items]).update(match_id=match.id)
    return match


def _end_cases(items: Sequence[models.ItemRow], match: models.MatchRow, at: datetime) -> None:
    cases = models.CaseRow.objects.filter(item_id__in=[one.id for one in items]).exclude(state=CaseState.MATCHED)
    others = list(cases.values_list("id", flat=True))
    told = set(models.StepRow.objects.filter(case_id__in=others, match_id=match.id).values_list("case_id", flat=True))
    models.StepRow.objects.bulk_create(
        models.StepRow(case_id=one, verb=Verb.RULE, text=match.rule, match_id=match.id, at=at)
        for one in others
        if one not in told
    )
    cases.update(state=CaseState.MATCHED, ended_at=at)


def _step(
    case: models.CaseRow, verb: Verb, viewer: Viewer, text: str, *, key: str, at: datetime, match_id: int | None = None
) -> None:
    models.StepRow.objects.create(
        case_id=case.id, verb=verb, user_id=viewer.user_id, text=text, key=key[:64], at=at, match_id=match_id
    )
