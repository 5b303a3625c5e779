"""Where parcels go and in which money prices are shown: the chooser in the header."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from entrepot.parties.services import prefer_destination
from entrepot.web.viewer import CURRENCIES, DESTINATIONS, Place, keep_place, viewer_of


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to where the reader was."""
    country, currency = request.POST.get("country", ""), request.POST.get("currency", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("home")
    answer = HttpResponseRedirect(back)
    if country in DESTINATIONS:
        place = Place(country, currency if currency in CURRENCIES else DESTINATIONS[country][0])
        keep_place(answer, place)
        shopper_id = viewer_of(request).shopper_id
        if shopper_id is not None:
            prefer_destination(shopper_id=shopper_id, country=place.country, currency=place.currency)
    return answer
