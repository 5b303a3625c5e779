"""What every engine promises, run over the embedded one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot.search import rules, services
from entrepot.search.queries.engine import TantivyReader
from entrepot.search.terms import IndexBusy, Page, SearchQuery, Side, Sort
from tests.search import make

ALL = (Side.CATEGORY, Side.CHANNEL, Side.ORIGIN, Side.SHIPS_TO, Side.BRAND, Side.PRICE)
MARKET = (
    make.entry(1, "Fresh Rainier cherries, 2.5 kg gift box", brand="Yakima", sold=3),
    make.entry(2, "Fuji apples", descriptions={"en": "Crisp, picked with the cherries."}, prices={"USD": 1_000}),
    make.entry(
        3, "", titles={"zh-hans": "阿拉斯加帝王蟹腿 1kg"}, categories=("food", "seafood"), prices={"USD": 9_999}
    ),
    make.entry(
        4, "Magnetic phone case for iPhone 15", categories=("phones", "cases"), channels=("export",),
        ships_to=("US", "DE"), origin="CN", prices={"USD": 899}, published_at=make.AT + timedelta(days=1),
    ),
    make.entry(
        5, "", titles={"zh-hans": "磁吸手机壳 iPhone15"}, categories=("phones", "cases"), channels=("bazaar", "export"),
        ships_to=("CN", "US"), origin="CN", prices={"USD": 2_500, "CNY": 17_900},
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyReader:
    return TantivyReader(make.files(tmp_path_factory.mktemp("engine") / "gen-1", MARKET))


def find(index: TantivyReader, words: str = "", **parts: object) -> Page:
    query = replace(SearchQuery(words=words), **parts)  # type: ignore[arg-type]
    asked = rules.understood(words)
    return index.search(query, asked, needed=len(asked), facets=ALL)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cherry", [1, 2]),  # the title before the description
        ("CHERRIES gift", [1]),
        ("帝王蟹", [3]),
        ("king crab", [3]),
        ("车厘子", [1, 2]),
        ("新鲜樱桃", [1]),
        ("手机壳", [4, 5]),
        ("phone case", [4, 5]),
        ("iphone15", [4, 5]),
        ("iphone 15", [4, 5]),
        ("zebra", []),
        ("apples crab", []),
    ],
)
def test_finds_by_meaning(index: TantivyReader, words: str, found: list[int]) -> None:
    page = find(index, words)
    assert sorted(page.ids) == found
    assert page.total == len(found)


def test_the_title_counts_more_than_the_description(index: TantivyReader) -> None:
    assert find(index, "cherries").ids == (1, 2)


def test_nothing_asked_is_everything_the_popular_first(index: TantivyReader) -> None:
    assert find(index).ids[0] == 1
    assert find(index).total == 5


def test_sorts_by_price_and_age(index: TantivyReader) -> None:
    assert find(index, sort=Sort.PRICE_UP).ids == (4, 2, 1, 5, 3)
    assert find(index, sort=Sort.PRICE_DOWN).ids == (3, 5, 1, 2, 4)
    assert find(index, sort=Sort.NEWEST).ids[0] == 4


def test_a_listing_without_a_price_in_the_currency_comes_last(index: TantivyReader) -> None:
    assert find(index, sort=Sort.PRICE_UP, currency="CNY").ids[:2] == (1, 5)


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"category": "food"}, [1, 2, 3]),
        ({"category": "food/fruit"}, [1, 2]),
        ({"category": "fruit"}, []),
        ({"channel": "export"}, [4, 5]),
        ({"ships_to": "CN"}, [1, 2, 3, 5]),
        ({"ships_to": "US", "channel": "bazaar"}, [5]),
        ({"origin": "CN"}, [4, 5]),
        ({"brand": "YAKIMA"}, [1]),
        ({"price_min_minor": 1_000, "price_max_minor": 2_500}, [1, 2, 5]),
        ({"price_max_minor": 999}, [4]),
        ({"price_min_minor": 17_900, "currency": "CNY"}, [5]),
        ({"merchant_id": 8}, []),
    ],
)
def test_narrows(index: TantivyReader, narrowed: dict[str, object], found: list[int]) -> None:
    assert sorted(find(index, **narrowed).ids) == found


def test_facets_add_up(index: TantivyReader) -> None:
    page = find(index)
    assert page.facets[Side.CATEGORY].count("food") == 3
    assert page.facets[Side.CATEGORY].count("food/fruit") + page.facets[Side.CATEGORY].count("food/seafood") == 3
    assert sum(value.count for value in page.facets[Side.ORIGIN].values) == page.total
    assert sum(value.count for value in page.facets[Side.PRICE].values) == page.total
    assert page.facets[Side.CHANNEL].count("export") == 2


@pytest.mark.parametrize("words", ["", "cherry", "手机壳"])
def test_each_count_is_what_narrowing_by_it_finds(index: TantivyReader, words: str) -> None:
    names = {Side.CATEGORY: "category", Side.CHANNEL: "channel", Side.ORIGIN: "origin", Side.SHIPS_TO: "ships_to"}
    for side, name in names.items():
        for value in find(index, words).facets[side].values:
            assert find(index, words, **{name: value.value}).total == value.count


def test_a_narrowed_facet_still_counts_the_other_choices(index: TantivyReader) -> None:
    page = find(index, channel="mall")
    assert page.total == 3
    assert page.facets[Side.CHANNEL].count("export") == 2
    assert [value.value for value in page.facets[Side.CHANNEL].values if value.chosen] == ["mall"]
    assert page.facets[Side.ORIGIN].count("CN") == 0


def test_pages_follow_without_gap_or_repeat(index: TantivyReader) -> None:
    pages = [find(index, page=page, size=2).ids for page in (1, 2, 3, 4)]
    assert sorted(listing for page in pages for listing in page) == [1, 2, 3, 4, 5]
    assert pages[3] == ()


def test_most_of_the_words_suffice_when_asked_so(index: TantivyReader) -> None:
    asked = rules.understood("fresh cherries zebra")
    page = index.search(SearchQuery(), asked, needed=2, facets=())
    assert page.ids == (1,)


def test_suggests_words_as_people_write_them(index: TantivyReader) -> None:
    assert [one.text for one in index.suggest("ch", limit=5)] == ["cherries"]
    assert [one.text for one in index.suggest("手机", limit=5)] == ["手机壳"]
    assert index.suggest("", limit=5) == ()


def test_knows_a_token_by_its_script(index: TantivyReader) -> None:
    assert index.knows("cherri")
    assert index.knows("帝王蟹")
    assert not index.knows("cherries")


def test_writing_again_replaces_and_deleting_forgets(tmp_path: Path) -> None:
    path = make.files(tmp_path / "gen", MARKET)
    reader = TantivyReader(path)
    writer = services.open_writer(path=path)
    writer.upsert([make.entry(1, "Dried apricots"), make.entry(1 << 62, "Walnuts")])
    writer.delete([4, 4, 999])
    assert find(reader, "cherry").ids == (1, 2)
    writer.commit()
    reader.reload()
    assert find(reader, "cherry").ids == (2,)
    assert find(reader, "apricot").ids == (1,)
    assert find(reader, "walnut").ids == (1 << 62,)
    assert reader.documents() == 5
    writer.close()


def test_what_was_not_committed_is_lost(tmp_path: Path) -> None:
    path = make.files(tmp_path / "gen", MARKET)
    writer = services.open_writer(path=path)
    writer.delete([1])
    writer.close()
    assert TantivyReader(path).documents() == 5


def test_a_second_writer_waits_its_turn(tmp_path: Path) -> None:
    path = make.files(tmp_path / "gen", MARKET)
    first = services.open_writer(path=path)
    with pytest.raises(IndexBusy):
        services.open_writer(path=path)
    first.close()
    services.open_writer(path=path).close()
