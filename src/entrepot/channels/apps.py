"""Django's name for this context."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "entrepot.channels"
    label = "channels"
