"""Django's name for this context."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "entrepot.payments"
    label = "payments"
