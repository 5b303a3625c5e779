"""Django's name for this context."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "entrepot.disputes"
    label = "disputes"
