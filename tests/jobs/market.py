"""A small market with an order in each state, all of it sound: what the audit looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from entrepot.allowance.services import use_allowance
from entrepot.base import clock
from entrepot.base.models import OutboxRow
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.open_payout import open_payout
from entrepot.flows.place_order import place_order
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.ledger.services import fold_tail
from entrepot.orders import queries as orders
from entrepot.orders.services import set_release
from entrepot.orders.terms import CancelReason, OrderView, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import schedule_release
from entrepot.payments.terms import ProviderProof
from entrepot.stock.services import issue_stock
from tests.allowance.make import identity
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article

AT = datetime(2026, 11, 22, 12, tzinfo=clock.now().tzinfo)


@dataclass(frozen=True)
class Market:
    """An order in each state, all of them retail imports of one person, each with two merchants' consignments: waiting, cancelled, paid, and one run to its end."""

    placed: OrderView
    cancelled: OrderView
    paid: OrderView
    done: OrderView
    merchants: tuple[int, int]

    def names(self) -> dict[str, str]:
        """What a planted statement may be about."""
        part = self.paid.consignments[0]
        return {
            **{state: str(getattr(self, state).id) for state in ("placed", "cancelled", "paid", "done")},
            "part": str(part.id),
            "variant": str(part.lines[0].variant_id),
            "merchant": str(self.merchants[0]),
        }


def ordered(asked: tuple[Asked, ...], pay: bool = True) -> tuple[Viewer, OrderView]:
    viewer = parties.shopper_viewer()
    assert viewer.shopper_id
    identity(shopper_id=viewer.shopper_id)
    placed = place_order(
        viewer=viewer,
        quote_ref=make.quoted(*asked, shopper_id=viewer.shopper_id, retail=True),
        address_ref=parties.address(shopper_id=viewer.shopper_id),
        key="k",
        at=AT,
    )
    order = orders.order(viewer=viewer, ref=placed.order_ref)
    if pay:
        payment = payments.payment(viewer=viewer, ref=placed.payment_ref)
        connection.cursor().execute(
            "UPDATE payments_payment SET state = 'awaiting', intent_id = %s WHERE shopper_id = %s AND id = %s",
            [f"pi_{order.id}", order.shopper_id, payment.id],
        )
        settle_payment(payment_id=payment.id, proof=ProviderProof(f"pi_{order.id}", payment.amount), at=AT)
    return viewer, orders.order(viewer=viewer, ref=placed.order_ref)


def sound_market() -> Market:
    owners = (parties.merchant(), parties.merchant())
    asked = tuple(Asked(owner, article(merchant_id=owner, pieces=20), 2) for owner in owners)
    _, placed = ordered(asked, pay=False)
    viewer, cancelled = ordered(asked, pay=False)
    cancel_order(order_id=cancelled.id, shopper_id=cancelled.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    _, paid = ordered(asked)
    viewer, done = ordered(asked)
    for part in done.consignments:
        variants = [line.variant_id for line in part.lines]
        issue_stock(order_id=done.id, merchant_id=part.merchant_id, variant_ids=variants, at=AT)
        steps = (Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER)
        make.move(part.id, part.merchant_id, *steps, at=AT - timedelta(days=1))
        use_allowance(parts=[(done.shopper_id, done.id, part.number)], at=AT)
        pair = {"consignment_id": part.id, "merchant_id": part.merchant_id}
        set_release(consignments=[(part.id, part.merchant_id)], release_at=AT)
        schedule_release(release_at=AT, **pair)
        release_hold(at=AT, **pair)
    fold_tail(at=AT)  # what comes after is still in the tail
    parties.bank_account(merchant_id=owners[0])
    open_payout(merchant_id=owners[0], currency="USD", key="p", at=AT)
    OutboxRow.objects.all().delete()  # passed on
    return Market(placed, cancelled, paid, orders.order(viewer=viewer, ref=done.ref), owners)
