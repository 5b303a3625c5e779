"""What settling needs to know of a payment; read without a lock, so its write says again what was read."""

from typing import Final

import msgspec

from entrepot.base.calls import Ask, Call
from entrepot.kernel.money import Money
from entrepot.payments.terms import PaymentToSettle, PaymentUnknown, State

_found: Final = msgspec.json.Decoder(tuple[int, str, int, int, State, int, str, str])


def found_payment(*, payment_id: int = 0, reference: str = "") -> Call:
    """The source of `payment_ask`: one payment by its key or by our reference, whoever's it is."""
    return Call("payments_found(%s, %s)", (payment_id, reference))


def payment_ask() -> Ask[PaymentToSettle]:
    """The payment of `found_payment`; its answer raises PaymentUnknown."""
    return Ask("s.told", (), _to_settle)


def _to_settle(told: str | None) -> PaymentToSettle:
    if told is None:
        raise PaymentUnknown
    payment_id, ref, shopper_id, order_id, state, minor, currency, intent_id = _found.decode(told)
    return PaymentToSettle(payment_id, ref, shopper_id, order_id, state, Money(minor, currency), intent_id)
