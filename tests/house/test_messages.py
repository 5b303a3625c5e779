"""Every text that people read has its Chinese, and the Chinese fits its English."""

import pytest
from tools import messages


def test_no_text_lacks_its_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    faults = messages.check()
    assert faults == 0, capsys.readouterr().out
