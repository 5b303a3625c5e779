"""The account page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.web.viewer import signed_in


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account.html")
