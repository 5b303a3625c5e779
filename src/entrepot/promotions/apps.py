"""Django's name for this context."""

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "entrepot.promotions"
    label = "promotions"
