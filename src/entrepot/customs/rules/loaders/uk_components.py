"""Duty expressions of the UK and EU tariffs: components put together to a rate, or said to be beyond it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from entrepot.customs.rules.loaders.written import percent_text


class MeasureComponent(msgspec.Struct):
    """One component. duty_expression_id: 01 and 04 are `%` or an amount, added; 15 a minimum, 17 and 35 a maximum."""

    duty_expression_id: str
    duty_amount: Decimal | None = None
    monetary_unit_code: str | None = None
    measurement_unit_code: str | None = None
    measurement_unit_qualifier_code: str | None = None


class Condition(msgspec.Struct):
    """One condition. document_code: the certificate it asks for; condition_code V: an entry price."""

    condition_code: str
    document_code: str | None = None
    action: str | None = None
    measure_condition_components: list[MeasureComponent] = []


# Source: TARIC measurement units: DTN 100 kg, TNE 1,000 kg, MIL 1,000 pieces, HLT 100 litres, CEN 100 pieces.
_UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "KGM": ("kg", 1), "DTN": ("kg", 100), "TNE": ("kg", 1000), "NAR": ("each", 1), "MIL": ("each", 1000),
    "CEN": ("each", 100), "LTR": ("l", 1), "HLT": ("l", 100), "MTK": ("m2", 1), "MTQ": ("m3", 1), "GRM": ("g", 1),
    "NPR": ("pr.", 1),
}  # fmt: skip
_SUMMED: Final = frozenset({"01", "04", "19", "20"})
_UNKNOWN: Final = "unknown"


def expression(*, components: Sequence[MeasureComponent], conditions: Sequence[Condition]) -> tuple[str, str]:
    """The rate as we write it, and a note; `unknown` for minima, entry prices, strengths and agricultural components."""
    if not components:
        priced = [one for one in conditions if one.condition_code == "V"]
        if priced:
            return _UNKNOWN, "The duty goes by the entry price of the consignment: not computed."
        return _UNKNOWN, ""
    pieces = [_piece(one) for one in components]
    if any(piece == _UNKNOWN for piece in pieces):
        return _UNKNOWN, ""
    told = [piece for piece in pieces if piece != "Free"]
    return " + ".join(told) or "Free", ""


def _piece(one: MeasureComponent) -> str:
    if one.duty_expression_id not in _SUMMED or one.duty_amount is None:
        return _UNKNOWN
    if one.measurement_unit_code is None:
        return percent_text(value=one.duty_amount) if one.monetary_unit_code is None else _UNKNOWN
    unit = _UNITS.get(one.measurement_unit_code)
    if unit is None or one.measurement_unit_qualifier_code or one.monetary_unit_code is None:
        return _UNKNOWN
    name, size = unit
    amount = one.duty_amount / size
    return f"{one.monetary_unit_code} {amount.normalize():f}/{name}" if amount else "Free"
