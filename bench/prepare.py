"""What the measuring needs in the market: shoppers with tokens and addresses, articles that never sell out.

`python -m bench prepare SHOPPERS` prints it as JSON. The shoppers are Americans who buy from the export channel: no
yearly limit of personal imports stands in the way of buying again and again.
"""

import json
import sys

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.parties import services as parties
from entrepot.parties.terms import Address
from entrepot.search.queries import hits
from entrepot.search.terms import SearchQuery
from entrepot.stock.services import set_on_hand_all

PIECES = 5_000_000
GOODS = 40
HOME = Address("Jo Park", "+1 626 555 0100", "US", "CA", "Pasadena", "", ("214 Arroyo Terrace",), "91103")


def shopper(number: int) -> dict[str, str]:
    at = clock.now()
    user_id = parties.register_user(
        email=f"bench-{number}@example.org", password=f"correct horse {number}", name="Bench"
    )
    shopper_id = parties.open_shopper(user_id=user_id, country="US", currency="USD", at=at)
    address = parties.save_address(shopper_id=shopper_id, address=HOME, at=at)
    client, secret = parties.issue_client(user_id=user_id, name="bench", scopes=["shop"], at=at)
    token, _ = parties.issue_token(client_ref=client, secret=secret, scopes=[], at=at)
    return {"token": token, "address": address}


def goods() -> list[dict[str, str]]:
    """Articles of many merchants that the export channel sends to the US."""
    found = hits(query=SearchQuery(channel="export", ships_to="US", size=200)).listing_ids
    chosen = []
    for card in catalogue.cards(listing_ids=found, channel="export", currency="USD")[:GOODS]:
        listing = catalogue.listing_page(ref=card.ref)
        set_on_hand_all(
            merchant_id=listing.merchant_id, quantities=[(one.id, PIECES) for one in listing.variants], at=clock.now()
        )
        variant = next(one for one in listing.variants if one.id == card.variant_id)
        chosen.append({"listing": listing.ref, "variant": variant.ref, "channel": "export"})
    return chosen


def main(arguments: list[str]) -> None:
    everything = hits(query=SearchQuery(size=200))
    cards = catalogue.cards(listing_ids=everything.listing_ids)
    json.dump(
        {
            "listings": everything.total,
            "refs": [card.ref for card in cards],
            "goods": goods(),
            "shoppers": [shopper(number) for number in range(int(arguments[0]))],
        },
        sys.stdout,
    )
