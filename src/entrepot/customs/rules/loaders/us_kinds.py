"""The kinds of chapter 99 file: for each part one file that leads, and those it is read together with."""

import hashlib
import re
from functools import partial
from typing import Final

from entrepot.customs.rules.loaders.files import FileKind, Loading, TariffFile, text_of
from entrepot.customs.rules.loaders.us_ch99 import chapter_99
from entrepot.customs.rules.loaders.us_frame import TIMELINE, against_timeline, frame
from entrepot.customs.rules.loaders.us_lists import FILES, told

_REVISION: Final = re.compile(r"_20\d\d_rev_?\d+(?=\.)")
_NOTES: Final = "note_incidence*.csv"
_AFTER_SCHEDULES: Final = 60


def plain_name(name: str) -> str:
    """A file's name without the revision it was made from."""
    return _REVISION.sub("", name.lower().removesuffix(".gz"))


def _read(file: TariffFile, *, part: str) -> Loading:
    texts = {plain_name(file.name): file.text()}
    texts |= {plain_name(name): text_of(body=body, file=name) for name, body in file.beside.items()}
    made = chapter_99(frame=frame(), files={name: text for name, text in texts.items() if name in FILES}, only=part)
    if part in made.missing:
        lacking = ", ".join(made.missing[part])
        raise file.refuse(
            f"it is read together with other files that are not beside it; these lists are lacking: {lacking}"
        )
    found = list(made.findings)
    if TIMELINE in texts:
        found += against_timeline(measures=made.parts[part].measures, body=texts[TIMELINE])
    revision = _REVISION.search(file.name)
    return Loading(
        edition=revision[0].strip("_").replace("_", " ") if revision else "2026",
        rows=made.parts[part],
        findings=tuple(told(finding) for finding in found),
        stamp=hashlib.sha256(frame().encode()).hexdigest(),
    )


def _kind(part: str, what: str, name: str, *beside: str) -> FileKind:
    return FileKind(
        part=part,
        jurisdiction="US",
        what=what,
        name=re.compile(name),
        read=partial(_read, part=part),
        beside=(*beside, TIMELINE),
        order=_AFTER_SCHEDULES,
    )


US_KINDS: Final = (
    _kind(
        "us.ch99.s301_cn", "section 301 lists, China", r"s301_product_lists\.csv",
        _NOTES, "s301_exclusion_lines.csv", "s301_exclusion_headings.csv",
    ),
    _kind(
        "us.ch99.ieepa", "IEEPA exempt products", r"ieepa_exempt_products\.csv",
        _NOTES, "country_eo_exempt_products.csv", "floor_exempt_products.csv", "fentanyl_carveout_products.csv",
        "annex_ii_first_appearance.csv",
    ),
    _kind("us.ch99.s122", "section 122 exempt products", r"s122_exempt_products\.csv", _NOTES),
    _kind("us.ch99.s301_br", "section 301 exempt products, Brazil", r"s301_brazil_exempt_products\.csv", _NOTES),
    _kind(
        "us.ch99.s301_fl", "section 301 rates, forced labour", r"fl301_country_rates.*\.csv",
        _NOTES, "s301fl_exempt_products.csv",
    ),
    _kind(
        "us.ch99.s232", "section 232 products", r"s232_annex_products\.csv",
        _NOTES, "s232_*_products.csv", "s232_*_parts.txt", "s232_aircraft_exempt_taiwan.csv",
    ),
    _kind("us.ch99.s201", "section 201 products, solar", r"s201_solar_products\.csv"),
)  # fmt: skip
