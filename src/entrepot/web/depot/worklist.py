"""The depot's day: what comes, what lies here, what is being packed, what has left."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from entrepot.base import clock
from entrepot.depot import queries as depot
from entrepot.web.depot.desk import shown, site_of
from entrepot.web.viewer import depot_only, viewer_of


@depot_only
def show(request: HttpRequest) -> HttpResponse:
    viewer, site = viewer_of(request), site_of(request)
    day = depot.worklist(viewer=viewer, site_code=site.code)
    left = depot.dispatched_since(viewer=viewer, site_code=site.code, since=clock.now() - timedelta(days=1))
    return shown(
        request, "depot/worklist.html", site, {"day": day, "left": left, "sites": depot.sites(), "now": clock.now()}
    )
