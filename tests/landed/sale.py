"""A merchant and an article on sale, as values."""

from entrepot.catalogue.terms import ListingId, SaleLine, VariantId
from entrepot.kernel.money import Money
from entrepot.parties.terms import Merchant, MerchantId


def merchant(*, verified: bool = True) -> Merchant:
    return Merchant(MerchantId(1), "mer_1", "m", "M", {}, "US", "WA", "Yakima", "USD", ("mall",), verified)


def sale(*, published: bool = True) -> SaleLine:
    return SaleLine(
        variant_id=VariantId(5), variant_ref="var_5", merchant_id=1, listing_id=ListingId(2), listing_ref="lst_2",
        channel="mall", published=published, title={"en": "Cherries"}, options=(), option_names=(), sku="C", brand="",
        picture="", category="", goods_codes={"CN": "08092900"}, origin="US", ships_from="US", net_grams=1000,
        gross_grams=1100, price=Money(2800, "USD"),
    )  # fmt: skip
