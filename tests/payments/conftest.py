"""The provider on the other side of the adapter."""

import pytest

from tests.payments.sandbox import Desk


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.close()
