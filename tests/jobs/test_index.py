"""The index follows the catalogue: fed by the news, built anew beside it."""

import sys

import pytest

import entrepot.jobs
from entrepot.base.outbox import tell
from entrepot.catalogue import services as catalogue
from entrepot.catalogue.queries.variants import listing_ids_by_variant, variant_ids_by_listing
from entrepot.catalogue.terms import CHANGED as LISTING_CHANGED
from entrepot.jobs import index as jobs
from entrepot.jobs.index import IndexFeed, rebuild_index
from entrepot.jobs.news import Breakdown
from entrepot.jobs.relay import Relay
from entrepot.search import queries
from entrepot.search.queries.entries import entries
from entrepot.search.terms import SearchQuery, Side
from entrepot.stock import services as stock
from entrepot.stock.terms import CHANGED as STOCK_CHANGED
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed() -> "object":
    feed = IndexFeed()
    yield feed
    feed.close()


def relay_of(feed: IndexFeed) -> Relay:
    return Relay({LISTING_CHANGED: (feed,), STOCK_CHANGED: (feed,)})


def found(words: str, **parts: object) -> tuple[int, ...]:
    return queries.hits(query=SearchQuery(words=words, **parts)).listing_ids  # type: ignore[arg-type]


def test_what_is_published_is_found_and_what_is_taken_down_is_not(feed: IndexFeed) -> None:
    merchant_id = parties.merchant()
    assert feed.ready()
    relay = relay_of(feed)
    made = make.listing(merchant_id=merchant_id)
    assert found("cherries") == ()
    relay.pass_on()
    assert found("cherries") == found("樱桃") == (made.id,)
    catalogue.archive_listing(merchant_id=merchant_id, listing_id=made.id, at=AT)
    relay.pass_on()
    assert found("cherries") == ()


def test_an_entry_gathers_what_lies_below() -> None:
    made = make.listing(merchant_id=parties.merchant(name="Rainier Growers"))
    ((entry,), gone) = entries(listing_ids=[made.id, 99], at=AT)
    assert gone == [99]
    assert entry.categories == ("food", "fruit", "cherries")
    assert [name["zh-hans"] for name in entry.category_names][-1] == "车厘子"
    assert entry.channels == ("mall",)
    assert entry.ships_to == ("CN",)
    assert entry.prices["CNY"] == 19_900
    assert 2_500 < entry.prices["USD"] < 3_200
    assert "Rainier Growers" in entry.tags
    assert entry.in_stock is False


def test_the_first_start_builds_the_index_from_what_is_there(feed: IndexFeed) -> None:
    made = make.listing(merchant_id=parties.merchant())
    assert queries.hits(query=SearchQuery()).index_missing
    assert feed.ready()
    assert found("cherries") == (made.id,)


def test_hearing_the_same_news_twice_changes_nothing(feed: IndexFeed) -> None:
    make.listing(merchant_id=parties.merchant())
    feed.ready()
    relay = relay_of(feed)
    relay.pass_on()
    before = queries.hits(query=SearchQuery())
    tell(LISTING_CHANGED, subject=before.listing_ids[0], at=AT)
    tell(LISTING_CHANGED, subject=before.listing_ids[0], at=AT)
    relay.pass_on()
    assert queries.hits(query=SearchQuery()) == before
    assert before.total == 1


def test_stock_decides_what_is_to_be_had_and_comes_first(feed: IndexFeed) -> None:
    merchant_id = parties.merchant()
    gone = make.listing(merchant_id=merchant_id, handle="a")
    here = make.listing(merchant_id=merchant_id, handle="b")
    feed.ready()
    relay = relay_of(feed)
    relay.pass_on()
    assert found("cherries", in_stock=True) == ()
    stock.set_on_hand_all(merchant_id=merchant_id, quantities=[(here.variants[0].id, 5)], at=AT)
    relay.pass_on()
    assert found("cherries", in_stock=True) == (here.id,)
    assert found("cherries") == found("") == (here.id, gone.id)


def test_variants_lead_to_their_listings_and_back() -> None:
    merchant_id = parties.merchant()
    made = make.listing(merchant_id=merchant_id)
    ids = [variant.id for variant in made.variants]
    assert variant_ids_by_listing(listing_ids=[made.id, 1]) == {made.id: ids}
    assert listing_ids_by_variant(variants=[(merchant_id, ids[0]), (merchant_id + 1, ids[1])]) == {ids[0]: made.id}


def test_a_rebuild_serves_the_old_index_and_keeps_what_changes_meanwhile(
    feed: IndexFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = parties.merchant()
    first = make.listing(merchant_id=merchant_id, handle="a", title="Rainier cherries")
    other = make.listing(merchant_id=merchant_id, handle="b", title="Fuji apples", chinese="富士苹果", category="")
    feed.ready()
    relay = relay_of(feed)
    relay.pass_on()
    monkeypatch.setattr(jobs, "_CHUNK", 1)
    seen: list[tuple[int, int]] = []

    def meanwhile(done: int, whole: int) -> None:
        seen.append((done, whole))
        if done == 1:  # the first is in the new index already
            catalogue.archive_listing(merchant_id=merchant_id, listing_id=first.id, at=AT)
            make.listing(merchant_id=merchant_id, handle="c", title="Dried apricots", chinese="杏干", category="")
            relay.pass_on()
            assert (found("cherries"), found("apples")) == ((), (other.id,))
            assert len(found("apricots")) == 1

    assert rebuild_index(at=AT, progress=meanwhile) == 2
    assert seen == [(1, 2), (2, 2)]
    assert (found("cherries"), found("apples")) == ((), (other.id,))
    assert len(found("apricots")) == 1


def test_the_feed_follows_to_the_new_generation(feed: IndexFeed) -> None:
    merchant_id = parties.merchant()
    feed.ready()
    relay = relay_of(feed)
    rebuild_index(at=AT)
    make.listing(merchant_id=merchant_id)
    with pytest.raises(Breakdown):
        relay.pass_on()
    assert feed.ready()
    relay.pass_on()
    assert len(found("cherries")) == 1


def test_a_second_feed_stands_by_until_the_first_lets_go(feed: IndexFeed) -> None:
    assert feed.ready()
    second = IndexFeed()
    assert not second.ready()
    feed.close()
    assert second.ready()
    second.close()


def test_a_rebuild_that_fails_leaves_the_old_index(feed: IndexFeed) -> None:
    made = make.listing(merchant_id=parties.merchant())
    feed.ready()

    def fails(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_index(at=AT, progress=fails)
    assert found("cherries") == (made.id,)
    assert rebuild_index(at=AT) == 1
    assert queries.index_status().building is None


def test_every_listing_of_the_market_counts_in_its_facets(feed: IndexFeed) -> None:
    merchant_id = parties.merchant()
    for handle, category in (("a", "food/fruit/cherries"), ("b", "food/fruit/apples"), ("c", "food/seafood")):
        make.listing(merchant_id=merchant_id, handle=handle, category=category)
    rebuild_index(at=AT)
    hits = queries.hits(query=SearchQuery(currency="CNY"))
    assert hits.facets[Side.CATEGORY].count("food") == 3
    assert hits.facets[Side.CATEGORY].count("food/fruit") == 2
    assert hits.facets[Side.PRICE].count("10000-20000") == 3


def test_every_module_of_jobs_is_known_to_the_worker() -> None:

    names = {path.stem for path in __import__("pathlib").Path(entrepot.jobs.__file__).parent.glob("*.py")} - {
        "__init__"
    }
    assert {f"entrepot.jobs.{name}" for name in names} <= set(sys.modules)
