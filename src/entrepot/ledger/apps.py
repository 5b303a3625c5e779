"""Django's name for this context."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "entrepot.ledger"
    label = "ledger"
