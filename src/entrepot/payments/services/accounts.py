"""Merchants' own accounts at the payment provider: opened there, written down here."""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.payments import models
from entrepot.payments.terms import ProviderRefused

_ACCOUNT: Final = re.compile(r"acct_[0-9A-Za-z]{1,50}")


@transaction.atomic
def connect_account(*, merchant_id: int, account_id: str, at: datetime) -> None:
    """Payouts of this merchant go to this account at the provider from now on. Repeating changes nothing.

    Raises ProviderRefused for what is no account's name.
    """
    if not _ACCOUNT.fullmatch(account_id):
        raise ProviderRefused(reason="bad_destination")
    models.ProviderAccountRow.objects.update_or_create(
        merchant_id=merchant_id,
        defaults={"account_id": account_id, "at": at},
        create_defaults={
            "id": new_id(owner=merchant_id), "account_id": account_id, "at": at,
        },
    )  # fmt: skip
