"""Why an order or a consignment cannot be as asked, with the words people read for their codes."""

from typing import ClassVar, Final

from entrepot.kernel.errors import NotFound, Refused


class OrderUnknown(NotFound):
    """There is no such order, or it is not the viewer's."""

    code = "orders.unknown"
    message = "We could not find that order."
    remedy = "Look for it in the list of your orders."


class ConsignmentUnknown(NotFound):
    """There is no such consignment, or it is not the viewer's."""

    code = "orders.consignment_unknown"
    message = "We could not find that consignment."
    remedy = "Check the number, or look for it in the list."


_VERB_WORDS: Final = {
    "pay": "be paid",
    "finish": "be completed",
    "cancel": "be cancelled",
    "send": "be handed over",
    "receive": "be received at the depot",
    "pack": "be packed into a box",
    "dispatch": "be sent off",
    "deliver": "be marked as delivered",
    "release": "have its money released",
    "undo": "be taken back",
    "refuse": "be refused by customs",
    "give_back": "have its money given back",
}
_STATE_WORDS: Final = {
    "placed": "waiting for payment",
    "paid": "paid and not handed over yet",
    "done": "complete",
    "sent": "handed over by the merchant",
    "received": "at the depot",
    "packed": "packed into a box",
    "dispatched": "on its way",
    "delivered": "delivered",
    "released": "complete, its money released",
    "cancelled": "cancelled",
    "refused": "refused by customs",
    "refunded": "ended, its money given back",
}


class WrongMoment(Refused):
    """The state does not allow it."""

    code = "orders.wrong_moment"
    message = "It cannot {verb} now, because it is {state}."
    words: ClassVar = {"verb": _VERB_WORDS, "state": _STATE_WORDS}
    remedy = "Reload the page to see how it stands."


class BasketChanged(Refused):
    """The basket is not what was quoted."""

    code = "orders.basket_changed"
    message = "The basket has changed since the prices were calculated."
    remedy = "Look at the new total and confirm again."


class NotDeliverable(Refused):
    """The quote refuses articles of the basket."""

    code = "orders.not_deliverable"
    message = "These articles cannot be sent to you: {articles}."
    remedy = "Take them out of the basket and confirm again."


class AddressElsewhere(Refused):
    """The quote is for another country or region than the address."""

    code = "orders.address_elsewhere"
    message = "The prices are for {quoted}, the address is in {address}."
    remedy = "Choose an address there, or have the prices calculated for this one."


class QuoteUsed(Refused):
    """An order was made from this quote before and has ended."""

    code = "orders.quote_used"
    message = "These prices were used for order {order}, which was cancelled."
    remedy = "Open the basket again to get new prices."


class KeyReused(Refused):
    """The key came before with another quote."""

    code = "orders.key_reused"
    message = "This key was used before for another order."
    remedy = "Use a new key for a new order."


class NotExpired(Refused):
    """The order may still be paid."""

    code = "orders.not_expired"
    message = "The order can be paid until {expires_at}."
    remedy = "Wait until then."


class NothingToConfirm(Refused):
    """Nothing of the order has been delivered or is on its last way."""

    code = "orders.nothing_to_confirm"
    message = "Nothing of this order has arrived yet."
    remedy = "Confirm when the parcel is in your hands."
