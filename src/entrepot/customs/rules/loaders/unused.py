"""Published files that we know and do not load as law, each with its reason, so that the report leaves no riddle."""

import re
from typing import Final

_FORMAT_2007: Final = (
    "superseded: an annex of 2007, kept to show the format; current rates go in as cn_schedule.csv or cn_vat.csv"
)
_SINGLE_AREA: Final = (
    "holds nothing beyond the areas file beside it, which names every country and the members of every group"
)

_EXCLUSIONS: Final = (
    "codes and names only: neither the days nor the list of the counter-duty that each is spared; "
    "a request claims `exclusion` itself"
)
_PRODUCT_RULES: Final = (
    "product rules of origin in prose: whether goods originate is for the claimant to show; "
    "the proof of a preference is read from uk__rules_of_origin_schemes.json"
)
_TRACKER: Final = "test data: another tracker's rates, which ours are compared with"
_TEXTS: Final = "texts about goods and their codes, no law; suggestion reads what it needs of them"

# The whole name in lower case without `.gz`, and why the file is not loaded.
_REASONS: Final = {
    r"cn_(provisional|specific_compound|trq)_2007\.json": _FORMAT_2007,
    r"cn_postal_tax_2007\.json": "superseded: the postal tax of 2007; cn_inbound_articles*.csv has today's articles",
    r"cn_import_consumption_tax_table_2006\.json": "superseded: rates of 2006; today's go in as cn_consumption_tax.csv",
    r"cn_2024_partline_(provisional|vat_ct)_codes\.json": "codes and names only, without the rates of 2024",
    r"cn_2024_us_retaliation_exclusion_codes\.json": _EXCLUSIONS,
    r"cn_customs_(announcements_selected|policy_explainers)_zh\.jsonl": "prose for people to read, no table",
    r"hs_sections_en\.csv|hs_structure_zh_tw\.json": "names only: titles of sections and chapters",
    r"(uk|xi)__geographical_areas__(countries|\d{4})\.json": _SINGLE_AREA,
    r"roo_rule_set_.*\.json": _PRODUCT_RULES,
    r"authority_rate_timeline\.json|country_authority_rates_.*\.json|yale_policy_params_.*\.yaml": _TRACKER,
    r"base_rates_.*\.csv": "test data: another reading of the schedule, which ours is compared with",
    r"chapter99_legal_notes_.*\.txt": "prose: the notes of chapter 99, which the product lists were read from",
    r"census_codes\.csv": "names only: the census bureau's numbers of countries",
    r"federal_register_sources\.csv": "names only: the notices that rates of chapter 99 come from",
    r"cn_ecommerce_title_tokens_.*\.csv|uk_goods_descriptions\.csv|uk_search_references\.json": _TEXTS,
    r"hs6_zh_labels_.*\.csv|hs_nomenclature_en.*\.csv": _TEXTS,
}


def why_unused(name: str) -> str:
    """Why a file of this name is not loaded, in a few English words; empty when we do not know the file."""
    plain = name.lower().removesuffix(".gz")
    return next((why for form, why in _REASONS.items() if re.fullmatch(form, plain)), "")
