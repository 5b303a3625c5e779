"""Django's name for this context."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "entrepot.search"
    label = "search"
