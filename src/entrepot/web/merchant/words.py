"""What the merchant's desk calls the states of a consignment and the carrier's news."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.carriage.terms import Step
from entrepot.catalogue.terms import Lack
from entrepot.channels import queries as channels
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
_LACKS: dict[Lack, Promise] = {
    Lack.TITLE: _("a title"),
    Lack.GOODS_CODE: _("a goods code"),
    Lack.ORIGIN: _("the country of origin"),
    Lack.WEIGHT: _("a weight"),
    Lack.PRICE: _("a price"),
}

_FIELDS: dict[str, Promise] = {
    "title": _("Title"),
    "origin": _("Country of origin"),
    "goods_code": _("Goods code"),
    "gross_grams": _("Weight in grams"),
    "net_grams": _("Weight in grams"),
    "price": _("Price"),
    "empty": _("empty"),
}


_PICTURES: dict[str, Promise] = {
    "not_a_picture": _("it is not a JPEG, PNG, WebP or GIF"),
    "too_large": _("it is larger than 20 MB"),
    "too_many_pixels": _("it has more than 50 million pixels"),
    "too_slow": _("it took too long"),
    "address_not_public": _("the address is not on the open internet"),
    "address_not_allowed": _("the address is not an ordinary web address"),
    "status_404": _("there is nothing at the address"),
    "status_403": _("the address asks for a sign-in"),
}


def picture_trouble(why: str) -> str:
    """Why a picture could not be kept, in the reader's language."""
    return str(_PICTURES.get(why, _("the address did not answer")))


def channel_name(slug: str) -> str:
    """A channel in the reader's language; one that closed since keeps its slug."""
    return next((text(one.name) for one in channels.channels() if one.slug == slug), slug)


def field_name(name: object) -> object:
    """A field of a listing, or an empty value, in the reader's language; anything else as it came."""
    return _FIELDS.get(name, name) if isinstance(name, str) else name


def lack_name(lack: Lack) -> str:
    """What a listing still needs, in the reader's language."""
    return str(_LACKS[lack])


def moment_name(stage: Stage) -> str:
    """What happened when a consignment came into a state, in the reader's language."""
    return str(_("Ordered") if stage is Stage.PLACED else _STAGES[stage])


def step_name(step: Step) -> str:
    """The carrier's news in the reader's language."""
    return str(_STEPS[step])
