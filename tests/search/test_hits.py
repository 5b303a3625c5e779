"""Finding through the serving generation: what was meant, what is shown, and what happens while it is replaced."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from entrepot.kernel.errors import Conflict
from entrepot.search import queries, services
from entrepot.search.models import ChangeRow, GenerationRow
from entrepot.search.queries import generations
from entrepot.search.terms import CursorUnknown, Entry, SearchQuery, Side
from tests.search import make

pytestmark = pytest.mark.django_db

ENGLISH_ONLY = [
    make.entry(1, "Fresh Rainier cherries"),
    make.entry(2, "Clear phone case"),
    make.entry(3, "King crab legs"),
]


def found(words: str, **parts: object) -> tuple[int, ...]:
    return queries.hits(query=SearchQuery(words=words, **parts)).listing_ids  # type: ignore[arg-type]


def test_without_an_index_says_so() -> None:
    assert queries.hits(query=SearchQuery(words="cherry")).index_missing
    assert queries.suggestions(prefix="ch") == ()
    assert queries.index_status().generation is None


def test_an_empty_market_is_no_missing_index() -> None:
    make.serving([])
    hits = queries.hits(query=SearchQuery(words="cherry"))
    assert (hits.total, hits.index_missing) == (0, False)


@pytest.mark.parametrize(("words", "listing"), [("车厘子", 1), ("樱桃", 1), ("透明手机壳", 2), ("帝王蟹", 3)])
def test_chinese_words_find_english_listings(words: str, listing: int) -> None:
    make.serving(ENGLISH_ONLY)
    assert found(words) == (listing,)


def test_english_words_find_chinese_listings() -> None:
    make.serving([make.entry(1, "", titles={"zh-hans": "美国进口车厘子 2kg"})])
    assert found("cherries") == (1,)


def test_finding_asks_the_database_nothing(django_assert_num_queries: "object") -> None:
    make.serving(ENGLISH_ONLY)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert found("cherry") == (1,)


def test_the_title_is_shown_in_the_readers_language_with_marks() -> None:
    make.serving([make.entry(1, titles={"en": "Sweet cherries", "zh-hans": "新鲜车厘子"})])
    for language, marked in (("en", "cherries"), ("zh-hans", "车厘子")):
        pieces = queries.hits(query=SearchQuery(words="樱桃", language=language)).highlights[1]
        assert [piece.text for piece in pieces if piece.marked] == [marked]


def test_a_slip_is_forgiven_only_when_nothing_is_found() -> None:
    make.serving(ENGLISH_ONLY)
    hits = queries.hits(query=SearchQuery(words="chery"))
    assert (hits.listing_ids, hits.corrected) == ((1,), "cherry")
    make.serving([*ENGLISH_ONLY, make.entry(9, "Chery brand soap")])
    hits = queries.hits(query=SearchQuery(words="chery"))
    assert (hits.listing_ids, hits.corrected) == ((9,), "")


def test_most_words_suffice_when_all_find_nothing() -> None:
    make.serving(ENGLISH_ONLY)
    hits = queries.hits(query=SearchQuery(words="fresh cherries zebra"))
    assert (hits.listing_ids, hits.relaxed) == ((1,), True)


def test_a_short_page_is_followed_by_what_has_most_of_the_words() -> None:
    make.serving(
        [*ENGLISH_ONLY, make.entry(7, "Crab crackers"), make.entry(8, "King size duvet", channels=("export",))]
    )
    hits = queries.hits(query=SearchQuery(words="legs crab king", channel="mall"))
    assert (hits.listing_ids, hits.total, hits.also, hits.relaxed) == ((3,), 1, (), False)
    hits = queries.hits(query=SearchQuery(words="crab legs"))
    assert (hits.listing_ids, hits.total, hits.also) == ((3,), 1, (7,))
    assert set(hits.highlights) == {3, 7}
    assert queries.hits(query=SearchQuery(words="crab legs", channel="export")).also == ()


def test_the_cursor_leads_through_all_pages() -> None:
    make.serving([make.entry(number, f"Cherry number {number}") for number in range(1, 6)])
    seen: list[int] = []
    cursor = ""
    while True:
        hits = queries.hits(query=SearchQuery(words="cherry", size=2), cursor=cursor)
        seen += hits.listing_ids
        cursor = hits.cursor
        if not cursor:
            break
    assert sorted(seen) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cursor", ["x", "????", "cDA", "cC0x", "cHA", "é"])
def test_a_strange_cursor_is_refused(cursor: str) -> None:
    make.serving([])
    with pytest.raises(CursorUnknown):
        queries.hits(query=SearchQuery(), cursor=cursor)


def test_beyond_the_reach_pages_are_empty_but_the_count_stays() -> None:
    make.serving(ENGLISH_ONLY)
    hits = queries.hits(query=SearchQuery(page=10_000))
    assert (hits.listing_ids, hits.total, hits.cursor) == ((), 3, "")


def test_only_the_asked_facets_are_counted() -> None:
    make.serving(ENGLISH_ONLY)
    hits = queries.hits(query=SearchQuery(), facets=(Side.BRAND,))
    assert list(hits.facets) == [Side.BRAND]


def test_suggests_the_last_word_of_what_is_being_typed() -> None:
    make.serving(ENGLISH_ONLY)
    assert [one.text for one in queries.suggestions(prefix="Fresh CH")] == ["fresh cherries"]


def test_a_commit_shows_at_the_next_search() -> None:
    generation = make.serving(ENGLISH_ONLY)
    assert found("walnut") == ()
    writer = services.open_writer(path=generation.path)
    writer.upsert([make.entry(4, "Walnuts")])
    writer.commit()
    assert found("walnut") == (4,)
    writer.close()


def test_the_old_generation_serves_while_the_next_is_built() -> None:
    old = make.serving(ENGLISH_ONLY)
    services.claim_building()
    generation = services.start_generation(at=make.AT)
    writer = services.open_writer(path=generation.path)
    writer.add([make.entry(5, "Dried apricots")])
    writer.commit()
    assert (found("cherry"), found("apricot")) == ((1,), ())
    assert queries.index_status().building == generation.number == old.number + 1
    services.note_changes(listing_ids=[5, 6])

    def reader(ids: "list[int]") -> tuple[list[Entry], list[int]]:
        return [make.entry(6, "Pistachios")], [listing for listing in ids if listing == 5]

    documents = services.serve_generation(generation=generation, writer=writer, reader=reader, at=make.AT)  # type: ignore[arg-type]
    assert documents == 1
    assert (found("cherry"), found("apricot"), found("pistachio")) == ((), (), (6,))
    services.tidy_generations()
    services.end_building()
    assert not old.path.exists()
    assert list(GenerationRow.objects.filter(state="serving").values_list("number", flat=True)) == [generation.number]
    assert not ChangeRow.objects.exists()


def test_a_killed_build_leaves_the_old_one_serving_and_is_swept_up() -> None:
    make.serving(ENGLISH_ONLY)
    services.claim_building()
    abandoned = services.start_generation(at=make.AT)
    writer = services.open_writer(path=abandoned.path)
    writer.add([make.entry(5, "Dried apricots")])
    writer.commit()
    writer.close()
    services.end_building()  # the session ended with the process
    assert found("cherry") == (1,)
    services.note_changes(listing_ids=[1])
    fresh = services.start_generation(at=make.AT)
    assert not abandoned.path.exists() or abandoned.path == fresh.path
    assert not ChangeRow.objects.exists()
    assert found("cherry") == (1,)


def test_killed_right_after_the_swap_the_new_one_serves() -> None:
    generation = make.serving(ENGLISH_ONLY)
    GenerationRow.objects.filter(number=generation.number).update(state="building")  # the commit was lost
    services.tidy_generations()
    assert GenerationRow.objects.get(number=generation.number).state == "serving"
    assert found("cherry") == (1,)


def test_an_index_of_another_database_is_not_served_again() -> None:
    generation = make.serving(ENGLISH_ONLY)
    GenerationRow.objects.all().delete()
    services.tidy_generations()
    assert not generation.path.exists()
    assert queries.hits(query=SearchQuery()).index_missing


def test_an_index_of_another_edition_counts_as_missing() -> None:
    make.serving(ENGLISH_ONLY)
    pointer: Path = generations.pointer()
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "edition": 0}))
    assert queries.hits(query=SearchQuery()).index_missing


@pytest.mark.django_db(transaction=True)
def test_only_one_builds_at_a_time() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def other() -> str:
        try:
            services.claim_building()
        except Conflict as refused:
            return refused.code
        else:
            # The pool keeps the session, and with it a claim that nobody gives back.
            services.end_building()
        finally:
            connection.close()
        return "claimed"

    services.claim_building()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(other).result() == "search.rebuild_running"
        services.end_building()
        assert pool.submit(other).result() == "claimed"


def test_words_are_kept_from_the_querys_other_parts() -> None:
    make.serving(ENGLISH_ONLY)
    assert queries.hits(query=replace(SearchQuery(words='title_en:* OR "'), size=5)).total == 0
