"""`entrepot search`: what a shopper would find, at a terminal."""

import json
import sys
from typing import Annotated

import typer
from rich import print as say
from rich.table import Table
from rich.text import Text as Line

from entrepot.catalogue import queries as catalogue
from entrepot.cli import app
from entrepot.kernel.text import LANGUAGES
from entrepot.search import rules
from entrepot.search.queries import hits
from entrepot.search.terms import Hits, SearchQuery, Sort


@app.command()
def search(
    *,
    words: Annotated[list[str] | None, typer.Argument(help="What to look for, in English or Chinese.")] = None,
    lang: Annotated[str, typer.Option(help="The reader's language; by the words when not given.")] = "",
    category: Annotated[str, typer.Option(help="Only this category and those under it.")] = "",
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
    to: Annotated[str, typer.Option(help="Only what is sent to this country (CN, US).")] = "",
    currency: Annotated[str, typer.Option(help="For the prices.")] = "USD",
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.RELEVANCE,
    page: Annotated[int, typer.Option(min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Find listings. Exits 1 when there is no index yet."""
    typed = " ".join(words or [])
    language = lang if lang in LANGUAGES else rules.language_of(typed)
    query = SearchQuery(
        words=typed, language=language, category=category, channel=channel, ships_to=to.upper(),
        currency=currency.upper(), sort=sort, page=page,
    )  # fmt: skip
    found = hits(query=query)
    if as_json:
        typer.echo(json.dumps(_plain(found, language), ensure_ascii=False))
    elif found.index_missing:
        say("There is no search index yet. `entrepot index rebuild` builds one; so does a running `entrepot worker`.")
    else:
        _show(found, query)
    if found.index_missing:
        sys.exit(1)


def _show(found: Hits, query: SearchQuery) -> None:
    if found.corrected:
        say(f"Nothing has “{query.words}”. Showing [bold]{found.corrected}[/bold].")
    if found.relaxed:
        say("Nothing has all of these words. Showing what has most of them.")
    cards = {
        int(card.listing_id): card for card in catalogue.cards(listing_ids=found.listing_ids, currency=query.currency)
    }
    table = Table(title=f"{found.total:,} found", title_justify="left")
    for heading in ("Listing", "Title", "Merchant", "From", "Price"):
        table.add_column(heading)
    for listing_id in found.listing_ids:
        if card := cards.get(listing_id):
            title = Line.assemble(
                *((piece.text, "bold yellow" if piece.marked else "") for piece in found.highlights[listing_id])
            )
            table.add_row(card.ref, title, card.merchant_name, card.origin, str(card.price))
    say(table)
    for facet in found.facets.values():
        counts = ", ".join(f"{value.value} {value.count}" for value in facet.values[:8] if value.count)
        say(f"[dim]{facet.side.value}:[/dim] {counts or 'none'}")


def _plain(found: Hits, language: str) -> dict[str, object]:
    cards = catalogue.cards(listing_ids=found.listing_ids)
    return {
        "total": found.total,
        "index_missing": found.index_missing,
        "corrected": found.corrected,
        "relaxed": found.relaxed,
        "cursor": found.cursor,
        "listings": [
            {
                "ref": card.ref,
                "title": card.titles.get(language) or next(iter(card.titles.values()), ""),
                "merchant": card.merchant_slug,
                "price_minor": card.price.minor,
                "currency": card.price.currency,
            }
            for card in cards
        ],
        "facets": {
            side.value: {value.value: value.count for value in facet.values} for side, facet in found.facets.items()
        },
    }
