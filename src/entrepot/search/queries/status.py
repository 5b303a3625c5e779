"""How the index stands, for the operator and the command line."""

from entrepot.base.models import OutboxRow
from entrepot.search.models import GenerationRow
from entrepot.search.queries import generations
from entrepot.search.terms import IndexStatus


def index_status() -> IndexStatus:
    """What serves, its size on disk, what is being built, and how much news waits to be taken."""
    reader = generations.reader()
    generation = generations.serving()
    building = GenerationRow.objects.filter(state="building").order_by("-number").first()
    files = generation.path.iterdir() if generation and generation.path.exists() else ()
    return IndexStatus(
        generation=generation.number if generation else None,
        documents=reader.documents() if reader else 0,
        size_bytes=sum(path.stat().st_size for path in files),
        building=building.number if building else None,
        waiting=OutboxRow.objects.count(),
    )
