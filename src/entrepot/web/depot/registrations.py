"""The codes that customs gave this market for a depot: without them its papers stay drafts."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.depot.rules.cbec import REGISTERED
from entrepot.depot.services import register_site
from entrepot.web.depot.desk import shown, site_of
from entrepot.web.viewer import operators_only

CHINA: Final = {
    "ebpCode": gettext_lazy("Platform's customs code"),
    "ebpName": gettext_lazy("Platform's registered name"),
    "ebcCode": gettext_lazy("Merchant of record's customs code"),
    "payCode": gettext_lazy("Payment institution's customs code"),
    "payName": gettext_lazy("Payment institution's name"),
    "logisticsCode": gettext_lazy("Logistics firm's customs code"),
    "logisticsName": gettext_lazy("Logistics firm's name"),
    "assureCode": gettext_lazy("Tax guarantor's code"),
    "customsCode": gettext_lazy("Customs house of declaration"),
    "portCode": gettext_lazy("Customs house of entry"),
    "agentCode": gettext_lazy("Declaring agent's code"),
    "agentName": gettext_lazy("Declaring agent's name"),
}
AMERICA: Final = {
    "filer_code": gettext_lazy("Filer code"),
    "importer_of_record": gettext_lazy("Importer of record number"),
    "bond": gettext_lazy("Bond number"),
    "port_of_entry": gettext_lazy("Port of entry"),
}
assert set(CHINA) == set(REGISTERED)
_LENGTH_MAX: Final = 100


@operators_only
def edit(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    if request.method == "POST":
        entered = {name: request.POST.get(name, "").strip()[:_LENGTH_MAX] for name in (*CHINA, *AMERICA)}
        register_site(site_code=site.code, registrations=entered)
        messages.success(request, _("The codes are kept and stand in papers from now on."))
        return HttpResponseRedirect(reverse("depot-registrations"))
    groups = ((_("China, retail import"), CHINA), (_("United States, entry"), AMERICA))
    return shown(request, "depot/registrations.html", site, {"groups": groups})
