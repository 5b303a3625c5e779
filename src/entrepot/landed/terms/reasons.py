"""Why something cannot be had or told, as sentences; and what the verbs of this context refuse."""

from collections.abc import Mapping
from typing import Final

from entrepot.kernel.errors import Conflict, NotFound, Refused

# Each code's sentence and remedy are gettext ids; `{facts}` are filled in by the edge.
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "annual_limit_exceeded": (
        "This order would pass the yearly allowance for cross-border retail imports.",
        "Order less this year, or buy in general trade.",
    ),
    "over_single_limit_multi_item": (
        "Several articles together pass the limit for one cross-border retail order.",
        "Split the basket into smaller orders.",
    ),
    "over_single_limit": (
        "The article is worth more than one cross-border retail order may be.",
        "It can only come in general trade.",
    ),
    "over_personal_limit": (
        "The parcel is worth more than personal articles by post may be.",
        "Split the basket into smaller orders, or buy it in the mall.",
    ),
    "not_on_positive_list": (
        "The article is not on the list for cross-border retail imports.",
        "Look for it in another channel.",
    ),
    "list_remark_mode": (
        "The article may enter by cross-border retail from a bonded warehouse only.",
        "Look for an offer that ships from a bonded warehouse.",
    ),
    "list_remark_quantity": (
        "The order holds more of the article than one person may import by cross-border retail in a year.",
        "Order less of it, or buy in general trade.",
    ),
    "must_use_cbec": (
        "The article is on the list for cross-border retail imports and may not come as a personal article.",
        "Buy it by cross-border retail import.",
    ),
    "importer_not_consumer": (
        "This way of importing is open to consumers for their own use only.",
        "Import it in general trade.",
    ),
    "prohibited": ("The article may not enter this way.", "Look for it in another channel."),
    "licence_missing": ("The article needs a permit that is not on file.", "Ask the merchant for the permit."),
    "code_unknown": (
        "The duty for this article cannot be told: its goods code is missing or not loaded.",
        "Ask the merchant for the full goods code.",
    ),
    "origin_unknown": (
        "The duty for this article depends on where it was made, which is not known.",
        "Ask the merchant for the country of origin.",
    ),
    "quantity_missing": (
        "The duty for this article is counted by a quantity that is not given.",
        "Ask the merchant to complete the article's weight and pieces.",
    ),
    "rate_unknown_from": (
        "A rate or fee in force from {since} is not known.",
        "Try again after the marketplace has loaded it.",
    ),
    "over_informal_limit": ("The consignment is worth more than a simplified entry may be.", "Make a formal entry."),
    "weight_missing": ("The article's weight is not known.", "Ask the merchant to complete it."),
    "rate_unknown": ("A rate of the day is not known.", "Try again after the marketplace has loaded it."),
    "exchange_rate_missing": ("We have no exchange rate for this currency.", "Choose another currency."),
    "destination_unknown": ("We do not know the customs law of that country yet.", "Choose another destination."),
    "mode_unknown": ("Goods do not enter that country this way.", "Choose another way."),
    "no_lane": ("The channel does not send to that country.", "Choose another destination."),
    "no_freight": ("No carrier takes this there.", "Choose another destination, or fewer pieces."),
    "not_on_sale": ("The article is no longer on sale.", "Take it out of the basket."),
    "not_admitted": ("The merchant may not sell in this channel.", "Look for it in another channel."),
    "request_invalid": ("The request cannot be read.", "Correct it and send it again."),
}


class QuoteMissing(NotFound):
    """There is no such quote, or it is another shopper's."""

    code = "landed.quote_missing"
    message = "We could not find that quote."
    remedy = "Open the basket again to get a new one."


class QuoteExpired(Conflict):
    """The quote's time is over."""

    code = "landed.quote_expired"
    message = "The prices were good until {valid_until}."
    remedy = "Look at the new prices and confirm again."


class RequestInvalid(Refused):
    """A request does not have the contract's form."""

    code = "landed.request_invalid"
    message = "The request cannot be read: {why}."
    remedy = "Correct it and send it again."


class NothingToQuote(Refused):
    """The basket is empty."""

    code = "landed.nothing_to_quote"
    message = "The basket is empty."
    remedy = "Put something into it first."
