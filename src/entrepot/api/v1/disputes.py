"""Disputes for machines: a shopper opens and answers, a merchant answers, receives goods and gives money back."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated

import msgspec
from dmr import Body, Path, Query

from entrepot.api.door import Door
from entrepot.api.paging import Page
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.values import Amount, amount
from entrepot.base import clock
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.services import answer_claim
from entrepot.disputes.terms import Dispute, DisputeUnknown, Outcome, Reason, Remedy, Side, Told, Verb
from entrepot.flows.open_dispute import open_dispute
from entrepot.flows.receive_return import receive_return
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.send_return import send_return
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.queries import must_work_for
from entrepot.payments.rules import KEY_LENGTH_MAX
from entrepot.payments.terms import NothingLeft, Part

Note = Annotated[str, msgspec.Meta(max_length=4000)]
Minor = Annotated[int, msgspec.Meta(gt=0)]


class DisputeOutcomeOut(msgspec.Struct):
    """What is wanted, offered or decided. amount: absent means all that is left."""

    remedy: str
    amount: Amount | None


class DisputeStepOut(msgspec.Struct):
    """One step of the timeline."""

    number: int
    at: datetime
    side: str
    verb: str
    state: str
    note: str
    outcome: DisputeOutcomeOut | None
    files: list[str]


class DisputeOut(msgspec.Struct):
    """A dispute. may: what the caller can do now; due_at: until when somebody has to act."""

    ref: str
    order: str
    consignment: str
    reason: str
    lines: list[int]
    state: str
    may: list[str]
    wanted: DisputeOutcomeOut
    offered: DisputeOutcomeOut | None
    decided: DisputeOutcomeOut | None
    due_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    ending: str
    left: Amount
    timeline: list[DisputeStepOut]


class DisputeShort(msgspec.Struct):
    """A dispute in a list."""

    ref: str
    order: str
    consignment: str
    reason: str
    state: str
    due_at: datetime | None
    opened_at: datetime


class DisputesAsk(msgspec.Struct):
    """cursor: `next` of the page before. ended: the ended ones instead of the open ones, for merchants."""

    cursor: str = ""
    ended: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class DisputeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A claim about a consignment of an order. minor: of the order's currency, absent means all that is left.

    reason: not_received, not_as_described, damaged, counterfeit, wrong_item, missing_parts or changed_mind.
    remedy: refund or return. lines: numbers of the articles, none means all.
    """

    order: str
    consignment: str
    reason: Reason
    remedy: Remedy
    note: Note
    minor: Minor | None = None
    lines: list[int] = msgspec.field(default_factory=list)


class DisputeAnswerIn(msgspec.Struct, forbid_unknown_fields=True):
    """The next step: one of `may`. remedy and minor go with propose and counter."""

    verb: Verb
    note: Note = ""
    remedy: Remedy | None = None
    minor: Minor | None = None


class GoodsSentIn(msgspec.Struct, forbid_unknown_fields=True):
    """Goods on their way back. Without a number a label of the marketplace is made, where the merchant pays it."""

    carrier: Annotated[str, msgspec.Meta(max_length=60)] = ""
    number: Annotated[str, msgspec.Meta(max_length=60)] = ""


class GoodsBackIn(msgspec.Struct, forbid_unknown_fields=True):
    """Goods that came back. sellable: numbers of the lines that go into stock again; the others are written off."""

    sellable: list[int] = msgspec.field(default_factory=list)
    note: Note = ""


class RefundIn(msgspec.Struct, forbid_unknown_fields=True):
    """Money a merchant gives back of its own. minor: of the order's currency; absent gives all that is left back."""

    minor: Minor | None = None
    lines: list[int] = msgspec.field(default_factory=list)


class RefundOut(msgspec.Struct):
    """Money on its way back to the shopper."""

    ref: str
    amount: Amount
    state: str


class DisputesPath(msgspec.Struct):
    """The merchant by the name in its address."""

    merchant: str


class MerchantDisputePath(msgspec.Struct):
    """A dispute of the merchant named in the address."""

    merchant: str
    ref: str


class DisputesDoor(Door):
    """The shopper's disputes."""

    scope = "shop"
    tags = ("disputes",)

    def get(self, parsed_query: Query[DisputesAsk]) -> Page[DisputeShort]:
        """The caller's own disputes, latest first."""
        ask = parsed_query
        found = disputes.disputes_of_shopper(viewer=self.viewer, after=ask.cursor, limit=ask.limit + 1)
        return Page([_short(one) for one in found[: ask.limit]], _next(found, ask.limit))

    def post(self, parsed_body: Body[DisputeIn]) -> DisputeOut:
        """Open a dispute; the release of the consignment's money stops."""
        asked = parsed_body
        order = orders.order(viewer=self.viewer, ref=asked.order)
        wanted = _outcome(asked.remedy, asked.minor, order.amounts.total.currency)
        dispute = open_dispute(
            viewer=self.viewer,
            consignment=(asked.order, asked.consignment),
            reason=asked.reason,
            lines=tuple(sorted(set(asked.lines))),
            told=_told(self, Side.SHOPPER, asked.note, wanted),
            at=clock.now(),
        )
        return _out(dispute, Side.SHOPPER)


class DisputeDoor(Door):
    """One dispute of the shopper's."""

    scope = "shop"
    tags = ("disputes",)

    def get(self, parsed_path: Path[RefPath]) -> DisputeOut:
        """A dispute with its timeline."""
        return _out(_of_shopper(self, parsed_path.ref), Side.SHOPPER)


class AnswerDoor(Door):
    """The shopper's next step."""

    scope = "shop"
    tags = ("disputes",)

    def post(self, parsed_path: Path[RefPath], parsed_body: Body[DisputeAnswerIn]) -> DisputeOut:
        """Agree, counter, escalate, withdraw or appeal."""
        dispute = _of_shopper(self, parsed_path.ref)
        return _out(_answered(self, dispute, Side.SHOPPER, parsed_body), Side.SHOPPER)


class SentBackDoor(Door):
    """The shopper sends the goods back."""

    scope = "shop"
    tags = ("disputes",)

    def post(self, parsed_path: Path[RefPath], parsed_body: Body[GoodsSentIn]) -> DisputeOut:
        """The goods of an agreed return are on their way."""
        dispute = send_return(
            viewer=self.viewer,
            ref=parsed_path.ref,
            told=_told(self, Side.SHOPPER),
            carrier=parsed_body.carrier,
            number=parsed_body.number,
            at=clock.now(),
        )
        return _out(dispute, Side.SHOPPER)


class MerchantDisputesDoor(Door):
    """A merchant's disputes."""

    scope = "merchant"
    tags = ("disputes",)

    def get(self, parsed_path: Path[DisputesPath], parsed_query: Query[DisputesAsk]) -> Page[DisputeShort]:
        """The open disputes, those that wait for the merchant first, by deadline; or the ended ones, latest first."""
        ask, merchant = parsed_query, parties.merchant_by_slug(slug=parsed_path.merchant)
        found = disputes.disputes_of_merchant(
            viewer=self.viewer, merchant_id=merchant.id, ended=ask.ended, after=ask.cursor, limit=ask.limit + 1
        )
        return Page([_short(one) for one in found[: ask.limit]], _next(found, ask.limit) if ask.ended else None)


class MerchantDisputeDoor(Door):
    """One dispute of a merchant's."""

    scope = "merchant"
    tags = ("disputes",)

    def get(self, parsed_path: Path[MerchantDisputePath]) -> DisputeOut:
        """A dispute with its timeline."""
        return _out(_of_merchant(self, parsed_path), Side.MERCHANT)


class MerchantAnswerDoor(Door):
    """The merchant's next step."""

    scope = "merchant"
    tags = ("disputes",)

    def post(self, parsed_path: Path[MerchantDisputePath], parsed_body: Body[DisputeAnswerIn]) -> DisputeOut:
        """Agree, propose, reject, escalate, contest or appeal."""
        dispute = _of_merchant(self, parsed_path)
        return _out(_answered(self, dispute, Side.MERCHANT, parsed_body), Side.MERCHANT)


class MerchantReceivedDoor(Door):
    """Goods are back with the merchant."""

    scope = "merchant"
    tags = ("disputes",)

    def post(self, parsed_path: Path[MerchantDisputePath], parsed_body: Body[GoodsBackIn]) -> DisputeOut:
        """The goods are back: what is sellable goes into stock, the shopper's money goes back."""
        dispute = _of_merchant(self, parsed_path)
        told = _told(self, Side.MERCHANT, parsed_body.note)
        sellable = frozenset(parsed_body.sellable)
        receive_return(viewer=self.viewer, ref=dispute.ref, restock=sellable, told=told, at=clock.now())
        return _out(_of_merchant(self, parsed_path), Side.MERCHANT)


class RefundsDoor(Door):
    """A merchant gives money back of its own."""

    scope = "merchant"
    tags = ("selling",)

    def post(self, parsed_path: Path[RefPath], parsed_body: Body[RefundIn]) -> RefundOut:
        """Give a part or all of a consignment back, before or after its money was released; without a dispute.

        What carriers and customs do not give up any more is the merchant's to bear.
        """
        part = orders.consignment(viewer=self.viewer, ref=parsed_path.ref)
        must_work_for(viewer=self.viewer, merchant_id=part.merchant_id)
        at = clock.now()
        money, given = disputes.claim_money(consignment=part)
        numbers = tuple(sorted(set(parsed_body.lines)))
        ask = rules.settlement(
            key=f"api:{sha256(self.key.encode()).hexdigest()}"[:KEY_LENGTH_MAX],
            reason=Reason.NOT_AS_DESCRIBED,
            lines=numbers,
            outcome=_outcome(Remedy.REFUND, parsed_body.minor, part.amounts.total.currency),
            standing=disputes.standing(consignment=part, policy=disputes.policy(channel=part.channel, at=at)),
            goods_left=rules.claim_left(lines=money, given=given, numbers=numbers, parts=(Part.GOODS,)),
        )
        if ask is None:
            raise NothingLeft
        owed = refund_consignment(consignment_id=part.id, merchant_id=part.merchant_id, ask=ask, at=at)
        return RefundOut(owed.ref, amount(owed.amount), str(owed.state))


def _of_shopper(door: Door, ref: str) -> Dispute:
    dispute = disputes.dispute(viewer=door.viewer, ref=ref)
    if dispute.shopper_id != door.viewer.shopper_id:
        raise DisputeUnknown
    return dispute


def _of_merchant(door: Door, path: MerchantDisputePath) -> Dispute:
    merchant = parties.merchant_by_slug(slug=path.merchant)
    must_work_for(viewer=door.viewer, merchant_id=merchant.id)
    dispute = disputes.dispute(viewer=door.viewer, ref=path.ref)
    if dispute.merchant_id != merchant.id:
        raise DisputeUnknown
    return dispute


def _answered(door: Door, dispute: Dispute, side: Side, said: DisputeAnswerIn) -> Dispute:
    outcome = _outcome(said.remedy, said.minor, dispute.currency) if said.remedy is not None else None
    told = _told(door, side, said.note, outcome)
    return answer_claim(viewer=door.viewer, ref=dispute.ref, verb=said.verb, told=told, at=clock.now())


def _told(door: Door, side: Side, note: str = "", outcome: Outcome | None = None) -> Told:
    return Told(side, door.viewer.user_id, sha256(door.key.encode()).hexdigest(), note.strip(), outcome)


def _outcome(remedy: Remedy, minor: int | None, currency: str) -> Outcome:
    return Outcome(remedy, None if minor is None else Money(minor, currency))


def _next(found: tuple[Dispute, ...], limit: int) -> str | None:
    return found[limit - 1].ref if len(found) > limit else None


def _short(one: Dispute) -> DisputeShort:
    return DisputeShort(
        one.ref, one.order_ref, one.consignment_ref, str(one.reason), str(one.state), one.due_at, one.opened_at
    )


def _said(outcome: Outcome | None) -> DisputeOutcomeOut | None:
    if outcome is None:
        return None
    return DisputeOutcomeOut(str(outcome.remedy), amount(outcome.amount) if outcome.amount is not None else None)


def _out(dispute: Dispute, side: Side) -> DisputeOut:
    wanted = _said(dispute.wanted)
    assert wanted is not None
    return DisputeOut(
        ref=dispute.ref,
        order=dispute.order_ref,
        consignment=dispute.consignment_ref,
        reason=str(dispute.reason),
        lines=list(dispute.lines),
        state=str(dispute.state),
        may=sorted(str(verb) for verb in rules.may(state=dispute.state, side=side)),
        wanted=wanted,
        offered=_said(dispute.offered),
        decided=_said(dispute.decided),
        due_at=dispute.due_at,
        opened_at=dispute.opened_at,
        ended_at=dispute.ended_at,
        ending=str(dispute.ending or ""),
        left=amount(disputes.left_of(dispute=dispute)),
        timeline=[
            DisputeStepOut(
                step.number, step.at, str(step.side), str(step.verb), str(step.state), step.note, _said(step.outcome),
                [file.name for file in step.files],
            )
            for step in disputes.steps_of(dispute=dispute)
        ],
    )  # fmt: skip
