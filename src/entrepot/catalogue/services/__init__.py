"""Writes of the catalogue: listings and their pictures, the category tree, and the runs that import files."""

from entrepot.catalogue.services.applying import Chunk, apply_feed_chunk, note_stock
from entrepot.catalogue.services.categories import plant_categories
from entrepot.catalogue.services.coding import build_coding, built_model, decide_goods_code, taught_memory, teach_titles
from entrepot.catalogue.services.imports import (
    begin_undo,
    claim_import,
    fail_import,
    open_import,
    release_import,
    start_import,
)
from entrepot.catalogue.services.listings import (
    archive_listing,
    create_listing,
    edit_listing,
    publish_listing,
    unpublish_listing,
)
from entrepot.catalogue.services.pictures import attach_picture, keep_picture, put_picture, remove_picture
from entrepot.catalogue.services.pruning import prune_feeds
from entrepot.catalogue.services.staging import finish_staging, stage_batch
from entrepot.catalogue.services.undoing import undo_import_chunk

__all__ = [
    "Chunk",
    "apply_feed_chunk",
    "archive_listing",
    "attach_picture",
    "begin_undo",
    "build_coding",
    "built_model",
    "claim_import",
    "create_listing",
    "decide_goods_code",
    "edit_listing",
    "fail_import",
    "finish_staging",
    "keep_picture",
    "note_stock",
    "open_import",
    "plant_categories",
    "prune_feeds",
    "publish_listing",
    "put_picture",
    "release_import",
    "remove_picture",
    "stage_batch",
    "start_import",
    "taught_memory",
    "teach_titles",
    "undo_import_chunk",
    "unpublish_listing",
]
