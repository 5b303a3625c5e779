"""Every test has an index folder of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def index_folder(settings: Any, tmp_path: Path) -> Path:
    settings.SEARCH_INDEX = tmp_path / "index"
    return tmp_path / "index"
