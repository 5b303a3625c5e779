"""Django's name for this context."""

from django.apps import AppConfig


class CarriageConfig(AppConfig):
    name = "entrepot.carriage"
    label = "carriage"
