"""Writes of the index: upserting and deleting, and the change from one generation to the next."""

from entrepot.search.services.generations import (
    claim_building,
    end_building,
    hold_feed,
    note_changes,
    replay_changes,
    serve_generation,
    start_generation,
    tidy_generations,
)
from entrepot.search.services.writer import BUILD_BYTES, FEED_BYTES, TantivyWriter, create_index, open_writer

__all__ = [
    "BUILD_BYTES",
    "FEED_BYTES",
    "TantivyWriter",
    "claim_building",
    "create_index",
    "end_building",
    "hold_feed",
    "note_changes",
    "open_writer",
    "replay_changes",
    "serve_generation",
    "start_generation",
    "tidy_generations",
]
