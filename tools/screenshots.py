"""Every page of a running market, at desk and phone width, in both languages, as each of its people sees it.

`screenshots.py [--base http://127.0.0.1:8000] [--out screenshots] [--roles visitor,shopper_zh] [--only REGEX] [--dark]`

It walks from each person's first page along the links, one page of each kind, buys something as a shopper to see
the basket and the checkout, and says where a page is wider than the window, answers with an error, or breaks the
content policy. Exit 1 when there is any such trouble.
"""

import argparse
import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Playwright, sync_playwright
from playwright.sync_api import Error as BrowserTrouble

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from entrepot.cli.people import PASSWORD, SIGN_INS  # noqa: E402 - after the path to it

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()
LANGUAGES = ("en", "zh-hans")
WIDTHS = (1280, 390)
VISITOR = "visitor"
# Where each destination's reader sits, so that times are written as they would read them.
PLACES = {"en": ("US.USD", "America/Los_Angeles", "en-US"), "zh-hans": ("CN.CNY", "Asia/Shanghai", "zh-CN")}
REFERENCE = re.compile(r"[a-z]{2,4}_[a-z0-9]{16}|CSN[0-9A-Z]{16}|[0-9]{6,}")
# Leaving, downloading, and the same page in other words.
NOT_PAGES = re.compile(
    r"/(logout|media|static|api|docs)/|\.(csv|pdf|webp|png|svg|json)$|/(rejected|label|export|papers)\b"
)
MOST = 60


@dataclass
class Shots:
    """What was taken and what was wrong."""

    base: str
    out: Path
    only: re.Pattern[str]
    taken: int = 0
    trouble: list[str] = field(default_factory=list)

    def take(self, page: Page, name: str) -> None:
        """One picture of the whole page, once it is quiet."""
        if not self.only.search(name):
            return
        page.wait_for_load_state("networkidle")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            self.trouble.append(f"{name}: {beyond} px wider than the window")
        target = self.out / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(target), full_page=True)
        self.taken += 1


def kind_of(address: str) -> str:
    """What kind of page an address shows: its path without language, references and digits."""
    path = urlsplit(address).path
    for language in LANGUAGES:
        path = path.removeprefix(f"/{language}")
    path = re.sub(r"^/merchant/[^/]+", "/merchant/one", path)
    return REFERENCE.sub("one", path).strip("/") or "home"


def links_of(page: Page, base: str) -> Iterator[str]:
    """Addresses on this site that the page leads to, as they stand."""
    for href in page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"):
        address = urljoin(page.url, href).partition("#")[0]
        if address.startswith(base) and not NOT_PAGES.search(urlsplit(address).path):
            yield address


def walk(page: Page, shots: Shots, start: str, folder: str, language: str) -> None:
    """One page of each kind that can be reached from `start` by links, in the same language."""
    seen: set[str] = set()
    waiting = deque([start])
    # Somebody with a desk is shown their desk; the shop is the shoppers' to show.
    desk = urlsplit(start).path.removeprefix(f"/{language}/").split("/")[0]
    prefix = f"{shots.base}/{language}/{desk}"
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        kind = kind_of(address)
        if kind in seen or not address.startswith(prefix):
            continue
        seen.add(kind)
        try:
            answer = page.goto(address)
        except BrowserTrouble as broken:
            shots.trouble.append(f"{folder}/{kind}: {str(broken).splitlines()[0]}")
            continue
        if answer is not None and answer.status >= 400:
            shots.trouble.append(f"{folder}/{kind}: {answer.status} {address}")
        if kind_of(page.url) != kind:
            seen.add(kind_of(page.url))
        shots.take(page, f"{folder}/{kind_of(page.url).replace('/', '-')}")
        waiting.extend(links_of(page, shots.base))


def sign_in(page: Page, shots: Shots, language: str, email: str) -> None:
    """Through the page that everybody uses."""
    page.goto(f"{shots.base}/{language}/account/login/")
    page.fill("#login", email)
    page.fill("#password", PASSWORD)
    page.locator("form[action*=login] button").click()
    page.wait_for_load_state("networkidle")


def buy(page: Page, shots: Shots, language: str, folder: str) -> None:
    """Something into the basket, to the review and to the payment page, without paying."""
    page.goto(f"{shots.base}/{language}/search/")
    for address in [
        urljoin(page.url, href)
        for href in page.eval_on_selector_all("h3.title a", "all => all.map(a => a.getAttribute('href'))")
    ][:6]:
        page.goto(address)
        if page.locator(".buy-form button").count():
            break
    else:
        shots.trouble.append(f"{folder}: nothing on the first page can be bought")
        return
    page.locator("main details summary").first.click()
    shots.take(page, f"{folder}/listing-explained")
    page.locator(".buy-form button").click()
    shots.take(page, f"{folder}/basket-full")
    page.locator("aside a[href*=checkout]").click()
    shots.take(page, f"{folder}/checkout-address")
    page.goto(f"{shots.base}/{language}/checkout/?new=1")
    shots.take(page, f"{folder}/checkout-new-address")
    page.locator("form[method=post][novalidate] button.button").click()
    shots.take(page, f"{folder}/checkout-wrong-address")
    page.goto(f"{shots.base}/{language}/checkout/")
    page.locator("main form[method=post] button.button").first.click()
    shots.take(page, f"{folder}/checkout-review")
    page.goto(f"{shots.base}/{language}/basket/")
    page.locator("button[name=remove]").first.click()
    shots.take(page, f"{folder}/basket-undo")


def oddities(page: Page, shots: Shots, language: str, folder: str) -> None:
    """Pages nobody links to: what goes wrong, and what is empty."""
    for name, path in (
        ("missing", "no/such/page/"),
        ("nothing-found", "search/?q=qqqqqq"),
        ("filtered-empty", "search/?q=qqqq&origin=FR&channel=mall"),
        ("link-too-old", "account/password/reset/key/1-bad/"),
    ):
        page.goto(f"{shots.base}/{language}/{path}")
        shots.take(page, f"{folder}/{name}")
    page.goto(f"{shots.base}/{language}/account/login/")
    page.fill("#login", "nobody@example.com")
    page.fill("#password", "not the password")
    page.locator("form[action*=login] button").click()
    shots.take(page, f"{folder}/login-wrong")


def one_round(playwright: Playwright, shots: Shots, language: str, width: int, roles: set[str], *, dark: bool) -> None:
    """All roles in one language at one width."""
    place, zone, locale = PLACES[language]
    people = [(VISITOR, "", f"/{language}/")]
    people += [(each.key, each.email, f"/{language}/{each.start.split('/', 2)[2]}") for each in SIGN_INS]
    for key, email, start in people:
        if roles and key not in roles:
            continue
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, timezone_id=zone, locale=locale,
            color_scheme="dark" if dark else "light", device_scale_factor=1,
        )  # fmt: skip
        context.add_cookies([{"name": "place", "value": place, "url": shots.base}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        folder = f"{language}/{width}{'-dark' if dark else ''}/{key}"

        def heard(message: ConsoleMessage, folder: str = folder, page: Page = page) -> None:
            if message.type in {"error", "warning"} and "status of 4" not in message.text:
                shots.trouble.append(f"{folder} {urlsplit(page.url).path}: {message.text[:160]}")

        page.on("console", heard)
        try:
            if email:
                sign_in(page, shots, language, email)
            walk(page, shots, shots.base + start, folder, language)
            if key == VISITOR:
                oddities(page, shots, language, folder)
            elif key == {"en": "shopper_en", "zh-hans": "shopper_zh"}[language]:
                buy(page, shots, language, folder)
        except BrowserTrouble as broken:
            shots.trouble.append(f"{folder} {page.url}: {str(broken).splitlines()[0]}")
        browser.close()


def main() -> int:
    """Take them all and say what was wrong."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--base", default="http://127.0.0.1:8000")
    reader.add_argument("--out", type=Path, default=ROOT / "screenshots")
    reader.add_argument("--roles", default="", help="keys of entrepot.cli.people, and visitor; all when left out")
    reader.add_argument("--only", default="", help="take only pages whose path under --out matches this")
    reader.add_argument("--languages", default=",".join(LANGUAGES))
    reader.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    reader.add_argument("--dark", action="store_true")
    given = reader.parse_args()
    shots = Shots(given.base.rstrip("/"), given.out, re.compile(given.only))
    roles = {role for role in given.roles.split(",") if role}
    with sync_playwright() as playwright:
        for language in given.languages.split(","):
            for width in map(int, given.widths.split(",")):
                one_round(playwright, shots, language, width, roles, dark=given.dark)
                print(f"{language} {width}: {shots.taken} taken")
    for line in dict.fromkeys(shots.trouble):
        print(f"  {line}")
    print(f"{shots.taken} pictures in {shots.out}, {len(set(shots.trouble))} troubles.")
    return 1 if shots.trouble else 0


if __name__ == "__main__":
    sys.exit(main())
