"""Promotions with defaults, as values and as rows."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from entrepot.base.identity import new_reference
from entrepot.kernel.money import Money
from entrepot.parties.terms import Address, Desk, MerchantId, Role, UserId, Viewer
from entrepot.promotions import queries, services
from entrepot.promotions.terms import (
    MARKETPLACE,
    Item,
    Kind,
    Offered,
    Promotion,
    PromotionId,
    Scope,
    Terms,
    Use,
)
from tests.parties.make import AT

OPERATOR = Viewer(user_id=UserId(900), desks=frozenset({Desk.OPERATOR}))


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def terms(kind: Kind = Kind.PERCENT, *, at: datetime = AT, **facts) -> Terms:
    facts = {
        "title": {"en": "Autumn", "zh-hans": "秋日"}, "scope": Scope(), "since": at - timedelta(days=1),
        "until": at + timedelta(days=30),
    } | facts  # fmt: skip
    if kind is not Kind.AMOUNT and "percent" not in facts:
        facts["percent"] = Decimal(10) if kind is Kind.PERCENT else Decimal(100)
    if kind is Kind.BUNDLE:
        facts = {"buy": 2, "free": 1} | facts
    if kind is Kind.AMOUNT:
        facts = {"amount": usd(500)} | facts
    return Terms(kind=kind, **facts)


def promotion(kind: Kind = Kind.PERCENT, *, number: int = 1, owner_id: int = MARKETPLACE, **facts) -> Promotion:
    kept = {name: facts.pop(name) for name in ("uses", "ended_at", "consents") if name in facts}
    if owner_id == MARKETPLACE:
        facts = {"platform_percent": 100} | facts
    return Promotion(PromotionId(number), f"prm_{number}", owner_id, terms(kind, **facts), AT, **kept)


def offered(*promotions: Promotion, used: int = 0) -> tuple[Offered, ...]:
    return tuple(Offered(one, used) for one in promotions)


def item(goods: int = 10_000, **facts) -> Item:
    facts = {
        "merchant_id": 7, "listing_id": 2, "channel": "export", "category": "electronics/phone-cases", "quantity": 1,
        "freight": usd(0), "fee": Decimal("0.12"),
    } | facts  # fmt: skip
    return Item(goods=usd(goods), **facts)


def merchant(merchant_id: int) -> Viewer:
    return Viewer(user_id=UserId(901), merchants={MerchantId(merchant_id): Role.OWNER})


def put_up(kind: Kind = Kind.PERCENT, *, owner_id: int = MARKETPLACE, at: datetime = AT, **facts) -> Promotion:
    """Kept, by its merchant or by an operator; all of it borne by whoever made it unless told otherwise."""
    if owner_id == MARKETPLACE:
        viewer, facts = OPERATOR, {"platform_percent": 100} | facts
    else:
        viewer = merchant(owner_id)
        facts["scope"] = replace(facts.get("scope", Scope()), merchant_id=owner_id)
    ref = services.make_promotion(
        viewer=viewer, owner_id=owner_id, terms=terms(kind, at=at, **facts), key=new_reference("key"), at=at
    )
    return queries.promotion(viewer=viewer, owner_id=owner_id, ref=ref)


def use(promotion: Promotion, minor: int = 500) -> Use:
    return Use(promotion.id, promotion.owner_id, promotion.terms.title, usd(minor), usd(minor))


def abroad(country: str) -> Address:
    """Somewhere in that country."""
    city, code = {"GB": ("Leeds", "LS1 4DY"), "DE": ("Köln", "50667")}[country]
    return Address("Jo Park", "+44 113 496 0000", country, "", city, "", ("1 Mill Lane",), code)
