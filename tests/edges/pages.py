"""What every page must be, whatever it shows."""

import re

import pytest

BOTH = pytest.mark.parametrize("language", ["en", "zh-hans"])
# Pages without their pictures; styles and script are about 45 kB more, kept by the browser.
HEAVIEST = 60_000


def text_of(answer) -> str:
    return answer.content.decode()


def check_page(answer, status: int = 200) -> str:
    """The page is there, light, and holds nothing the content policy would block."""
    page = text_of(answer)
    assert answer.status_code == status, page[:2000]
    assert len(page) < HEAVIEST
    assert " style=" not in page
    assert "<style" not in page
    assert re.search(r"<script(?![^>]* src=)", page) is None
    assert re.search(r" on(click|submit|change|load)=", page) is None
    assert page.count("<h1") == 1
    return page
