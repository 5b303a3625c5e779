"""Real files that are not ours to ship: the one folder they lie in, and the mark for tests that need them."""

import os
from pathlib import Path
from typing import Final

import pytest

SHARED: Final = Path(os.environ.get("ENTREPOT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CONTRACTS: Final = SHARED / "contracts"
CATALOG: Final = SHARED / "data" / "catalog"
TRADE: Final = SHARED / "data" / "trade"


def needs(place: Path) -> pytest.MarkDecorator:
    """Skips where the place is not at hand, saying which and what to set."""
    return pytest.mark.skipif(not place.exists(), reason=f"{place} is not on this machine; set ENTREPOT_SHARED")
