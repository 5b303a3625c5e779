"""A home of its own for tests that keep files."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """Where merchants' files and pictures go."""
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    return tmp_path
