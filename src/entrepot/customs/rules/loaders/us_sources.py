"""From the files of the chapter 99 folder to named lists, with what contradicts what."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.us_crossed import ANNEX, LISTS_301, NOTES, Table, crossed
from entrepot.customs.rules.loaders.us_lists import (
    FILES,
    Entry,
    Finding,
    Lists,
    code_of,
    day,
    entries,
    plain,
    table,
)

Row = Mapping[str, str]

_METAL_CHAPTERS: Final = ("72", "73", "74", "76")
_WHOLE: Final = 8
# Source: US note 33(h)(ii) and note 38: listed provisions count only as parts of vehicles; these serve other uses too.
_DUAL_USE: Final = (
    "40169960", "7320", "8413", "8414", "8421", "8425", "8426", "8431", "8471", "8482", "8483", "8501", "8507", "8519",
    "8525", "8536", "8537", "8539", "9015", "9029",
)  # fmt: skip
_REVIEWED_MASKS: Final = "630790"


def lists_of(files: Mapping[str, str]) -> tuple[Lists, list[Finding]]:
    """Every list that the files give. Raises TariffUnreadable for a torn or foreign file."""
    tables = {name: table(name=name, text=text) for name, text in files.items() if name in FILES}
    lists: Lists = {}
    findings: list[Finding] = []
    for name, read in _READERS.items():
        if name in tables:
            read(tables[name], lists, findings)
    _split_again(tables, lists, findings)
    _conditional(lists, findings)
    findings.extend(crossed(tables, lists))
    return lists, findings


def _notes(rows: Table, lists: Lists, _: list[Finding]) -> None:
    by_list: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_list[row["list"]].add(code_of(row["hts_line"]))
    for ours, theirs in (
        ("301.list_1", "china_301_list1_membership"),
        ("301.list_2", "china_301_list2_membership"),
        ("301.list_3", "china_301_list3_membership"),
        ("301.list_4a", "china_301_list4a_membership"),
        ("122.aa_ii_subheadings", "s122_aa_ii_membership"),
        ("122.aa_ii_lines", "s122_aa_ii_membership_hts10"),
        ("122.aa_iii", "s122_aa_iii_membership"),
        ("122.gn6", "s122_gn6_conditional_membership"),
    ):
        lists[ours] = plain(by_list[theirs])
    lists["122.aa_ii"] = [*lists["122.aa_ii_subheadings"], *lists["122.aa_ii_lines"]]
    # US note 20(s)(ii) names these to leave them out of list 4A. The reviewed masks stay: the higher rate counts anyway.
    lists["301.list_4a_not"] = [
        entry
        for entry in plain(by_list["china_301_list4a_membership_hts10"])
        if not entry.code.startswith(_REVIEWED_MASKS)
    ]
    for metal in ("steel", "aluminum"):
        lists[f"note.232.{metal}"] = plain(
            code for name, codes in by_list.items() if name.startswith(f"s232_{metal}") for code in codes
        )


def _product_lists(rows: Table, lists: Lists, _: list[Finding]) -> None:
    by_heading: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_heading[row["ch99_code"]].add(code_of(row["hts8"]))
    for heading, codes in by_heading.items():
        lists[f"301.{heading}"] = plain(codes)
    lists["301.list_3_more"] = lists["301.9903.88.04"]


def _exclusions(rows: Table, lists: Lists, _: list[Finding]) -> None:
    for heading in ("9903.88.69", "9903.88.70"):
        lists[f"301.exclusions.{heading}"] = entries(
            [row for row in rows if row["ch99_code"] == heading], column="hts10"
        )


def _headings(rows: Table, _: Lists, findings: list[Finding]) -> None:
    open_ = tuple(row["ch99_code"] for row in rows if "NEEDS_REVIEW" in row["source_note"])
    findings.append(
        Finding(
            "s301_exclusion_headings.csv",
            f"{len(open_)} exclusion headings have no period in any revision; none of them is taken as in force",
            open_,
        )
    )


def _exempt(rows: Table, lists: Lists, _: list[Finding]) -> None:
    lists["ieepa.all_exempt"] = entries(rows, column="hts10", since="effective_date_start", last="effective_date_end")


def _brazil_order(rows: Table, lists: Lists, _: list[Finding]) -> None:
    chosen = [row for row in rows if row["ch99_code"] == "9903.01.77"]
    lists["ieepa.brazil_all"] = entries(chosen, column="hts10", since="effective_date_start")


def _floors(rows: Table, lists: Lists, _: list[Finding]) -> None:
    for group in ("eu", "korea", "swiss"):
        for category in ("ptaap", "pharma", "civil_aircraft", "particular"):
            # The file dates them by the revision that printed them; the frame carries the legal days.
            lists[f"floor.{group}.{category}"] = plain(
                code_of(row["hts8"]) for row in rows if (row["country_group"], row["category"]) == (group, category)
            )


def _carve_outs(rows: Table, lists: Lists, _: list[Finding]) -> None:
    for category in ("energy_ca", "potash_ca", "potash_mx"):
        lists[f"fentanyl.{category}"] = plain(code_of(row["hts8"]) for row in rows if row["category"] == category)


def _brazil_301(rows: Table, lists: Lists, _: list[Finding]) -> None:
    lists["301_br.all"] = entries(rows, column="hts8")


def _forced_labour(rows: Table, lists: Lists, findings: list[Finding]) -> None:
    lists["301_fl.all"] = entries(rows, column="hts8")
    findings.append(
        Finding(
            "s301fl_exempt_products.csv",
            "this is the list of the June 2026 proposal; the final annexes of US note 52 are not in it: "
            "figures that rest on it are marked as assumed",
        )
    )


def _country_rates(rows: Table, lists: Lists, _: list[Finding]) -> None:
    lists["301_fl.rates"] = [
        Entry(
            "|".join((row["ch99_code"], row["country_iso2"], row["basis"], row["rate_pct"])), day(row["effective_from"])
        )
        for row in rows
        if row["basis"] in {"flat_add", "net_of_mfn_total"}
    ]


def _mills(rows: Table, lists: Lists, _: list[Finding]) -> None:
    for ours, metal in (("steel", "steel"), ("aluminium", "aluminum")):
        of = [row for row in rows if row["metal_type"] == metal]
        lists[f"{ours}.mill"] = entries([row for row in of if row["kind"] == "mill"], column="hts_prefix")
        derived = [row for row in of if row["kind"] == "derivative"]
        lists[f"{ours}.derivative_2020"] = entries(
            [row for row in derived if not row["effective_date"]], column="hts_prefix"
        )
        lists[f"{ours}.derivative_2025"] = entries(
            [row for row in derived if row["effective_date"]], column="hts_prefix", since="effective_date"
        )


def _derivatives(rows: Table, lists: Lists, findings: list[Finding]) -> None:
    for ours, heading in (("steel", "9903.81.91"), ("aluminium", "9903.85.08")):
        lists[f"{ours}.content_file"] = entries(
            [row for row in rows if row["ch99_code"] == heading], column="hts_prefix", since="effective_date"
        )
    findings.append(
        Finding(
            "s232_derivative_products.csv",
            "the steel articles outside chapter 73 of 12 March and 23 June 2025 are not in it; they are taken from the "
            "annexes of Proclamation 10896 and 90 FR 25208",
        )
    )


def _annexes(rows: Table, lists: Lists, findings: list[Finding]) -> None:
    """Who is in which annex from which day on: a later row takes a code out of its earlier annex."""
    noted = {entry.code for metal in ("steel", "aluminum") for entry in lists.get(f"note.232.{metal}", [])}
    rows_of: dict[str, list[tuple[date, str, str]]] = defaultdict(list)
    broad = set()
    for row in rows:
        code, starts = code_of(row["hts_prefix"]), day(row["effective_date"]) or date(2026, 4, 6)
        if len(code) < _WHOLE and (code not in noted if noted else code[:2] not in _METAL_CHAPTERS):
            broad.add(code)
            continue
        rows_of[code].append((starts, row["annex"], row["metal_type"]))
    if broad:
        text = (
            f"{len(broad)} headings and subheadings that US note 16(c) does not name would take whole groups of goods (8471: "
            "every computer); the lines under them that it names stand in the file too, and only they are taken"
        )
        findings.append(Finding(ANNEX, text, tuple(sorted(broad))))
    days = sorted({starts for found in rows_of.values() for starts, _, _ in found})
    for since, until in zip(days, [*days[1:], None], strict=True):
        annex_of = _annex_on(rows_of, since)
        for code, (annex, metals) in annex_of.items():
            names = _annex_lists(code, annex, metals)
            # A longer code in another annex leaves the shorter one.
            above = (annex_of.get(code[:length]) for length in range(4, len(code)))
            names.extend(f"annex.{one[0]}.not" for one in above if one is not None and one[0] != annex)
            for name in names:
                lists.setdefault(name, []).append(Entry(code, since, until))
    for annex in ("1a", "1b", "1c", "3"):
        lists.setdefault(f"annex.{annex}.not", [])
        for where in ("metal", "other"):
            for kind in ("", ".copper", ".steel"):
                lists.setdefault(f"annex.{annex}{kind}.{where}", [])
            lists.setdefault(f"annex.aluminium.{where}", [])


def _annex_on(rows_of: Mapping[str, list[tuple[date, str, str]]], on: date) -> dict[str, tuple[str, set[str]]]:
    """Each code's annex and metals on a day: what its newest row says."""
    found = {}
    for code, rows in rows_of.items():
        newest = max((starts for starts, _, _ in rows if starts <= on), default=None)
        if newest is not None:
            now = [(annex, metal) for starts, annex, metal in rows if starts == newest]
            found[code] = (min(annex for annex, _ in now), {metal for _, metal in now})
    return found


def _annex_lists(code: str, annex: str, metals: set[str]) -> list[str]:
    where = "metal" if code[:2] in _METAL_CHAPTERS else "other"
    names = [f"annex.{annex}{'.copper' if metals == {'copper'} else ''}.{where}"]
    if "steel" in metals:
        names.append(f"annex.{annex}.steel.{where}")
    if "aluminum" in metals and annex != "2":
        names.append(f"annex.aluminium.{where}")
    return names


def _codes(name: str, column: str) -> Callable[[Table, Lists, list[Finding]], None]:
    def read(rows: Table, lists: Lists, _: list[Finding]) -> None:
        lists[name] = entries(rows, column=column)

    return read


def _solar(rows: Table, lists: Lists, _: list[Finding]) -> None:
    # Cells (9903.45.25 in the file) have a tariff-rate quota of 12.5 GW that is not filled; modules pay.
    lists["201.modules"] = entries([row for row in rows if row["ch99_code"] == "9903.45.21"], column="hts10")


def _parts(name: str) -> Callable[[Table, Lists, list[Finding]], None]:
    def read(rows: Table, lists: Lists, _: list[Finding]) -> None:
        found = entries(rows, column="code")
        lists[f"{name}_dual"] = [entry for entry in found if entry.code.startswith(_DUAL_USE)]
        lists[name] = [entry for entry in found if not entry.code.startswith(_DUAL_USE)]

    return read


def _split_again(tables: Mapping[str, Table], lists: Lists, findings: list[Finding]) -> None:
    """The derivative file cuts ten-digit lines to eight; the annexes of 2026 still tell which lines were meant."""
    told = {code_of(row["hts_prefix"]) for row in tables.get(ANNEX, [])}
    cut: list[str] = []
    for name in ("steel.content_file", "aluminium.content_file"):
        kept: set[Entry] = set()
        for entry in lists.get(name, []):
            lines = [code for code in told if code.startswith(entry.code) and code != entry.code]
            if entry.code in told or not lines:
                kept.add(entry)
                continue
            cut.append(entry.code)
            kept |= {entry._replace(code=code) for code in lines}
        if name in lists:
            lists[name] = sorted(kept, key=lambda entry: (entry.code, entry.valid_from or date.min))
    if cut:
        text = f"{len(cut)} ten-digit lines are cut to eight digits; the lines of the 2026 annexes are taken instead"
        findings.append(Finding("s232_derivative_products.csv", text, tuple(sorted(set(cut)))))


def _conditional(lists: Lists, findings: list[Finding]) -> None:
    """Exempt lists of the tracker count whole subheadings; what the notes spare on a condition only is parted off."""
    aircraft = {entry.code for entry in lists.get("122.gn6", [])}
    particular = {entry.code for entry in lists.get("122.aa_iii", [])}
    lines = {entry.code for entry in lists.get("122.aa_ii_lines", [])}
    for whole, kept, gn6, described in (
        ("ieepa.all_exempt", "ieepa.exempt", "", "ieepa.particular"),
        ("ieepa.brazil_all", "ieepa.brazil", "ieepa.brazil_aircraft", "ieepa.brazil_particular"),
        ("301_br.all", "301_br.exempt", "", "301_br.particular"),
        ("301_fl.all", "301_fl.exempt", "301_fl.gn6", "301_fl.particular"),
    ):
        found = lists.get(whole)
        if found is None or "122.gn6" not in lists:
            continue
        outside = [entry for entry in found if gn6 and entry.code in aircraft]
        if whole == "301_br.all":
            outside = [entry for entry in found if entry.code in aircraft]
        told = [entry for entry in found if described and entry.code[:_WHOLE] in particular]
        lists[kept] = [entry for entry in found if entry not in set(outside) | set(told)]
        # The notes spare ten-digit lines of some subheadings only.
        split = {entry for entry in lists[kept] if any(line.startswith(entry.code) for line in lines)}
        if split:
            part = {
                entry._replace(code=line) for entry in split for line in lines if line.startswith(entry.code[:_WHOLE])
            }
            rest = {entry for entry in lists[kept] if entry.code[:_WHOLE] not in {line[:_WHOLE] for line in lines}}
            lists[kept] = sorted(rest | part, key=lambda entry: (entry.code, entry.valid_from or date.min))
        if gn6:
            lists[gn6] = outside
        if described:
            lists[described] = told
        if told or outside:
            findings.append(
                Finding(
                    whole,
                    f"{len(outside)} subheadings are spared as civil aircraft only and {len(told)} as described articles "
                    "only (US note 2(aa)(iii) and (iv)); the file spares them whole: charged unless claimed",
                    tuple(sorted(entry.code for entry in told)),
                )
            )
    if "122.gn6" in lists:
        lists["aircraft.gn6"] = lists["122.gn6"]


_READERS: Final[Mapping[str, Callable[[Table, Lists, list[Finding]], None]]] = {
    NOTES: _notes,
    LISTS_301: _product_lists,
    "s301_exclusion_lines.csv": _exclusions,
    "s301_exclusion_headings.csv": _headings,
    "ieepa_exempt_products.csv": _exempt,
    "country_eo_exempt_products.csv": _brazil_order,
    "floor_exempt_products.csv": _floors,
    "fentanyl_carveout_products.csv": _carve_outs,
    "s301_brazil_exempt_products.csv": _brazil_301,
    "s301fl_exempt_products.csv": _forced_labour,
    "fl301_country_rates.csv": _country_rates,
    "s232_metal_chapter_products.csv": _mills,
    "s232_derivative_products.csv": _derivatives,
    ANNEX: _annexes,
    "s232_copper_products.csv": _codes("copper", "hts10"),
    "s232_semi_products.csv": _codes("semi", "hts10"),
    "s232_pharma_products.csv": _codes("pharma", "hts10"),
    "s232_aircraft_exempt_taiwan.csv": _codes("aircraft.taiwan", "hts8"),
    "s232_auto_parts.txt": _parts("auto_parts"),
    "s232_mhd_parts.txt": _parts("mhd_parts"),
    "s201_solar_products.csv": _solar,
}
