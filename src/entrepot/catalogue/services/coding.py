"""Building what goods codes are suggested from, teaching it titles, and keeping what a person decided."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.base.outbox import tell
from entrepot.catalogue import models
from entrepot.catalogue.queries.coding import coding_model, coding_path, model_around
from entrepot.catalogue.queries.listings import listing_by_id
from entrepot.catalogue.queries.teaching import SHIPPED, Taught, labelled_titles, taught, text_of
from entrepot.catalogue.rules.coding import (
    Memory,
    Model,
    compared,
    fit,
    fit_of,
    index_of,
    memory_bytes,
    model_bytes,
    shares_of,
    trusted,
)
from entrepot.catalogue.rules.completeness import clean_code
from entrepot.catalogue.services.listings import edit_listing
from entrepot.catalogue.terms import (
    CODED,
    NOMENCLATURE,
    Asked,
    CodeChoice,
    EditTrouble,
    Kind,
    Labelled,
    ListingEdit,
    Suggestion,
)
from entrepot.kernel.text import ENGLISH, pick

_LABELLED_MIN: Final = 500


def built_model(*, source: Taught) -> Model:
    """A model of everything that was read, fitted to its labelled texts; without enough of them, as the shipped one is."""
    index = index_of(source.texts)
    labelled = [one for one in source.texts if one.kind in {Kind.GOODS, Kind.TRADE}]
    if len(labelled) >= _LABELLED_MIN:
        fitted = fit(index, labelled)
    else:
        fitted = fit_of(text_of(path=SHIPPED / "fit_full.json"), "fit_full.json")
    digest = hashlib.sha256("\n".join(f"{one.code} {one.text}" for one in source.texts).encode()).hexdigest()
    return replace(
        model_around(index=index),
        fit=fitted,
        titles=source.titles,
        nomenclature=source.nomenclature,
        basis=f"built-{digest[:12]}",
    )


def build_coding(*, paths: Sequence[Path]) -> Taught:
    """Read the files below `paths`, build the model and put it to use in one step. The same files give the same model.

    Raises CodingFileUnreadable, and then what served goes on serving.
    """
    source = taught(paths=paths)
    _put(coding_path(name="model.npz"), model_bytes(built_model(source=source)))
    return source


def teach_titles(*, paths: Sequence[Path]) -> int:
    """Take an operator's own labelled titles as a memory, in place of those taught before; how many there are.

    Raises CodingFileUnreadable.
    """
    valid = coding_model().titles
    texts: list[Labelled] = [one for path in paths for one in labelled_titles(path=path, valid=valid)]
    memory = taught_memory(model=coding_model(), texts=texts)
    _put(coding_path(name="taught.npz"), memory_bytes(memory))
    return len(memory.index.texts)


def taught_memory(*, model: Model, texts: Sequence[Labelled]) -> Memory:
    """Titles as a memory, with how far it is to be believed beside this model fitted on the titles themselves."""
    return trusted(index_of(texts), lambda text: shares_of(model, compared(model, Asked(text))))


@transaction.atomic
def decide_goods_code(*, merchant_id: int, listing_id: int, choice: CodeChoice, at: datetime) -> None:
    """A person says which goods code a listing has: set on the listing and kept with who, when, why and what was shown.

    The same key again changes nothing. Raises EditTrouble for a bad code, ListingUnknown.
    """
    try:
        digits = clean_code(choice.code)
    except ValueError as bad:
        raise EditTrouble(field="goods_code", value=choice.code) from bad
    found = listing_by_id(merchant_id=merchant_id, listing_id=listing_id)
    shown = choice.suggestion
    scores = [one.score for one in shown.candidates if digits.startswith(one.code[:6])] if shown else []
    _, new = models.GoodsCodeDecision.objects.get_or_create(
        merchant_id=merchant_id,
        key=choice.key[:64],
        defaults={
            "id": new_id(owner=merchant_id),
            "listing_id": listing_id,
            "country": choice.country,
            "code": digits,
            "title": pick(found.titles, ENGLISH)[:500],
            "person_id": choice.person_id,
            "decided_by": choice.person[:150],
            "at": at,
            "why": choice.why[:1000],
            "score": Decimal(str(round(scores[0], 4))) if scores else None,
            "nomenclature": shown.nomenclature if shown else NOMENCLATURE,
            "basis": shown.basis if shown else "",
            "evidence": _evidence(shown),
        },
    )
    if new:
        edit = ListingEdit(goods_codes={choice.country: digits})
        edit_listing(merchant_id=merchant_id, listing_id=listing_id, edit=edit, at=at)
        tell(CODED, subject=listing_id, owner=merchant_id, at=at)


def _evidence(suggestion: Suggestion | None) -> dict[str, object]:
    if suggestion is None:
        return {}
    return {
        "candidates": [
            {"code": one.code, "score": round(one.score, 4), "because": [dict(reason.text) for reason in one.because]}
            for one in suggestion.candidates
        ],
        "question": suggestion.question.key if suggestion.question else None,
        "answers": dict(suggestion.answers),
    }


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(body)
    beside.replace(path)
