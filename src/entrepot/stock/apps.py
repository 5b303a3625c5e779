"""Django's name for this context."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "entrepot.stock"
    label = "stock"
