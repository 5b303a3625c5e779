"""Django's name for this context."""

from django.apps import AppConfig


class AllowanceConfig(AppConfig):
    name = "entrepot.allowance"
    label = "allowance"
