"""What is in the viewer's basket."""

import msgspec
from django.db import connection

from entrepot.base.calls import Ask
from entrepot.basket import rules
from entrepot.basket.terms import Basket, BasketLine
from entrepot.parties.terms import Viewer


def basket(*, viewer: Viewer) -> Basket:
    """The viewer's own basket; empty for somebody who has put nothing into one. One statement."""
    return basket_of_shopper(shopper_id=viewer.shopper_id or 0)


def basket_of_shopper(*, shopper_id: int) -> Basket:
    """The shopper's basket, for verbs that act for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.ref, b.codes, b.delivery::text, l.merchant_id, l.variant_id, l.channel, l.quantity
                 FROM basket_basket b LEFT JOIN basket_line l ON l.shopper_id = b.shopper_id AND l.basket_id = b.id
                WHERE b.shopper_id = %s ORDER BY l.id""",
            [shopper_id],
        )
        rows = cursor.fetchall()
    if not rows:
        return Basket("", shopper_id, (), rules.fingerprint(lines=()))
    ref, codes, delivery = rows[0][:3]
    lines = tuple(BasketLine(*row[3:]) for row in rows if row[3] is not None)
    chosen = msgspec.json.decode(delivery, type=dict[str, str])
    return Basket(ref, shopper_id, lines, rules.fingerprint(lines=lines), tuple(codes) if lines else (), chosen)


def fingerprint_ask(*, shopper_id: int) -> Ask[str]:
    """The fingerprint of the shopper's basket, for verbs that read several things at once."""
    return Ask(
        """(SELECT json_agg(json_build_array(l.merchant_id, l.variant_id, l.channel, l.quantity))::text
              FROM basket_line l WHERE l.shopper_id = %s)""",
        (shopper_id,),
        _fingerprint,
    )


def _fingerprint(told: str | None) -> str:
    rows = msgspec.json.decode(told or "[]", type=list[tuple[int, int, str, int]])
    return rules.fingerprint(lines=[BasketLine(*row) for row in rows])
