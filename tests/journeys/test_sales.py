"""Two whole sales with the real processes, from importing the file to the payout confirmed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.processes import Market
from tests.journeys.sale import Sale, cherries_to_china, phone_case_to_america


@pytest.mark.journey
@pytest.mark.parametrize("journey", [cherries_to_china, phone_case_to_america], ids=lambda made: made.__name__)
def test_a_sale_runs_from_the_file_to_the_payout(journey: Callable[[Market], Sale], tmp_path: Path) -> None:
    with Market(tmp_path / "market") as market:
        journey(market).run()
