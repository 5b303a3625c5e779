"""Every motif by name."""

from collections.abc import Callable

from . import care, fresh, home, lamps, nursery, pantry, phone, toys, worn

MOTIFS: dict[str, Callable[..., None]] = {
    name: motif
    for shelf in (care, fresh, home, lamps, nursery, pantry, phone, toys, worn)
    for name, motif in shelf.MOTIFS.items()
}
