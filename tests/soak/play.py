"""Run as a program: a market's money from order to bank, in a process that dies where it is told and comes back.

    python -m tests.soak.play HOME [STATION ...]

The parent forks a child for every life, so that a death costs no new start of Python; the child has connections of its
own, and nothing of an earlier life but what was committed, what the provider knows, and which stations were passed.
"""

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.base import failpoints
from entrepot.channels import queries as channels
from entrepot.channels.services import set_channel
from entrepot.disputes.terms import Verb
from entrepot.flows.answer_authorised import answer_authorised
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.flows.extend_release import extend_release
from entrepot.flows.open_payout import open_payout
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.flows.place_order import place_order
from entrepot.flows.receive_return import receive_return
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.flows.send_return import send_return
from entrepot.flows.take_bank_answer import take_bank_answer
from entrepot.flows.write_off_debt import write_off_debt
from entrepot.jobs import chargebacks, disputes, payments, sweeps
from entrepot.jobs import orders as order_jobs
from entrepot.kernel.money import Money
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import AccountRef, Kind
from entrepot.orders.terms import CancelReason
from entrepot.parties.services import save_bank_account
from entrepot.payments import queries
from entrepot.payments.services import hand_in_evidence, take_provider_event
from entrepot.payments.terms import ProviderSilent, RefundAsk, Scope, Verdict, Way
from entrepot.stock.services import issue_stock
from tests.disputes.make import LATER, Case, back, refund, told
from tests.flows import make
from tests.ledger import make as book
from tests.orders import make as order_make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.payments import make as payment_make
from tests.payments.make import AT, SECRET
from tests.payments.sandbox import Desk
from tests.payments.stripe_desk import BANKS
from tests.stock.make import article

MONDAY = AT.date() + timedelta(days=1)
DAY = timedelta(days=1)
BANK = {"name": "Entrepot", "country": "DE", "number": "DE89370400440532013000", "bic": "COBADEFFXXX"}


class Play:
    """One life. What was passed in an earlier one is not done again; what was under way is done again from its start."""

    def __init__(self, home: Path) -> None:
        self.kept = home / "passed"
        self.passed: dict[str, Any] = pickle.loads(self.kept.read_bytes()) if self.kept.exists() else {}
        self.desk = Desk(home)
        port = failpoints.outside(self.desk.provider, "provider")
        payments.provider = chargebacks.provider = lambda: port  # type: ignore[assignment]
        settings.PAYMENT_WEBHOOK_SECRET, settings.PAYOUT_BANK = SECRET, BANK

    def once(self, name: str, work: Callable[[], Any]) -> Any:
        """Do it and remember what came of it."""
        if name not in self.passed:
            self.passed[name] = work()
            new = self.kept.with_suffix(".new")
            new.write_bytes(pickle.dumps(self.passed))
            new.replace(self.kept)
        return self.passed[name]

    def work_off(self) -> None:
        """Run what waits for jobs, oldest first, as a worker would; a job whose worker died is still there."""
        while waiting := ProcrastinateJob.objects.exclude(task_name__startswith="carriage.").order_by("id").first():
            task = app.tasks[waiting.task_name]
            task.func(**waiting.args)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [waiting.id])

    def hear(self) -> None:
        """All that the provider ever said, once more: it is told at least once."""
        for body, headers in self.desk.signed():
            take_provider_event(body=body, headers=headers, secret=SECRET, at=AT)
        self.work_off()

    def ring_once(self) -> None:
        """One step of the provider's own clock; what comes back from a bank has arrived there first."""
        with self.desk.store.transaction():
            if due := self.desk.store.due_timer():
                self.desk.store.timer_done(due[0])
                self.desk.party.ring(due[1], due[2])

    def opened(self, name: str, **more: Any) -> make.Sale:
        sale: make.Sale = self.once(name, lambda: make.sale(page=False, **more))
        payments.open_intent(payment_id=sale.payment_id)
        return sale

    def paid(self, name: str, **more: Any) -> make.Sale:
        sale = self.opened(name, **more)
        self.desk.pay(sale.payment().intent_id)
        self.hear()
        return sale

    def delivered(self, name: str, **more: Any) -> tuple[make.Sale, tuple[int, int]]:
        sale = self.paid(name, **more)

        def deliver() -> list[tuple[int, int]]:
            for part in sale.order().consignments:
                variants = [line.variant_id for line in part.lines]
                issue_stock(order_id=sale.order_id, merchant_id=part.merchant_id, variant_ids=variants, at=AT)
            return sale.deliver()

        return sale, self.once(f"{name} delivered", deliver)[0]

    def refund(self, name: str, pair: tuple[int, int], minor: int | None = None) -> None:
        ask = RefundAsk(name, "test", Money(minor, "CNY") if minor else None)
        refund_consignment(consignment_id=pair[0], merchant_id=pair[1], ask=ask, at=AT)
        self.work_off()


def ordered(play: Play) -> None:
    def ready() -> Any:
        viewer, merchant = parties.shopper_viewer(), parties.merchant()
        assert viewer.shopper_id
        quote = order_make.quoted(Asked(merchant, article(merchant_id=merchant), 2), shopper_id=viewer.shopper_id)
        return viewer, quote, parties.address(shopper_id=viewer.shopper_id)

    viewer, quote, address = play.once("quote", ready)
    placed = place_order(viewer=viewer, quote_ref=quote, address_ref=address, key="k", at=AT)
    play.work_off()
    payment = queries.payment(viewer=viewer, ref=placed.payment_ref)
    payments.poll(timestamp=0)
    payments.check_payment(payment_id=payment.id)
    play.desk.pay(payment.intent_id)
    play.hear()
    _, pair = play.delivered("earned", merchants=2)
    release_hold(consignment_id=pair[0], merchant_id=pair[1], at=make.due())
    play.refund("after", pair, 2_000)
    waiting, held = play.delivered("asked for time")
    part = waiting.order().consignments[0]
    extend_release(
        viewer=waiting.viewer, order_ref=waiting.order().ref, consignment_ref=part.ref, days=0, reason="", key="k",
        at=part.release_at - 2 * DAY if "time" not in play.passed else play.passed["time"],
    )  # fmt: skip
    play.refund("before", held, 1_000)
    play.refund("all of it", held)
    confirmed, _ = play.delivered("confirmed")
    confirm_receipt(viewer=confirmed.viewer, order_ref=confirmed.order().ref, at=AT + DAY)


def given_up(play: Play) -> None:
    early = play.opened("given up")
    cancel_order(order_id=early.order_id, shopper_id=early.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    play.work_off()
    late = play.opened("paid late")
    play.desk.pay(late.payment().intent_id)
    cancel_order(order_id=late.order_id, shopper_id=late.shopper_id, reason=CancelReason.SHOPPER, at=AT)
    play.hear()
    (owed,) = queries.refunds_of(shopper_id=late.shopper_id, payment_id=late.payment_id)
    lost = payment_make.message("refund.failed", {"id": "x", "reference": owed.ref}, event_id="evt_lost")
    take_provider_event(body=lost[0], headers=lost[1], secret=SECRET, at=AT)
    declined = play.opened("declined")
    play.desk.pay(declined.payment().intent_id, "bad")
    play.desk.silent = True
    for body, headers in play.desk.signed():
        take_provider_event(body=body, headers=headers, secret=SECRET, at=AT)
    try:
        play.work_off()
    except ProviderSilent:
        pass
    play.desk.silent = False
    play.hear()


def promised(play: Play) -> None:
    mall = next(one for one in channels.channels() if one.slug == "mall")

    def careful(first: bool) -> None:
        set_channel(channel=replace(mall, authorise_first=first), valid_from=date(2025, 1, 1))
        channels.forget()

    play.once("careful", lambda: careful(True))
    sale = play.paid("promised", merchants=2)
    for part, verdict in zip(sale.order().consignments, (Verdict.AGREED, Verdict.DROPPED), strict=True):
        viewer = parties.merchant_viewer(merchant_id=part.merchant_id)
        answer_authorised(viewer=viewer, consignment_ref=part.ref, verdict=verdict, at=AT)
    play.work_off()
    payments.check_payment(payment_id=sale.payment_id)
    play.hear()
    play.once("careless", lambda: careful(False))


def charged_back(play: Play) -> None:
    for name, words in (("won", "It was delivered."), ("lost", "losing_evidence")):
        sale, pair = play.delivered(f"charged back {name}")
        if name == "lost":
            release_hold(consignment_id=pair[0], merchant_id=pair[1], at=make.due())
        play.once(f"dispute {name}", lambda sale=sale: play.desk.dispute(sale.payment().intent_id))
        chargebacks.catch_up(timestamp=0)
        play.work_off()
        viewer = play.once(f"team {name}", lambda pair=pair: parties.merchant_viewer(merchant_id=pair[1]))
        (part,) = queries.chargebacks_of(viewer=viewer, merchant_id=pair[1])
        said = {"text": words, "files": [], "complete": True, "at": AT}
        play.once(
            f"said {name}",
            lambda viewer=viewer, part=part, said=said, pair=pair: hand_in_evidence(
                viewer=viewer, merchant_id=pair[1], ref=part.ref, **said
            ),
        )
        play.work_off()
        play.desk.wait()
        play.hear()


def disputed(play: Play) -> None:
    staff = play.once("operator", parties.operator)
    for name, wanted in (("paid", refund(3_000)), ("sent back", back())):
        sale, pair = play.delivered(f"disputed {name}")
        team = play.once(f"merchant {name}", lambda pair=pair: parties.merchant_viewer(merchant_id=pair[1]))
        case = Case(sale, team, staff)
        case.open(wanted=wanted, key="open")
        case.say(team, Verb.AGREE, note="", key="agree") if f"agreed {name}" not in play.passed else None
        play.once(f"agreed {name}", lambda: None)
        if name == "sent back":
            send_return(viewer=case.shopper, ref=case.ref, told=told(key="sent"), carrier="SF", number="1", at=LATER)
            receive_return(viewer=team, ref=case.ref, restock=frozenset({1}), told=told(key="here"), at=LATER)
        disputes.settle(dispute_id=case.dispute.id, merchant_id=pair[1])
        play.work_off()
    disputes.sweep(timestamp=0)


def paid_out(play: Play) -> None:
    def owner(kind: str) -> int:
        merchant_id = payment_make.merchant_with_money(5_000)
        viewer = parties.merchant_viewer(merchant_id=merchant_id)
        save_bank_account(
            viewer=viewer, merchant_id=merchant_id, number=BANKS[kind], at=AT, holder="Orchards", country="US",
            bank_code="021000021",
        )  # fmt: skip
        return merchant_id

    for kind in ("destination", "closed", "returning"):
        merchant_id = play.once(f"to {kind}", lambda kind=kind: owner(kind))
        ref = open_payout(merchant_id=merchant_id, currency="USD", key="k", at=AT)
        play.work_off()
        team = play.once(
            f"team to {kind}", lambda merchant_id=merchant_id: parties.merchant_viewer(merchant_id=merchant_id)
        )
        payout = queries.payout(viewer=team, merchant_id=merchant_id, ref=ref)
        payments.poll_payouts(timestamp=0)
        for _ in range(4):
            play.ring_once()
            payments.check_payout(payout_id=payout.id, merchant_id=merchant_id)
            play.hear()
    run = play.once("in runs", lambda: [owner("destination") for _ in range(2)])
    assert run
    open_payout_run(day=MONDAY, way=Way.PROVIDER, scope=Scope.ALL, key="by provider", at=AT)
    play.work_off()
    play.desk.wait()
    play.hear()
    play.once("by file", lambda: [owner("destination") for _ in range(2)])
    made = open_payout_run(day=MONDAY, way=Way.BANK, scope=Scope.ALL, key="by bank", at=AT)
    boss = play.once("boss", parties.operator)
    lines = sorted(one.ref for one in queries.run_payouts(viewer=boss, run_id=made.id))
    answer = "reference,status\n" + "".join(
        f"{ref},{'failed' if number else 'confirmed'}\n" for number, ref in enumerate(lines)
    )
    take_bank_answer(viewer=boss, name="answer.csv", body=answer.encode(), at=AT)


def owed(play: Play) -> None:
    def debtor(has: int) -> int:
        merchant_id = payment_make.merchant_with_money(has)
        debt = AccountRef(Kind.MERCHANT_RECEIVABLE, merchant_id)
        lent = book.transfer(f"lent {merchant_id}", debit=debt, credit=AccountRef(Kind.FX_POSITION), minor=900)
        post_transfers(transfers=[lent], at=AT)
        return merchant_id

    merchant_id = play.once("debtor", lambda: debtor(300))
    sweeps.mature(timestamp=0)
    boss = play.once("boss", parties.operator)
    write_off_debt(
        viewer=boss, merchant_id=merchant_id, amount=Money(600, "USD"), reason="closed for good", key="w", at=AT
    )


def swept(play: Play) -> None:
    for job in (
        order_jobs.expire, order_jobs.free_lapsed, order_jobs.tend, order_jobs.forget_claims, sweeps.release_due,
        sweeps.void_overdue, sweeps.fold, chargebacks.hand_in_due,
    ):  # fmt: skip
        job(timestamp=0)
    play.hear()


STATIONS = (ordered, given_up, promised, charged_back, disputed, paid_out, owed, swept)


def live(home: Path, wanted: list[str]) -> None:
    """One life, from what the one before has left to its end."""
    play = Play(home)
    for station in STATIONS:
        if station.__name__ not in play.passed and (not wanted or station.__name__ in wanted):
            station(play)
            play.once(station.__name__, lambda: True)
    play.desk.close()


def main(home: Path, wanted: list[str], *, lives: int = 400) -> int:
    """Live until a life ends by itself; how many ended by a death is said last."""
    for number in range(lives):
        child = os.fork()
        if child == 0:
            try:
                live(home, wanted)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        ended = os.waitpid(child, 0)[1]
        if ended == 0:
            print(number)
            return 0
        if not os.WIFSIGNALED(ended):
            return 1
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
