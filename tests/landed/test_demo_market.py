"""Every article of the demo market has a price at the door of the country its channel sends to, or is forbidden there."""

import csv
import io
import json
from pathlib import Path

import pytest

import entrepot
from entrepot.kernel.money import Money
from entrepot.landed.queries import landed_prices
from entrepot.landed.terms import PriceAsk
from tests.landed.make import NOV

MARKET = Path(entrepot.__file__).parent / "cli" / "market"
MERCHANTS = {row["slug"]: row for row in json.loads((MARKET / "merchants.json").read_text())}
DOORS = {"US": ("CN", "CNY"), "CN": ("US", "USD")}


def asks(slug: str) -> list[PriceAsk]:
    merchant, found, listing = MERCHANTS[slug], [], {}
    destination = DOORS[merchant["country"]][0]
    text = (MARKET / f"{slug}.csv").read_text(encoding="utf-8")
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline=""))):
        plain = {name.partition(" (product")[0]: value for name, value in row.items()}
        listing |= {name: plain[name] for name in (f"Goods code {destination}", "Origin") if plain[name]}
        price = plain.get("Variant Price") or plain.get("Price")
        if not price:
            continue
        grams = int(plain.get("Variant Grams") or plain["Weight value (grams)"])
        money = Money.parse(price, merchant["currency"])
        code = listing[f"Goods code {destination}"]
        found.append(
            PriceAsk(number, 1, merchant["channel"], money, code, listing["Origin"], merchant["country"], grams, grams)
        )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(path.stem for path in MARKET.glob("*.csv")))
def test_every_article_has_a_price_at_the_door_or_is_forbidden_there(slug: str) -> None:
    destination, currency = DOORS[MERCHANTS[slug]["country"]]
    items = asks(slug)

    prices = landed_prices(items=items, destination=destination, currency=currency, at=NOV)

    assert items
    unpriced = [(item.goods_code, price.reason) for item, price in zip(items, prices, strict=True) if price.reason]
    # Pet food of animal origin may come to China in the mall, never by post.
    assert {reason for _, reason in unpriced} <= {"prohibited"}, unpriced
