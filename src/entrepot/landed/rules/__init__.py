"""The landed-cost engine: one pure function from a request and a day's law to an answer that can be checked by hand."""

from entrepot.landed.rules.answer import (
    foreign_rates,
    invalid_answer,
    lawless_answer,
    needed_rates,
    quote,
    request_of,
    worked,
)
from entrepot.landed.rules.basket import VALID, Wanted, consigned, consignment_result, frozen_quote, on_sale
from entrepot.landed.rules.citing import citation
from entrepot.landed.rules.discounting import promotion_uses
from entrepot.landed.rules.explaining import (
    ConsignmentTold,
    PartTold,
    QuoteTold,
    rate_told,
    told_parts,
    told_quote,
    told_rates,
)
from entrepot.landed.rules.parcels import Door, No, Parcel, Piece, Priced, gross_grams, no_lane, priced
from entrepot.landed.rules.replaying import replayed
from entrepot.landed.rules.shares import fixed_sum
from entrepot.landed.rules.telling import sentence, sentences, told

__all__ = [
    "VALID",
    "ConsignmentTold",
    "Door",
    "No",
    "Parcel",
    "PartTold",
    "Piece",
    "Priced",
    "QuoteTold",
    "Wanted",
    "citation",
    "consigned",
    "consignment_result",
    "fixed_sum",
    "foreign_rates",
    "frozen_quote",
    "gross_grams",
    "invalid_answer",
    "lawless_answer",
    "needed_rates",
    "no_lane",
    "on_sale",
    "priced",
    "promotion_uses",
    "quote",
    "rate_told",
    "replayed",
    "request_of",
    "sentence",
    "sentences",
    "told",
    "told_parts",
    "told_quote",
    "told_rates",
    "worked",
]
