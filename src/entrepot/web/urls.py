"""The pages of every audience, below the language prefix."""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.web.public import place, styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("entrepot.web.shopper.urls")),
    path("account/", include("entrepot.web.account.urls")),
    path("merchant/", include("entrepot.web.merchant.urls")),
    path("operator/", include("entrepot.web.operator.urls")),
    path("depot/", include("entrepot.web.depot.urls")),
    path("place/", place.choose, name="place"),
    path("styleguide/", styleguide.show, name="styleguide"),
]
