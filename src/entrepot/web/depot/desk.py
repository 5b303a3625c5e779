"""Which depot the desk stands in, and what every page of it shows."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.depot import queries as depot
from entrepot.depot.terms import Site
from entrepot.web.depot.barcodes import barcode_svg, grouped
from entrepot.web.depot.words import (
    message_name,
    mode_name,
    note_name,
    paper_name,
    state_name,
    step_name,
    waybill_written,
)

SITE: Final = "depot_site"
_WORDS: Final = {
    "barcode": barcode_svg,
    "grouped": grouped,
    "mode_name": mode_name,
    "state_name": state_name,
    "step_name": step_name,
    "note_name": note_name,
    "paper_name": paper_name,
    "message_name": message_name,
    "waybill_written": waybill_written,
}


def site_of(request: HttpRequest) -> Site:
    """The depot chosen last in this session, else the first one."""
    sites = depot.sites()
    asked = request.GET.get("site", "")
    if asked in {site.code for site in sites}:
        request.session[SITE] = asked
    chosen = request.session.get(SITE)
    return next((site for site in sites if site.code == chosen), sites[0])


def shown(
    request: HttpRequest, template: str, site: Site, values: dict[str, object], status: int = 200
) -> HttpResponse:
    """A page of this desk, with the words it needs."""
    return render(request, template, {"site": site, **_WORDS, **values}, status=status)
