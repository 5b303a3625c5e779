"""A built model as one file and back, so that serving it takes no building."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from entrepot.catalogue.rules.coding.index import CodeIndex
from entrepot.catalogue.rules.coding.remembering import Memory
from entrepot.catalogue.rules.coding.suggesting import Model
from entrepot.catalogue.terms import CodingFileUnreadable, Fit, Trust

FORM: Final = 1
_ARRAYS: Final = (
    "idf", "pointers", "texts_at", "weights", "code_of", "kind_of", "heading_of", "chapter_of", "prior", "everyday",
)  # fmt: skip
_LISTS: Final = ("texts", "sources", "codes")


def index_bytes(index: CodeIndex, **more: object) -> bytes:
    """An index as a file; `more` is kept with it as JSON."""
    words = {
        "form": FORM,
        "features": list(index.features),
        **{name: list(getattr(index, name)) for name in _LISTS},
        **more,
    }
    out = io.BytesIO()
    head = np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), np.uint8)
    np.savez(out, head=head, **{name: getattr(index, name) for name in _ARRAYS})
    return out.getvalue()


def index_from(body: bytes, file: str) -> tuple[CodeIndex, dict[str, object]]:
    """What `index_bytes` made. Raises CodingFileUnreadable, also for a file of another form."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            head = json.loads(kept["head"].tobytes())
            if head["form"] != FORM:
                raise CodingFileUnreadable(file=file, why="it was built by another version; build it again")
            index = CodeIndex(
                features={name: place for place, name in enumerate(head["features"])},
                **{name: kept[name] for name in _ARRAYS},
                **{name: head[name] for name in _LISTS},
            )
    except (ValueError, KeyError, OSError, EOFError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is not a built model ({wrong})") from wrong
    return index, head


def model_bytes(model: Model) -> bytes:
    """A model as a file, without its questions and notes: those come with the program."""
    return index_bytes(
        model.index,
        weights_fitted=model.fit.weights,
        steps=model.fit.steps,
        titles={code: dict(title) for code, title in model.titles.items()},
        nomenclature=model.nomenclature,
        basis=model.basis,
    )


def model_from(body: bytes, file: str, around: Callable[[CodeIndex], Model]) -> Model:
    """What `model_bytes` made; `around` puts the questions, notes and Chinese fit of the program to its index. Raises CodingFileUnreadable."""
    index, head = index_from(body, file)
    try:
        fit = fit_of(json.dumps({"weights": head["weights_fitted"], "steps": head["steps"]}), file)
        titles = dict(head["titles"])  # type: ignore[call-overload]
        return replace(
            around(index),
            fit=fit,
            titles=titles,
            nomenclature=str(head["nomenclature"]),
            basis=str(head["basis"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is not a built model ({wrong})") from wrong


def memory_bytes(memory: Memory) -> bytes:
    """A memory as a file."""
    trust = memory.trust
    told = None if trust is None else (trust.base, trust.likeness, trust.agreement, trust.sharpness)
    return index_bytes(memory.index, trust=told)


def memory_from(body: bytes, file: str) -> Memory:
    """What `memory_bytes` made, or an index alone. Raises CodingFileUnreadable."""
    index, head = index_from(body, file)
    told = head.get("trust")
    try:
        return Memory(index, Trust(*(float(one) for one in told)) if isinstance(told, list) else None)
    except (TypeError, ValueError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is not a memory ({wrong})") from wrong


def fit_of(text: str, file: str) -> Fit:
    """A fit from JSON: `weights`, and `steps` as pairs. Raises CodingFileUnreadable."""
    try:
        kept = json.loads(text)
        return Fit(
            tuple(float(one) for one in kept["weights"]),
            tuple((float(raw), float(true)) for raw, true in kept["steps"]),
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is no fit ({wrong})") from wrong
