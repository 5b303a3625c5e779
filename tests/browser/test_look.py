"""What the eye and the hand need: contrast, focus, width, targets, and a shop that works without script."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from entrepot.parties.services import register_user
from tests.edges import shop as make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
STATIC = Path(__file__).resolve().parents[2] / "src" / "entrepot" / "web" / "static"

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


# The colours, without a browser -------------------------------------------------------------------------------------


def schemes() -> dict[str, dict[str, str]]:
    """The colours of tokens.css by scheme; the dark ones replace the light ones of the same name."""
    light, dark = (STATIC / "css" / "tokens.css").read_text().split("prefers-color-scheme: dark")
    colours = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6})")
    day = dict(colours.findall(light))
    return {"light": day, "dark": {**day, **dict(colours.findall(dark))}}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


GROUNDS = ("paper", "sheet", "shade")
TEXTS = [(text, ground) for text in ("ink", "ink-soft", "harbour", "stamp", "ochre", "green") for ground in GROUNDS]
TEXTS += [(tone, f"{tone}-wash") for tone in ("harbour", "stamp", "ochre", "green")]
TEXTS += [("ink", f"{tone}-wash") for tone in ("stamp", "ochre", "green")]
TEXTS += [("on-harbour", "harbour"), ("on-harbour", "harbour-deep"), ("ink", "mark")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_every_text_can_be_read_on_its_ground(scheme, text, ground):
    colours = schemes()[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(scheme):
    colours = schemes()[scheme]
    for ground in ("paper", "sheet"):
        assert contrast(colours["edge"], colours[ground]) >= 3


def test_styles_and_script_stay_light():
    shop = ("tokens", "base", "layout", "parts", "shop")
    assert sum((STATIC / "css" / f"{name}.css").stat().st_size for name in shop) <= 42_000
    assert sum(file.stat().st_size for file in (STATIC / "js").glob("*.js")) <= 8_000


# In a browser -------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(market: str) -> Iterator[Browser]:
    """After the market, since a browser's event loop keeps Django from its database in this thread."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def market(settings: Any, tmp_path: Path, live_server: Any) -> str:
    """A shop with cherries and somebody who may sign in; its address."""
    settings.SEARCH_INDEX = tmp_path / "index"
    make.opened()
    register_user(email="li@example.com", password=make.PASSWORD)
    return str(live_server.url)


def opened(browser: Browser, address: str, mistakes: list[str], **options: Any) -> Page:
    """A page whose mistakes are written down."""
    context = browser.new_context(base_url=address, **options)
    context.add_cookies([{"name": "place", "value": "CN.CNY", "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda said: mistakes.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    return page


def beyond(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small_targets(page: Page) -> list[str]:
    """Buttons, fields and links that stand by themselves and are under 24 px in height (WCAG 2.2, 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select, nav a, .chip, .option')]
             .filter(one => one.checkVisibility() && !one.closest('.choice') && !one.closest('.skip'))
             .filter(one => { const box = one.getBoundingClientRect(); return box.height < 20 || box.width < 20 })
             .map(one => one.outerHTML.slice(0, 120))"""
    )
    return found


class TestInABrowser:
    pytestmark = needs_browser

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_no_page_is_wider_than_a_phone_and_none_breaks_the_policy(self, browser, market, language, scheme):
        mistakes: list[str] = []
        page = opened(browser, market, mistakes, viewport={"width": 360, "height": 740}, color_scheme=scheme)
        for path in ("", "search/?q=cherries", "basket/", "account/login/", "account/signup/", "account/sell/"):
            page.goto(f"/{language}/{path}")
            assert beyond(page) <= 0, path
            assert small_targets(page) == [], path
        page.goto(f"/{language}/search/")
        page.locator("h3.title a").first.click()
        page.locator("main details summary").first.click()
        assert beyond(page) <= 0
        page.locator(".buy-form button").click()
        expect(page.locator("aside .big")).to_be_visible()
        assert beyond(page) <= 0
        assert mistakes == []

    def test_the_keyboard_reaches_everything_and_shows_where_it_is(self, browser, market):
        page = opened(browser, market, [], viewport={"width": 1280, "height": 800})
        page.goto("/en/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        for _ in range(12):
            page.keyboard.press("Tab")
            shown = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + ' ' + s.outlineWidth })()"
            )
            assert shown == "solid 3px"
        page.locator(".menu summary").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#place-country")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#place-country")).to_be_hidden()

    @pytest.mark.parametrize(("language", "typed", "whole"), [("en", "che", "cherries"), ("zh-hans", "车", "车厘子")])
    def test_the_search_box_completes_what_is_typed_by_keyboard_alone(self, browser, market, language, typed, whole):
        mistakes: list[str] = []
        page = opened(browser, market, mistakes, viewport={"width": 390, "height": 844})
        page.goto(f"/{language}/")
        box = page.get_by_role("combobox", name=re.compile("Search for goods|搜索"))
        box.press_sequentially(typed)
        option = page.get_by_role("option", name=whole)
        expect(option).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        assert beyond(page) <= 0
        box.press("Escape")
        expect(option).to_be_hidden()
        expect(box).to_have_value(typed)
        box.press("ArrowDown")
        expect(option).to_be_visible()
        box.press("ArrowDown")
        expect(box).to_have_value(whole)
        expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
        box.press("Enter")
        expect(page.locator("h3.title a").first).to_be_visible()
        assert f"q={whole}" in unquote(page.url)
        assert mistakes == []

    def test_an_option_changes_the_offer_in_place(self, browser, market):
        mistakes: list[str] = []
        page = opened(browser, market, mistakes, viewport={"width": 1280, "height": 800})
        page.goto("/en/search/")
        page.locator("h3.title a").first.click()
        expect(page.locator(".buy-form")).to_be_visible()
        page.get_by_role("link", name="2 kg").click()
        expect(page.get_by_text("Sold out.")).to_be_visible()
        assert "v=var_" in page.url
        page.go_back()
        expect(page.locator(".buy-form")).to_be_visible()
        assert mistakes == []

    def test_the_shop_works_without_script(self, browser, market):
        page = opened(browser, market, [], viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page.goto("/zh-hans/")
        page.locator(".menu summary").click()
        page.locator("#place-country").select_option("CN")
        page.get_by_role("button", name="保存").click()
        page.locator("#q").fill("车厘子")
        page.get_by_role("button", name="搜索").click()
        page.locator("h3.title a").first.click()
        page.get_by_role("button", name="加入购物车").click()
        page.locator("#quantity-0").fill("2")
        page.get_by_role("button", name="修改").click()
        expect(page.locator(".count").first).to_have_text("2")
        page.get_by_role("button", name="移除").click()
        page.get_by_role("button", name="撤销").click()
        page.locator("aside a.button").click()
        page.locator("#login").fill("li@example.com")
        page.locator("#password").fill(make.PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="填写收货地址")).to_be_visible()

    def test_whoever_wants_less_motion_gets_none(self, browser, market):
        page = opened(browser, market, [], reduced_motion="reduce")
        page.goto("/en/")
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<span class=spinner></span>')")
        assert page.evaluate("getComputedStyle(document.querySelector('.spinner')).animationName") == "none"
        assert page.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") == "0s"

    def test_on_paper_only_what_matters_is_left(self, browser, market):
        page = opened(browser, market, [], viewport={"width": 1280, "height": 800})
        page.goto("/en/search/")
        page.locator("h3.title a").first.click()
        page.emulate_media(media="print")
        for gone in (".shop-head", ".foot", ".buy-form"):
            expect(page.locator(gone)).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
