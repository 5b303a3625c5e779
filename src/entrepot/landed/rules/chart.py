"""The chart of a scenario: demand by category, 100 before, with the published range, as SVG that follows the page."""

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Final
from xml.sax.saxutils import escape

from entrepot.landed.terms.scenarios import CategoryOutcome

_WIDTH: Final = 500
_LEFT: Final = 150
_RIGHT: Final = 50
_ROW: Final = 34
_HEAD: Final = 34
_FOOT: Final = 30
_STEP: Final = 25
_HUNDRED: Final = Decimal(100)
_INK: Final = "#1b2430"
_HARBOUR: Final = "#14507a"
_SOFT: Final = "#8a94a0"


def demand_chart(
    *, outcomes: Sequence[CategoryOutcome], name_of: Callable[[str], str], heading: str, alone: bool = True
) -> str:
    """Bars of demand after, a line for the range between the highest and lowest published elasticity.

    alone: a file of its own, with a white ground; else colours come from the page (`currentColor`).
    """
    most = max([_HUNDRED, *(one.high for one in outcomes)])
    top = -(-int(most.to_integral_value(ROUND_CEILING)) // _STEP) * _STEP
    height = _HEAD + _ROW * len(outcomes) + _FOOT
    ink = _INK if alone else "currentColor"
    said = escape(heading, {'"': "&quot;"})
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{said}"'
    parts = [f'{head} class="chart" font-family="sans-serif" font-size="13" fill="{ink}" color="{ink}">']
    if alone:
        parts.append(f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>')
    parts.append(f'<text x="0" y="18" font-weight="600">{escape(heading)}</text>')
    foot = _HEAD + _ROW * len(outcomes)
    for mark in range(0, top + 1, _STEP):
        x = _x(Decimal(mark), top)
        wide = "1.5" if mark == _HUNDRED else "0.5"
        parts.append(f'<line x1="{x}" y1="{_HEAD}" x2="{x}" y2="{foot}" stroke="{_SOFT}" stroke-width="{wide}"/>')
        parts.append(f'<text x="{x}" y="{foot + 18}" text-anchor="middle" font-size="11">{mark}</text>')
    for row, one in enumerate(outcomes):
        parts.extend(_bar(one, name_of(one.category), _HEAD + _ROW * row, top))
    parts.append("</svg>")
    return "\n".join(parts)


def _bar(one: CategoryOutcome, name: str, y: int, top: int) -> list[str]:
    middle = y + _ROW // 2
    start, end = _x(Decimal(0), top), _x(one.central, top)
    low, high = _x(one.low, top), _x(one.high, top)
    return [
        f'<text x="{_LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(_short(name))}</text>',
        f'<rect x="{start}" y="{y + 8}" width="{end - start}" height="{_ROW - 16}" fill="{_HARBOUR}" fill-opacity="0.75"/>',
        f'<line x1="{low}" y1="{middle}" x2="{high}" y2="{middle}" stroke="currentColor" stroke-width="2"/>',
        *(
            f'<line x1="{x}" y1="{middle - 5}" x2="{x}" y2="{middle + 5}" stroke="currentColor" stroke-width="2"/>'
            for x in (low, high)
        ),
        f'<text x="{_x(Decimal(top), top) + 8}" y="{middle + 4}">{one.central}</text>',
    ]


def _x(value: Decimal, top: int) -> Decimal:
    return (_LEFT + value * (_WIDTH - _LEFT - _RIGHT) / top).quantize(Decimal("0.1"))


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"
