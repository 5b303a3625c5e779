"""What the depot's pages call ways in, states, tracking steps and papers."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.carriage.terms import Step
from entrepot.depot.terms import BoxState, PaperKind, ParcelState
from entrepot.web.templating import country

_MODES: Mapping[str, Promise] = {
    "cbec_direct": _("Retail import (9610)"),
    "cbec_bonded": _("Bonded retail import (1210)"),
    "personal": _("Personal articles"),
    "express": _("Express entry"),
    "post": _("Post"),
    "cargo": _("General trade"),
    "domestic": _("Domestic"),
}
_STATES: Mapping[ParcelState | BoxState, tuple[Promise, str]] = {
    ParcelState.EXPECTED: (_("Expected"), ""),
    ParcelState.RECEIVED: (_("Received"), "going"),
    ParcelState.PACKED: (_("In a box"), "going"),
    ParcelState.DISPATCHED: (_("Sent off"), "quiet"),
    BoxState.OPEN: (_("Being packed"), "going"),
}
_STEPS: Mapping[Step, Promise] = {
    Step.LABEL_CREATED: _("Air waybill issued"),
    Step.PICKED_UP: _("Picked up by the carrier"),
    Step.CUSTOMS_EXPORT_CLEARED: _("Cleared for export"),
    Step.DEPARTED: _("Departed"),
    Step.ARRIVED: _("Arrived in the country"),
    Step.CUSTOMS_HELD: _("Held by customs"),
    Step.CUSTOMS_IMPORT_CLEARED: _("Cleared by customs"),
    Step.DELAYED: _("Delayed"),
    Step.OUT_FOR_DELIVERY: _("Out for delivery"),
    Step.DELIVERY_FAILED: _("Delivery failed"),
    Step.DELIVERED: _("Delivered"),
    Step.RETURNING: _("On its way back"),
    Step.RETURNED: _("Returned"),
    Step.LOST: _("Lost"),
}
_PAPERS: Mapping[PaperKind, Promise] = {
    PaperKind.CBEC: _("China retail import: order, payment, waybill, list"),
    PaperKind.US_ENTRY: _("US entry lines"),
    PaperKind.POSTAL: _("Postal content list (CN 23)"),
}
_NOTES: Mapping[str, Promise] = {
    "inventory.lines.unit1: the legal unit is taken to be the kilogram": _(
        "inventory.lines.unit1: the legal unit is taken to be the kilogram"
    ),
    "entry.entryType: the value is not in dollars; check it against the informal limit": _(
        "entry.entryType: the value is not in dollars; check it against the informal limit"
    ),
}
_MESSAGES: Mapping[str, Promise] = {
    "order": _("Order (311)"),
    "payment": _("Payment (411)"),
    "logistics": _("Waybill (511)"),
    "inventory": _("List (621)"),
    "entry": _("Entry"),
    "manifest": _("Manifest"),
    "item": _("Item"),
    "sender": _("Sender"),
    "addressee": _("Addressee"),
    "postage": _("Postage"),
    "lines": _("Lines"),
}


def mode_name(mode: str) -> str:
    """The way goods enter, in the reader's language."""
    return str(_MODES.get(mode, mode))


def state_name(state: ParcelState | BoxState) -> tuple[str, str]:
    """A state and its badge's tone."""
    name, tone = _STATES.get(state, (_("Sent off"), "quiet"))
    return str(name), tone


def step_name(step: Step) -> str:
    """A tracking step."""
    return str(_STEPS[step])


def place_name(written: str) -> str:
    """A carrier's `Ontario, US` with the country's name."""
    town, comma, code = written.rpartition(", ")
    return f"{town}{comma}{country(code)}"


def note_name(note: str) -> str:
    """A remark of the papers."""
    return str(_NOTES.get(note, note))


def paper_name(kind: PaperKind) -> str:
    """Which authority's data it is."""
    return str(_PAPERS[kind])


def message_name(name: str) -> str:
    """A part of the papers."""
    return str(_MESSAGES.get(name, name))


def waybill_written(number: str) -> str:
    """An air waybill number as the trade writes it: 000-1234 5675."""
    return f"{number[:3]}-{number[3:7]} {number[7:]}" if len(number) == 11 and number.isdigit() else number
