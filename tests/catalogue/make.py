"""Listings with variants, prices and pictures, for tests."""

import io
from collections.abc import Mapping

from PIL import Image

from entrepot.catalogue import queries, services
from entrepot.catalogue.terms import Listing, ListingDraft, Offer, VariantDraft
from entrepot.kernel.money import Money
from tests.parties.make import AT


def listing(
    *,
    merchant_id: int,
    handle: str = "bing-cherries",
    title: str = "Bing cherries",
    chinese: str = "美国车厘子",
    goods_codes: Mapping[str, str] | None = None,
    origin: str = "US",
    category: str = "food/fruit/cherries",
    prices: tuple[tuple[str, ...], ...] = (("mall", "19900", "CNY"),),
    sizes: tuple[str, ...] = ("1 kg", "2 kg"),
    grams: int | None = 1000,
    published: bool = True,
) -> Listing:
    """A listing, published unless told otherwise; every size costs the same in each (channel, minor, currency)."""
    offers = tuple(Offer(channel, Money(int(minor), currency)) for channel, minor, currency in prices)
    variants = tuple(
        VariantDraft(
            offers=offers,
            sku=f"{handle}-{place}".upper(),
            options=(size,) if size else (),
            net_grams=grams,
            gross_grams=grams + 100 if grams else None,
        )
        for place, size in enumerate(sizes or ("",))
    )
    draft = ListingDraft(
        handle=handle,
        titles={"en": title, "zh-hans": chinese},
        descriptions={"en": f"<p>{title} from the orchard</p>"},
        category=category,
        brand="Cascade",
        origin=origin,
        goods_codes={"US": "0809.29.0000", "CN": "08092900"} if goods_codes is None else goods_codes,
        option_names=("Size",) if sizes else (),
        variants=variants,
    )
    listing_id = services.create_listing(merchant_id=merchant_id, draft=draft, at=AT)
    if published:
        services.publish_listing(merchant_id=merchant_id, listing_id=listing_id, at=AT)
    return queries.listing_by_id(merchant_id=merchant_id, listing_id=listing_id)


def picture(colour: str = "red", size: tuple[int, int] = (40, 20), form: str = "PNG") -> bytes:
    """The bytes of a plain picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()
