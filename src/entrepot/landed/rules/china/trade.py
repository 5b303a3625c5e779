"""General trade: duty, consumption tax and value added tax on the value with carriage."""

from entrepot.customs.rules import restriction_on
from entrepot.landed.rules.china.lookups import must_find, with_carriage
from entrepot.landed.rules.china.taxes import stack
from entrepot.landed.rules.working import ZERO, Sheet, Stop
from entrepot.landed.terms import Status, Step

_DENIED = "unregistered_producer"


def trade(sheet: Sheet) -> None:
    """General trade: each tax not levied when it comes to CNY 50 or less.

    Source: Tariff Law art. 33; MOF/GACC notices on the minimum of each tax. Read 22 November 2026.
    """
    _producers(sheet)
    values = with_carriage(sheet)
    sheet.customs_value = sum(values, ZERO)
    sheet.say("Dutiable value {value}: price, freight and insurance (CIF).", value=sheet.customs_value)
    sheet.regime = "general_trade"
    stack(sheet, values, must_find(sheet, "tax_minimum").amount)


def _producers(sheet: Sheet) -> None:
    """Food of an overseas producer needs that producer's registration; only its denial refuses, silence is noted.

    Source: GACC Decree 248 from 1 January 2022, Decree 280 from 1 June 2026.
    """
    for line in sheet.lines:
        stated = line.asked.facts.get("registered_producer")
        if not line.code or stated is True or "registered_producer" in line.claims:
            continue
        rule = restriction_on(
            law=sheet.law, code=line.code, origin=line.asked.origin, mode=_DENIED, claims=frozenset(line.claims)
        )
        if rule is None or _DENIED not in rule.modes:
            continue
        if stated is False:
            text = Step(rule.text["en"])
            sheet.say("Line {line}: {text} ({source})", line=line.index, text=text, source=rule.source)
            sheet.note(rule.text["en"])
            raise Stop(Status.REFUSED, "licence_missing")
        sheet.note("The producer is taken to be registered with Chinese customs ({source}).", source=rule.source)
