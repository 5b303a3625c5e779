"""The search engine alone: building an index of made-up listings, and asking it.

python -m bench search [--listings 50000] [--queries 200] [--rounds 3]
The words follow Zipf's law: "common" ones are in about a fifth of all listings, "medium" in one of a hundred, "rare"
in one of ten thousand. Each query runs once per round, in shuffled order; the table shows medians over the rounds.
"""

import argparse
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import machine
from entrepot.search import rules, services
from entrepot.search.queries.engine import TantivyReader
from entrepot.search.rules.dictionary import MEANINGS
from entrepot.search.terms import Entry, SearchQuery, Side, Sort

ENGLISH_WORDS, CHINESE_WORDS = 30_000, 20_000
FACETS = (Side.CATEGORY, Side.CHANNEL, Side.ORIGIN, Side.SHIPS_TO, Side.PRICE)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SYLLABLES = "ka ri to mo sen va lu pri dor mi tan ze qua bel no fi gra shu pel on".split()
SIGNS = "美国新鲜进口高级儿童家用手工天然礼品春夏秋冬红蓝白黑大小全金银海山水风花月星云光明静安长远平和"


class Market:
    """Made-up listings, the same for the same number."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        self.english = [way for english, _ in MEANINGS for way in english]
        self.english += [
            "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(2, 4))) for _ in range(ENGLISH_WORDS)
        ]
        self.chinese = [way for _, chinese in MEANINGS for way in chinese]
        self.chinese += ["".join(self.chance.choices(SIGNS, k=2)) for _ in range(CHINESE_WORDS)]
        self.zipf_en = _zipf(len(self.english))
        self.zipf_zh = _zipf(len(self.chinese))
        self.categories = [f"c{a}/c{a}{b}/c{a}{b}{c}" for a in range(8) for b in range(5) for c in range(5)]

    def entries(self, count: int) -> Iterator[Entry]:
        pick, chance = random.choices, self.chance
        for number in range(1, count + 1):
            english = chance.choices(self.english, cum_weights=self.zipf_en, k=20)
            chinese = chance.choices(self.chinese, cum_weights=self.zipf_zh, k=14)
            dollars = int(chance.lognormvariate(7.5, 1.1)) + 100
            yield Entry(
                listing_id=(number << 22) | 1,
                merchant_id=number % 9_973,
                titles={"en": " ".join(english[:8]), "zh-hans": "".join(chinese[:8])},
                descriptions={"en": " ".join(english[8:]), "zh-hans": "".join(chinese[8:])},
                categories=tuple(chance.choice(self.categories).split("/")),
                brand=f"Brand {int(chance.paretovariate(1.2)) % 5_000}",
                channels=tuple(chance.sample(("bazaar", "mall", "export"), k=chance.randint(1, 2))),
                ships_to=tuple(chance.sample(("CN", "US", "GB", "DE", "FR", "CA", "IT", "ES"), k=chance.randint(1, 6))),
                origin=pick(("CN", "US", "DE", "FR", "JP", "KR", "AU", "NZ"), (50, 20, 8, 8, 5, 4, 3, 2))[0],
                prices={"USD": dollars, "CNY": dollars * 71 // 10},
                published_at=NOW - timedelta(minutes=number % 500_000),
                in_stock=chance.random() < 0.9,
                sold=int(chance.paretovariate(1)) - 1,
            )


def _zipf(count: int) -> list[float]:
    total, weights = 0.0, []
    for rank in range(1, count + 1):
        total += 1 / (rank + 20)
        weights.append(total)
    return weights


def build(folder: Path, count: int, market: Market) -> tuple[float, float]:
    """Build it as a rebuild does; seconds on the clock and of the processor."""
    services.create_index(path=folder)
    writer = services.open_writer(path=folder, buffer_bytes=services.BUILD_BYTES)
    spent = wall = 0.0
    chunk: list[Entry] = []
    cpu = time.process_time()
    for entry in market.entries(count):
        chunk.append(entry)
        if len(chunk) == 500:
            at, used = time.perf_counter(), time.process_time()
            writer.add(chunk)
            wall, spent, chunk = wall + time.perf_counter() - at, spent + time.process_time() - used, []
    at, used = time.perf_counter(), time.process_time()
    writer.add(chunk)
    writer.commit()
    writer.close()
    _ = cpu
    return wall + time.perf_counter() - at, spent + time.process_time() - used


def words_by_frequency(reader: TantivyReader, market: Market, count: int, total: int) -> dict[str, list[str]]:
    """Real words of the index by how many listings have them, English and Chinese in turn."""
    found: dict[str, list[str]] = {"rare": [], "medium": [], "common": []}
    candidates = [word for pair in zip(market.english, market.chinese, strict=False) for word in pair]
    single = [word for word in dict.fromkeys(candidates) if len(rules.understood(word)) == 1]
    market.chance.shuffle(single)
    for word in single:
        share = reader.search(SearchQuery(size=1), rules.understood(word), needed=1, facets=()).total / total
        kind = "common" if share > 0.03 else "medium" if 0.004 < share < 0.02 else "rare" if 0 < share < 0.0005 else ""
        if kind and len(found[kind]) < count:
            found[kind].append(word)
        if all(len(words) >= min(count, 20) for words in found.values()) and len(found["rare"]) >= count:
            break
    return found


def ask(reader: TantivyReader, query: SearchQuery, *, facets: tuple[Side, ...]) -> float:
    """Milliseconds of one question, from what was typed to ids and marked titles."""
    at = time.perf_counter()
    asked = rules.understood(query.words)
    page = reader.search(query, asked, needed=len(asked), facets=facets)
    for titles in page.titles.values():
        rules.pieces(titles["en"], asked)
    return (time.perf_counter() - at) * 1000


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    parser.add_argument("--listings", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=200, help="per kind and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="build here and keep it; use it when it is there")
    told = parser.parse_args(arguments)
    machine.show()
    market = Market()
    rules.tokens("warm 起来")
    folder = (told.keep or Path(tempfile.mkdtemp())) / f"synthetic-{told.listings}"
    if folder.exists():
        print(f"using the index at {folder}")
    else:
        wall, cpu = build(folder, told.listings, market)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(
            f"built {told.listings:,} listings in {wall:.1f} s ({told.listings / wall:,.0f}/s, {cpu:.1f} s of processor), {size:.1f} MB"
        )
    reader = TantivyReader(folder)
    words = words_by_frequency(reader, market, told.queries, told.listings)
    questions(reader, words, told.rounds, told.queries)
    changes(folder, market)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    if not told.keep:
        shutil.rmtree(folder.parent)


def questions(reader: TantivyReader, words: dict[str, list[str]], rounds: int, count: int) -> None:
    plain = SearchQuery()
    narrow = replace(plain, channel="mall", ships_to="CN", price_min_minor=1_000, price_max_minor=10_000)
    kinds = [
        *((f"{kind}", kind, plain, ()) for kind in words),
        *((f"{kind}, 5 facets", kind, plain, FACETS) for kind in words),
        ("common, 3 filters", "common", narrow, ()),
        ("common, 3 filters, 5 facets", "common", narrow, FACETS),
        ("common, by price, 5 facets", "common", replace(plain, sort=Sort.PRICE_UP), FACETS),
        ("no words, 5 facets (the home of a category)", "", replace(plain, category="c1"), FACETS),
    ]
    times: dict[str, list[list[float]]] = {name: [] for name, *_ in kinds}
    for _ in range(rounds):
        for name, kind, query, facets in random.sample(kinds, len(kinds)):
            asked = [*words.get(kind, [""])]
            asked = [asked[at % len(asked)] for at in range(count)]
            times[name].append([ask(reader, replace(query, words=word), facets=facets) for word in asked])
    print(f"\n{'question':<46}{'p50 ms':>9}{'p99 ms':>9}{'words':>8}")
    for name, kind, *_ in kinds:
        middle = statistics.median(statistics.median(one) for one in times[name])
        late = statistics.median(sorted(one)[int(len(one) * 0.99)] for one in times[name])
        print(f"{name:<46}{middle:>9.2f}{late:>9.2f}{len(words.get(kind, [1])):>8}")


def changes(folder: Path, market: Market) -> None:
    """How soon a changed listing shows: write, commit, reload."""
    reader = TantivyReader(folder)
    writer = services.open_writer(path=folder)
    print(f"\n{'changed listings':<46}{'ms to show':>9}")
    for size in (1, 100, 500, 2000):
        took = []
        for _ in range(5):
            entries = list(market.entries(size))
            at = time.perf_counter()
            writer.upsert(entries)
            writer.commit()
            reader.reload()
            took.append((time.perf_counter() - at) * 1000)
        print(f"{size:<46}{statistics.median(took):>9.1f}")
    writer.close()
