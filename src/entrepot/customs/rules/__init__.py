"""Reading rates as the law writes them, reading tariff files, and asking the law of a day."""

from entrepot.customs.rules.changes import Change, changes, counted, touched_codes
from entrepot.customs.rules.codes import (
    children_of,
    goods_at,
    goods_for,
    goods_on,
    goods_under,
    is_complete,
    leaves_of,
    schedule_from,
    successors_of,
)
from entrepot.customs.rules.countries import COUNTRIES
from entrepot.customs.rules.day import (
    claimable,
    covering,
    fees_on,
    measures_on,
    restriction_on,
    spared,
    threshold_on,
)
from entrepot.customs.rules.facts import COLUMNS, SHARED, PartFacts, newer_fields, part_facts
from entrepot.customs.rules.index import compiled, entries_on, indexed
from entrepot.customs.rules.plan import Plan, Stored, following, planned, spliced
from entrepot.customs.rules.rates import duty_at, rate_expression
from entrepot.customs.rules.starter import TariffHead, tariff_head, tariff_rows
from entrepot.customs.terms import Dated, Rows

__all__ = [
    "COLUMNS",
    "COUNTRIES",
    "SHARED",
    "Change",
    "Dated",
    "PartFacts",
    "Plan",
    "Rows",
    "Stored",
    "TariffHead",
    "changes",
    "children_of",
    "claimable",
    "compiled",
    "counted",
    "covering",
    "duty_at",
    "entries_on",
    "fees_on",
    "following",
    "goods_at",
    "goods_for",
    "goods_on",
    "goods_under",
    "indexed",
    "is_complete",
    "leaves_of",
    "measures_on",
    "newer_fields",
    "part_facts",
    "planned",
    "rate_expression",
    "restriction_on",
    "schedule_from",
    "spared",
    "spliced",
    "successors_of",
    "tariff_head",
    "tariff_rows",
    "threshold_on",
    "touched_codes",
]
