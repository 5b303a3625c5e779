"""A sale between order and release, for tests, made through the real services and flows."""

from dataclasses import dataclass
from datetime import timedelta

from entrepot.base.identity import new_id
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.orders.services import write_order
from entrepot.orders.terms import CancelReason, Verb
from entrepot.parties.terms import ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import schedule_release
from entrepot.payments.terms import ProviderProof
from tests.orders import make as order_make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.payments import make as payment_make
from tests.payments.make import AT
from tests.stock import make as stock

TO_DOOR = (Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER)


@dataclass(frozen=True)
class Sale:
    """An order of some merchants that waits for its money."""

    shopper_id: int
    order_id: int
    payment_id: int
    merchants: tuple
    total: Money

    @property
    def viewer(self):
        return Viewer(shopper_id=ShopperId(self.shopper_id))

    def order(self):
        card = orders.orders_of(viewer=self.viewer)[0]
        return orders.order(viewer=self.viewer, ref=card.ref)

    def payment(self):
        return payments.payment_by_id(payment_id=self.payment_id, shopper_id=self.shopper_id)

    def proof(self, minor=None, provider_id=None):
        return ProviderProof(
            provider_id or self.payment().intent_id, Money(minor or self.total.minor, self.total.currency)
        )

    def pay(self, at=AT):
        settle_payment(payment_id=self.payment_id, proof=self.proof(), at=at)
        return self

    def cancel(self, at=AT):
        cancel_order(order_id=self.order_id, shopper_id=self.shopper_id, reason=CancelReason.SHOPPER, at=at)

    def deliver(self, at=AT):
        """All consignments to the door; gives (consignment, merchant) pairs."""
        pairs = [(one.id, one.merchant_id) for one in self.order().consignments]
        for pair in pairs:
            order_make.move(*pair, *TO_DOOR, at=at)
        for one in self.order().consignments:
            schedule_release(merchant_id=one.merchant_id, consignment_id=one.id, release_at=one.release_at)
        return pairs


def sale(*, merchants=1, pieces=2, intent_id="pi_1", at=AT, page=True, owners=()):
    """Reserved, written, and with its payment open at the provider; `page`: has the provider answered yet.

    owners: merchants that are there already.
    """
    shopper_id, order_id = parties.shopper(), new_id()
    owners = owners or tuple(parties.merchant(name=f"Merchant {n}") for n in range(merchants))
    asked = [Asked(owner, stock.article(merchant_id=owner), pieces) for owner in owners]
    stock.reserve(*((one.merchant_id, one.variant_id, pieces) for one in asked), order_id=order_id)
    quote = order_make.quote(*asked, shopper_id=shopper_id, at=at)
    ref = write_order(order_id=order_id, quote=quote, address=order_make.CHINESE, key=str(order_id), at=at)
    assert ref
    more = {"intent_id": intent_id} if page else {}
    begin = payment_make.awaiting if page else payment_make.payment
    payment_id, _ = begin(shopper_id=shopper_id, order_id=order_id, minor=quote.total.minor, at=at, **more)
    return Sale(shopper_id, order_id, payment_id, owners, quote.total)


def due(at=AT):
    """Long after every release date."""
    return at + timedelta(days=60)
