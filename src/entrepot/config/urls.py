"""Every address: the API without a language, pages under /en/ and /zh-hans/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("entrepot.web.public.urls")),
    path("", include("entrepot.api.v1.urls")),
]
urlpatterns += i18n_patterns(path("", include("entrepot.web.urls")))

handler400 = "entrepot.web.errors.bad_request"
handler403 = "entrepot.web.errors.forbidden"
handler404 = "entrepot.web.errors.not_found"
handler429 = "entrepot.web.errors.too_many"
handler500 = "entrepot.web.errors.our_mistake"
