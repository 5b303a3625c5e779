"""The payment providers; which one this deployment uses is named in the settings."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final, cast

from django.conf import settings

from entrepot.base import failpoints
from entrepot.kernel.must import must
from entrepot.payments.adapters.sandbox import HttpProvider
from entrepot.payments.terms import PaymentProvider

__all__ = ["HttpProvider", "provider"]

# Named, not imported: the SDK of a provider that is not used is not loaded.
_KNOWN: Final[Mapping[str, str]] = {
    "sandbox": "entrepot.payments.adapters.sandbox",
    "stripe": "entrepot.payments.adapters.stripe",
}


@cache
def provider() -> PaymentProvider:
    """The provider that the settings name; one pool of connections for the process."""
    must(settings.PAYMENT_PROVIDER in _KNOWN, f"ENTREPOT_PAYMENT_PROVIDER is one of {', '.join(_KNOWN)}")
    opened = import_module(_KNOWN[settings.PAYMENT_PROVIDER]).from_settings(settings)
    return failpoints.outside(cast(PaymentProvider, opened), "provider")
