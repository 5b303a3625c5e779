"""What settling a payment needs of its order, and what placing one needs to know of those before; read without a lock."""

from typing import Final

import msgspec

from entrepot.base.calls import Ask
from entrepot.orders.queries.views import MoneyColumns, shares
from entrepot.orders.terms import KnownOrder, OrderId, OrderMoney, OrderUnknown, State
from entrepot.parties.terms import Address


class _Told(msgspec.Struct):
    """What orders_money tells."""

    state: State
    merchants: tuple[int, ...]
    parts: list[MoneyColumns]


_told: Final = msgspec.json.Decoder(_Told)
_known: Final = msgspec.json.Decoder(list[tuple[OrderId, str, State, str, str, Address]])


def order_money_ask() -> Ask[OrderMoney]:
    """The order's state and the money of its consignments, of a source that names `s.shopper` and `s.an_order`.

    Its answer raises OrderUnknown.
    """
    return Ask("orders_money(s.shopper, s.an_order)", (), _money)


def known_orders_ask(*, shopper_id: int, key: str, quote_ref: str) -> Ask[tuple[KnownOrder, ...]]:
    """The same as `known_orders`, for verbs that read several things at once."""
    return Ask(
        """(SELECT json_agg(json_build_array(o.id, o.ref, o.state, o.key, o.quote_ref, o.address) ORDER BY o.id)::text
              FROM orders_order o WHERE o.shopper_id = %s AND (o.key = %s OR o.quote_ref = %s))""",
        (shopper_id, key, quote_ref),
        lambda told: tuple(KnownOrder(*row) for row in _known.decode(told)) if told else (),
    )


def claim_ask(*, shopper_id: int, quote_ref: str) -> Ask[OrderId | None]:
    """The order id that goods were promised to for this quote, when that was done before its order was written."""
    return Ask(
        "(SELECT c.order_id::text FROM orders_claim c WHERE c.shopper_id = %s AND c.quote_ref = %s)",
        (shopper_id, quote_ref),
        lambda told: OrderId(int(told)) if told is not None else None,
    )


def _money(told: str | None) -> OrderMoney:
    if told is None:
        raise OrderUnknown
    found = _told.decode(told)
    return OrderMoney(found.state, found.merchants, tuple([shares(row=part, fx=part.fx) for part in found.parts]))
