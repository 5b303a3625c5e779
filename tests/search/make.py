"""An index for a test: entries with every part defaulted, and a generation that really serves."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from entrepot.search import services
from entrepot.search.terms import Entry, Generation

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(listing_id: int = 1, title: str = "Fresh Rainier cherries", **parts: object) -> Entry:
    known: dict[str, object] = {
        "listing_id": listing_id, "merchant_id": 7, "titles": {"en": title} if title else {}, "descriptions": {},
        "categories": ("food", "fruit"), "channels": ("mall",), "ships_to": ("CN",), "origin": "US",
        "prices": {"USD": 2_000, "CNY": 14_200}, "published_at": AT,
    }  # fmt: skip
    return Entry(**{**known, **parts})  # type: ignore[arg-type]


def files(folder: Path, entries: Sequence[Entry]) -> Path:
    """An index on disk, without the database."""
    services.create_index(path=folder)
    writer = services.open_writer(path=folder)
    writer.upsert(entries)
    writer.commit()
    writer.close()
    return folder


def serving(entries: Sequence[Entry], *, at: datetime = AT) -> Generation:
    """A generation of these entries that serves, made as a rebuild makes it."""
    services.claim_building()
    try:
        generation = services.start_generation(at=at)
        writer = services.open_writer(path=generation.path)
        writer.add(entries)
        services.serve_generation(generation=generation, writer=writer, reader=lambda _: ([], []), at=at)
        services.tidy_generations()
    finally:
        services.end_building()
    return generation
