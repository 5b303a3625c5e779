"""The Jinja environment of every page: gettext, money and dates in the reader's form, addresses by name."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """Made once by Django's Jinja engine; undefined names are errors, never blanks."""
    options.setdefault("undefined", StrictUndefined)
    options["autoescape"] = True
    env = Environment(**options, extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"])  # noqa: S701 - set in the line above
    env.install_gettext_callables(translation.gettext, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(static=static, url=_url)
    return env


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)
