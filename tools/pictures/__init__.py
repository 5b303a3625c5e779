"""The demo market's pictures: drawn by these few hundred lines, one motif a kind of article."""

from collections.abc import Callable

from PIL import Image

from .canvas import Colour, Picture, box, dark, light, mix, oval, rgb
from .motifs import MOTIFS

__all__ = ["Picture", "draw_picture"]

_GROUNDS = [
    rgb(text) for text in ("#efe6d6", "#e3ebe8", "#e8e4ef", "#f3e3dc", "#e2e9f0", "#ece9da", "#f0e0e2", "#dfe8dd")
]


def draw_picture(wish: str, *, seed: str) -> Image.Image:
    """The picture for `wish`, a motif's name and its colours and decorations; `seed` chooses the room it stands in."""
    name, *details = wish.split()
    colours = [rgb(word) for word in details if word.startswith("#")]
    words = [word for word in details if not word.startswith("#")]
    motif: Callable[..., None] = MOTIFS[name]
    picture = Picture(seed)
    _room(picture, colours[0] if colours else None)
    motif(picture, *colours, *words)
    return picture.finished()


def _room(picture: Picture, main: Colour | None) -> None:
    ground = picture.chance.choice(_GROUNDS)
    if main:
        ground = mix(ground, light(main, 0.72), 0.35)
    picture.fill(box(0, 0, 100, 100), ground)
    kind = picture.chance.randrange(4)
    if kind == 0:
        picture.fill(box(0, 74, 100, 26), dark(ground, 0.07))
    elif kind == 1:
        picture.fill(oval(50, 50, 40), light(ground, 0.45))
    elif kind == 2:
        picture.fill(box(16, 10, 68, 100, 34), light(ground, 0.4))
        picture.fill(box(0, 78, 100, 22), dark(ground, 0.05))
    else:
        picture.fill([(0, 100), (0, 62), (100, 38), (100, 100)], dark(ground, 0.05))
