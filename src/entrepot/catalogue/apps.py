"""Django's name for this context."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "entrepot.catalogue"
    label = "catalogue"
