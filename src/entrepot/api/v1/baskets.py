"""The shopper's basket."""

from dataclasses import replace
from typing import Annotated

import msgspec
from dmr import Body

from entrepot.api.door import Door
from entrepot.api.v1.values import Country
from entrepot.base import clock
from entrepot.basket import queries as basket
from entrepot.basket.services import choose_delivery, enter_codes, put_line
from entrepot.basket.terms import Basket
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown
from entrepot.parties import queries as parties
from entrepot.parties.services import open_shopper
from entrepot.parties.terms import Viewer


class LineIn(msgspec.Struct, forbid_unknown_fields=True):
    """Have exactly this many of an article in the basket; 0 takes it out."""

    listing: str
    variant: str
    channel: str
    quantity: Annotated[int, msgspec.Meta(ge=0, le=99)]


class LineOut(msgspec.Struct):
    """One line of the basket."""

    listing: str
    variant: str
    title: dict[str, str]
    channel: str
    quantity: int


class DeliveryChosen(msgspec.Struct):
    """The delivery chosen for one merchant's goods from one place by one channel."""

    merchant: str
    channel: str
    ship_from: Country
    level: str


class BasketOut(msgspec.Struct):
    """fingerprint: differs when the lines differ; a quote is good for one fingerprint.

    codes: promotion codes as entered; what each comes to, the quote says. delivery: where another than the usual is chosen.
    """

    ref: str
    lines: list[LineOut]
    fingerprint: str
    codes: list[str]
    delivery: list[DeliveryChosen]


class BasketDoor(Door):
    """What the shopper means to buy."""

    scope = "shop"
    tags = ("shopping",)

    def get(self) -> BasketOut:
        """The basket as it stands."""
        return shown(self.viewer)

    def put(self, parsed_body: Body[LineIn]) -> BasketOut:
        """Set the quantity of one article; repeating it changes nothing."""
        line = parsed_body
        listing = catalogue.listing_page(ref=line.listing)
        variant = next((one for one in listing.variants if one.ref == line.variant), None)
        if variant is None:
            raise ListingUnknown
        viewer = as_shopper(self.viewer)
        put_line(
            shopper_id=viewer.shopper_id or 0,
            merchant_id=listing.merchant_id,
            variant_id=variant.id,
            channel=line.channel,
            quantity=line.quantity,
            at=clock.now(),
        )
        return shown(viewer)


class CodesIn(msgspec.Struct, forbid_unknown_fields=True):
    """Exactly these promotion codes, none for none."""

    codes: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=20)]


class BasketCodesDoor(Door):
    """The promotion codes that come with the basket."""

    scope = "shop"
    tags = ("shopping",)

    def put(self, parsed_body: Body[CodesIn]) -> BasketOut:
        """Have exactly these codes with the basket; what each comes to, or why not, stands in the quote."""
        viewer = as_shopper(self.viewer)
        enter_codes(shopper_id=viewer.shopper_id or 0, codes=parsed_body.codes, at=clock.now())
        return shown(viewer)


class BasketDeliveryDoor(Door):
    """How the goods are delivered."""

    scope = "shop"
    tags = ("shopping",)

    def put(self, parsed_body: Body[DeliveryChosen]) -> BasketOut:
        """Have one merchant's goods delivered this way; the quote lists the ways with price and days."""
        viewer, wish = as_shopper(self.viewer), parsed_body
        choose_delivery(
            shopper_id=viewer.shopper_id or 0,
            merchant_id=parties.merchant_by_slug(slug=wish.merchant).id,
            channel=wish.channel,
            ship_from=wish.ship_from,
            level=wish.level,
            at=clock.now(),
        )
        return shown(viewer)


def as_shopper(viewer: Viewer) -> Viewer:
    """The person with their own shopper, opened when this is the first time they shop."""
    if viewer.shopper_id is not None:
        return viewer
    shopper_id = open_shopper(user_id=viewer.user_id, country="US", currency="USD", at=clock.now())
    return replace(viewer, shopper_id=shopper_id)


def shown(viewer: Viewer) -> BasketOut:
    """The viewer's basket with the articles named."""
    held = basket.basket(viewer=viewer)
    goods = catalogue.sale_lines(variant_ids=[(one.merchant_id, one.variant_id, one.channel) for one in held.lines])
    lines = [
        LineOut(
            goods[one.variant_id].listing_ref,
            goods[one.variant_id].variant_ref,
            dict(goods[one.variant_id].title),
            one.channel,
            one.quantity,
        )
        for one in held.lines
        if one.variant_id in goods
    ]
    return BasketOut(held.ref, lines, held.fingerprint, list(held.codes), _chosen(held))


def _chosen(held: Basket) -> list[DeliveryChosen]:
    known = parties.merchants_by_id(merchant_ids=[line.merchant_id for line in held.lines]) if held.delivery else {}
    parts = [(key.split(":"), level) for key, level in sorted(held.delivery.items())]
    return [
        DeliveryChosen(known[int(owner)].slug, channel, ship_from, level)
        for (owner, channel, ship_from), level in parts
        if int(owner) in known
    ]
