"""Django's name for this context."""

from django.apps import AppConfig


class LandedConfig(AppConfig):
    name = "entrepot.landed"
    label = "landed"
