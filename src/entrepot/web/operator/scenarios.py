"""What if: the operator tries a change of the law on the market's offers, and sees prices and demand."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from markupsafe import Markup

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import CategoryNode
from entrepot.customs.terms import LawMissing
from entrepot.kernel.errors import EntrepotError, fill
from entrepot.landed.queries.scenarios import simulated
from entrepot.landed.rules.chart import demand_chart
from entrepot.landed.rules.scenario_file import scenario_of
from entrepot.landed.rules.telling import sentence
from entrepot.landed.terms import Step
from entrepot.landed.terms.scenarios import Outcome, ScenarioInvalid
from entrepot.web.shopper.prices import reason_of
from entrepot.web.templating import text
from entrepot.web.viewer import operators_only

# What a page may take: a market of more offers is tried on this many of them, or whole at the terminal.
_MOST: Final = 20_000
_EXAMPLE: Final = """title: {title}
destination: US
changes:
  - end: s301_fl
    origins: [CN]
  - add: s338
    rate: 20%
    origins: [VN]
    codes: [39, 4202]
"""


@operators_only
def show(request: HttpRequest) -> HttpResponse:
    written = request.POST.get("scenario", "") if request.method == "POST" else ""
    if not written:
        return render(
            request, "operator/scenario.html", {"written": _EXAMPLE.format(title=_("What if?")), "errors": []}
        )
    try:
        found = simulated(scenario=scenario_of(text=written), today=clock.now().date(), most=_MOST)
    except (ScenarioInvalid, LawMissing) as refused:
        return render(
            request,
            "operator/scenario.html",
            {"written": written, "errors": [("scenario", _told(refused))]},
            status=422,
        )
    return render(request, "operator/scenario.html", {"written": written, "errors": [], **_shown(found)})


def _told(refused: EntrepotError) -> str:
    facts = {name: str(fact) for name, fact in refused.facts.items() if name != "step"}
    step = refused.facts.get("step")
    if isinstance(step, Step):
        facts["why"] = sentence(step, _)
    return fill(_(refused.message), facts)


def _shown(found: Outcome) -> dict[str, object]:
    names = _names(catalogue.categories())

    def name_of(path: str) -> str:
        return names.get(path, _("Other"))

    heading = _("Demand after, 100 before; the line is the range of published elasticities")
    chart = demand_chart(outcomes=found.categories, name_of=name_of, heading=heading, alone=False)
    return {
        "found": found,
        "day": found.on,
        "whole": found.whole,
        "lines": [(name_of(one.category), one) for one in found.categories],
        # Our own text, with every name escaped.
        "chart": Markup(chart),  # noqa: S704
        "unpriced": [(reason_of(reason)[0], count) for reason, count in sorted(found.unpriced.items())],
        "sources": list(dict.fromkeys(one.elasticity.source for one in found.categories)),
        "most": _MOST,
    }


def _names(nodes: tuple[CategoryNode, ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in nodes:
        names[node.path] = text(node.name)
        names |= _names(node.children)
    return names
