"""Django's name for this context."""

from django.apps import AppConfig


class BasketConfig(AppConfig):
    name = "entrepot.basket"
    label = "basket"
