"""Phone cases, cables, power banks."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .canvas import (
    GOLD,
    INK,
    PAPER,
    STEEL,
    WHITE,
    Colour,
    Picture,
    Shape,
    box,
    dark,
    light,
    mirrored,
    mix,
    oval,
    path,
    rgb,
    turned,
)
from .pantry import kernel
from .worn import stitches


@dataclass(frozen=True)
class Back:
    """The back of a case: its outline as it lies, how a shape drawn upright gets there, its colour."""

    shape: Shape
    put: Callable[[Shape], Shape]
    colour: Colour


def case(picture: Picture, colour: Colour, pattern: str) -> None:
    """The back of a phone in its case."""
    picture.veil(turned(box(29, 9, 44, 84, 9), 6, (50, 50)), INK, 0.2, blur=1.4)
    shell = turned(box(28, 7, 44, 86, 9), 6, (50, 50))

    def put(shape: Shape) -> Shape:
        return turned(shape, 6, (50, 50))

    picture.fill(shell, colour, shade=0.16, shine=0.2, soft=2.4)
    PATTERNS[pattern](picture, Back(shell, put, colour))
    island = put(box(32, 11, 19, 21, 6))
    picture.fill(island, dark(mix(colour, INK, 0.3), 0.35), shine=0.2, soft=1)
    for x, y in ((37.5, 17), (37.5, 26), (45.6, 21.5)):
        picture.fill(put(oval(x, y, 3.4)), INK)
        picture.fill(put(oval(x, y, 2)), rgb("#31405c"))
        picture.fill(put(oval(x - 0.8, y - 0.8, 0.7)), rgb("#9fb6d6"))


def _wave(picture: Picture, back: Back) -> None:
    shell, put, colour = back.shape, back.put, back.colour
    for row in range(7):
        for step in range(5):
            x, y = 30 + step * 11 + row % 2 * 5.5, 48 + row * 8
            for radius, tone in ((6.4, PAPER), (5.2, colour), (3.8, PAPER), (2.6, light(colour, 0.3)), (1.2, PAPER)):
                picture.within(shell, put(oval(x, y, radius)), tone)
            picture.within(shell, put(box(x - 7, y + 1, 14, 8)), mix(colour, INK, 0.1) if row == 6 else colour)


def _persimmon(picture: Picture, back: Back) -> None:
    shell, put = back.shape, back.put
    picture.within(shell, put(path("M66 34 Q56 46 58 60 L57 60 Q54 44 65 33 Z")), rgb("#5a4632"))
    for x, y, size in ((44, 62, 8.5), (59, 70, 7.6), (50, 80, 6.6)):
        picture.within(shell, put(oval(x, y, size, size * 0.86)), rgb("#e5722f"))
        picture.within(shell, put(oval(x - size * 0.3, y - size * 0.2, size * 0.3, size * 0.2)), rgb("#f4a56a"))
        for turn in range(4):
            leafy = turned(oval(x, y - size * 0.86, 1.5, 3.2), turn * 90 + 45, (x, y - size * 0.66))
            picture.within(shell, put(leafy), rgb("#6b7f45"))


def _checker(picture: Picture, back: Back) -> None:
    shell, put = back.shape, back.put
    for row in range(12):
        for column in range(6):
            if (row + column) % 2:
                picture.within(shell, put(box(28 + column * 7.4, 7 + row * 7.4, 7.4, 7.4)), rgb("#efe9dc"))


def _clear(picture: Picture, back: Back) -> None:
    shell, put = back.shape, back.put
    picture.fill(put(box(31, 10, 38, 80, 6)), rgb("#f4f6f8"), shade=0.08, soft=2)
    for x in (46, 58):
        picture.within(shell, put([(x, 95), (x + 22, 5), (x + 27, 5), (x + 5, 95)]), WHITE, strength=0.7)
    picture.within(shell, put(oval(52, 62, 6)), rgb("#d5dde2"))


def _ring(picture: Picture, back: Back) -> None:
    shell, put, colour = back.shape, back.put, back.colour
    for radius, tone in ((14, light(colour, 0.35)), (11.4, colour)):
        picture.within(shell, put(oval(50, 56, radius)), tone)
    for step in range(18):
        point = put([(50 + 12.7 * math.cos(step * math.pi / 9), 56 + 12.7 * math.sin(step * math.pi / 9))])[0]
        picture.fill(oval(*point, 0.5), dark(colour, 0.3))
    picture.within(shell, put(box(48.2, 71, 3.6, 9, 1.6)), light(colour, 0.35))


def _cat(picture: Picture, back: Back) -> None:
    shell, put = back.shape, back.put
    window = put(box(34, 40, 32, 38, 2))
    picture.fill(window, rgb("#23324a"))
    for _ in range(16):
        x, y = picture.chance.uniform(35, 65), picture.chance.uniform(41, 70)
        picture.within(window, put([(x, y), (x + 0.6, y), (x - 0.9, y + 5), (x - 1.5, y + 5)]), rgb("#8fb0d0"))
    picture.within(window, put(oval(58, 48, 4)), rgb("#f3d98a"))
    picture.within(shell, put(box(31, 77, 38, 4, 1)), rgb("#c79a6b"))
    picture.fill(put(path("M42 77 Q40 62 50 60 Q60 62 58 77 Z")), INK)
    kernel(picture, "cat", *put([(50, 57)])[0], 0.8, 6)
    picture.line(put(path("M57 76 Q66 78 64 70")), 1.8, INK)


def _mountain(picture: Picture, back: Back) -> None:
    shell, put = back.shape, back.put
    picture.within(shell, put(oval(60, 40, 6)), rgb("#d9573f"))
    for row in range(6):
        y = 50 + row * 8
        peaks = path(
            f"M20 {y + 6} Q32 {y - 10 + row} 42 {y + 4} Q52 {y - 8 + row} 60 {y + 3} Q70 {y - 6} 84 {y + 6} L84 110 L20 110 Z"
        )
        picture.within(shell, put(peaks), mix(rgb("#a9cdd0"), rgb("#1f4e66"), row / 5))


PATTERNS = {
    "wave": _wave, "persimmon": _persimmon, "checker": _checker, "clear": _clear, "ring": _ring, "cat": _cat,
    "mountain": _mountain,
}  # fmt: skip


def pouchbag(picture: Picture, colour: Colour) -> None:
    """A phone bag on a cord."""
    picture.ground(50, 88, 20)
    picture.line(path("M36 26 C10 10 24 -6 50 4 C80 -8 88 14 64 26"), 1.8, dark(colour, 0.35))
    body = box(32, 24, 36, 64, 6)
    picture.fill(body, colour, shade=0.18, soft=4)
    for row in range(12):
        for column in range(6):
            x, y = 32 + column * 6 + row % 2 * 3, 26 + row * 5.4
            picture.within(body, box(x, y, 3.2, 2.4, 0.8), light(colour, 0.22))
    picture.fill(
        path("M32 30 Q32 24 38 24 L62 24 Q68 24 68 30 L68 44 L50 52 L32 44 Z"), dark(colour, 0.16), shade=0.14, soft=2
    )
    picture.fill(oval(50, 47, 2.6), GOLD)


def cardholder(picture: Picture, colour: Colour) -> None:
    """Cards standing out of a fabric sleeve."""
    picture.ground(50, 84, 32)
    for lift, tone in ((0, "#d9743a"), (7, "#3f78a8"), (14, "#e9dfca")):
        picture.fill(box(24, 22 + lift, 52, 40, 4), rgb(tone), shade=0.12, soft=2)
        picture.fill(box(30, 27 + lift, 12, 2), light(rgb(tone), 0.5))
    body = path("M20 48 L40 48 Q50 58 60 48 L80 48 L80 80 Q80 85 75 85 L25 85 Q20 85 20 80 Z")
    picture.fill(body, colour, shade=0.18, soft=4)
    stitches(picture, [(23, 82), (77, 82)], light(colour, 0.4))
    picture.ring(50, 70, 8, 1.1, light(colour, 0.3))


def _plug(picture: Picture, x: float, y: float, turn: float, colour: Colour) -> None:
    picture.fill(turned(box(x - 5, y - 8, 10, 17, 3), turn, (x, y)), STEEL, shade=0.2, shine=0.3, soft=1.4)
    picture.fill(turned(box(x - 3, y - 15, 6, 8, 2.4), turn, (x, y)), light(STEEL, 0.4), shade=0.2, soft=1)
    picture.fill(turned(box(x - 3, y + 8, 6, 8, 2), turn, (x, y)), dark(colour, 0.25))


def cable(picture: Picture, colour: Colour) -> None:
    """A coiled, braided cable with two plugs."""
    picture.ground(50, 84, 36, 0.14)
    coil: Shape = []
    for step in range(150):
        angle = 2 * math.pi * step / 48 + 2.2
        radius = 27 - step * 0.05
        coil.append((50 + radius * math.cos(angle), 54 + radius * 0.86 * math.sin(angle)))
    tail = path(f"M{coil[-1][0]} {coil[-1][1]} Q70 24 80 28")
    head = path(f"M{coil[0][0]} {coil[0][1]} Q18 88 16 72")
    for width, tone in ((4.2, dark(colour, 0.18)), (2.6, colour)):
        picture.line([*head[::-1], *coil, *tail], width, tone)
    for x, y in coil[::2]:
        picture.fill(oval(x, y, 0.5), light(colour, 0.4))
    picture.fill(box(44, 72, 12, 11, 2.4), dark(colour, 0.4), shade=0.14, soft=1)
    _plug(picture, 84, 22, 48, colour)
    _plug(picture, 15, 60, -6, colour)


def powerbank(picture: Picture, colour: Colour) -> None:
    """A power bank with its lights and a short lead."""
    picture.ground(50, 88, 26)
    body = box(30, 14, 40, 74, 7)
    picture.fill(body, colour, shade=0.2, shine=0.16, soft=4)
    picture.fill(box(34, 18, 32, 66, 4), light(colour, 0.06))
    for step in range(4):
        picture.fill(oval(41 + step * 6, 26, 1.5), rgb("#a8e0b0") if step < 3 else dark(colour, 0.3))
    picture.fill(path("M53 40 L42 58 L49 58 L46 72 L59 52 L51 52 Z"), light(colour, 0.5))
    picture.line(path("M50 14 Q50 4 64 6 Q84 8 84 30"), 2.6, dark(colour, 0.35))
    _plug(picture, 84, 38, 180, colour)


def earbuds(picture: Picture, colour: Colour) -> None:
    """Two buds above their open box."""
    picture.ground(50, 88, 30)
    picture.fill(path("M22 58 Q22 34 50 34 Q78 34 78 58 Z"), light(colour, 0.15), shade=0.16, soft=4)
    picture.fill(path("M28 56 Q28 40 50 40 Q72 40 72 56 Z"), dark(colour, 0.3))
    for side in (False, True):
        for shape, tone in (
            (oval(38, 24, 9, 8), colour),
            (oval(33, 28, 4.6, 4), dark(colour, 0.25)),
            (oval(41, 22, 3), light(colour, 0.5)),
        ):
            picture.fill(mirrored(shape) if side else shape, tone, shade=0.14, soft=1.6)
    picture.fill(path("M20 58 L80 58 L80 72 Q80 88 64 88 L36 88 Q20 88 20 72 Z"), colour, shade=0.18, shine=0.2, soft=4)
    picture.fill(oval(50, 68, 1.4), rgb("#8fd3a0"))


MOTIFS = {
    "case": case,
    "pouchbag": pouchbag,
    "cardholder": cardholder,
    "cable": cable,
    "powerbank": powerbank,
    "earbuds": earbuds,
}
