"""Django's name for this context."""

from django.apps import AppConfig


class CustomsConfig(AppConfig):
    name = "entrepot.customs"
    label = "customs"
