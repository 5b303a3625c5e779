"""Reading disputes as far as the viewer may see, what opening or settling one hangs on, and the queues."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db.models import Count, QuerySet

from entrepot.allowance import queries as allowance
from entrepot.allowance.terms import EntryKind
from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE
from entrepot.carriage.terms import Step as Sighted
from entrepot.channels import queries as channels
from entrepot.channels.terms import Route
from entrepot.depot import queries as depot
from entrepot.disputes import models, rules
from entrepot.disputes.terms import (
    RETURN,
    Dispute,
    DisputeId,
    DisputeUnknown,
    Ending,
    Evidence,
    OpeningFacts,
    Outcome,
    Policy,
    Reason,
    ReturnParcel,
    Side,
    State,
    Step,
    Verb,
)
from entrepot.kernel.money import Money
from entrepot.ledger.terms import PaidBack
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentView, Stage
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import NotYours, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.rules import refund_moves, refund_parts
from entrepot.payments.terms import HoldState, HoldUnknown, LineMoney, Part, RefundAsk, RefundPart


def dispute(*, viewer: Viewer, ref: str) -> Dispute:
    """One dispute: the shopper's own, of the viewer's merchants, or any for an operator. Raises DisputeUnknown."""
    rows = models.DisputeRow.objects.filter(ref=ref)
    with across_owners("a dispute is found by its reference; whose it is decides who sees it"):
        row = rows.first()
    if row is None or side_of(viewer=viewer, merchant_id=row.merchant_id, shopper_id=row.shopper_id) is None:
        raise DisputeUnknown
    return _dispute(row)


def side_of(*, viewer: Viewer, merchant_id: int, shopper_id: int) -> Side | None:
    """On which side of a dispute the viewer stands; none for strangers.

    A shopper before all, so that an operator does not rule on a dispute of their own.
    """
    if viewer.shopper_id is not None and viewer.shopper_id == shopper_id:
        return Side.SHOPPER
    if merchant_id in viewer.merchants:
        return Side.MERCHANT
    return Side.OPERATOR if viewer.operator else None


def dispute_by_id(*, dispute_id: int, merchant_id: int) -> Dispute:
    """One dispute by its key, for jobs. Raises DisputeUnknown."""
    row = models.DisputeRow.objects.filter(merchant_id=merchant_id, id=dispute_id).first()
    if row is None:
        raise DisputeUnknown
    return _dispute(row)


def steps_of(*, dispute: Dispute) -> tuple[Step, ...]:
    """The timeline, oldest first, each step with its evidence. Two statements."""
    shown = evidence_of(dispute=dispute)
    rows = models.StepRow.objects.filter(merchant_id=dispute.merchant_id, dispute_id=dispute.id).order_by("number")
    return tuple(
        Step(
            number=row.number,
            at=row.at,
            side=Side(row.side),
            user_id=row.user_id,
            verb=Verb(row.verb),
            state=State(row.state),
            note=row.note,
            outcome=_outcome(row.outcome, dispute.currency),
            files=tuple(file for file in shown if file.step == row.number),
        )
        for row in rows
    )


def settling_key(*, dispute: Dispute) -> str:
    """What the refund of a decision is known by: the dispute and the step that decided it last."""
    rows = models.StepRow.objects.filter(merchant_id=dispute.merchant_id, dispute_id=dispute.id, state=State.SETTLING)
    return f"{dispute.ref}:{rows.order_by('-number').values_list('number', flat=True).first()}"


def step_known(*, dispute: Dispute, key: str) -> bool:
    """Whether a step with this key was made before."""
    return models.StepRow.objects.filter(merchant_id=dispute.merchant_id, dispute_id=dispute.id, key=key).exists()


def evidence_of(*, dispute: Dispute) -> tuple[Evidence, ...]:
    """All that was shown, oldest first."""
    rows = models.EvidenceRow.objects.filter(merchant_id=dispute.merchant_id, dispute_id=dispute.id).order_by("id")
    return tuple(
        Evidence(row.ref, Side(row.side), row.name, row.media_type, row.size, row.digest, row.step, row.at)
        for row in rows
    )


def evidence_file(*, viewer: Viewer, ref: str, file: str) -> tuple[Evidence, bytes]:
    """A file that was shown in a dispute of the viewer's, with its content. Raises DisputeUnknown."""
    found = next((one for one in evidence_of(dispute=dispute(viewer=viewer, ref=ref)) if one.ref == file), None)
    if found is None:
        raise DisputeUnknown
    return found, evidence_path(digest=found.digest).read_bytes()


def evidence_path(*, digest: str) -> Path:
    """Where a shown file lies: not among the pictures that everybody may see."""
    return Path(settings.EVIDENCE_ROOT) / digest[:2] / digest


def disputes_of_shopper(*, viewer: Viewer, after: str = "", limit: int = 50) -> tuple[Dispute, ...]:
    """The viewer's own disputes, latest first, behind `after` (a reference)."""
    if viewer.shopper_id is None:
        return ()
    with across_owners("a shopper's claims lie with many merchants"):
        return _page(models.DisputeRow.objects.filter(shopper_id=viewer.shopper_id), after, limit)


def disputes_of_merchant(
    *, viewer: Viewer, merchant_id: int, ended: bool = False, after: str = "", limit: int = 50
) -> tuple[Dispute, ...]:
    """A merchant's disputes: the open ones by deadline, those that wait for it first; or the ended ones, latest first.

    Raises NotYours.
    """
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.DisputeRow.objects.filter(merchant_id=merchant_id)
    if ended:
        return _page(rows.filter(state=State.ENDED), after, limit)
    mine = {State.MERCHANT, State.COMING, State.RULED}
    found = [_dispute(row) for row in rows.exclude(state=State.ENDED).order_by("due_at")[:500]]
    return tuple(sorted(found, key=lambda one: one.state not in mine)[:limit])


def waiting_for_merchant(*, viewer: Viewer, merchant_id: int) -> int:
    """How many disputes wait for the merchant's answer. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.DisputeRow.objects.filter(merchant_id=merchant_id, state__in=[State.MERCHANT, State.COMING])
    return rows.count()


def disputes_to_rule(
    *, viewer: Viewer, state: State | None = None, after: str = "", limit: int = 50
) -> tuple[Dispute, ...]:
    """All merchants' disputes in a state, those due first first; without one, what waits for a ruling. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    rows = models.DisputeRow.objects.filter(state__in=[state] if state else [State.OPERATOR, State.APPEALED])
    with across_owners("operators rule on all merchants' disputes"):
        if state is State.ENDED:
            return _page(rows, after, limit)
        return tuple(_dispute(row) for row in rows.order_by("due_at", "id")[:limit])


def dispute_counts(*, viewer: Viewer) -> dict[State, int]:
    """How many disputes are in each state, for an operator. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    with across_owners("operators count disputes"):
        counted = dict(models.DisputeRow.objects.values_list("state").annotate(Count("id")).order_by())
    return {state: counted.get(state, 0) for state in State}


def disputes_of_order(*, order_id: int, merchant_ids: Sequence[int]) -> dict[int, tuple[Dispute, ...]]:
    """The disputes about an order's consignments by consignment, latest first, in one statement."""
    rows = models.DisputeRow.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id).order_by("-id")
    found: dict[int, tuple[Dispute, ...]] = {}
    for row in rows:
        found[row.consignment_id] = (*found.get(row.consignment_id, ()), _dispute(row))
    return found


def overdue_disputes(*, at: datetime, limit: int = 200) -> tuple[tuple[int, int], ...]:
    """(dispute, merchant) whose deadline has passed in a state that acts by itself, the longest overdue first."""
    acting = [State.MERCHANT, State.SHOPPER, State.RETURNING, State.COMING, State.RULED]
    with across_owners("the sweep of deadlines"):
        rows = models.DisputeRow.objects.filter(state__in=acting, due_at__lte=at).order_by("due_at")
        return tuple(rows.values_list("id", "merchant_id")[:limit])


def disputes_to_settle(*, limit: int = 200) -> tuple[tuple[int, int], ...]:
    """(dispute, merchant) that are decided and wait for their money, for the sweep, should a job have been lost."""
    with across_owners("the sweep of decided disputes"):
        rows = models.DisputeRow.objects.filter(state=State.SETTLING).order_by("id")
        return tuple(rows.values_list("id", "merchant_id")[:limit])


def dispute_rows(*, dispute_id: int, merchant_id: int) -> Rows:
    """The row to lock before a dispute changes."""
    return Rows("disputes_dispute", (dispute_id,), "merchant_id", (merchant_id,))


def policy(*, channel: str, at: datetime) -> Policy:
    """A channel's terms for disputes on the day of `at`."""
    names = [field.name for field in fields(Policy)]
    rows = [Policy(**values) for values in models.PolicyRow.objects.filter(channel=channel).values(*names)]
    days = next((one.return_days for one in channels.channels() if one.slug == channel), rules.PRESETS[0].mind_days)
    return rules.policy_in_force(channel=channel, mind_days=days, rows=rows, on=at.date())


def opening_facts(*, consignment: ConsignmentView) -> OpeningFacts:
    """What opening a claim about a consignment hangs on."""
    moments = {moment.what: moment.at for moment in consignment.timeline}
    paid = moments.get(Stage.PAID)
    try:
        money = claim_money(consignment=consignment)
    except HoldUnknown:
        money = None
    return OpeningFacts(
        delivered_at=moments.get(Stage.DELIVERED),
        expected_at=paid + timedelta(days=consignment.days_max) if paid else None,
        sent=Stage.SENT in moments,
        refundable=money is not None
        and bool(rules.claim_left(lines=money[0], given=money[1], numbers=(), parts=tuple(Part))),
    )


def claim_money(*, consignment: ConsignmentView) -> tuple[tuple[LineMoney, ...], tuple[RefundPart, ...]]:
    """What a consignment's lines were paid with, and what of it went back. Raises HoldUnknown before it is paid."""
    payments.hold(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    given = payments.parts_given_back(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    return rules.line_moneys(consignment=consignment), given


def standing(*, consignment: ConsignmentView, policy: Policy) -> rules.Standing:
    """What a settlement of this consignment hangs on, as far as we know it now."""
    moments = {moment.what: moment.at for moment in consignment.timeline}
    return rules.Standing(
        sent=Stage.SENT in moments,
        arrived=Stage.DELIVERED in moments,
        mode=consignment.mode,
        law=rules.duty_law(destination=consignment.destination, mode=consignment.mode, on=consignment.placed_at.date()),
        in_zone=_in_zone(consignment),
        freight_back=policy.freight_back,
    )


def left_of(*, dispute: Dispute, goods_only: bool = False) -> Money:
    """What can still go back of a dispute's articles."""
    consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=dispute.merchant_id)
    lines, given = claim_money(consignment=consignment)
    parts = (Part.GOODS,) if goods_only else tuple(Part)
    return rules.claim_left(lines=lines, given=given, numbers=dispute.lines, parts=parts)


def settling_ask(*, dispute: Dispute, outcome: Outcome) -> RefundAsk | None:
    """The refund that an outcome means as things stand now; none when nothing goes back."""
    consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=dispute.merchant_id)
    return rules.settlement(
        key=settling_key(dispute=dispute),
        reason=dispute.reason,
        lines=dispute.lines,
        outcome=outcome,
        standing=standing(consignment=consignment, policy=dispute.policy),
        goods_left=left_of(dispute=dispute, goods_only=True),
    )


def preview(*, dispute: Dispute, outcome: Outcome) -> tuple[tuple[RefundPart, ...], PaidBack] | None:
    """What a ruling would move, part by part and out of whose hands; none when nothing. Raises MoreThanLeft, NothingLeft."""
    ask = settling_ask(dispute=dispute, outcome=outcome)
    if ask is None:
        return None
    consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=dispute.merchant_id)
    lines, given = claim_money(consignment=consignment)
    hold = payments.hold(merchant_id=dispute.merchant_id, consignment_id=dispute.consignment_id)
    parts = refund_parts(lines=lines, given=given, ask=ask, fx=hold.shares.fx)
    return parts, refund_moves(parts=parts, shares=hold.shares, released=hold.state is HoldState.RELEASED)


def cleared_at(*, consignment: ConsignmentView) -> datetime | None:
    """When customs released a consignment, as far as its carrier told; none when nobody did."""
    if consignment.route is Route.DIRECT:
        way = carriage.tracking(merchant_id=consignment.merchant_id, subject="consignment", subject_id=consignment.id)
    else:
        box = depot.box_of(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
        way = (
            carriage.tracking(merchant_id=MARKETPLACE, subject="box", subject_id=box.id, house=consignment.barcode)
            if box
            else None
        )
    seen = [one.at for one in way.sightings if one.step is Sighted.CUSTOMS_IMPORT_CLEARED] if way else []
    return min(seen, default=None)


def arrived_back(*, dispute: Dispute) -> bool:
    """Whether the carrier has delivered the return that goes with a label of ours."""
    if dispute.parcel is None or dispute.parcel.own:
        return False
    shipment = carriage.shipment_of(merchant_id=dispute.merchant_id, subject=RETURN, subject_id=dispute.id)
    return shipment is not None and shipment.step is Sighted.DELIVERED


def _in_zone(consignment: ConsignmentView) -> bool:
    """Whether the goods were written down as back in the customs zone, in time for the law."""
    viewer = Viewer(shopper_id=ShopperId(consignment.shopper_id))
    return any(
        entry.kind is EntryKind.RESTORED
        for entry in allowance.entries_of(viewer=viewer, shopper_id=consignment.shopper_id)
        if (entry.order_id, entry.part) == (consignment.order_id, consignment.number)
    )


def _page(rows: "QuerySet[models.DisputeRow]", after: str, limit: int) -> tuple[Dispute, ...]:
    if after:
        rows = rows.filter(id__lt=rows.filter(ref=after).values_list("id", flat=True).first() or 0)
    return tuple(_dispute(row) for row in rows.order_by("-id")[:limit])


def _outcome(kept: dict[str, object] | None, currency: str) -> Outcome | None:
    if kept is None:
        return None
    minor = kept.get("minor")
    read = msgspec.convert({"remedy": kept["remedy"], "borne": kept.get("borne")}, Outcome)
    return Outcome(read.remedy, None if minor is None else Money(msgspec.convert(minor, int), currency), read.borne)


def _dispute(row: models.DisputeRow) -> Dispute:
    wanted = _outcome(row.wanted, row.currency)
    assert wanted is not None
    return Dispute(
        id=DisputeId(row.id),
        ref=row.ref,
        merchant_id=row.merchant_id,
        merchant_name=row.merchant_name,
        shopper_id=row.shopper_id,
        order_id=row.order_id,
        order_ref=row.order_ref,
        consignment_id=row.consignment_id,
        consignment_ref=row.consignment_ref,
        channel=row.channel,
        currency=row.currency,
        reason=Reason(row.reason),
        lines=tuple(row.lines),
        state=State(row.state),
        wanted=wanted,
        offered=_outcome(row.offered, row.currency),
        offered_by=Side(row.offered_by) if row.offered_by else None,
        decided=_outcome(row.decided, row.currency),
        due_at=row.due_at,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        ending=Ending(row.ending) if row.ending else None,
        appealed=row.appealed,
        ruled_by=row.ruled_by,
        trouble=row.trouble,
        parcel=msgspec.convert(row.parcel, ReturnParcel) if row.parcel else None,
        policy=msgspec.convert(row.policy, Policy),
    )
