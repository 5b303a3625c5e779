"""A merchant's file goes into the catalogue and the stock, one chunk of products at a time."""

from datetime import datetime

from django.db import transaction

from entrepot.catalogue.rules.findings import finding
from entrepot.catalogue.services import apply_feed_chunk, note_stock
from entrepot.stock.services import set_on_hand_all


@transaction.atomic(durable=True)
def import_feed(*, merchant_id: int, run_id: int, at: datetime) -> bool:
    """Take over the next chunk of a run whose file has been read; answers whether the run has ended.

    The chunk, its place in the file, its quantities and its report commit together, so a crash costs one chunk, which
    the repeat does again with the same result. A quantity below what orders were promised is not taken over, and said.
    About thirty statements a chunk, however many of its thousand products differ.
    """
    chunk = apply_feed_chunk(merchant_id=merchant_id, run_id=run_id, at=at)
    if chunk.quantities:
        refused = set_on_hand_all(merchant_id=merchant_id, quantities=chunk.quantities, at=at, about=run_id)
        findings = [
            finding(
                "feed.stock_reserved",
                line=chunk.lines[one.variant_id][0],
                handle=chunk.lines[one.variant_id][1],
                value=one.quantity,
                reserved=one.reserved,
            )
            for one in refused
        ]
        note_stock(merchant_id=merchant_id, run_id=run_id, taken=len(chunk.quantities) - len(refused), refused=findings)
    return chunk.ended
