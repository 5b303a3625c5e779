"""The Jinja environment of every page: gettext, money and dates in the reader's form, addresses by name."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from babel import Locale, dates
from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from entrepot.kernel.money import Money, exponent
from entrepot.kernel.text import Text, pick

# A shopper reads prices in several dollars and two yuan-like signs, so a sign never stands for two currencies.
_SIGNS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"CNY": "CN¥", "JPY": "JP¥", "USD": "US$", "HKD": "HK$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"},
    "zh": {"CNY": "¥", "JPY": "JP¥", "USD": "US$", "HKD": "HK$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"},
}
_WITH_ARTICLE: Final = frozenset({"US", "GB", "NL", "PH", "AE", "CZ"})
_LOCALES: Final = {"en": "en_US", "zh-hans": "zh_Hans_CN"}


def environment(**options: Any) -> Environment:
    """Made once by Django's Jinja engine; undefined names are errors, never blanks."""
    options.setdefault("undefined", StrictUndefined)
    options["autoescape"] = True
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = Environment(**options, extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols", "jinja2.ext.do"])  # noqa: S701 - set in the line above
    env.install_gettext_callables(translation.gettext, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        static=static, asset=asset, url=_url, url_with=url_with, url_toggle=url_toggle, languages=language_links
    )
    env.filters.update(
        money=money,
        figure=figure,
        sign=sign,
        text=text,
        date=local_date,
        datetime=local_datetime,
        iso=iso,
        number=number,
        percent=percent,
        grams=grams,
        country=country,
        land=land,
        currency_name=currency_name,
        currency_pair=currency_pair,
    )
    return env


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def language() -> str:
    """The reader's language tag, `en` or `zh-hans`."""
    return translation.get_language() or "en"


@cache
def locale_of(tag: str) -> Locale:
    """What Babel calls the language."""
    return Locale.parse(_LOCALES.get(tag, "en_US"))


# Money, numbers -----------------------------------------------------------------------------------------------------


def sign(currency: str) -> str:
    """How the currency is written before an amount, in the reader's language."""
    return _SIGNS[language()[:2]].get(currency, f"{currency} ")


def money(amount: Money, *, plus: bool = False) -> str:
    """`¥1,234.50` for a Chinese reader, `CN¥1,234.50` for an English one; a true minus before it when negative."""
    minus = "−" if amount.minor < 0 else "+" if plus and amount.minor > 0 else ""
    # Both languages group by thousands and write a decimal point; Babel gives the same, fifty times slower.
    return f"{minus}{sign(amount.currency)}{abs(amount.decimal):,.{exponent(amount.currency)}f}"


def figure(amount: Money, tone: str = "", plus: bool = False) -> Markup:
    """The amount as the pages set it: tabular, its sign smaller, coloured when it is held or has arrived."""
    written, before = money(amount, plus=plus), sign(amount.currency)
    minus, _, digits = written.partition(before)
    classes = f"money {tone}" if tone else "money"
    # Digits, our own signs and a tone of ours: nothing to escape, and a page of goods asks this hundreds of times.
    return Markup(f'<span class="{classes}">{minus}<span class="cur">{before}</span>{digits}</span>')  # noqa: S704


def number(value: int | Decimal) -> str:
    """A count or measure with grouped thousands."""
    return f"{value:,}" if isinstance(value, int) else str(format_decimal(value, locale=locale_of(language())))


def percent(ratio: Decimal, digits: int = 1) -> str:
    """0.091 as `9.1%`; trailing zeros are left out."""
    pattern = "#,##0." + "#" * digits + "%"
    return str(format_percent(ratio, format=pattern, locale=locale_of(language())))


def grams(weight: int) -> str:
    """A weight as people read it: `850 g`, `1.25 kg`."""
    if weight < 1000:
        return f"{weight} g"
    return f"{(Decimal(weight) / 1000).normalize():f} kg"


# Time ---------------------------------------------------------------------------------------------------------------


def local_date(when: datetime | date, form: str = "medium") -> str:
    """The day in the reader's form and time zone: `Nov 22, 2026`, `2026年11月22日`."""
    day = timezone.localtime(when).date() if isinstance(when, datetime) else when
    return str(dates.format_date(day, form, locale=locale_of(language())))


def local_datetime(when: datetime, form: str = "medium") -> str:
    """Day and minute in the reader's time zone; where the zone is only a guess the hour says UTC."""
    here = timezone.localtime(when)
    clock = here.strftime("%H:%M")
    zone = " UTC" if str(timezone.get_current_timezone()) == "UTC" else ""
    return f"{local_date(here.date(), form)} {clock}{zone}"


def iso(when: datetime | date) -> str:
    """For the `datetime` attribute of a time element."""
    return when.isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()


# Words --------------------------------------------------------------------------------------------------------------


def text(words: Text) -> str:
    """The reader's language of a text that has several."""
    return pick(words, language())


@cache
def _country(code: str, tag: str) -> str:
    return str(locale_of(tag).territories.get(code, code))


def country(code: str) -> str:
    """The country's name in the reader's language."""
    return _country(code, language())


def land(code: str) -> str:
    """The country's name inside an English sentence, with its article; in Chinese the name as it is."""
    name = country(code)
    return f"the {name}" if code in _WITH_ARTICLE and language() == "en" else name


def currency_name(code: str) -> str:
    """The currency's name in the reader's language."""
    return str(locale_of(language()).currencies.get(code, code))


def currency_pair(code: str) -> tuple[str, str]:
    """Code and name, as a select offers it."""
    return code, f"{code} · {currency_name(code)}"


# Addresses ----------------------------------------------------------------------------------------------------------


@cache
def asset(path: str) -> str:
    """The address of one of our own files, with its content's mark so that browsers may keep it."""
    found = finders.find(path)
    if not isinstance(found, str):
        return static(path)
    return f"{static(path)}?{hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]}"


@pass_context
def url_with(context: Context, **changes: object) -> str:
    """This page's address with some of its query changed; None takes a key out. Going elsewhere starts at page one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for key in ("page", "after"):
        if key not in changes:
            query.pop(key, None)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, list | tuple):
            query.setlist(key, [str(each) for each in value])
        else:
            query[key] = str(value)
    return _address(request.path, query.lists())


@pass_context
def url_toggle(context: Context, key: str, value: str) -> str:
    """This page's address with `value` added to, or taken out of, the values of `key`."""
    request: HttpRequest = context["request"]
    chosen = request.GET.getlist(key)
    rest = [each for each in chosen if each != value] if value in chosen else [*chosen, value]
    return str(url_with(context, **{key: rest or None}))


def _address(path: str, query: Any) -> str:
    encoded = urlencode([(key, value) for key, values in query for value in values])
    return f"{path}?{encoded}" if encoded else path


@pass_context
def language_links(context: Context) -> list[tuple[str, str, str, bool]]:
    """This very page in each language: tag, the language's own name, address, whether it is this one."""
    request: HttpRequest = context["request"]
    return links_of(request)


def links_of(request: HttpRequest) -> list[tuple[str, str, str, bool]]:
    """The same for Python callers."""
    here = language()
    whole = request.get_full_path()
    rest = whole.removeprefix(f"/{here}/") if whole.startswith(f"/{here}/") else ""
    return [(tag, name, f"/{tag}/{rest}", tag == here) for tag, name in settings.LANGUAGES]
