"""The plumbing's own tables."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "entrepot.base"
    label = "base"
