"""Writes to disputes: opened, answered, shown evidence for, ruled on, lapsed, settled. Every one adds to the timeline."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Q

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer, tell
from entrepot.disputes import models, queries, rules
from entrepot.disputes.terms import (
    MOVED,
    AlreadyOpen,
    Dispute,
    DisputeId,
    DisputeUnknown,
    Ending,
    Outcome,
    OutcomeUnfit,
    Policy,
    Reason,
    Remedy,
    ReturnParcel,
    Side,
    State,
    Told,
    Verb,
)
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentView
from entrepot.parties.terms import Viewer

NOTE_MAX: Final = 4_000
# What must come with a reason in words.
_REASONED: Final = frozenset({Verb.REJECT, Verb.RULE, Verb.RULE_AGAIN, Verb.APPEAL, Verb.CONTEST, Verb.ESCALATE})
_WITH_OUTCOME: Final = frozenset({Verb.PROPOSE, Verb.COUNTER, Verb.RULE, Verb.RULE_AGAIN})
_RULINGS: Final = frozenset({Verb.RULE, Verb.RULE_AGAIN})


@transaction.atomic(savepoint=False)
def open_claim(
    *, consignment: ConsignmentView, reason: Reason, lines: tuple[int, ...], told: Told, policy: Policy, at: datetime
) -> Dispute:
    """Write a claim down; told.outcome is what the shopper wants. The consignment is locked. Repeats answer the same.

    Raises AlreadyOpen for a second one about the same consignment.
    """
    wanted = told.outcome
    assert wanted is not None
    known = models.DisputeRow.objects.filter(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    for row in known.filter(~Q(state=State.ENDED)):
        found = queries.dispute_by_id(dispute_id=row.id, merchant_id=row.merchant_id)
        if queries.step_known(dispute=found, key=told.key):
            return found
        raise AlreadyOpen
    row = models.DisputeRow.objects.create(
        id=new_id(owner=consignment.merchant_id),
        ref=new_reference("dsp"),
        merchant_id=consignment.merchant_id,
        merchant_name=consignment.merchant_name,
        shopper_id=consignment.shopper_id,
        order_id=consignment.order_id,
        order_ref=consignment.order_ref,
        consignment_id=consignment.id,
        consignment_ref=consignment.ref,
        channel=consignment.channel,
        currency=consignment.amounts.total.currency,
        reason=reason,
        lines=list(lines),
        state=State.MERCHANT,
        wanted=_kept(wanted),
        due_at=rules.due(state=State.MERCHANT, policy=policy, at=at),
        opened_at=at,
        policy=msgspec.to_builtins(asdict(policy)),
    )
    _step(row, Verb.OPEN, told, at)
    return queries.dispute_by_id(dispute_id=row.id, merchant_id=row.merchant_id)


@transaction.atomic
def answer_claim(*, viewer: Viewer, ref: str, verb: Verb, told: Told, at: datetime) -> Dispute:
    """One side, or an operator, takes the next step. told.side is not asked: the viewer's own side counts.

    A repeat of told.key changes nothing. Raises DisputeUnknown, WrongMoment, OutcomeUnfit, AppealedBefore,
    SameOperator.
    """
    seen = queries.dispute(viewer=viewer, ref=ref)
    side = queries.side_of(viewer=viewer, merchant_id=seen.merchant_id, shopper_id=seen.shopper_id)
    assert side is not None
    told = replace(told, side=side, user_id=viewer.user_id, note=told.note.strip()[:NOTE_MAX])
    row = _locked(seen.id, seen.merchant_id)
    dispute = queries.dispute_by_id(dispute_id=row.id, merchant_id=row.merchant_id)
    if queries.step_known(dispute=dispute, key=told.key):
        return dispute
    _check(dispute, verb, told)
    return _move(row, dispute, verb, told, at)


@transaction.atomic
def send_goods_back(*, dispute_id: int, merchant_id: int, parcel: ReturnParcel, told: Told, at: datetime) -> Dispute:
    """The shopper gave the goods to a carrier, or has a label of ours for them. Raises WrongMoment."""
    row = _locked(dispute_id, merchant_id)
    dispute = queries.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    if queries.step_known(dispute=dispute, key=told.key):
        return dispute
    row.parcel = msgspec.to_builtins(asdict(parcel))
    return _move(row, dispute, Verb.SEND_BACK, told, at)


@transaction.atomic(savepoint=False)
def take_goods_back(*, dispute_id: int, merchant_id: int, restocked: int, told: Told, at: datetime) -> bool:
    """The goods are back with the merchant or at the depot. Answers whether that is new. Raises WrongMoment.

    restocked: how many pieces can be sold again.
    """
    row = _locked(dispute_id, merchant_id)
    dispute = queries.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    if queries.step_known(dispute=dispute, key=told.key):
        return False
    if dispute.parcel is not None:
        received = replace(dispute.parcel, received_at=at, restocked=restocked)
        row.parcel = msgspec.to_builtins(asdict(received))
    _move(row, dispute, Verb.RECEIVE, told, at)
    return True


@transaction.atomic
def lapse_claim(*, dispute_id: int, merchant_id: int, at: datetime) -> bool:
    """The deadline has passed and nobody acted: what silence means happens. Answers whether anything did."""
    row = _locked(dispute_id, merchant_id)
    dispute = queries.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    if dispute.due_at is None or dispute.due_at > at:
        return False
    meant = rules.on_silence(dispute=dispute, arrived=queries.arrived_back(dispute=dispute))
    if meant is None:
        return False
    verb, decided, ending = meant
    row.decided, row.ending = _kept(decided), ending or ""
    told = Told(Side.MARKET, None, f"{verb}:{row.steps}")
    _move(row, replace(dispute, decided=decided, ending=ending), verb, told, at)
    return True


@transaction.atomic
def stall_claim(*, dispute_id: int, merchant_id: int, trouble: str, at: datetime) -> None:
    """The decided money could not be moved: an operator looks. trouble: the refusal's code. Repeats change nothing."""
    row = _locked(dispute_id, merchant_id)
    if row.state != State.SETTLING:
        return
    row.trouble = trouble[:64]
    dispute = queries.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    _move(row, dispute, Verb.STALL, Told(Side.MARKET, None, f"stall:{row.steps}", note=trouble), at)


@transaction.atomic(savepoint=False)
def settle_claim(*, dispute_id: int, merchant_id: int, at: datetime) -> bool:
    """The decided money was moved: the dispute has ended. Answers whether that is new."""
    row = _locked(dispute_id, merchant_id)
    if row.state == State.ENDED:
        return False
    dispute = queries.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    nothing = dispute.decided is None or dispute.decided.remedy is Remedy.NOTHING
    row.ending = (dispute.ending or Ending.REJECTED) if nothing else Ending.REFUNDED
    row.ended_at, row.trouble = at, ""
    _move(row, dispute, Verb.SETTLE, Told(Side.MARKET, None, f"settle:{row.steps}"), at)
    return True


@transaction.atomic
def show_evidence(*, viewer: Viewer, ref: str, files: Sequence[tuple[str, bytes]], told: Told, at: datetime) -> Dispute:
    """A side shows pictures or documents, (name, content), with a few words. A repeat of told.key changes nothing.

    Raises DisputeUnknown, WrongMoment once nobody looks any more, EvidenceUnfit.
    """
    seen = queries.dispute(viewer=viewer, ref=ref)
    side = queries.side_of(viewer=viewer, merchant_id=seen.merchant_id, shopper_id=seen.shopper_id)
    assert side is not None
    told = replace(told, side=side, user_id=viewer.user_id, note=told.note.strip()[:NOTE_MAX])
    row = _locked(seen.id, seen.merchant_id)
    dispute = queries.dispute_by_id(dispute_id=row.id, merchant_id=row.merchant_id)
    if queries.step_known(dispute=dispute, key=told.key):
        return dispute
    keep_evidence(dispute=dispute, files=files, told=told, step=row.steps + 1, at=at)
    return _move(row, dispute, Verb.SHOW, told, at)


@transaction.atomic
def keep_evidence(*, dispute: Dispute, files: Sequence[tuple[str, bytes]], told: Told, step: int, at: datetime) -> None:
    """Keep (name, content) pairs with a step of the timeline. Raises EvidenceUnfit.

    The file is written before its row, beside and then renamed: a row never names half a file.
    """
    shown = sum(one.side is told.side for one in queries.evidence_of(dispute=dispute))
    for place, (name, content) in enumerate(files):
        kind = rules.media_type(content=content, shown=shown + place)
        digest = hashlib.sha256(content).hexdigest()
        target = queries.evidence_path(digest=digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_suffix(f".{new_reference('prt')}")
            beside.write_bytes(content)
            beside.replace(target)
        models.EvidenceRow.objects.create(
            id=new_id(owner=dispute.merchant_id),
            ref=new_reference("evd"),
            merchant_id=dispute.merchant_id,
            dispute_id=dispute.id,
            step=step,
            side=told.side,
            user_id=told.user_id,
            name=name[-120:],
            media_type=kind,
            size=len(content),
            digest=digest,
            at=at,
        )


@transaction.atomic
def set_policy(*, policy: Policy) -> None:
    """A channel's terms for disputes from a day on; the same day again replaces that day's row. Open ones keep theirs."""
    values = asdict(policy)
    key = {name: values.pop(name) for name in ("channel", "valid_from")}
    models.PolicyRow.objects.update_or_create(**key, defaults=values)


def _check(dispute: Dispute, verb: Verb, told: Told) -> None:
    rules.after(state=dispute.state, verb=verb, side=told.side, decided=told.outcome or rules.NOTHING)
    if verb in _REASONED and not told.note:
        raise OutcomeUnfit(why="note")
    if verb is Verb.APPEAL:
        rules.check_appeal(dispute=dispute)
    if verb is Verb.RULE_AGAIN:
        rules.check_second(dispute=dispute, user_id=told.user_id)
    if verb in _WITH_OUTCOME:
        if told.outcome is None or (told.outcome.remedy is Remedy.NOTHING and verb not in _RULINGS):
            raise OutcomeUnfit(why="nothing")
        consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=dispute.merchant_id)
        standing = queries.standing(consignment=consignment, policy=dispute.policy)
        if told.outcome.remedy is not Remedy.NOTHING:
            left = queries.left_of(dispute=dispute)
            rules.check_outcome(outcome=told.outcome, left=left, arrived=standing.arrived)


def _move(row: models.DisputeRow, dispute: Dispute, verb: Verb, told: Told, at: datetime) -> Dispute:
    """Take the step under the row's lock, tell of it, and have done what follows."""
    asked = dispute.offered or dispute.wanted
    decided = {
        Verb.AGREE: asked,
        Verb.LAPSE: dispute.decided or asked,
        Verb.RULE_AGAIN: told.outcome,
    }.get(verb)
    following = rules.after(state=dispute.state, verb=verb, side=told.side, decided=decided)
    if verb in {Verb.PROPOSE, Verb.COUNTER, Verb.REJECT}:
        row.offered = _kept(told.outcome if told.outcome and verb is not Verb.REJECT else rules.NOTHING)
        row.offered_by = told.side
    if verb in _RULINGS:
        row.ruled_by, row.decided = told.user_id, _kept(told.outcome)
    elif verb is Verb.WITHDRAW:
        row.decided, row.ending = _kept(rules.NOTHING), Ending.WITHDRAWN
    elif verb in {Verb.AGREE, Verb.LAPSE} and decided is not None:
        row.decided = _kept(decided)
    if verb is Verb.APPEAL:
        row.appealed = True
    if verb is not Verb.SHOW:
        row.state = following
        row.due_at = rules.due(state=following, policy=dispute.policy, at=at)
    _step(row, verb, told, at)
    return queries.dispute_by_id(dispute_id=row.id, merchant_id=row.merchant_id)


def _step(row: models.DisputeRow, verb: Verb, told: Told, at: datetime) -> None:
    row.steps += 1
    models.DisputeRow.objects.filter(merchant_id=row.merchant_id, id=row.id).update(
        **{
            name: getattr(row, name)
            for name in (
                "state", "offered", "offered_by", "decided", "due_at", "ended_at", "ending", "appealed", "ruled_by",
                "trouble", "parcel", "steps",
            )
        }
    )  # fmt: skip
    models.StepRow.objects.create(
        id=new_id(owner=row.merchant_id),
        merchant_id=row.merchant_id,
        dispute_id=row.id,
        number=row.steps,
        at=at,
        side=told.side,
        user_id=told.user_id,
        verb=verb,
        state=row.state,
        note=told.note,
        outcome=_kept(told.outcome),
        key=told.key,
    )
    facts: dict[str, str | int | bool | None] = {
        "verb": str(verb), "state": str(row.state), "shopper": row.shopper_id,
    }  # fmt: skip
    tell(MOVED, subject=row.id, owner=row.merchant_id, at=at, facts=facts)
    defer("disputes.write", dispute_id=row.id, merchant_id=row.merchant_id, step=row.steps)
    if row.state == State.SETTLING:
        defer("disputes.settle", dispute_id=row.id, merchant_id=row.merchant_id)


def _locked(dispute_id: int, merchant_id: int) -> models.DisputeRow:
    rows = models.DisputeRow.objects.select_for_update(no_key=True)
    row = rows.filter(merchant_id=merchant_id, id=DisputeId(dispute_id)).first()
    if row is None:
        raise DisputeUnknown
    return row


def _kept(outcome: Outcome | None) -> dict[str, object] | None:
    if outcome is None:
        return None
    kept: dict[str, object] = {"remedy": str(outcome.remedy)}
    if outcome.amount is not None:
        kept["minor"] = outcome.amount.minor
    if outcome.borne:
        kept["borne"] = {str(part): str(bearer) for part, bearer in outcome.borne.items()}
    return kept
