"""People of a journey: each does by HTTP what a real one would, and insists like a real one when the line goes dead."""

import base64
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.journeys.processes import Market

PASSWORD = "correct horse battery"
PATIENCE = 90.0
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def insist(ask: Callable[[], httpx.Response], *, seconds: float = PATIENCE) -> httpx.Response:
    """Repeat while nobody answers or the server is in trouble; the same request each time."""
    until = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
            if answer.status_code < 500 and not _still_running(answer):
                return answer
            trouble = f"{answer.status_code}: {answer.text[:500]}"
        except httpx.TransportError as dead:
            trouble = repr(dead)
        assert time.monotonic() < until, f"gave up after {seconds} s: {trouble}"
        time.sleep(0.2)


def _still_running(answer: httpx.Response) -> bool:
    """The first request under this key has not ended, or died and its key is not free yet."""
    return answer.status_code == 409 and "idempotency.still_running" in answer.text


class Machine:
    """An API client of one person."""

    def __init__(self, market: Market, email: str, *scopes: str) -> None:
        import json

        told = json.loads(market.run("client", email, "--json", *(word for s in scopes for word in ("--scope", s))))
        self.market, self.pair = market, (told["client_id"], told["client_secret"])
        self.http = market.clients.enter_context(httpx.Client(base_url=market.web_url, timeout=20))
        self.token = ""

    def get(self, path: str, **query: object) -> Any:
        answer = insist(lambda: self.http.get(path, params=query, headers=self._headers()))  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None, *, expect: int = 201) -> Any:
        """A write under one key however often it must be sent."""
        key = secrets.token_hex(12)
        answer = insist(
            lambda: self.http.request(method, path, json=body, headers={**self._headers(), "Idempotency-Key": key})
        )
        assert answer.status_code == expect, answer.text
        return answer.json()

    def _headers(self) -> dict[str, str]:
        if not self.token:
            packed = base64.b64encode(":".join(self.pair).encode()).decode()
            answer = insist(
                lambda: self.http.post(
                    "/api/v1/token",
                    data={"grant_type": "client_credentials"},
                    headers={"Authorization": f"Basic {packed}"},
                )
            )
            self.token = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self.token}"}


class Browser:
    """A person at the pages, without a screen: follows links, fills forms, keeps cookies."""

    def __init__(self, market: Market, email: str = "") -> None:
        self.http = market.clients.enter_context(
            httpx.Client(base_url=market.web_url, timeout=20, follow_redirects=True)
        )
        if email:
            self.post("/en/account/login/", {"login": email, "password": PASSWORD})
            assert "sessionid" in self.http.cookies, f"{email} could not sign in"

    def get(self, path: str) -> httpx.Response:
        page = insist(lambda: self.http.get(path))
        assert page.status_code == 200, f"{path}: {page.status_code} {page.text[:2000]}"
        return page

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        on: str | None = None,
        files: Mapping[str, Any] | None = None,
        done: Callable[[], bool] = lambda: False,
    ) -> httpx.Response:
        """Open the page `on` (or `path` itself), take its token, and send the form.

        done: whether what the form asks for is so already: an earlier try was carried out and only its answer lost.
        """
        page = self.get(on or path)
        hidden = {"csrfmiddlewaretoken": _CSRF.findall(page.text)[-1]}
        answer = insist(
            lambda: self.http.post(
                path, data={**hidden, **fields}, files=files, headers={"Referer": str(self.http.base_url)}
            )
        )
        assert answer.status_code == 200 or done(), f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer

    def form(self, page: httpx.Response, action: str) -> dict[str, str]:
        """The hidden fields of the form on `page` that posts to `action`."""
        at = page.text.index(f'action="{action}"')
        return dict(_HIDDEN.findall(page.text[at : page.text.index("</form>", at)]))


def pay(pay_url: str, *, card: str = "4242424242424242") -> None:
    """Type a card into the provider's own page."""
    with httpx.Client(timeout=20) as http:
        page = insist(lambda: http.get(pay_url))
        hidden = dict(_HIDDEN.findall(page.text))
        found = re.search(r'<form[^>]*method="post"[^>]*?(?:action="([^"]*)")?[^>]*>', page.text)
        action = urljoin(pay_url, found.group(1)) if found and found.group(1) else pay_url
        fields = {**hidden, "number": card, "expiry": "12/34", "cvc": "123"}
        answer = insist(lambda: http.post(action, data=fields))
        assert answer.status_code in {200, 303}, answer.text[:1000]
