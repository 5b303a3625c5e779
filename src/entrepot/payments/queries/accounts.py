"""Merchants' own accounts at the payment provider."""

from entrepot.payments import models


def provider_account(*, merchant_id: int) -> str:
    """The provider's name for a merchant's account there; empty when it has none."""
    row = models.ProviderAccountRow.objects.filter(merchant_id=merchant_id).first()
    return row.account_id if row else ""
