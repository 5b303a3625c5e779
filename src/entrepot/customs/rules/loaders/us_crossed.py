"""Where the files of chapter 99 contradict the notes: told at the load, never averaged."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from entrepot.customs.rules.loaders.us_lists import Finding, Lists, code_of

Table = list[dict[str, str]]

NOTES: Final = "note_incidence.csv"
LISTS_301: Final = "s301_product_lists.csv"
ANNEX: Final = "s232_annex_products.csv"
_WHOLE: Final = 8
_NOTED: Final = ("301.list_1", "301.list_2", "301.list_3", "301.list_4a")


def crossed(tables: Mapping[str, Table], lists: Lists) -> Iterator[Finding]:
    """What the files say against the notes, list by list."""
    if LISTS_301 in tables and NOTES in tables:
        yield from (_crossed_301(tables[LISTS_301], lists))
    if "s122_exempt_products.csv" in tables and NOTES in tables:
        ours = {entry.code[:_WHOLE] for name in ("122.aa_ii", "122.aa_iii", "122.gn6") for entry in lists[name]}
        theirs = {code_of(row["hts8"]) for row in tables["s122_exempt_products.csv"]}
        yield (_difference("s122_exempt_products.csv", "US note 2(aa)", theirs, ours))


def _crossed_301(rows: Table, lists: Lists) -> Iterator[Finding]:
    file = LISTS_301
    by_list: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_list[row["list"]].add(code_of(row["hts8"]))
    for theirs, ours in (("1", "301.list_1"), ("2", "301.list_2"), ("3", "301.list_3"), ("4A", "301.list_4a")):
        noted = {entry.code for entry in lists[ours]}
        elsewhere = {entry.code for name in _NOTED for entry in lists[name]}
        extra = {code for code in by_list[theirs] - noted if not code.startswith("98")}
        for codes, what in (
            (extra - elsewhere, "that no list of the note names"),
            (extra & elsewhere, "of another list"),
        ):
            if codes:
                text = f"list {theirs}: {len(codes)} lines {what}; the note is followed"
                yield Finding(file, text, tuple(sorted(codes)))
        lacking = sorted(noted - by_list[theirs])
        if lacking:
            yield Finding(file, f"list {theirs}: {len(lacking)} lines of the note are missing", tuple(lacking))
    battery = "85076000"
    if battery not in by_list["4A"]:
        yield Finding(
            file,
            "8507.60.00 is missing from list 4A and stands on 4B only; footnote and law say list 4A (7.5 %), then 25 % "
            "from 1 January 2026",
            (battery,),
        )
    yield Finding(file, f"list 4B (9903.88.16) is suspended: its {len(by_list['4B'])} lines are not charged", ())
    several: dict[str, int] = defaultdict(int)
    for name, codes in by_list.items():
        if name in {"1", "2", "3", "4A"}:
            for code in codes:
                several[code] += 1
    doubled = sorted(code for code, count in several.items() if count > 1)
    yield Finding(
        file,
        f"{len(doubled)} lines stand on two lists at eight digits; the note's list is followed, ten-digit lines where the "
        "note splits them, and of several rates the highest counts, never their sum",
        tuple(doubled),
    )


def _difference(file: str, law: str, theirs: set[str], ours: set[str]) -> Finding:
    more, less = sorted(theirs - ours), sorted(ours - theirs)
    return Finding(
        file,
        f"against {law}: {len(more)} codes only in the file, {len(less)} only in the note",
        tuple([f"+{code}" for code in more] + [f"-{code}" for code in less]),
    )
