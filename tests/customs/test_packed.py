"""Compiled law on disk: the same answers as from the tables, and nothing from a damaged file."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.customs import queries
from entrepot.customs.queries import snapshot
from entrepot.customs.queries.snapshot import keep_index, kept_index
from entrepot.customs.rules import indexed, measures_on
from entrepot.customs.rules.packed import Unpackable, packed, unpacked
from entrepot.customs.terms import Law, LawIndex, Rows, Speaks, Transit, UnitPrice
from tests.customs import make
from tests.landed import make as landed

PARTS = ("areas", "entries", "lengths", "codes", "speaks", "fees", "thresholds", "restrictions", "currency", "version")


def index(count: int = 0) -> LawIndex:
    special = make.measure(
        "special",
        "Free",
        claims_any=frozenset({"KR", "AU"}),
        unit_price=UnitPrice(Decimal("10.50"), ("g", "ml")),
        transit=Transit(date(2026, 7, 24), date(2026, 7, 28)),
        unknown_from=date(2026, 11, 10),
    )
    many = tuple(make.measure(f"m{number}", codes=(f"{number:08}",)) for number in range(count))
    official = Rows(measures=(special, *many), goods=(make.goods(),), speaks=(Speaks("goods", date(2025, 1, 1)),))
    return indexed(currency="USD", version="US:1-x", official=official, starter=landed.rows("us"))


def test_what_is_packed_and_unpacked_is_the_same() -> None:
    before = index()
    after = unpacked(content=packed(index=before), version=before.version)

    assert list(after.measures) == list(before.measures)
    assert after.measures[:2] == list(before.measures[:2])
    assert dict(after.goods) == dict(before.goods)
    assert {name: getattr(after, name) for name in PARTS} == {name: getattr(before, name) for name in PARTS}
    for on in (date(2025, 6, 1), date(2026, 8, 10)):
        one, other = Law("US", on, before), Law("US", on, after)
        for code in before.codes:
            assert measures_on(law=one, code=code, origin="CN") == measures_on(law=other, code=code, origin="CN")


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:40] + b"x" + b[41:], lambda b: b[:0], lambda b: b[:3]]
)
def test_damaged_bytes_are_not_taken(damage) -> None:
    with pytest.raises(Unpackable):
        unpacked(content=damage(packed(index=index())), version="")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    return tmp_path


def test_a_large_index_is_kept_on_disk_and_a_damaged_file_is_passed_over(home: Path) -> None:
    large = index(2_000)
    keep_index(jurisdiction="US", digest="a" * 64, made=large)
    (file,) = (home / "cache" / "law").iterdir()

    found = kept_index(jurisdiction="US", digest="a" * 64, version="US:7-a")
    assert found is not None
    assert found.version == "US:7-a"
    assert list(found.measures) == list(large.measures)
    assert kept_index(jurisdiction="US", digest="b" * 64, version="") is None
    file.write_bytes(file.read_bytes()[:-20])
    assert kept_index(jurisdiction="US", digest="a" * 64, version="") is None


def test_old_files_make_room_and_a_place_that_cannot_be_written_is_no_error(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = index(2_000)
    for letter in "abcdefghij":
        keep_index(jurisdiction="US", digest=letter * 64, made=large)
    assert len(list((home / "cache" / "law").iterdir())) == 8
    (home / "a-file").write_text("")
    monkeypatch.setenv("ENTREPOT_HOME", str(home / "a-file"))
    keep_index(jurisdiction="US", digest="a" * 64, made=large)


def test_what_another_program_made_of_the_same_loads_is_not_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_index(jurisdiction="US", digest="a" * 64, made=index(2_000))
    corrected = home / "index.py"
    corrected.write_text("# the starter gives way one day earlier")
    monkeypatch.setattr(snapshot, "_MAKERS", (*snapshot._MAKERS[:-1], corrected))
    assert kept_index(jurisdiction="US", digest="a" * 64, version="") is None


def test_a_disk_that_fills_up_keeps_nothing_of_the_file_it_cut_short(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    keep_index(jurisdiction="US", digest="a" * 64, made=index(2_000))
    assert list((home / "cache" / "law").iterdir()) == []


@pytest.mark.django_db
def test_a_process_that_forgot_all_answers_from_disk_without_reading_the_rows(
    home: Path, django_assert_num_queries
) -> None:
    queries.forget()
    many = (make.measure(f"m{number}", codes=(f"{number:08}",)) for number in range(2_001))
    make.put_in(*many)
    first = queries.law(destination="US", on=date(2026, 3, 2))
    queries.forget()

    with django_assert_num_queries(2):
        again = queries.law(destination="US", on=date(2026, 3, 2))
    assert again.version == first.version
    assert list(again.index.measures) == list(first.index.measures)
    queries.forget()
