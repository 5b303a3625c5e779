"""Django's name for this context."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "entrepot.reconciliation"
    label = "reconciliation"
