"""Reads of the catalogue: pages and cards, what an order copies, what search keeps, categories, import reports."""

from entrepot.catalogue.queries.affected import AffectedListing, affected_listings
from entrepot.catalogue.queries.cards import cards, index_documents, published_ids
from entrepot.catalogue.queries.categories import categories, category, category_ref
from entrepot.catalogue.queries.coding import coding_model, decisions, suggested_codes
from entrepot.catalogue.queries.imports import (
    feed_path,
    import_rows,
    import_run,
    import_run_id,
    import_runs,
    import_work,
    open_runs,
    rejected_csv,
)
from entrepot.catalogue.queries.listings import (
    listing,
    listing_by_id,
    listing_page,
    listings_of,
    picture_troubles,
    variant_ids_by_sku,
    waiting_pictures,
)
from entrepot.catalogue.queries.offers import offers_on_sale, variant_count
from entrepot.catalogue.queries.sales import sale_lines

__all__ = [
    "AffectedListing",
    "affected_listings",
    "cards",
    "categories",
    "category",
    "category_ref",
    "coding_model",
    "decisions",
    "feed_path",
    "import_rows",
    "import_run",
    "import_run_id",
    "import_runs",
    "import_work",
    "index_documents",
    "listing",
    "listing_by_id",
    "listing_page",
    "listings_of",
    "offers_on_sale",
    "open_runs",
    "picture_troubles",
    "published_ids",
    "rejected_csv",
    "sale_lines",
    "suggested_codes",
    "variant_count",
    "variant_ids_by_sku",
    "waiting_pictures",
]
