"""What was scanned, weights that do not agree, and what may share a master box."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

from entrepot.depot.terms import (
    BarcodeUnreadable,
    Box,
    BoxClosed,
    BoxId,
    BoxMismatch,
    BoxState,
    BoxTooHeavy,
    Parcel,
    ParcelMoved,
    ParcelState,
    WeightImpossible,
)
from entrepot.kernel.ids import ALPHABET

PARCEL_GRAMS_MAX: Final = 30_000
# What one person with a pallet jack and one air waybill of ours handles; a depot may set less by hand.
BOX_GRAMS_MAX: Final = 300_000
_LETTERS: Final = ALPHABET.upper()
_PARCEL: Final = re.compile(rf"CSN[{_LETTERS}]{{16}}")
_BOX: Final = re.compile(rf"MB[{_LETTERS}]{{11}}")
_WEIGHT: Final = re.compile(r"([0-9]{1,6})\s*(?:g|克)?")
_KILOGRAMS: Final = re.compile(r"([0-9]{1,3}[.][0-9]{1,3})\s*(?:kg|公斤|千克)?")


class Scanned(StrEnum):
    """What kind of thing a scan or typed line is."""

    PARCEL = "parcel"
    BOX = "box"
    WEIGHT = "weight"


def scan_read(*, scanned: str) -> tuple[Scanned, str]:
    """What came from the scanner, the scale or the keyboard: a parcel's or box's barcode, or a weight in grams.

    Spaces, hyphens, underscores and case do not matter, O, I and L are taken as 0 and 1; `1.250` is kilograms.
    Raises BarcodeUnreadable for anything else, and for a box whose check letter is wrong.
    """
    typed = scanned.strip()
    if weight := _WEIGHT.fullmatch(typed.lower()):
        return Scanned.WEIGHT, str(int(weight[1]))
    if weight := _KILOGRAMS.fullmatch(typed.lower()):
        return Scanned.WEIGHT, str(int(Decimal(weight[1]) * 1000))
    plain = re.sub(r"[\s_-]", "", typed).upper()
    head = 3 if plain.startswith("CSN") else 2
    code = plain[:head] + plain[head:].translate(str.maketrans("OIL", "011"))
    if _PARCEL.fullmatch(code):
        return Scanned.PARCEL, code
    if _BOX.fullmatch(code) and _check(code[2:-1]) == code[-1]:
        return Scanned.BOX, code
    raise BarcodeUnreadable(barcode=typed[:40])


def parcel_barcode(*, scanned: str) -> str:
    """A scan that must be a house parcel's. Raises BarcodeUnreadable for a box, a weight or nothing of ours."""
    kind, code = scan_read(scanned=scanned)
    if kind is not Scanned.PARCEL:
        raise BarcodeUnreadable(barcode=scanned.strip()[:40])
    return code


def box_barcode(*, ref: str) -> str:
    """The barcode of a master box from its fresh reference: MB, ten letters of it and a check letter."""
    body = ref.rpartition("_")[2][:10].upper()
    return f"MB{body}{_check(body)}"


def _check(body: str) -> str:
    # Luhn's scheme in base 32: every other letter counts twice, the digits of the double are added.
    total = 0
    for place, letter in enumerate(reversed(body)):
        value = _LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _LETTERS[-total % 32]


def gross_estimate(*, net_grams: int) -> int:
    """What a parcel is declared to weigh when its merchant did not say: the goods, and a tenth or 50 g for packing."""
    return net_grams + max(50, net_grams // 10)


def weight_checked(*, grams: int) -> int:
    """A weight a parcel can have. Raises WeightImpossible."""
    if not 0 < grams <= PARCEL_GRAMS_MAX:
        raise WeightImpossible(grams=grams)
    return grams


def weight_differs(*, declared: int, measured: int | None) -> bool:
    """Whether the scale is more than a tenth off what the merchant declared: worth opening the parcel."""
    return measured is not None and abs(measured - declared) * 10 > declared


def check_shared_box(*, parcels: Iterable[Parcel], box: Box) -> None:
    """Parcels may share a box of one depot, one destination and one way in, up to its weight.

    A retail CBEC parcel stays one order under one house waybill inside it. Raises BoxMismatch, BoxTooHeavy.
    """
    grams = box.grams
    for parcel in parcels:
        if (parcel.site, parcel.destination, parcel.mode) != (box.site, box.destination, box.mode):
            raise BoxMismatch(barcode=parcel.barcode, destination=parcel.destination, mode=parcel.mode)
        grams += parcel.gross_grams
    if grams > BOX_GRAMS_MAX:
        raise BoxTooHeavy(grams=grams, most=BOX_GRAMS_MAX)


def box_shared(*, parcels: Sequence[Parcel]) -> BoxId | None:
    """The one box in which all of these lie already, or nothing."""
    boxes = {parcel.box_id for parcel in parcels}
    return boxes.pop() if len(boxes) == 1 else None


def to_pack(*, parcels: Sequence[Parcel], box: Box) -> tuple[Parcel, ...]:
    """Which of these still go into the box: those that do not lie in it.

    Raises BoxClosed when some would have to go into a box that has left, ParcelMoved for one that is elsewhere,
    BoxMismatch, BoxTooHeavy.
    """
    outside = tuple(parcel for parcel in parcels if parcel.box_id != box.id)
    if outside and box.state is not BoxState.OPEN:
        raise BoxClosed(box=box.barcode)
    for parcel in outside:
        if parcel.state is not ParcelState.RECEIVED:
            raise ParcelMoved(barcode=parcel.barcode, state=parcel.state.value)
    check_shared_box(parcels=outside, box=box)
    return outside
