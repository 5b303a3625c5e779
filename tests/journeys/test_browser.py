"""The shopper's part of a sale in a real Chromium: in Chinese, at the width of a phone."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.actors import PASSWORD
from tests.journeys.processes import Market
from tests.journeys.sale import Sale, cherries_to_china

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


def test_a_shopper_buys_cherries_on_a_chinese_phone(tmp_path: Path) -> None:
    with Market(tmp_path / "market") as market, sync_playwright() as playwright:
        sale = cherries_to_china(market)
        done = {"people join", "merchant opens", "file imported", "found"}
        for name, deed in sale.stations():
            if name in done:
                deed()
            if name == "found":
                break
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai", is_mobile=True,
            has_touch=True, base_url=market.web_url,
        )  # fmt: skip
        page = context.new_page()
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if said.type == "error" else None)

        sign_in(page)
        put_into_the_basket(page, sale)
        order_and_pay(page, sale)
        sale.shipped()
        sale.through_the_depot()
        sale.delivered()
        confirm(page, sale)
        sale.paid_out()
        market.run("audit")
        assert mistakes == []
        chromium.close()


def looks_right(page: Page) -> None:
    """Chinese, no wider than the phone, nothing left in a template."""
    assert page.locator("html").get_attribute("lang", timeout=10_000) == "zh-Hans"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert HAN.search(page.locator("h1").first.inner_text())
    assert "{{" not in page.content()


def sign_in(page: Page) -> None:
    page.goto("/zh-hans/account/login/")
    looks_right(page)
    page.fill("[name=login]", "shopper@journey.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").first.click()
    page.wait_for_url(re.compile(r"/zh-hans/(?!account/login)"))


def put_into_the_basket(page: Page, sale: Sale) -> None:
    page.goto("/zh-hans/")
    looks_right(page)
    page.locator("input[type=search][name=q]").first.fill("车厘子")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    looks_right(page)
    page.get_by_role("link", name=sale.goods.title_zh).first.click()
    page.wait_for_url("**/listings/**")
    looks_right(page)
    expect(page.locator(".landed .big").first).to_contain_text("¥")
    page.locator(".landed summary").first.click()
    expect(page.locator(".landed table.ledger").first).to_contain_text("增值税")
    page.fill("#quantity", str(sale.quantity))
    page.locator("form.buy-form button").click()
    page.goto("/zh-hans/basket/")
    looks_right(page)
    assert sale.stock() == (sale.goods.stock, 0)


def order_and_pay(page: Page, sale: Sale) -> None:
    page.locator("a[href$='/checkout/']").click()
    looks_right(page)
    address = sale.address
    for field in ("name", "phone", "city", "district", "postal_code"):
        page.fill(f"#{field}", address[field])
    page.select_option("#region", address["region"])
    page.fill("#line1", address["lines"][0])
    page.locator("form:has(#line1) button").last.click()
    page.wait_for_url("**/checkout/review/**")
    looks_right(page)
    say_who_imports(page)
    page.locator("form[action$='/checkout/place/'] button").click()
    page.wait_for_url(re.compile(re.escape(sale.market.payments_url)), timeout=60_000)
    page.locator("[data-card='4242424242424242']").click()
    page.locator(".pay").click()
    page.wait_for_url(re.compile(r"/orders/ord_\w+/(\?.*)?$"), timeout=60_000)
    looks_right(page)
    found = re.search(r"ord_\w+", page.url)
    assert found
    sale.order = found.group(0)
    sale.quote = {"sums": sale.shopper.get(f"/api/v1/orders/{sale.order}")["sums"]}
    assert sale.state() == "paid"
    assert sale.balance("hold", "CNY") == sale.quote["sums"]["total"]["minor"]
    assert sale.stock() == (sale.goods.stock, sale.quantity)


def say_who_imports(page: Page) -> None:
    """Retail imports ask for the importer's identity once."""
    page.fill("#importer #name", "王芳")
    page.fill("#importer #number", "11010519491231002X")
    page.check("#importer #payer")
    page.locator("#importer form button").first.click()
    page.wait_for_selector("form[action$='/checkout/place/'] button")
    looks_right(page)
    assert "002X" in page.locator("#importer").inner_text()
    assert "11010519491231002X" not in page.content()


def confirm(page: Page, sale: Sale) -> None:
    page.goto(f"/zh-hans/orders/{sale.order}/")
    looks_right(page)
    page.locator("form[action$='/confirm/'] button").first.click()
    page.wait_for_load_state()
    looks_right(page)
    sale.released()
