"""The sandbox carrier as a real process, and our settings turned to it."""

import pytest

from entrepot.carriage import adapters
from tests.sandbox.conftest import market, party

__all__ = ["market", "party"]


@pytest.fixture
def carrier(party, settings):
    process = party("carrier", "--pace", "0", "--fault-hold", "2")
    settings.CARRIER_URL = process.url
    adapters.forget_carrier()
    yield process
    adapters.forget_carrier()
