"""A listing's goods codes: suggested with reasons, decided by a person, the decisions kept."""

from dataclasses import dataclass
from html.parser import HTMLParser

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.services import decide_goods_code
from entrepot.catalogue.terms import Asked, Candidate, CodeChoice, EditTrouble, Kind, Listing, Reason, Suggestion
from entrepot.kernel.errors import fill
from entrepot.kernel.text import ENGLISH, pick
from entrepot.parties.terms import Merchant
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_SHOWN = 5
# Beyond the first few only what is not all but excluded, in hundredths.
_ALWAYS, _WORTH = 3, 2
_COUNTRIES = {
    "US": gettext_lazy("United States"),
    "CN": gettext_lazy("China"),
    "*": gettext_lazy("All other countries"),
}
_SAID: dict[Kind, Promise] = {
    Kind.OWN: gettext_lazy("Everyday words for it: {quote}"),
    Kind.LAW: gettext_lazy("A tariff says: {quote}"),
    Kind.TRADE: gettext_lazy("Customs find it under: {quote}"),
    Kind.GOODS: gettext_lazy("Traders declared so: {quote}"),
    Kind.MEMORY: gettext_lazy("Decided before for: {quote}"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate as the page shows it. codes: (code, what it says) to choose from, at national depth where known."""

    dotted: str
    percent: int
    title: str
    because: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]


@for_merchant
@require_GET
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Suggestions for a listing; answers to questions ride in the address. With htmx only the panel."""
    found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    country = request.GET.get("to", "*")
    country = country if country in _COUNTRIES else "*"
    answers = _answers(request.GET.getlist("answer"))
    suggested = _suggested(found, merchant, country, answers)
    page = "merchant/code_panel.html" if request.headers.get("HX-Request") else "merchant/codes.html"
    shown = {
        "merchant": merchant,
        "listing": found,
        "title": text(found.titles),
        "country": country,
        "countries": list(_COUNTRIES.items()),
        "current": found.goods_codes.get(country, ""),
        "candidates": [
            _shown(one, country)
            for place, one in enumerate(suggested.candidates[:_SHOWN])
            if place < _ALWAYS or one.score * 100 >= _WORTH
        ],
        "refused": suggested.refused,
        "question": suggested.question,
        "answers": [f"{key}={value}" for key, value in answers.items()],
        "key": new_reference("gcd"),
        "nomenclature": suggested.nomenclature,
        **decided(merchant, found),
    }
    return render(request, page, shown)


@for_merchant
@require_POST
def decide(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """A person takes a code; what was suggested to them is kept beside it."""
    viewer = viewer_of(request)
    found = catalogue.listing(viewer=viewer, merchant_id=merchant.id, ref=ref)
    post, country = request.POST, request.POST.get("to", "*")
    country = country if country in _COUNTRIES else "*"
    user = request.user
    choice = CodeChoice(
        code=post.get("code", "").strip()[:20],
        country=country,
        person_id=viewer.user_id or 0,
        person=str(getattr(user, "name", "") or getattr(user, "email", "")),
        key=post.get("key", "")[:64] or new_reference("gcd"),
        why=post.get("why", "").strip(),
        suggestion=_suggested(found, merchant, country, _answers(post.getlist("answer"))),
    )
    try:
        decide_goods_code(merchant_id=merchant.id, listing_id=found.id, choice=choice, at=clock.now())
    except EditTrouble as trouble:
        facts = {"field": _("Goods code"), "value": choice.code or _("empty")}
        messages.error(request, f"{fill(_(trouble.message), facts)} {_(trouble.remedy)}")
    else:
        messages.success(request, _("The goods code is kept, with who decided it and why."))
    return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]) + "#code")


def decided(merchant: Merchant, found: Listing) -> dict[str, object]:
    """What the panel shows of earlier decisions."""
    return {
        "decisions": catalogue.decisions(merchant_id=merchant.id, listing_id=found.id)[:10],
        "country_name": lambda country: _COUNTRIES.get(country, country),
    }


def _suggested(found: Listing, merchant: Merchant, country: str, answers: dict[str, str]) -> Suggestion:
    asked = Asked(
        text=pick(found.titles, ENGLISH)[:500],
        description=_plain(pick(found.descriptions, ENGLISH))[:2000],
        destination=country if country != "*" else "",
        answers=answers,
    )
    return catalogue.suggested_codes(asked=asked, on=clock.now().date(), merchant_id=merchant.id)


def _shown(one: Candidate, country: str) -> Shown:
    six = one.code[:6]
    national = country != "*"
    lines = tuple((line.code, f"{_dotted(line.code)} {text(line.title)}") for line in one.lines) if national else ()
    code = one.code if national else six
    return Shown(
        dotted=_dotted(code),
        percent=round(one.score * 100),
        title=text(one.title),
        because=tuple(_said(reason) for reason in one.because),
        codes=lines or ((code, ""),),
    )


def _said(reason: Reason) -> str:
    if reason.kind is None:
        return text(reason.text)
    return fill(str(_SAID[reason.kind]), {"quote": f"“{text(reason.text)}”"})


def _dotted(code: str) -> str:
    return ".".join(part for part in (code[:4], code[4:6], code[6:8], code[8:]) if part)


def _answers(given: list[str]) -> dict[str, str]:
    return dict(one.split("=", 1) for one in given[:10] if "=" in one)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _plain(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return " ".join(" ".join(parser.parts).split())
