"""The demo market's people, merchants and goods, put in through the verbs that real ones come in by."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from entrepot.base import clock
from entrepot.base.postgres import home
from entrepot.basket.services import put_line
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.services import attach_picture, open_import
from entrepot.cli import app
from entrepot.cli.demo_money import tell_money
from entrepot.cli.demo_orders import STORIES, Articles, member, tell_story, tell_together
from entrepot.cli.people import PASSWORD, SIGN_INS
from entrepot.cli.worker import run_queued
from entrepot.jobs.index import rebuild_index
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.kernel.text import Text
from entrepot.parties.services import (
    add_member,
    open_merchant,
    open_shopper,
    register_user,
    save_address,
    save_bank_account,
    verify_merchant,
)
from entrepot.parties.terms import Address, Desk, MerchantId, Role, ShopperId, UserId, Viewer
from entrepot.promotions.services import make_promotion
from entrepot.promotions.terms import MARKETPLACE, Kind, Scope, Terms

MARKET: Final = Path(__file__).resolve().parent / "market"
# The market has been going for a while when somebody first looks at it.
OPENED: Final = timedelta(days=120)
# Everybody who has ordered something: those of the printed sign-ins, and their neighbours.
_SHOPPERS: Final = {
    "shopper_zh": Address(
        "李娜", "13800138000", "CN", "GD", "广州市", "天河区", ("体育西路 103 号 1203 室",), "510620"
    ),
    "wang_fang": Address("王芳", "13900139001", "CN", "BJ", "北京市", "朝阳区", ("建国路 88 号 5 单元 601",), "100022"),
    "zhang_wei": Address("张伟", "13700137002", "CN", "SH", "上海市", "徐汇区", ("漕溪北路 398 号",), "200030"),
    "chen_jing": Address("陈静", "13600136003", "CN", "SC", "成都市", "武侯区", ("人民南路四段 19 号",), "610041"),
    "shopper_en": Address(
        "Alex Rivera", "+1 626 555 0142", "US", "CA", "Pasadena", "", ("214 Arroyo Terrace",), "91103"
    ),
    "priya": Address("Priya Shah", "+1 206 555 0119", "US", "WA", "Seattle", "", ("1809 Fremont Avenue N",), "98103"),
    "marcus": Address("Marcus Green", "+1 512 555 0177", "US", "TX", "Austin", "", ("77 Barton Hills Drive",), "78704"),
}
_CURRENCY: Final = {"CN": "CNY", "US": "USD"}
# A bank's code that there is, with a number that nobody has.
_ACCOUNTS: Final = {
    "US": {"bank_code": "021000021", "number": "4400012345"},
    "CN": {"bank_code": "102100099996", "number": "6222020200099990001"},
}


@dataclass(frozen=True, slots=True)
class Card:
    """A merchant as the demo's file describes it."""

    slug: str
    name: str
    country: str
    region: str
    city: str
    currency: str
    channel: str
    owner: str
    staff: str
    about: Text


@dataclass(frozen=True, slots=True)
class World:
    """Who is there once people and merchants were made."""

    shoppers: Mapping[str, ShopperId]
    merchants: Mapping[str, MerchantId]
    people: Mapping[str, UserId]


@app.command("demo-market", hidden=True)
def demo_market() -> None:
    """Fill the database with the demo market. Repeating it changes nothing."""
    kept = home() / "demo.json"
    if kept.exists():
        return
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console()) as bars:
        world = _people_and_merchants(bars, at=clock.now() - OPENED)
        _goods(bars, world)
        _pictures(bars, world)
        _promotions(bars, world)
        _orders(bars, world)
        _index(bars)
    kept.write_text(json.dumps({"merchants": len(world.merchants)}) + "\n")


def cards() -> tuple[Card, ...]:
    """Every merchant of the demo, in the order of their addresses."""
    return tuple(Card(**fields) for fields in json.loads((MARKET / "merchants.json").read_text(encoding="utf-8")))


def _people_and_merchants(bars: Progress, *, at: datetime) -> World:
    people = {
        person.key: register_user(
            email=person.email, password=PASSWORD, name=person.name, language=person.language,
            operator=person.key == "operator", depot=person.key == "depot",
        )
        for person in bars.track(SIGN_INS, description="People")
    }  # fmt: skip
    shoppers = {}
    for key, address in _SHOPPERS.items():
        language = "zh-hans" if address.country == "CN" else "en"
        user = people.get(key) or register_user(
            email=f"{key.replace('_', '.')}@demo.example", password=PASSWORD, name=address.name, language=language
        )
        shoppers[key] = open_shopper(country=address.country, currency=_CURRENCY[address.country], user_id=user, at=at)
        save_address(shopper_id=shoppers[key], address=address, at=at)
    merchants = dict(_merchants(bars, at=at))
    return World(shoppers, merchants, people)


def _goods(bars: Progress, world: World) -> None:
    """Each merchant's file, imported as the merchant would. Raises Broken when a row is refused."""
    for card in bars.track(cards(), description="Goods"):
        merchant_id = world.merchants[card.slug]
        with (MARKET / f"{card.slug}.csv").open("rb") as file:
            ref = open_import(
                merchant_id=merchant_id, file=file, filename=f"{card.slug}.csv", currency=card.currency,
                channel=card.channel, at=clock.now(), key="demo",
            )  # fmt: skip
        run_queued(queue="feeds")
        report = catalogue.import_run(viewer=member(merchant_id), merchant_id=merchant_id, ref=ref)
        must(report.ended and not report.errors, f"the demo's {card.slug}.csv goes in whole: {report}")


def _pictures(bars: Progress, world: World) -> None:
    """Two at a time: encoding a picture is most of the work, and it leaves Python free."""
    with ThreadPoolExecutor(max_workers=2) as hands:
        done = hands.map(partial(_hang, world), cards())
        list(bars.track(done, total=len(cards()), description="Pictures"))


def _hang(world: World, card: Card) -> None:
    merchant_id = world.merchants[card.slug]
    try:
        page = catalogue.listings_of(viewer=member(merchant_id), merchant_id=merchant_id, limit=100)
        for row in page.rows:
            drawn = MARKET / "pictures" / card.slug / f"{row.handle}.webp"
            attach_picture(
                merchant_id=merchant_id, listing_id=row.id, file=drawn.read_bytes(), alt=row.titles, at=clock.now()
            )
    finally:
        connection.close()


def _promotions(bars: Progress, world: World) -> None:
    """One of the marketplace's, by code and borne by it; one of a merchant's, which comes by itself and is theirs."""
    now = clock.now()
    harvest = Terms(
        title={"en": "Harvest weeks: 10% off from CNY 199", "zh-hans": "丰收季：满199元享九折"},
        kind=Kind.PERCENT,
        scope=Scope(channel="mall"),
        since=now - timedelta(days=45),
        until=now + timedelta(days=45),
        percent=Decimal(10),
        minimum=Money(19_900, "CNY"),
        code="HARVEST10",
        uses_max=500,
        uses_each=1,
        platform_percent=100,
    )
    maker = world.merchants["qianke"]
    cases = Terms(
        title={"en": "Three for two on phone cases", "zh-hans": "手机壳买二赠一"},
        kind=Kind.BUNDLE,
        scope=Scope(merchant_id=maker),
        since=now - timedelta(days=20),
        until=now + timedelta(days=70),
        percent=Decimal(100),
        buy=2,
        free=1,
    )
    operator = Viewer(user_id=world.people["operator"], desks=frozenset({Desk.OPERATOR}))
    owner = Viewer(user_id=world.people["owner_cn"], merchants={maker: Role.OWNER})
    for viewer, owner_id, terms in bars.track(
        ((operator, MARKETPLACE, harvest), (owner, maker, cases)), description="Promotions"
    ):
        make_promotion(viewer=viewer, owner_id=owner_id, terms=terms, key="demo", at=now - timedelta(days=46))


def _orders(bars: Progress, world: World) -> None:
    now = clock.now()
    articles = Articles((world.merchants[card.slug], card.channel) for card in cards())
    placed = [
        tell_story(story=story, shopper_id=world.shoppers[story.shopper], articles=articles, now=now)
        for story in bars.track(STORIES, description="Orders")
    ]
    tell_together(placed=placed, now=now)
    operator = Viewer(user_id=world.people["operator"], desks=frozenset({Desk.OPERATOR}))
    tell_money(operator=operator, placed=placed, now=now, folder=home() / "sandbox")
    # Somebody has not decided yet.
    merchant_id, variant_id, channel = articles.find("LARK-0102")
    put_line(
        shopper_id=world.shoppers["shopper_zh"], merchant_id=merchant_id, variant_id=variant_id, channel=channel,
        quantity=1, at=now,
    )  # fmt: skip


def _index(bars: Progress) -> None:
    bar = bars.add_task("Search index", total=None)
    rebuild_index(at=clock.now(), progress=lambda done, whole: bars.update(bar, completed=done, total=whole))


def _merchants(bars: Progress, *, at: datetime) -> Iterator[tuple[str, MerchantId]]:
    names = {person.email: (person.name, person.language) for person in SIGN_INS}
    for card in bars.track(cards(), description="Merchants"):
        team = {}
        for role, person in (("owner", card.owner), ("staff", card.staff)):
            email = f"{role}@{card.slug}.example"
            name, language = names.get(email, (person, "zh-hans" if card.country == "CN" else "en"))
            team[role] = register_user(email=email, password=PASSWORD, name=name, language=language)
        merchant_id = open_merchant(
            name=card.name, slug=card.slug, country=card.country, region=card.region, city=card.city,
            currency=card.currency, channels=[card.channel], about=card.about, owner_user_id=team["owner"], at=at,
        )  # fmt: skip
        add_member(merchant_id=merchant_id, user_id=team["staff"], role=Role.STAFF)
        verify_merchant(merchant_id=merchant_id, at=at)
        save_bank_account(
            viewer=Viewer(user_id=team["owner"], merchants={merchant_id: Role.OWNER}), merchant_id=merchant_id,
            holder=card.name, country=card.country, at=at, **_ACCOUNTS[card.country],
        )  # fmt: skip
        yield card.slug, merchant_id
