"""The schedule's spelling: signs and misprints cleaned away, and units in the quote contract's names."""

import re
from collections.abc import Mapping
from typing import Final

_TAGS: Final = re.compile(r"<[^>]*>")
_SPACES: Final = re.compile(r"[\s\u00a0]+")
_HYPHENS: Final = re.compile(r"(?<=[a-z])- (?=[a-z])")
# Source: 19 revisions of the HTS, 2025 basic edition to 2026 rev. 10; each of these stands in at least one of them.
_MISPRINTS: Final[Mapping[str, str]] = {
    "thebattery": "the battery", "drained weght": "drained weight", "inthe applicable": "in the applicable",
    "oralterations": "or alterations", "in the in the": "in the", "but not less 2": "but not less than 2",
    "applicable, to each": "applicable to each", "m2of": "m2 of", "(pa (pa)": "(PA)", "no change.": "no change",
}  # fmt: skip

# Source: HTS 2026, statistical units and the units of the rate columns; the right side is the contract's name.
_UNITS: Final[Mapping[str, str]] = {
    "kg": "kg", "each": "no", "no": "no", "article": "no", "pcs": "no", "dz pcs": "doz", "pr": "prs", "prs": "prs",
    "pair": "prs", "doz": "doz", "doz. pr": "dpr", "doz. prs": "dpr", "doz.prs": "dpr", "liter": "l", "liters": "l",
    "l": "l", "m2": "m2", "m²": "m2", "m3": "m3", "m³": "m3", "cm2": "cm2", "pf.liter": "pfl", "pf. liter": "pfl",
    "pf.liters": "pfl", "t": "t", "g": "g", "ml": "ml", "gross": "gross", "thousand": "thousand", "thousands": "thousand",
    "1000": "thousand", "1,000": "thousand", "hundreds": "hundred", "head": "head", "bbl": "bbl", "m": "m", "lin. m": "m",
    "jewel": "jewels", "jwls": "jewels", "line/ gross": "gross_lines", "gr.lines": "gross_lines", "pack": "packs",
    "1,000 pins": "thousand_pins", "other piece or part": "pieces", "clean kg": "kg:clean", "cy kg": "kg:clean",
    "kg cmsc": "kg:cow_milk_solids", "kg msc": "kg:milk_solids", "kg amc": "kg:anhydrous_morphine",
    "kg ttl sug": "kg:sugars", "t adw": "t:air_dry", "t dwb": "t:dry", "carat": "carat", "doses": "doses", "w": "w",
    "square": "squares", "thousand m3": "thousand_m3", "thousand m": "thousand_m", "fiber m": "fibre_m", "gbq": "gbq",
    "mwh": "mwh", "cu kg": "kg:copper", "pb kg": "kg:lead", "w kg": "kg:tungsten", "zn kg": "kg:zinc",
    "v kg": "kg:vanadium", "mo kg": "kg:molybdenum", "si kg": "kg:silicon", "mn kg": "kg:manganese", "ni kg": "kg:nickel",
    "cr kg": "kg:chromium", "mg kg": "kg:magnesium", "co kg": "kg:cobalt", "v2o5 kg": "kg:vanadium_pentoxide",
    "sb kg": "kg:antimony", "naoh kg": "kg:sodium_hydroxide", "sn t": "t:tin", "cr2o3 t": "t:chromic_oxide",
    "nh3 t": "t:ammonia", "au g": "g:gold", "ag g": "g:silver", "pt g": "g:platinum", "pd g": "g:palladium",
    "rh g": "g:rhodium", "ir g": "g:iridium", "os g": "g:osmium", "ru g": "g:ruthenium",
}  # fmt: skip
_QUALIFIED: Final = re.compile(
    r"(?P<unit>kg|t|m2|gross|pf\. ?liter|liter),? (?:on |of |including )(?:the )?(?:entire )?(?P<basis>.+)"
)
_BASES: Final[Mapping[str, str]] = {
    "drained weight": "drained", "contents of container": "contents", "contents and container": "with_container",
    "weight of container": "with_container", "total sugars": "sugars", "recording surface": "recording",
    "immediate containers": "containers", "anhydrous morphine content": "anhydrous_morphine", "ethyl alcohol content": "",
}  # fmt: skip
_CONTENT: Final = re.compile(r"([a-z]+) content")


def marked_out(text: str) -> str:
    """Words of the schedule without mark-up and doubled blanks."""
    return _SPACES.sub(" ", _TAGS.sub("", text) if "<" in text else text).strip()


def plain_text(text: str) -> str:
    """A cell of the schedule without mark-up, doubled blanks, hyphens of line ends and known misprints."""
    plain = marked_out(text)
    plain = _HYPHENS.sub("", plain).removesuffix(" /").removesuffix(" :").strip()
    for wrong, right in _MISPRINTS.items():
        if wrong in plain.lower():
            plain = re.sub(re.escape(wrong), right, plain, flags=re.IGNORECASE)
    return "" if plain == ":" else plain


def unit_of(text: str) -> str | None:
    """A unit in the quote contract's name (`pr.` is `prs`, `kg on lead content` is `kg:lead`); None when unknown."""
    plain = plain_text(text).lower().strip().rstrip(".")
    found = _UNITS.get(plain) or _UNITS.get(plain.replace(". ", "."))
    if found:
        return found
    qualified = _QUALIFIED.fullmatch(plain)
    unit = _UNITS.get(qualified["unit"]) if qualified else None
    if qualified is None or unit is None:
        return None
    basis = _BASES.get(qualified["basis"])
    if basis is None:
        content = _CONTENT.fullmatch(qualified["basis"])
        if content is None:
            return None
        basis = content[1]
    return f"{unit}:{basis}" if basis else unit
