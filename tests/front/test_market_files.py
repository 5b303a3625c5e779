"""The demo market that ships is what its hand-written form says."""

import csv
import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from entrepot.catalogue.rules.categories import category_for

ROOT = Path(__file__).resolve().parents[2]
MARKET = ROOT / "src" / "entrepot" / "cli" / "market"


@pytest.fixture(scope="module")
def make_market():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import make_market as tool
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return tool


def products() -> list[tuple[str, dict[str, str]]]:
    found = []
    for path in sorted(MARKET.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [(path.stem, row) for row in csv.DictReader(file) if row["Title"]]
    return found


def ours(row: dict[str, str], key: str) -> str:
    return next(value for name, value in row.items() if name.endswith(f"(product.metafields.entrepot.{key})"))


def test_the_files_are_what_the_tool_writes(make_market, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(make_market, "TARGET", tmp_path)

    make_market.write_text()

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in MARKET.iterdir() if path.is_file()}
    assert written == shipped


def test_a_picture_drawn_again_is_the_same_picture(make_market) -> None:
    first = make_market.draw_picture("cherries #8e1230", seed="bing-cherries")
    second = make_market.draw_picture("cherries #8e1230", seed="bing-cherries")

    assert first.tobytes() == second.tobytes()


def test_every_listing_has_a_square_picture_and_all_of_them_are_small() -> None:
    total = 0
    for slug, row in products():
        handle = row.get("Handle") or row["URL handle"]
        path = MARKET / "pictures" / slug / f"{handle}.webp"
        with Image.open(path) as picture:
            assert picture.size == (800, 800)
        total += path.stat().st_size
    assert total < 6_000_000


def test_every_listing_says_all_that_customs_and_both_readers_need() -> None:
    for slug, row in products():
        assert len(ours(row, "goods_code_us").replace(".", "")) == 10, (slug, row["Title"])
        assert len(ours(row, "goods_code_cn")) == 10, (slug, row["Title"])
        assert ours(row, "origin") in {"US", "CN"}
        assert any("一" <= letter <= "鿿" for letter in ours(row, "title_zh_hans"))
        assert ours(row, "description_zh_hans").startswith("<p>")


def test_every_listing_leads_to_a_category() -> None:
    for _slug, row in products():
        path = category_for(product_category="", kind=row["Type"], tags=row["Tags"].split(", "), title=row["Title"])
        assert path, row["Title"]


def test_both_dialects_are_there_in_equal_number() -> None:
    dialects = [next(iter(row)) for _, row in {slug: (slug, row) for slug, row in products()}.values()]

    assert sorted(dialects) == ["Handle"] * 7 + ["URL handle"] * 7


def test_every_merchant_has_a_file_and_speaks_both_languages() -> None:
    merchants = json.loads((MARKET / "merchants.json").read_text(encoding="utf-8"))

    assert {one["slug"] for one in merchants} == {path.stem for path in MARKET.glob("*.csv")}
    assert all(one["about"]["en"] and one["about"]["zh-hans"] for one in merchants)
