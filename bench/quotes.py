"""Shoppers who only have to say yes: `python -m bench quotes COUNT` prints one line of JSON for each.

Some shoppers with a basket of two articles of two merchants and its quote are made by the real verbs; the others are
copies of their rows under keys, references and tokens of their own, each on a person of its own.
"""

import hashlib
import itertools
import json
import secrets
import sys
from typing import Any

from django.db import connection

from bench.prepare import PIECES, shopper
from entrepot.base import clock
from entrepot.base.identity import new_id, new_reference
from entrepot.basket.services import put_line
from entrepot.catalogue import queries as catalogue
from entrepot.flows.quote_basket import quote_basket
from entrepot.parties.queries import viewer_of_token
from entrepot.search.queries import hits
from entrepot.search.terms import SearchQuery
from entrepot.stock.services import set_on_hand_all

TEMPLATES = 24

_NEW = """
CREATE TEMPORARY TABLE bench_new (
    of_shopper bigint, of_user bigint, of_client bigint, of_quote text, shopper bigint, "user" bigint, client bigint,
    token bigint, address bigint, quote bigint, shopper_ref text, address_ref text, quote_ref text, token_hash text,
    lines bigint[], basket bigint
)
"""
# Table, how its row is found from the template, and what differs in the copy.
_COPIES = (
    ("parties_user", "t.id = n.of_user", "'id', n.user, 'email', n.shopper_ref || '@example.org'"),
    ("parties_shopper", "t.id = n.of_shopper", "'id', n.shopper, 'ref', n.shopper_ref, 'user_id', n.user"),
    (
        "parties_address",
        "t.shopper_id = n.of_shopper",
        "'id', n.address, 'shopper_id', n.shopper, 'ref', n.address_ref",
    ),
    ("parties_apiclient", "t.id = n.of_client", "'id', n.client, 'ref', n.shopper_ref, 'user_id', n.user"),
    (
        "parties_apitoken",
        "t.client_id = n.of_client",
        "'id', n.token, 'client_id', n.client, 'token_hash', n.token_hash",
    ),
    (
        "landed_quote",
        "t.shopper_id = n.of_shopper AND t.ref = n.of_quote",
        """'id', n.quote, 'shopper_id', n.shopper, 'ref', n.quote_ref, 'body', replace(replace(t.body,
           n.of_quote, n.quote_ref), '"shopper_id":' || n.of_shopper, '"shopper_id":' || n.shopper)""",
    ),
    (
        "basket_basket",
        "t.shopper_id = n.of_shopper",
        "'id', n.basket, 'shopper_id', n.shopper, 'ref', 'bsk' || n.basket",
    ),
    (
        "basket_line",
        "t.shopper_id = n.of_shopper",
        """'id', n.lines[(SELECT count(*) FROM basket_line o WHERE o.shopper_id = n.of_shopper AND o.id <= t.id)],
           'shopper_id', n.shopper, 'basket_id', n.basket""",
    ),
)


def articles(wanted: int) -> list[tuple[int, int, str]]:
    """(merchant, variant, channel) that the export channel sends to the US and that never sell out."""
    found = hits(query=SearchQuery(channel="export", ships_to="US", size=200)).listing_ids
    chosen = []
    for card in catalogue.cards(listing_ids=found, channel="export", currency="USD"):
        listing = catalogue.listing_page(ref=card.ref)
        pieces = [(one.id, PIECES) for one in listing.variants]
        set_on_hand_all(merchant_id=listing.merchant_id, quantities=pieces, at=clock.now())
        chosen.append((listing.merchant_id, card.variant_id, "export"))
        if len(chosen) == wanted:
            break
    return chosen


def template(number: int, pair: tuple[tuple[int, int, str], ...]) -> dict[str, Any]:
    """A shopper whose basket holds the two articles, with its quote."""
    made, at = shopper(number), clock.now()
    known = viewer_of_token(token=made["token"], at=at)
    assert known
    viewer = known[0]
    assert viewer.shopper_id
    for merchant_id, variant_id, channel in pair:
        put_line(
            shopper_id=viewer.shopper_id, merchant_id=merchant_id, variant_id=variant_id, channel=channel, quantity=1,
            at=at,
        )  # fmt: skip
    quote = quote_basket(viewer=viewer, basket_ref=None, destination="US", region="CA", currency="USD", at=at)
    assert quote.complete, quote.refusals
    assert len(quote.consignments) == 2
    return {
        "shopper": viewer.shopper_id,
        "user": viewer.user_id,
        "quote": quote.ref,
        "minor": quote.total.minor,
        "currency": quote.total.currency,
    }


def copies(templates: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """So many shoppers like these."""
    made, rows = [], []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, max(id) FROM parties_apiclient WHERE user_id = ANY(%s) GROUP BY 1",
            [[one["user"] for one in templates]],
        )
        clients = dict(cursor.fetchall())
        for one in itertools.islice(itertools.cycle(templates), count):
            owner, token = new_id(), secrets.token_urlsafe(32)
            row = {
                "of_shopper": one["shopper"], "of_user": one["user"], "of_client": clients[one["user"]],
                "of_quote": one["quote"], "shopper": owner, "user": new_id(), "client": new_id(), "token": new_id(),
                "address": new_id(owner=owner), "quote": new_id(owner=owner), "shopper_ref": new_reference("shp"),
                "address_ref": new_reference("adr"), "quote_ref": new_reference("quo"),
                "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                "lines": [new_id(owner=owner), new_id(owner=owner)], "basket": new_id(owner=owner),
            }  # fmt: skip
            rows.append(row)
            made.append(
                {
                    "token": token, "quote": row["quote_ref"], "address": row["address_ref"], "minor": one["minor"],
                    "currency": one["currency"],
                }
            )  # fmt: skip
        cursor.execute(_NEW)
        cursor.execute(
            "INSERT INTO bench_new SELECT * FROM jsonb_populate_recordset(NULL::bench_new, %s::jsonb)",
            [json.dumps(rows)],
        )
        for table, found, other in _COPIES:
            cursor.execute(
                f"""INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({other}))).*
                      FROM bench_new n JOIN {table} t ON {found}"""
            )
        cursor.execute("ANALYZE")
    return made


def main(arguments: list[str]) -> None:
    chosen = articles(2 * TEMPLATES)
    pairs = [pair for pair in itertools.combinations(chosen, 2) if pair[0][0] != pair[1][0]]
    step = max(1, len(pairs) // TEMPLATES)
    templates = [template(number, pair) for number, pair in enumerate(pairs[::step][:TEMPLATES])]
    for made in copies(templates, int(arguments[0])):
        sys.stdout.write(json.dumps(made) + "\n")
