"""Django's name for this context."""

from django.apps import AppConfig


class RatesConfig(AppConfig):
    name = "entrepot.rates"
    label = "rates"
