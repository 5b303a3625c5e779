"""Published elasticities of demand for imported goods, by category of the market, each with its source."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from entrepot.landed.terms.scenarios import Elasticity

# Source: Fajgelbaum, Goldberg, Kennedy, Khandelwal, The Return to Protectionism, Quarterly Journal of Economics 135(1),
# 2020: estimated on the American tariffs of 2018 and their answers. 1.19 (standard error 0.49): imported against
# domestic goods of a sector; 2.53 (0.26): one origin's variety of a product against the others'.
_SHORT: Final = Decimal("1.19")
_VARIETY: Final = Decimal("2.53")
_2018: Final = "Fajgelbaum, Goldberg, Kennedy, Khandelwal, QJE 135(1), 2020"
_GTAP: Final = (
    "Hertel, McDougall, Narayanan, Aguiar, GTAP Data Base documentation, chapter 14 (Behavioral Parameters), after Hertel, "
    "Hummels, Ivanic, Keeney, Economic Modelling 24(4), 2007"
)
# Source: the same chapter, table of source substitution elasticities: of a sector's imports against domestic goods, and
# of one origin's against the others' (which is twice the first).
_SECTORS: Final[Mapping[str, tuple[str, str]]] = {
    "fruit and vegetables": ("1.85", "3.7"),
    "food products": ("2.0", "4.0"),
    "textiles": ("3.75", "7.5"),
    "wearing apparel": ("3.7", "7.4"),
    "leather products": ("4.05", "8.1"),
    "chemicals, rubber, plastics": ("3.3", "6.6"),
    "electronic equipment": ("4.4", "8.8"),
    "wood products": ("3.4", "6.8"),
    "paper products, publishing": ("2.95", "5.9"),
    "manufactures not elsewhere classified": ("3.75", "7.5"),
}
# The deepest category that is named here decides. Which sector a category of ours is in, we decided.
_BY_CATEGORY: Final[Mapping[str, str]] = {
    "food": "food products",
    "food/fruit": "fruit and vegetables",
    "beauty": "chemicals, rubber, plastics",
    "health": "chemicals, rubber, plastics",
    "electronics": "electronic equipment",
    "electronics/phone-cases": "chemicals, rubber, plastics",
    "clothing": "wearing apparel",
    "clothing/shoes": "leather products",
    "clothing/bags": "leather products",
    "home/bedding": "textiles",
    "home/furniture": "wood products",
    "home/stationery": "paper products, publishing",
    "books": "paper products, publishing",
    "toys": "manufactures not elsewhere classified",
    "jewellery": "manufactures not elsewhere classified",
    "outdoor": "manufactures not elsewhere classified",
}
_MOST: Final = max(Decimal(most) for _, most in _SECTORS.values())
OVERALL: Final = Elasticity(
    low=_SHORT,
    central=_VARIETY,
    high=_MOST,
    source=f"{_2018}; high: the largest of {_GTAP}",
)


def elasticity_of(*, category: str, own: Mapping[str, Elasticity]) -> Elasticity:
    """What demand for goods of a category answers a price with.

    own: stated by the scenario, by category; they go first. low: short run, imported against domestic goods; central:
    the same in the longer run; high: where goods of one origin only become dearer. A category nobody has estimated has
    the whole range. Source: see each elasticity.
    """
    for path in _upwards(category):
        if path in own:
            return own[path]
        sector = _BY_CATEGORY.get(path)
        if sector is not None:
            central, most = (Decimal(figure) for figure in _SECTORS[sector])
            return Elasticity(_SHORT, central, most, f"low: {_2018}; central and high: {_GTAP}, {sector}")
    return own.get("*", OVERALL)


def _upwards(category: str) -> list[str]:
    steps = [step for step in category.split("/") if step]
    return ["/".join(steps[:end]) for end in range(len(steps), 0, -1)]
