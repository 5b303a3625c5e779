"""The interface's texts: each area's catalogue under web/locale compiled to what gettext reads."""

from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).resolve().parent.parent / "web" / "locale"


def compile_messages(*, locales: Path = LOCALES) -> int:
    """Write the .mo beside every .po that is newer than it; how many were written. Repeating it writes none."""
    written = 0
    for source in sorted(locales.glob("*/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parts[-3])
        unfinished = target.with_suffix(".mo.part")
        with unfinished.open("wb") as out:
            write_mo(out, catalogue)
        unfinished.replace(target)
        written += 1
    return written
