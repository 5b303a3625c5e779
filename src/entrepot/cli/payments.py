"""`entrepot connect-account`: a merchant's own account at the payment provider."""

from typing import Annotated

import typer

from entrepot.base import clock
from entrepot.cli import app
from entrepot.parties import queries as parties
from entrepot.payments import services


@app.command("connect-account")
def connect_account(
    merchant: Annotated[str, typer.Argument(help="The merchant's name in addresses, such as columbia-orchards.")],
    account: Annotated[str, typer.Argument(help="The connected account at Stripe: acct_...")],
) -> None:
    """Have a merchant's payouts go to its connected account at Stripe from now on."""
    business = parties.merchant_by_slug(slug=merchant)
    services.connect_account(merchant_id=business.id, account_id=account, at=clock.now())
    typer.echo(f"{business.name}: {account}")
