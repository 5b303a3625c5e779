"""The depot: where house parcels come in, are weighed, put into master boxes and sent abroad with their papers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NewType

from entrepot.carriage.terms import Place
from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text

ParcelId = NewType("ParcelId", int)
BoxId = NewType("BoxId", int)


class ParcelState(StrEnum):
    """How far a house parcel has come inside the depot."""

    EXPECTED = "expected"
    RECEIVED = "received"
    PACKED = "packed"
    DISPATCHED = "dispatched"


class BoxState(StrEnum):
    """A master box takes parcels while it is open."""

    OPEN = "open"
    DISPATCHED = "dispatched"


class PaperKind(StrEnum):
    """Which authority's data a declaration holds.

    cbec: China's retail import by cross-border e-commerce; us_entry: lines for a US entry; postal: CN 23 content.
    """

    CBEC = "cbec"
    US_ENTRY = "us_entry"
    POSTAL = "postal"


@dataclass(frozen=True, slots=True)
class Site:
    """One depot. serves: countries whose merchants send here; registrations: codes the customs gave this market.

    registrations hold `ebpCode`, `customsCode`, `importer_of_record` ...; what is not entered is said to be missing.
    """

    code: str
    name: Text
    place: Place
    serves: tuple[str, ...]
    registrations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExpectedParcel:
    """A house parcel a merchant has handed over for the depot.

    barcode: the consignment's, which the merchant puts on it; grams: gross, as the merchant declared it.
    """

    merchant_id: int
    merchant_name: str
    consignment_id: int
    consignment_ref: str
    barcode: str
    site: str
    destination: str
    mode: str
    recipient: str
    grams: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A house parcel: one consignment in one package under its barcode, which is also its house waybill number.

    measured: grams on the depot's scale, None until weighed. differs: more than a tenth off the declared weight.
    """

    id: ParcelId
    barcode: str
    merchant_id: int
    merchant_name: str
    consignment_id: int
    consignment_ref: str
    site: str
    destination: str
    mode: str
    recipient: str
    pieces: int
    state: ParcelState
    grams: int
    measured: int | None
    differs: bool
    box_id: BoxId | None
    expected_at: datetime
    received_at: datetime | None

    @property
    def gross_grams(self) -> int:
        """The weight that counts: measured where it was."""
        return self.measured or self.grams


@dataclass(frozen=True, slots=True)
class Received:
    """What a scan did. again: it was in already, nothing changed."""

    parcel: Parcel
    again: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A master box for one destination and one way in."""

    id: BoxId
    ref: str
    barcode: str
    site: str
    destination: str
    mode: str
    state: BoxState
    opened_at: datetime
    dispatched_at: datetime | None
    parcels: int = 0
    grams: int = 0


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """One line as customs read it, from the frozen order line. net_grams: of the whole line; unit: price of one."""

    number: int
    sku: str
    title: str
    goods_code: str
    origin: str
    quantity: int
    net_grams: int
    unit: Money
    goods: Money
    duty: Money
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Declarable:
    """Everything the papers of one consignment are made of, copied from the order and never read again.

    payment_ref: the payment institution's transaction; paid: this consignment's part of it.
    tax: duty and taxes collected; freight: carriage and the charges that go with it. buyer_id: identity card number.
    goods and freight are as customs value them; discount: what of this was not paid, being deducted by no law.
    """

    consignment_ref: str
    merchant_name: str
    merchant_country: str
    merchant_city: str
    recipient: Place
    buyer_name: str
    buyer_phone: str
    buyer_id: str
    payment_ref: str
    payer_name: str
    paid: Money
    paid_at: datetime
    goods: Money
    freight: Money
    tax: Money
    lines: tuple[DeclaredLine, ...]
    discount: Money | None = None


Fields = dict[str, "str | Fields | list[Fields]"]


@dataclass(frozen=True, slots=True)
class Papers:
    """A consignment's customs data. missing: paths without which it cannot be filed; notes: what was assumed."""

    kind: PaperKind
    fields: Fields
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """Papers as they were written when the box left."""

    consignment_id: int
    consignment_ref: str
    parcel_barcode: str
    papers: Papers
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Worklist:
    """The depot's day: what comes, what lies here, what is being packed."""

    expected: tuple[Parcel, ...]
    expected_count: int
    received: tuple[Parcel, ...]
    received_count: int
    boxes: tuple[Box, ...] = field(default_factory=tuple)


class BarcodeUnreadable(Refused):
    """What was scanned is neither a barcode of ours nor a weight, or was misread."""

    code = "depot.barcode_unreadable"
    message = "{barcode} is not one of our barcodes."
    remedy = "Scan the Entrepot label again, or type the letters below the bars."


class ParcelUnknown(NotFound):
    """A barcode in our form that no parcel carries."""

    code = "depot.parcel_unknown"
    message = "No parcel with the barcode {barcode} is expected here."
    remedy = "Put it on the side for the shift lead: it may belong to another depot."


_STATE_WORDS: Final = {
    "expected": "not here yet",
    "received": "on the shelf",
    "packed": "in a box",
    "dispatched": "sent off",
}
_MODE_WORDS: Final = {
    "cbec_direct": "retail import (9610)",
    "cbec_bonded": "bonded retail import (1210)",
    "personal": "personal articles",
    "express": "express entry",
    "post": "post",
    "cargo": "general trade",
    "domestic": "domestic delivery",
}


class ParcelMoved(Conflict):
    """The parcel is not where the verb needs it."""

    words: ClassVar = {"state": _STATE_WORDS}

    code = "depot.parcel_moved"
    message = "The parcel {barcode} is {state}."
    remedy = "Look at the list again: somebody may have been faster."


class WeightImpossible(Refused):
    """A weight outside what a parcel can have."""

    code = "depot.weight_impossible"
    message = "{grams} g cannot be right."
    remedy = "Type whole grams between 1 and 30000."


class BoxUnknown(NotFound):
    """There is no such box."""

    code = "depot.box_unknown"
    message = "There is no box {box}."
    remedy = "Choose one of the open boxes."


class BoxClosed(Conflict):
    """The box has left."""

    code = "depot.box_closed"
    message = "The box {box} has been dispatched."
    remedy = "Open a new box."


class BoxMismatch(Refused):
    """Parcels of different destinations or ways in never share a box."""

    words: ClassVar = {"mode": _MODE_WORDS}

    code = "depot.box_mismatch"
    message = "The parcel {barcode} goes to {destination} by {mode}; this box does not."
    remedy = "Put it into a box for its own destination."


class BoxTooHeavy(Refused):
    """More than one box may weigh."""

    code = "depot.box_too_heavy"
    message = "With these parcels the box would weigh {grams} g; it takes {most} g."
    remedy = "Open another box."


class BoxEmpty(Refused):
    """Nothing to dispatch, or nothing chosen to pack."""

    code = "depot.box_empty"
    message = "There is nothing to pack or to send."
    remedy = "Choose at least one parcel."


class BoxChanged(Conflict):
    """A parcel went into the box while it was being sent off."""

    code = "depot.box_changed"
    message = "Somebody put another parcel into box {box} just now."
    remedy = "Look at the box again, then send it off."


class NoSite(Refused):
    """No depot serves the merchant's country."""

    code = "depot.no_site"
    message = "No depot takes parcels from {country}."
    remedy = "Send the consignment directly to the shopper."
