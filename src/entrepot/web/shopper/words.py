"""What shoppers read for the states of their orders, parcels and the carrier's news."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop

from entrepot.carriage.terms import Step
from entrepot.orders.terms import Stage, State

# Sentence and tone of each state; ochre while we hold the money, green once it has gone where it belongs.
STAGES: Final[Mapping[Stage, tuple[str, str]]] = {
    Stage.PLACED: (gettext_noop("Waiting for payment"), ""),
    Stage.PAID: (gettext_noop("The merchant is preparing it"), "held"),
    Stage.SENT: (gettext_noop("Handed over by the merchant"), "going"),
    Stage.RECEIVED: (gettext_noop("At our depot"), "going"),
    Stage.PACKED: (gettext_noop("Packed for the flight"), "going"),
    Stage.DISPATCHED: (gettext_noop("On its way"), "going"),
    Stage.DELIVERED: (gettext_noop("Delivered"), "held"),
    Stage.RELEASED: (gettext_noop("Complete"), "arrived"),
    Stage.CANCELLED: (gettext_noop("Cancelled"), ""),
    Stage.REFUSED: (gettext_noop("Refused by customs"), "refused"),
    Stage.REFUNDED: (gettext_noop("Your money is on its way back"), ""),
}
# What a state is called once it is a moment of the past.
HAPPENED: Final[Mapping[Stage, str]] = {
    Stage.PLACED: gettext_noop("Ordered"),
    Stage.PAID: gettext_noop("Paid; the merchant is preparing it"),
    Stage.RELEASED: gettext_noop("Complete; the money has been released to the merchant"),
}
STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.PLACED: (gettext_noop("Waiting for payment"), ""),
    State.PAID: (gettext_noop("Paid"), "held"),
    State.DONE: (gettext_noop("Complete"), "arrived"),
    State.CANCELLED: (gettext_noop("Cancelled"), ""),
}
STEPS: Final[Mapping[Step, str]] = {
    Step.LABEL_CREATED: gettext_noop("The carrier knows of the parcel"),
    Step.PICKED_UP: gettext_noop("The carrier has the parcel"),
    Step.CUSTOMS_EXPORT_CLEARED: gettext_noop("Cleared for export"),
    Step.DEPARTED: gettext_noop("Left the country"),
    Step.ARRIVED: gettext_noop("Arrived in the country"),
    Step.CUSTOMS_HELD: gettext_noop("Customs are looking at it"),
    Step.CUSTOMS_IMPORT_CLEARED: gettext_noop("Cleared through customs"),
    Step.DELAYED: gettext_noop("Delayed"),
    Step.OUT_FOR_DELIVERY: gettext_noop("Out for delivery"),
    Step.DELIVERY_FAILED: gettext_noop("Nobody was there; the carrier tries again"),
    Step.DELIVERED: gettext_noop("Delivered"),
    Step.RETURNING: gettext_noop("On its way back"),
    Step.RETURNED: gettext_noop("Returned to the sender"),
    Step.LOST: gettext_noop("Lost; we are looking into it"),
}
# Before it is paid there is nothing to claim, and nothing after all of it went back.
UNCLAIMED: Final = frozenset({Stage.PLACED, Stage.CANCELLED, Stage.REFUSED, Stage.REFUNDED})
TROUBLED: Final = frozenset({Step.DELIVERY_FAILED, Step.RETURNING, Step.RETURNED, Step.LOST})
