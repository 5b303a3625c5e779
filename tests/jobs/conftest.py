"""Every test has an index folder and a picture folder of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.MEDIA_ROOT = tmp_path / "media"
