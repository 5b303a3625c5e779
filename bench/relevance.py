"""How good the order is: nDCG@10 over people's ratings of real electronics, beside plain BM25.

python -m bench relevance [--worst 10]
Needs the labelled data (`data/catalog` in the folder `ENTREPOT_SHARED`, default ../shared): 19,406 products, 67 queries. A product nobody rated
counts as irrelevant, for us and for the baseline alike. The baseline is the same engine's own BM25: default tokens, title
and description as one text, any of the words.
"""

import argparse
import csv
import gzip
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import tantivy

from bench import machine
from entrepot.search import queries, rules, services
from entrepot.search.queries import generations
from entrepot.search.queries.engine import TantivyReader
from entrepot.search.terms import Entry, Hits, SearchQuery

SHARED = Path(os.environ.get("ENTREPOT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
DATA = SHARED / "data" / "catalog"
TEXTS = (
    "attr_t_product_type",
    "attr_t_type",
    "attr_t_device_interface",
    "attr_t_compatibility",
    "attr_t_product_colour",
)


def products() -> Iterator[dict[str, object]]:
    with gzip.open(DATA / "icecat_products.jsonl.gz", "rt") as lines:
        for line in lines:
            yield json.loads(line)


def entry(product: Mapping[str, object]) -> Entry:
    return Entry(
        listing_id=int(str(product["id"])),
        merchant_id=1,
        titles={"en": str(product["title"])},
        descriptions={"en": str(product.get("short_description") or "")},
        brand=str(product.get("supplier") or ""),
        tags=(str(product.get("name") or ""), *(str(product[name]) for name in TEXTS if product.get(name))),
    )


def ratings() -> dict[str, dict[int, int]]:
    rated: dict[str, dict[int, int]] = {}
    with (DATA / "icecat_relevance_dev.csv").open() as lines:
        for row in csv.DictReader(lines):
            rated.setdefault(row["query"], {})[int(row["docid"])] = int(row["rating"])
    return rated


def ndcg(found: Sequence[int], rated: Mapping[int, int], depth: int = 10) -> float:
    def gain(values: Sequence[int]) -> float:
        return sum((2**value - 1) / math.log2(at + 2) for at, value in enumerate(values[:depth]))

    best = gain(sorted(rated.values(), reverse=True))
    return gain([rated.get(one, 0) for one in found]) / best if best else 0.0


def baseline(folder: Path) -> Callable[[str], list[int]]:
    columns = tantivy.SchemaBuilder().add_integer_field("id", stored=True, fast=True).add_text_field("text").build()
    index = tantivy.Index(columns, str(folder), reuse=False)
    writer = index.writer(64_000_000, 1)
    for product in products():
        one = entry(product)
        text = " ".join((one.titles["en"], one.descriptions["en"], one.brand, *one.tags))
        writer.add_document(tantivy.Document.from_dict({"id": one.listing_id, "text": text}, columns))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(words: str) -> list[int]:
        query, _ = index.parse_query_lenient(words.replace("-", " "), ["text"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, 10).hits]

    return find


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench relevance", description=__doc__)
    parser.add_argument("--worst", type=int, default=0, help="also show so many of our worst queries")
    told = parser.parse_args(arguments)
    if not DATA.exists():
        raise SystemExit(f"the labelled data is not at {DATA}; set ENTREPOT_SHARED")
    machine.show()
    folder = Path(tempfile.mkdtemp())
    (folder / "plain").mkdir()
    plain = baseline(folder / "plain")
    services.create_index(path=folder / "ours")
    writer = services.open_writer(path=folder / "ours")
    writer.add([entry(product) for product in products()])
    writer.commit()
    writer.close()
    reader = TantivyReader(folder / "ours")
    generations.reader = lambda: reader  # type: ignore[assignment] # no generation on disk: this folder serves

    def ours(words: str) -> Hits:
        return queries.hits(query=SearchQuery(words=words, size=10), facets=())

    def shown(hits: Hits) -> tuple[int, ...]:
        return (*hits.listing_ids, *hits.also)

    rated = ratings()
    scores = {words: (ndcg(shown(ours(words)), marks), ndcg(plain(words), marks)) for words, marks in rated.items()}
    for name, at in (("entrepot", 0), ("plain BM25", 1)):
        print(
            f"{name:<12} nDCG@10 {sum(score[at] for score in scores.values()) / len(scores):.4f} over {len(scores)} queries"
        )
    titles = {int(str(product["id"])): str(product["title"]) for product in products()} if told.worst else {}
    for words, score in sorted(scores.items(), key=lambda one: one[1][0] - one[1][1])[: told.worst]:
        found = ours(words)
        print(
            f"\n{words}: {score[0]:.2f} against {score[1]:.2f}, {found.total} found, {[one.others for one in rules.understood(words)]}"
        )
        for listing_id in shown(found)[:5]:
            print(f"   {rated[words].get(listing_id, '-')} {titles[listing_id][:110]}")
    shutil.rmtree(folder)
