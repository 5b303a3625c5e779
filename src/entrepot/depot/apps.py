"""Django's name for this context."""

from django.apps import AppConfig


class DepotConfig(AppConfig):
    name = "entrepot.depot"
    label = "depot"
