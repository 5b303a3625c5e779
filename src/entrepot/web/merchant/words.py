"""What the merchant's desk calls the states of a consignment and the carrier's news."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.carriage.terms import Step
from entrepot.catalogue.terms import LACK_WORDS, PICTURE_WORDS, Lack
from entrepot.channels import queries as channels
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.web.templating import text

_STAGES: dict[Stage, Promise] = {
    Stage.PLACED: _("Waiting for payment"),
    Stage.PAID: _("Paid"),
    Stage.SENT: _("Shipped"),
    Stage.RECEIVED: _("At the depot"),
    Stage.PACKED: _("Packed for dispatch"),
    Stage.DISPATCHED: _("On its way"),
    Stage.DELIVERED: _("Delivered"),
    Stage.RELEASED: _("Money released"),
    Stage.CANCELLED: _("Cancelled"),
    Stage.REFUSED: _("Refused by customs"),
    Stage.REFUNDED: _("Refunded"),
}
_STEPS: dict[Step, Promise] = {
    Step.LABEL_CREATED: _("Label made"),
    Step.PICKED_UP: _("Picked up by the carrier"),
    Step.CUSTOMS_EXPORT_CLEARED: _("Cleared for export"),
    Step.DEPARTED: _("Departed"),
    Step.ARRIVED: _("Arrived in the country"),
    Step.CUSTOMS_HELD: _("Held by customs"),
    Step.CUSTOMS_IMPORT_CLEARED: _("Cleared by customs"),
    Step.DELAYED: _("Delayed"),
    Step.OUT_FOR_DELIVERY: _("Out for delivery"),
    Step.DELIVERY_FAILED: _("Nobody was there"),
    Step.DELIVERED: _("Delivered"),
    Step.RETURNING: _("On its way back"),
    Step.RETURNED: _("Came back"),
    Step.LOST: _("Lost"),
}

_ACCOUNTS: dict[Kind, Promise] = {
    Kind.MERCHANT_PENDING: _("Not yet available"),
    Kind.MERCHANT_AVAILABLE: _("Available"),
    Kind.MERCHANT_RESERVE: _("Reserve"),
    Kind.MERCHANT_RECEIVABLE: _("You owe"),
}


def account_name(kind: Kind) -> str:
    """One of a merchant's own accounts, as the merchant reads it."""
    return str(_ACCOUNTS[kind])


def picture_trouble(why: str) -> str:
    """Why a picture could not be kept, in the reader's language."""
    return gettext(PICTURE_WORDS.get(why, PICTURE_WORDS[""]))


def channel_name(slug: str) -> str:
    """A channel in the reader's language; one that closed since keeps its slug."""
    return next((text(one.name) for one in channels.channels() if one.slug == slug), slug)


def lack_name(lack: Lack) -> str:
    """What a listing still needs, in the reader's language."""
    return gettext(LACK_WORDS[lack])


def moment_name(stage: Stage) -> str:
    """What happened when a consignment came into a state, in the reader's language."""
    return str(_("Ordered") if stage is Stage.PLACED else _STAGES[stage])


def step_name(step: Step) -> str:
    """The carrier's news in the reader's language."""
    return str(_STEPS[step])
