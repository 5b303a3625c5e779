"""Django's name for this context."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "entrepot.parties"
    label = "parties"
