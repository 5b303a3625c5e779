"""One sale from a merchant's file to the merchant's payout, station by station, each checked in money and stock."""

import csv
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.actors import PASSWORD, Browser, Machine, insist, pay
from tests.journeys.processes import Market, wait_until

ENTREPOT = "product.metafields.entrepot"
CHINESE_ADDRESS = {
    "name": "王芳", "phone": "13800138000", "country": "CN", "region": "GD", "city": "深圳市", "district": "南山区",
    "lines": ["科技园路1号2栋301"], "postal_code": "518057",
}  # fmt: skip
AMERICAN_ADDRESS = {
    "name": "Jo Park", "phone": "+1 206 555 0100", "country": "US", "region": "WA", "city": "Seattle",
    "lines": ["1201 3rd Ave"], "postal_code": "98101",
}  # fmt: skip


@dataclass(frozen=True)
class Goods:
    """One article as its merchant's file has it."""

    handle: str
    title: str
    title_zh: str
    kind: str
    sku: str
    price: str
    grams: int
    stock: int
    origin: str
    code_us: str
    code_cn: str

    def file(self) -> bytes:
        """A product CSV as a shop system exports it."""
        row = {
            "Handle": self.handle, "Title": self.title, "Body (HTML)": f"<p>{self.title}</p>", "Vendor": "Journey",
            "Type": self.kind, "Tags": "", "Published": "TRUE", "Option1 Name": "Title",
            "Option1 Value": "Default Title", "Variant SKU": self.sku, "Variant Grams": str(self.grams),
            "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": str(self.stock),
            "Variant Inventory Policy": "deny", "Variant Fulfillment Service": "manual", "Variant Price": self.price,
            "Variant Requires Shipping": "TRUE", "Variant Taxable": "TRUE", "Status": "active",
            f"US code ({ENTREPOT}.goods_code_us)": self.code_us, f"CN code ({ENTREPOT}.goods_code_cn)": self.code_cn,
            f"Origin ({ENTREPOT}.origin)": self.origin, f"标题 ({ENTREPOT}.title_zh_hans)": self.title_zh,
        }  # fmt: skip
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(row))
        writer.writeheader()
        writer.writerow(row)
        return text.getvalue().encode()


@dataclass
class Sale:
    """A journey. `stations` are done in order; each may be interrupted by the death of any process and insists."""

    market: Market
    goods: Goods
    channel: str
    merchant_country: str
    merchant_currency: str
    destination: str
    currency: str
    address: dict[str, Any]
    quantity: int = 2
    words: str = ""
    code: str = ""
    borne: int = 0
    known: dict[str, Any] = field(default_factory=dict)

    def stations(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Name and deed of every station, in order."""
        yield "people join", self.people_join
        yield "merchant opens", self.merchant_opens
        if self.code:
            yield "promotion put up", self.promotion_put_up
        yield "file imported", self.file_imported
        yield "found", self.found
        yield "quoted", self.quoted
        yield "ordered", self.ordered
        yield "paid", self.paid
        yield "shipped", self.shipped
        if self.known["route"] == "depot":
            yield "through the depot", self.through_the_depot
        yield "delivered", self.delivered
        yield "released", self.released
        yield "paid out", self.paid_out

    def run(self) -> None:
        """The whole way, then the audit."""
        for name, deed in self.stations():
            print(f"  {name}")
            deed()
        self.market.run("audit")

    # Stations -------------------------------------------------------------------------------------------------------

    def people_join(self) -> None:
        import subprocess
        import sys

        for email, words in (
            ("owner@journey.example", ()),
            ("shopper@journey.example", ()),
            ("depot@journey.example", ("--depot",)),
            ("operator@journey.example", ("--operator",)),
        ):
            subprocess.run(
                [sys.executable, "-m", "entrepot.cli", "person", email, "--password-stdin", *words],
                env=self.market.environment, input=PASSWORD + "\n", text=True, check=True, capture_output=True,
            )  # fmt: skip
        self.shopper = Machine(self.market, "shopper@journey.example", "shop")
        self.seller = Machine(self.market, "owner@journey.example", "merchant")
        self.known["route"] = "depot" if self.destination == "CN" else "direct"

    def merchant_opens(self) -> None:
        owner = self.owner = Browser(self.market, "owner@journey.example")
        owner.post("/en/account/sell/", {
            "name": "Journey Goods", "country": self.merchant_country, "region": "WA", "city": "Yakima",
            "currency": self.merchant_currency, "channels": self.channel, "about": "Goods for a journey.",
        })  # fmt: skip
        self.slug, ref = self.market.rows("SELECT slug, ref FROM parties_merchant")[0]
        operator = Browser(self.market, "operator@journey.example")
        operator.post(f"/en/operator/merchants/{ref}/verify/", {}, on="/en/operator/merchants/")
        assert self.market.scalar("SELECT verified_at IS NOT NULL FROM parties_merchant")

    def promotion_put_up(self) -> None:
        """A tenth off by code: the marketplace bears most of it, the merchant agrees to bear the rest."""
        operator = Machine(self.market, "operator@journey.example", "operate")
        made = operator.send("POST", "/api/v1/promotions", {
            "title": {"en": "A tenth off", "zh-hans": "九折"}, "kind": "percent", "percent": "10", "code": self.code,
            "since": "2024-01-01T00:00:00Z", "uses_max": 1, "uses_each": 1, "platform_percent": 60,
        })  # fmt: skip
        desk = f"/api/v1/merchants/{self.slug}"
        (asked,) = self.seller.get(f"{desk}/invitations")
        assert (asked["promotion"]["ref"], asked["agreed_at"]) == (made["ref"], None)
        (agreed,) = self.seller.send("PUT", f"{desk}/promotions/{made['ref']}/consent", {"agreed": True}, expect=200)
        assert agreed["agreed_at"]

    def file_imported(self) -> None:
        page = f"/en/merchant/{self.slug}/imports/"
        self.owner.post(
            page, {"channel": self.channel, "currency": self.merchant_currency, "key": "journey-import"},
            files={"file": ("goods.csv", self.goods.file(), "text/csv")},
        )  # fmt: skip
        wait_until("the import to end", lambda: self.market.rows(
            "SELECT 1 FROM catalogue_importrun WHERE state = 'done'"), seconds=90)  # fmt: skip
        assert self.market.rows("SELECT status FROM catalogue_listing") == [("published",)]
        assert self.stock() == (self.goods.stock, 0)

    def found(self) -> None:
        def search() -> Any:
            answer = insist(lambda: self.shopper.http.get("/api/v1/search", params={"q": self.words}))
            return answer.json()["items"]

        hits = wait_until("the search to find it", search, seconds=60)
        assert [hit["title"]["en"] for hit in hits] == [self.goods.title]  # type: ignore[attr-defined]
        self.listing = self.shopper.get(f"/api/v1/listings/{hits[0]['ref']}")  # type: ignore[index]

    def quoted(self) -> None:
        self.shopper.send("PUT", "/api/v1/basket", {
            "listing": self.listing["ref"], "variant": self.listing["variants"][0]["ref"],
            "channel": self.channel, "quantity": self.quantity,
        }, expect=200)  # fmt: skip
        if self.code:
            self.shopper.send("PUT", "/api/v1/basket/codes", {"codes": [self.code.lower()]}, expect=200)
        self.quote = self.shopper.send(
            "POST", "/api/v1/basket/quote", {"destination": self.destination, "currency": self.currency}
        )
        assert self.quote["refusals"] == [], self.quote
        if self.code:
            (taken,) = self.quote["promotions"]
            assert [(one["code"], one["reason"]) for one in self.quote["codes"]] == [(self.code, "")]
            self.borne = taken["by_marketplace"]["minor"]
            assert 0 < self.borne < taken["off_goods"]["minor"]
        sums = {name: part["minor"] for name, part in self.quote["sums"].items()}
        assert sums.pop("total") == sum(sums.values())
        assert sums["goods"] > 0
        assert sums["freight"] > 0
        assert sums["tax"] + sums["duty"] + sums["fees"] > 0

    def ordered(self) -> None:
        address = self.shopper.send("POST", "/api/v1/addresses", self.address)["ref"]
        if self.destination == "CN":
            who = {"name": "王芳", "number": "11010519491231002X", "pays_in_person": True}
            kept = self.shopper.send("PUT", "/api/v1/identity", who, expect=200)
            assert kept["number"] == "**************002X"
        placed = self.shopper.send("POST", "/api/v1/orders", {"quote": self.quote["ref"], "address": address})
        self.order, self.payment = placed["order"], placed["payment"]
        assert self.stock() == (self.goods.stock, self.quantity)
        assert self.market.rows("SELECT state FROM orders_order") == [("placed",)]

    def paid(self) -> None:
        def ready() -> str:
            return str(self.shopper.get(f"/api/v1/payments/{self.payment}")["pay_url"])

        pay(str(wait_until("the provider's page", ready)))
        wait_until("the order to be paid", lambda: self.state() == "paid", seconds=90)
        total = self.quote["sums"]["total"]["minor"]
        assert self.balance("hold", self.currency) == total + self.borne
        assert self.balance("promotion", self.currency) == -self.borne
        assert self.balance("psp_receivable", self.currency) == -total
        # The goods still lie there, but they are this order's for good; they leave the books when they leave the house.
        assert self.stock() == (self.goods.stock, self.quantity)
        assert self.market.rows("SELECT state, quantity FROM stock_reservation") == [("committed", self.quantity)]

    def shipped(self) -> None:
        order = self.shopper.get(f"/api/v1/orders/{self.order}")
        (consignment,) = order["consignments"]
        assert consignment["route"] == self.known["route"]
        self.consignment = consignment["ref"]
        sent = self.seller.send("POST", f"/api/v1/consignments/{self.consignment}/shipped")
        assert sent["state"] == "sent"
        assert self.stock() == (self.goods.stock - self.quantity, 0)

    def through_the_depot(self) -> None:
        hands = Machine(self.market, "depot@journey.example", "depot")
        grams = self.goods.grams * self.quantity + 150
        hands.send("POST", f"/api/v1/consignments/{self.consignment}/received", {"grams": grams})
        assert self.stage() == "received"
        staff = Browser(self.market, "depot@journey.example")
        staff.post("/en/depot/consolidate/", {"consignment": self.consignment}, on="/en/depot/consolidate/",
                   done=lambda: self.stage() == "packed")  # fmt: skip
        assert self.stage() == "packed"
        box = self.market.scalar("SELECT ref FROM depot_box")
        staff.post(f"/en/depot/boxes/{box}/dispatch/", {}, on=f"/en/depot/boxes/{box}/",
                   done=lambda: self.stage() in {"dispatched", "delivered"})  # fmt: skip
        assert self.stage() in {"dispatched", "delivered"}
        assert self.market.scalar("SELECT count(*) FROM depot_declaration") == 1

    def delivered(self) -> None:
        wait_until("the carrier to deliver", lambda: self.stage() == "delivered", seconds=150)
        assert self.balance("hold", self.currency) == self.quote["sums"]["total"]["minor"] + self.borne

    def released(self) -> None:
        self.shopper.send("POST", f"/api/v1/orders/{self.order}/confirm")
        wait_until("the money to be released", lambda: self.stage() == "released", seconds=120)
        assert self.balance("hold", self.currency) == 0
        (money,) = self.seller.get(f"/api/v1/merchants/{self.slug}/money")
        price = round(float(self.goods.price) * 100) * self.quantity
        self.net = money["available"]["minor"]
        assert money["available"]["currency"] == self.merchant_currency
        assert price * 0.85 < self.net < price
        assert self.balance("merchant_available", self.merchant_currency) == self.net

    def paid_out(self) -> None:
        account = f"/en/merchant/{self.slug}/money/account/"
        self.owner.post(
            account,
            {"holder": "Journey", "country": "US", "number": "1234567890", "bank_code": "021000021"},
            on=account,
        )
        payout = self.seller.send(
            "POST", f"/api/v1/merchants/{self.slug}/payouts", {"currency": self.merchant_currency}
        )
        assert payout["amount"]["minor"] == self.net
        wait_until("the bank to confirm", lambda: self.seller.get(
            f"/api/v1/merchants/{self.slug}/payouts")[0]["state"] == "paid", seconds=120)  # fmt: skip
        (money,) = self.seller.get(f"/api/v1/merchants/{self.slug}/money")
        assert {name: part["minor"] for name, part in money.items()} == {
            "held": 0, "available": 0, "in_transit": 0, "paid_out": self.net,
        }  # fmt: skip
        wait_until("the outbox to be empty", lambda: self.market.scalar("SELECT count(*) = 0 FROM base_outbox"))
        time.sleep(1)

    # What the rows say ----------------------------------------------------------------------------------------------

    def stock(self) -> tuple[int, int]:
        """On hand and reserved, of the one article."""
        return tuple(self.market.rows("SELECT on_hand, reserved FROM stock_position")[0])  # type: ignore[return-value]

    def state(self) -> object:
        return self.market.scalar("SELECT state FROM orders_order")

    def stage(self) -> object:
        return self.market.scalar("SELECT stage FROM orders_consignment")

    def balance(self, kind: str, currency: str) -> object:
        """Credits less debits of all accounts of a kind."""
        return self.market.scalar(
            "SELECT coalesce(sum(credits_posted - debits_posted), 0)::bigint FROM ledger_standing "
            "WHERE kind = %s AND currency = %s",
            kind,
            currency,
        )


def cherries_to_china(market: Market) -> Sale:
    """A Washington grower, the mall, retail CBEC through the depot."""
    cherries = Goods(
        "rainier-cherries", "Rainier cherries 1 kg", "雷尼尔车厘子 1公斤", "Fruit", "RC-1", "24.00", 1000, 40, "US",
        "0809290000", "0809290000",
    )  # fmt: skip
    return Sale(market, cherries, "mall", "US", "USD", "CN", "CNY", CHINESE_ADDRESS, words="车厘子")


def phone_case_to_america(market: Market) -> Sale:
    """A maker in Shenzhen, the export channel, express straight to the door."""
    case = Goods(
        "clear-phone-case", "Clear phone case with camera guard", "透明手机壳 镜头保护", "Phone cases", "PC-1", "12.00",
        60, 500, "CN", "3926909989", "3926909090",
    )  # fmt: skip
    return Sale(market, case, "export", "CN", "USD", "US", "USD", AMERICAN_ADDRESS, words="phone case",
                code="JOURNEY10")  # fmt: skip
