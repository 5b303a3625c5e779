"""Chargebacks at the payment provider: brought up to date, answered with evidence, none missed."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.outbox import defer
from entrepot.flows.end_chargeback import end_chargeback
from entrepot.flows.open_chargeback import open_chargeback
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.payments import queries
from entrepot.payments.adapters import provider
from entrepot.payments.rules import to_hand_in
from entrepot.payments.services import flag_payment, keep_missed_message, record_answer
from entrepot.payments.terms import (
    ChargebackPart,
    EvidenceFile,
    Outcome,
    ProviderChargeback,
    ProviderRefused,
    ProviderSilent,
)

_RETRY: Final = RetryStrategy(max_attempts=6, exponential_wait=2, retry_exceptions={ProviderSilent, OperationalError})
_SUBJECT: Final = gettext_noop("A shopper's bank has taken a payment back: {chargeback}")
_LETTER: Final = gettext_noop("The card's bank disputes {amount}. Hand in what shows that you delivered, by {day}.")
# Providers send a message again for days; what still got lost is fetched as far back as that.
_LOOK_BACK: Final = timedelta(hours=74)


def bring_chargeback_up_to_date(*, said: ProviderChargeback) -> Outcome:
    """Book what the provider says of a chargeback; whatever order the news came in, it ends the same."""
    payment = queries.payment_at_provider(reference=said.reference)
    if payment is None:
        return Outcome.UNMATCHED
    return _apply(payment.id, said)


def _apply(payment_id: int, said: ProviderChargeback) -> Outcome:
    known = open_chargeback(payment_id=payment_id, said=said, at=clock.now())
    end_chargeback(chargeback_id=known.id, shopper_id=known.shopper_id, said=said, at=clock.now())
    return Outcome.APPLIED


@app.task(name="payments.check_chargeback", retry=_RETRY)
def check_chargeback(*, chargeback_id: int, shopper_id: int) -> None:
    """Bring one chargeback up to date, whatever was lost on the way."""
    known = queries.chargeback_by_id(chargeback_id=chargeback_id, shopper_id=shopper_id)
    _apply(known.payment_id, provider().chargeback(chargeback_id=known.provider_id))


@app.task(name="payments.answer_chargeback", retry=_RETRY)
def answer_chargeback(*, chargeback_id: int, shopper_id: int) -> None:
    """Hand the merchants' evidence in: all of it at once, since the bank takes it only once."""
    known = queries.chargeback_by_id(chargeback_id=chargeback_id, shopper_id=shopper_id)
    order = orders.order_for_payment(order_id=known.order_id, shopper_id=shopper_id)
    owners = order.merchant_ids
    parts = queries.parts_of_chargeback(chargeback_id=chargeback_id, merchant_ids=owners)
    if known.answered_at or known.ended_at or not to_hand_in(parts=parts, due_by=known.due_by, at=clock.now()):
        return
    try:
        said = provider().answer_chargeback(
            key=known.ref, chargeback_id=known.provider_id, text=_text(parts), files=_files(parts)
        )
    except ProviderRefused as no:
        flag_payment(payment_id=known.payment_id, shopper_id=shopper_id, trouble=no.text())
        return
    record_answer(chargeback=known, merchant_ids=owners, at=clock.now())
    _apply(known.payment_id, said)


def _text(parts: tuple[ChargebackPart, ...]) -> str:
    if len(parts) == 1:
        return parts[0].text
    return "\n\n".join(f"{part.ref}: {part.text}" for part in parts if part.text)


def _files(parts: tuple[ChargebackPart, ...]) -> list[EvidenceFile]:
    return [one for part in parts for one in queries.evidence_of(part_id=part.id, merchant_id=part.merchant_id)]


@app.task(name="payments.write_chargeback")
def write_chargeback(*, merchant_id: int, ref: str) -> None:
    """Write to a merchant's people that the card's bank took a payment back, and until when they can answer."""
    part = queries.part_by_ref(merchant_id=merchant_id, ref=ref)
    slug = parties.merchant(merchant_id=merchant_id).slug
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    for address, language in parties.letter_boxes(merchant_id=merchant_id):
        with translation.override(language):
            subject = gettext(_SUBJECT).format(chargeback=part.ref)
            until = part.due_by.strftime("%Y-%m-%d %H:%M UTC") if part.due_by else "-"
            page = settings.SITE_URL.rstrip("/") + reverse("merchant-chargeback", args=[slug, part.ref])
            body = "\n".join([gettext(_LETTER).format(amount=part.amount, day=until), "", page])
        defer(
            "mail.send", to=[address], subject=subject, body=body, from_email=settings.DEFAULT_FROM_EMAIL,
            message_id=f"<{part.ref}.{new_reference('msg')}@{host}>",
        )  # fmt: skip


@app.periodic(cron="*/15 * * * *")
@app.task(name="payments.hand_in_due", queueing_lock="payments.hand_in_due")
def hand_in_due(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Hand in what there is where the bank's date is near."""
    for chargeback_id, shopper_id in queries.chargebacks_due(at=clock.now()):
        defer("payments.answer_chargeback", chargeback_id=chargeback_id, shopper_id=shopper_id)


@app.periodic(cron="11 * * * *")
@app.task(name="payments.catch_up", queueing_lock="payments.catch_up")
def catch_up(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Fetch the messages about chargebacks and payouts that never reached us, and ask about what has not ended."""
    try:
        for message in provider().messages(since=clock.now() - _LOOK_BACK):
            keep_missed_message(message=message, at=clock.now())
    except ProviderSilent:
        # The next hour asks again.
        return
    for chargeback_id, shopper_id in queries.chargebacks_standing():
        defer(
            "payments.check_chargeback", once=f"check_chargeback/{chargeback_id}",
            chargeback_id=chargeback_id, shopper_id=shopper_id,
        )  # fmt: skip
