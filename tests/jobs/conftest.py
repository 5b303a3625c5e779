"""Every test has an index folder and a picture folder of its own, and a provider inside the test's process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.jobs import chargebacks, payments
from tests.payments.sandbox import Desk


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    for one in (payments, chargebacks):
        monkeypatch.setattr(one, "provider", lambda: desk.provider)
    yield desk
    desk.close()
