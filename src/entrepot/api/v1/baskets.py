"""The shopper's basket."""

from dataclasses import replace
from typing import Annotated

import msgspec
from dmr import Body

from entrepot.api.door import Door
from entrepot.base import clock
from entrepot.basket import queries as basket
from entrepot.basket.services import put_line
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown
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


class BasketOut(msgspec.Struct):
    """fingerprint: differs when the lines differ; a quote is good for one fingerprint."""

    ref: str
    lines: list[LineOut]
    fingerprint: str


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
    return BasketOut(held.ref, lines, held.fingerprint)
