"""`entrepot payouts`: see who would be paid out, and pay them."""

from collections import Counter
from datetime import datetime
from typing import Annotated

import typer
from django.conf import settings

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.cli import app
from entrepot.flows.net_debts import net_debts
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import Desk, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.terms import Proposed, Scope, Way

payouts = typer.Typer(no_args_is_help=True, help="Paying merchants out.")
app.add_typer(payouts, name="payouts")

_OPERATOR = Viewer(desks=frozenset({Desk.OPERATOR}))
_Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is about (UTC); today unless told.")
]
_Everybody = Annotated[bool, typer.Option("--everybody", help="All who can be paid, not only those whose day it is.")]


@payouts.command("preview")
def preview_payouts(day: _Day = None, everybody: _Everybody = False) -> None:
    """Print who would be paid and who not, and why. Changes nothing."""
    on = clock.now().date() if day is None else day.date()
    seen = payments.payout_preview(viewer=_OPERATOR, day=on, scope=Scope.ALL if everybody else Scope.DUE)
    names = parties.merchants_by_id(merchant_ids=[one.merchant_id for one in seen])
    for one in seen:
        if one.why is None or one.blocked:
            typer.echo(f"{names[one.merchant_id].slug}\t{one.amount}\t{one.why or 'paid'}")
    typer.echo(_summed(seen))


@payouts.command("run")
def run_payouts(
    day: _Day = None,
    everybody: _Everybody = False,
    way: Annotated[Way | None, typer.Option(help="By the payment provider, or in files for our bank.")] = None,
    key: Annotated[str, typer.Option(help="The same key again gives the same run.")] = "",
) -> None:
    """Set the money of everybody who is due aside, and have it sent or write the files for the bank."""
    at = clock.now()
    on = at.date() if day is None else day.date()
    net_debts(at=at)
    made = open_payout_run(
        day=on,
        way=way or Way(settings.PAYOUT_WAY),
        scope=Scope.ALL if everybody else Scope.DUE,
        key=key or (new_reference("key") if everybody else f"day/{on:%Y-%m-%d}"),
        at=at,
    )
    typer.echo(f"{made.ref}: {made.paid} paid, {made.skipped} not paid because something stands in the way")
    for one in payments.run_sums(run_ids=[made.id]).get(made.id, ()):
        typer.echo(f"{one.count} {one.state}: {one.amount}")
    for file in payments.run_files(viewer=_OPERATOR, run_id=made.id):
        typer.echo(f"{file.message_id}.xml\t{file.lines} lines\t{file.total}\tsha256 {file.digest}")


def _summed(seen: tuple[Proposed, ...]) -> str:
    sums: dict[str, Money] = {}
    for one in seen:
        if one.why is None:
            sums[one.amount.currency] = sums.get(one.amount.currency, Money.zero(one.amount.currency)) + one.amount
    whys = Counter(str(one.why) for one in seen if one.why)
    paid = ", ".join(str(amount) for amount in sums.values()) or "nothing"
    kept = ", ".join(f"{count} {why}" for why, count in sorted(whys.items()))
    return f"{sum(one.why is None for one in seen)} to be paid: {paid}" + (f"; not paid: {kept}" if kept else "")
