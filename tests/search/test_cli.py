"""The search and the index at a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from entrepot.cli import app, index, search  # noqa: F401
from tests.catalogue import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "160"})


def test_without_an_index_search_says_what_to_do_and_fails() -> None:
    said = run("search", "cherry")
    assert said.exit_code == 1
    assert "entrepot index rebuild" in said.output
    assert json.loads(run("search", "cherry", "--json").output)["index_missing"] is True
    assert json.loads(run("index", "status", "--json").output)["generation"] is None


def test_rebuild_then_search_in_either_language() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id, title="Rainier cherries", chinese="雷尼尔樱桃")
    make.listing(merchant_id=merchant_id, handle="b", title="Fuji apples", chinese="富士苹果", category="")
    rebuilt = run("index", "rebuild")
    assert rebuilt.exit_code == 0
    assert "serves 2 listings" in rebuilt.output
    for words in ("cherry", "车厘子"):
        found = json.loads(run("search", words, "--json").output)
        assert [one["ref"] for one in found["listings"]] == [made.ref]
        assert found["facets"]["channel"] == {"mall": 1}
    assert found["listings"][0]["title"] == "雷尼尔樱桃"
    shown = run("search", "rainier", "cherries", "--lang", "en", "--currency", "cny")
    assert shown.exit_code == 0
    assert "Rainier cherries" in shown.output
    assert "199.00 CNY" in shown.output
    status = json.loads(run("index", "status", "--json").output)
    assert (status["documents"], status["building"]) == (2, None)
    assert "generation" in run("index", "status").output


def test_a_misspelt_word_is_said() -> None:
    make.listing(merchant_id=parties.merchant())
    run("index", "rebuild")
    assert "Showing cherries" in run("search", "cheries").output
