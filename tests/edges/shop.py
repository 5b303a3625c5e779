"""A small shop for page tests: one verified orchard with cherries, in stock and in the index, and somebody who buys."""

from dataclasses import dataclass

from django.test import Client
from tests.allowance.make import identity as make_identity
from tests.catalogue import make as catalogue
from tests.parties import make as people

from entrepot.base import clock
from entrepot.catalogue.terms import Listing
from entrepot.flows.settle_payment import settle_payment
from entrepot.jobs.index import rebuild_index
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.services import open_shopper, register_user, save_address
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import begin_opening, record_intent
from entrepot.payments.terms import IntentStatus, Payment, ProviderIntent, ProviderProof
from entrepot.stock import services as stock

PASSWORD = "plain harbour lamp"
PAY_URL = "https://pay.example/pi_1"


@dataclass(frozen=True)
class Shop:
    """What there is: a listing of two sizes, the first in stock, the second sold out."""

    merchant_id: int
    listing: Listing

    @property
    def page(self) -> str:
        return f"/en/listings/{self.listing.ref}/"

    def form(self, size: int = 0, **changes: object) -> dict[str, object]:
        """What the listing's page sends to the basket."""
        variant = self.listing.variants[size]
        return {
            "listing": self.listing.ref, "variant": variant.ref, "channel": "mall", "quantity": 1, "had": 0, **changes,
        }  # fmt: skip


def opened(*, pieces: int = 20) -> Shop:
    """The shop, with its goods on the shelf and in the index."""
    merchant_id = people.merchant()
    listing = catalogue.listing(merchant_id=merchant_id)
    stock.set_on_hand_all(
        merchant_id=merchant_id,
        quantities=[(listing.variants[0].id, pieces), (listing.variants[1].id, 0)],
        at=people.AT,
    )
    rebuild_index(at=clock.now())
    return Shop(merchant_id, listing)


def visitor(country: str = "CN", currency: str = "CNY") -> Client:
    """A browser that has chosen where parcels go."""
    client = Client()
    client.cookies["place"] = f"{country}.{currency}"
    return client


def shopper(
    email: str = "li@example.com", *, client: Client | None = None, known: bool = True
) -> tuple[Client, Viewer]:
    """Somebody with an address in Shenzhen, signed in. known: customs' name and number were given before."""
    user_id = register_user(email=email, password=PASSWORD, language="zh-hans")
    shopper_id = open_shopper(country="CN", currency="CNY", user_id=user_id, at=people.AT)
    save_address(shopper_id=shopper_id, address=people.CHINESE, at=people.AT)
    if known:
        make_identity(shopper_id=shopper_id)
    client = client or visitor()
    assert client.post("/en/account/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return client, parties.viewer_of_user(user_id=user_id)


def reviewed(client: Client, viewer: Viewer) -> str:
    """The address is chosen; answers where the review stands."""
    ref = parties.addresses(viewer=viewer)[0].ref
    answer = client.post("/en/checkout/", {"address": ref})
    assert answer.status_code == 302
    return answer["Location"]


def ordered(client: Client, viewer: Viewer, shop: Shop) -> str:
    """One box of cherries, ordered and not paid; answers the order's reference."""
    client.post("/en/basket/put/", shop.form())
    return ordered_here(client, viewer)


def ordered_here(client: Client, viewer: Viewer) -> str:
    """What lies in the basket, ordered and not paid; answers the order's reference."""
    _, quote, address, _ = reviewed(client, viewer).rsplit("/", 3)
    answer = client.post("/en/checkout/place/", {"quote": quote, "address": address, "key": f"web-{quote}"})
    assert answer.status_code == 302, answer.content.decode()
    return orders.orders_of(viewer=viewer)[0].ref


def payment_of(viewer: Viewer, ref: str) -> Payment:
    order = orders.order(viewer=viewer, ref=ref)
    return payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)


def provider_ready(viewer: Viewer, ref: str) -> Payment:
    """The provider has a page for the payment."""
    payment = payment_of(viewer, ref)
    begin_opening(payment_id=payment.id, shopper_id=payment.shopper_id, return_url="https://shop.example/back")
    intent = ProviderIntent("pi_1", IntentStatus.REQUIRES_CARD, PAY_URL, payment.amount, payment.ref)
    record_intent(payment_id=payment.id, shopper_id=payment.shopper_id, intent=intent, at=clock.now())
    return payment_of(viewer, ref)


def paid(viewer: Viewer, ref: str) -> Money:
    """The money is there; answers how much."""
    payment = provider_ready(viewer, ref)
    settle_payment(payment_id=payment.id, proof=ProviderProof("pi_1", payment.amount), at=clock.now())
    return payment.amount
