"""A provider inside the test's process, whose reports are fetched from the same book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.jobs import chargebacks, payments
from entrepot.jobs import reconciliation as jobs
from entrepot.reconciliation.adapters import SandboxReports
from tests.payments.sandbox import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Desk]:
    settings.SEARCH_INDEX = tmp_path / "index"
    desk = Desk(tmp_path)
    for one in (payments, chargebacks):
        monkeypatch.setattr(one, "provider", lambda: desk.provider)
    reports = SandboxReports(url="http://provider", api_key="", client=desk._http)
    monkeypatch.setattr(jobs, "source", lambda: reports)
    yield desk
    desk.close()
