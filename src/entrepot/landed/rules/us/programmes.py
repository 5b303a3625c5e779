"""Preference programmes: what a claim is called, which goods may make it, and what it spares besides duty."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from entrepot.landed.rules.us.basis import chapter_98
from entrepot.landed.rules.us.beneficiaries import LISTED, Standing, standing
from entrepot.landed.rules.working import Line, Sheet

_OPEN: Final = date.max


@dataclass(frozen=True, slots=True)
class Programme:
    """symbols: how the special column writes it. periods: days it holds; empty: always. no_mpf: spares that fee."""

    name: str
    symbols: tuple[str, ...]
    origins: frozenset[str]
    no_mpf: bool = True
    periods: tuple[tuple[date, date], ...] = ()
    also: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        """Whether it is in force."""
        return not self.periods or any(since <= on < until for since, until in self.periods)


def _of(*origins: str) -> frozenset[str]:
    return frozenset(origins)


_CAFTA: Final = _of("CR", "DO", "GT", "HN", "NI", "SV")
_GSP_ENDED: Final = ((date.min, date(2021, 1, 1)),)
# AGOA lapsed on 30 September 2025 and was renewed on 3 February 2026 to the end of that year; entries in between paid.
_AGOA: Final = ((date.min, date(2025, 10, 1)), (date(2026, 2, 3), date(2027, 1, 1)))

# Source: HTS general note 3(c)(i) and general notes 4 to 36; fee: 19 CFR 24.23(c). An empty set of origins: those that
# `beneficiaries` lists, else goods of any country (civil aircraft, medicines, dyes).
PROGRAMMES: Final = (
    Programme("USMCA", ("S", "S+"), _of("CA", "MX", "US")),
    Programme("KORUS", ("KR",), _of("KR"), also=("KFTA",)),
    Programme("AUSFTA", ("AU",), _of("AU")),
    Programme("BFTA", ("BH",), _of("BH"), also=("USBFTA", "BHFTA")),
    Programme("CLFTA", ("CL",), _of("CL"), also=("USCFTA", "UCFTA")),
    Programme("COTPA", ("CO",), _of("CO"), also=("CTPA",)),
    Programme("CAFTA-DR", ("P", "P+"), _CAFTA, also=("CAFTA", "DR-CAFTA", "CAFTADR")),
    Programme("ILFTA", ("IL",), _of("IL", "PS"), also=("USIFTA", "IFTA")),
    Programme("JOFTA", ("JO",), _of("JO"), no_mpf=False, also=("USJFTA",)),
    Programme("MAFTA", ("MA",), _of("MA"), no_mpf=False, also=("USMFTA",)),
    Programme("OMFTA", ("OM",), _of("OM"), also=("USOFTA",)),
    Programme("PATPA", ("PA",), _of("PA"), also=("PTPA-PA",)),
    Programme("PETPA", ("PE",), _of("PE"), also=("PTPA",)),
    Programme("SGFTA", ("SG",), _of("SG"), also=("USSFTA",)),
    Programme("USJTA", ("JP",), _of("JP"), no_mpf=False),
    Programme("NEPAL", ("NP",), _of("NP"), no_mpf=False),
    Programme("GSP", ("A", "A*", "A+"), _of(), no_mpf=False, periods=_GSP_ENDED),
    Programme("AGOA", ("D",), _of(), no_mpf=False, periods=_AGOA),
    Programme("CBI", ("E", "E*"), _of(), also=("CBERA",)),
    Programme("CBTPA", ("R",), _of(), periods=((date.min, date(2030, 10, 1)),)),
    Programme("CIVIL_AIRCRAFT", ("C",), _of(), no_mpf=False),
    Programme("PHARMA_AGREEMENT", ("K",), _of(), no_mpf=False),
    Programme("DYES_AGREEMENT", ("L",), _of(), no_mpf=False),
)
NO_FEE: Final = "programme_without_mpf"


def _names() -> dict[str, Programme]:
    found: dict[str, Programme] = {}
    for programme in PROGRAMMES:
        for name in (programme.name, *programme.also, *programme.symbols):
            found.setdefault(name, programme)
    return found


_BY_NAME: Final[Mapping[str, Programme]] = _names()


def claimed_programmes(sheet: Sheet) -> None:
    """Put a line's preference claims in the schedule's words; a claim that cannot be good is told and not counted."""
    for line in sheet.lines:
        claims = dict(line.claims)
        for name in line.claims:
            programme = _BY_NAME.get("CIVIL_AIRCRAFT" if name == "civil_aircraft" else name)
            if programme is None:
                continue
            if not _good(sheet, line, name, programme):
                claims.pop(name)
                continue
            claims |= dict.fromkeys((programme.name, *programme.symbols), "")
            if programme.no_mpf:
                claims[NO_FEE] = ""
        provision = chapter_98(line)
        # Source: 19 CFR 24.23(c)(1)(i): no fee on chapter 98, other than metal processed and goods assembled abroad.
        if provision and not provision.startswith(("98020060", "98020080")):
            claims[NO_FEE] = ""
        # Source: 19 USC 58c(b)(8)(B)(iii), 19 CFR 24.23(c)(1)(iii): none on products of the Caribbean Basin, claimed or not.
        if standing(programme="CBI", origin=line.asked.origin, on=sheet.law.on)[0] is Standing.NAMED:
            claims[NO_FEE] = ""
        line.claims = claims


def _good(sheet: Sheet, line: Line, claim: str, programme: Programme) -> bool:
    """Whether goods of the line's origin may make the claim on that day; says why not."""
    origin = line.asked.origin
    if programme.origins and origin not in programme.origins:
        sheet.note(
            "Line {line}: {claim} is not counted: goods of {origin} cannot originate under it.",
            line=line.index, claim=claim, origin=origin,
        )  # fmt: skip
        return False
    if not programme.holds(sheet.law.on):
        sheet.note("Line {line}: {claim} is not counted: it is not in force on that day.", line=line.index, claim=claim)
        return False
    if programme.name not in LISTED:
        return True
    found, source = standing(programme=programme.name, origin=origin, on=sheet.law.on)
    if found is Standing.NOT_NAMED:
        sheet.note(
            "Line {line}: {claim} is not counted: {origin} is no beneficiary country ({source}).",
            line=line.index, claim=claim, origin=origin, source=source,
        )  # fmt: skip
    elif found is Standing.UNKNOWN:
        sheet.note(
            "Line {line}: {claim} is not counted: its beneficiary countries of that day are not known to us.",
            line=line.index, claim=claim,
        )  # fmt: skip
    elif found is Standing.CARRIED:
        sheet.note(
            "Line {line}: {claim} is counted by the last list we have; whether {origin} is a beneficiary on that day was "
            "not checked ({source}).",
            line=line.index, claim=claim, origin=origin, source=source,
        )  # fmt: skip
    return found in (Standing.NAMED, Standing.CARRIED)
