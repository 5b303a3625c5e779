"""The notes of the nomenclature that decide between neighbours, in our words."""

import csv
import io
from collections.abc import Sequence

from entrepot.catalogue.terms import CodingFileUnreadable, Note


def notes_of(text: str, file: str) -> tuple[Note, ...]:
    """The table of notes. Raises CodingFileUnreadable."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if (reader.fieldnames or []) != ["codes", "en", "zh", "source"]:
        raise CodingFileUnreadable(file=file, why="line 1: the columns are codes, en, zh, source")
    return tuple(
        Note(tuple(row["codes"].split()), {"en": row["en"], "zh-hans": row["zh"]}, row["source"]) for row in reader
    )


def notes_for(notes: Sequence[Note], code: str) -> tuple[Note, ...]:
    """The notes that speak of a code, those of the longest prefix first."""
    fitting = [(max((len(p) for p in note.codes if code.startswith(p)), default=0), note) for note in notes]
    return tuple(note for length, note in sorted(fitting, key=lambda one: -one[0]) if length)
