"""What components and ways of entry are called, and how each authority rounds; English, which is the gettext id."""

from collections.abc import Mapping
from typing import Final

from entrepot.landed.terms.steps import Step

KINDS: Final[Mapping[str, Step]] = {
    "base": Step("Basic duty"),
    "s301_cn": Step("Section 301 duty on Chinese goods"),
    "s301_br": Step("Section 301 duty on Brazilian goods"),
    "s301_fl": Step("Section 301 duty"),
    "ieepa_fentanyl": Step("Emergency duty (fentanyl)"),
    "ieepa_reciprocal": Step("Emergency duty (reciprocal)"),
    "ieepa_india": Step("Emergency duty on Indian goods"),
    "ieepa_brazil": Step("Emergency duty on Brazilian goods"),
    "s122": Step("Section 122 surcharge"),
    "s232": Step("Section 232 duty"),
    "s201": Step("Section 201 safeguard"),
    "s338": Step("Section 338 duty"),
    "postal": Step("Postal duty"),
    "mpf": Step("Merchandise processing fee"),
    "hmf": Step("Harbor maintenance fee"),
    "waybill_fee": Step("Customs fee per waybill"),
    "mail_fee": Step("Customs fee per mail item"),
    "sales_tax": Step("Sales tax"),
    "duty": Step("Duty"),
    "additional_us": Step("Additional duty on US goods"),
    "consumption_tax": Step("Consumption tax"),
    "vat": Step("VAT"),
    "gst": Step("GST"),
    "pst": Step("Provincial sales tax"),
    "anti_dumping": Step("Anti-dumping duty"),
    "countervailing": Step("Countervailing duty"),
    "safeguard": Step("Safeguard duty"),
    "additional": Step("Additional duty"),
    "articles_tax": Step("Tax on personal articles"),
}
REGIMES: Final[Mapping[str, Step]] = {
    "cbec": Step("Cross-border e-commerce retail import"),
    "cbec_full_tax": Step("Cross-border e-commerce, taxed in full"),
    "personal_articles": Step("Personal articles by post"),
    "general_trade": Step("General trade"),
    "de_minimis": Step("Low value, free of duty"),
    "informal_entry": Step("Informal entry"),
    "formal_entry": Step("Formal entry"),
    "postal_flat": Step("Postal duty, flat"),
    "express_consignment": Step("Express consignment"),
    "ioss": Step("VAT paid at checkout (IOSS)"),
    "low_value_vat": Step("Low value, VAT paid at checkout"),
    "low_value_shipment": Step("Low-value shipment"),
    "simplified_tariff": Step("Simplified tariff"),
    "ordinary_import": Step("Ordinary import"),
    "gift": Step("Gift from person to person"),
    "domestic": Step("Within the country: no customs"),
}
# By the authority's currency. Source: RULES of each authority as the engine cites them at its functions.
ROUNDING: Final[Mapping[str, Step]] = {
    "CNY": Step("Rounding: each tax of each line to the fen, half up."),
    "USD": Step(
        "Rounding: a line's value to whole dollars; its duties are added up and rounded once to the cent, half up; "
        "each fee to the cent."
    ),
    "EUR": Step("Rounding: each duty and tax to the cent, half up."),
    "GBP": Step("Rounding: each duty and tax is cut off below the penny."),
    "CAD": Step("Rounding: each duty and tax to the cent, half up."),
    "JPY": Step("Rounding: bases are cut off to the unit of the law, each tax is cut off below its unit."),
    "KRW": Step("Rounding: each duty and tax is cut off below ten won."),
    "AUD": Step("Rounding: each duty and tax to the cent, half up."),
}
