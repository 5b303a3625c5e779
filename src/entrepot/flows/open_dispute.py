"""A shopper claims: the merchant is asked, and the money of the consignment stays where it is meanwhile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.services import keep_evidence, open_claim
from entrepot.disputes.terms import Dispute, OutcomeUnfit, Reason, Side, Told
from entrepot.orders import queries as orders
from entrepot.orders.services import pause_release
from entrepot.orders.terms import ConsignmentUnknown
from entrepot.parties.terms import Viewer
from entrepot.payments.terms import Part


@transaction.atomic(durable=True)
def open_dispute(
    *,
    viewer: Viewer,
    consignment: tuple[str, str],
    reason: Reason,
    lines: tuple[int, ...],
    told: Told,
    at: datetime,
    files: Sequence[tuple[str, bytes]] = (),
) -> Dispute:
    """Open a dispute about a consignment of the viewer's own, (order's reference, its own), and stop its release.

    told.outcome: what is wanted. lines: numbers of the articles, none means all. files: (name, content) to begin with.
    A repeat of told.key answers the same. After release the money is with the merchant; what is decided is taken back.
    Raises OrderUnknown, ConsignmentUnknown, NothingToClaim, NotArrived, TooEarly, TooLate, OutcomeUnfit, AlreadyOpen,
    EvidenceUnfit. SQL budget: 36, and 4 for each file.
    """
    order = orders.order(viewer=viewer, ref=consignment[0])
    part = next((one for one in order.consignments if one.ref == consignment[1]), None)
    if part is None or order.shopper_id != viewer.shopper_id:
        raise ConsignmentUnknown
    locks.take(*orders.rows_of_consignment(consignment_id=part.id, merchant_id=part.merchant_id))
    part = orders.consignment_by_id(consignment_id=part.id, merchant_id=part.merchant_id)
    told = replace(told, side=Side.SHOPPER, user_id=viewer.user_id)
    policy, facts = disputes.policy(channel=part.channel, at=at), disputes.opening_facts(consignment=part)
    known = disputes.disputes_of_order(order_id=order.id, merchant_ids=[part.merchant_id]).get(part.id, ())
    if known and disputes.step_known(dispute=known[0], key=told.key):
        return known[0]
    rules.check_opening(reason=reason, facts=facts, policy=policy, at=at)
    money, given = disputes.claim_money(consignment=part)
    if told.outcome is None or not set(lines) <= {line.number for line in money}:
        raise OutcomeUnfit(why="lines" if told.outcome else "nothing")
    left = rules.claim_left(lines=money, given=given, numbers=lines, parts=tuple(Part))
    rules.check_wanted(outcome=told.outcome, reason=reason, left=left, arrived=facts.delivered_at is not None)
    dispute = open_claim(consignment=part, reason=reason, lines=lines, told=told, policy=policy, at=at)
    keep_evidence(dispute=dispute, files=files, told=told, step=1, at=at)
    pause_release(consignment_id=part.id, merchant_id=part.merchant_id, at=at)
    return dispute
