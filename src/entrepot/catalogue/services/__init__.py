"""Writes of the catalogue: listings and their pictures, the category tree, and the runs that import files."""

from entrepot.catalogue.services.listings import (
    archive_listing,
    create_listing,
    edit_listing,
    publish_listing,
    unpublish_listing,
)
from entrepot.catalogue.services.pictures import attach_picture

__all__ = [
    "archive_listing",
    "attach_picture",
    "create_listing",
    "edit_listing",
    "publish_listing",
    "unpublish_listing",
]
