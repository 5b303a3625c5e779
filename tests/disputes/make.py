"""Disputes of delivered sales, for tests, made through the real flows."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from entrepot.disputes import queries
from entrepot.disputes.services import answer_claim
from entrepot.disputes.terms import Dispute, Outcome, Reason, Remedy, Side, Told, Verb
from entrepot.flows.open_dispute import open_dispute
from entrepot.kernel.money import Money
from entrepot.parties.terms import Viewer
from tests.flows import make as sales
from tests.parties import make as parties
from tests.payments.make import AT

_keys = count(1)
DAY = timedelta(days=1)
# The consignments of `sales.deliver` arrive some hours after this.
LATER = AT + DAY


def told(note: str = "", outcome: Outcome | None = None, key: str = "") -> Told:
    return Told(Side.MARKET, None, key or f"k{next(_keys)}", note, outcome)


def refund(minor: int | None = None, **more: object) -> Outcome:
    return Outcome(Remedy.REFUND, Money(minor, "CNY") if minor else None, **more)


def back(minor: int | None = None) -> Outcome:
    return Outcome(Remedy.RETURN, Money(minor, "CNY") if minor else None)


@dataclass
class Case:
    """A delivered sale of one merchant and the dispute about it."""

    sale: sales.Sale
    merchant: Viewer
    operator: Viewer
    ref: str = ""

    @property
    def shopper(self) -> Viewer:
        return self.sale.viewer

    @property
    def part(self):
        return self.sale.order().consignments[0]

    @property
    def dispute(self) -> Dispute:
        return queries.dispute(viewer=self.operator, ref=self.ref)

    def open(
        self, reason: Reason = Reason.DAMAGED, wanted: Outcome | None = None, *, at=LATER, files=(), **more
    ) -> Dispute:
        order = self.sale.order()
        dispute = open_dispute(
            viewer=self.shopper,
            consignment=(order.ref, order.consignments[0].ref),
            reason=reason,
            lines=(),
            told=told("It leaks.", wanted or refund(5_000), **more),
            files=files,
            at=at,
        )
        self.ref = dispute.ref
        return dispute

    def say(
        self, viewer: Viewer, verb: Verb, outcome: Outcome | None = None, *, note="Because.", at=LATER, key=""
    ) -> Dispute:
        return answer_claim(viewer=viewer, ref=self.ref, verb=verb, told=told(note, outcome, key), at=at)


def case(*, delivered: bool = True, pieces: int = 2) -> Case:
    sale = sales.sale(pieces=pieces).pay()
    if delivered:
        sale.deliver()
    merchant = parties.merchant_viewer(merchant_id=sale.merchants[0])
    return Case(sale, merchant, parties.operator())
