"""Nuts and honey, and the small things that packets show."""

import math
from collections.abc import Callable

from .canvas import (
    INK,
    PAPER,
    WHITE,
    WOOD,
    Colour,
    Picture,
    Shape,
    box,
    dark,
    light,
    mix,
    oval,
    path,
    rgb,
    turned,
)

Put = Callable[[Shape], Shape]


def _almond(picture: Picture, put: Put, size: float) -> None:
    shape = put(path("M0 -10 C8 -4 8 7 0 10 C-8 7 -8 -4 0 -10"))
    picture.fill(shape, rgb("#a8672f"), shade=0.22, soft=2 * size)
    for offset in (-3, 0, 3):
        picture.line(put(path(f"M{offset * 0.4} -7 Q{offset * 1.2} 0 {offset * 0.4} 8")), 0.7 * size, rgb("#8a4f20"))


def _walnut(picture: Picture, put: Put, size: float) -> None:
    picture.fill(put(oval(0, 0, 9, 10)), rgb("#b98550"), shade=0.25, soft=2.4 * size)
    picture.line(put([(0, -9.5), (0, 9.5)]), 1.1 * size, rgb("#8a5a2c"))
    for side in (-1, 1):
        picture.line(
            put(path(f"M{side * 3} -6 Q{side * 7} -2 {side * 3} 1 Q{side * 7} 4 {side * 3} 7")),
            0.9 * size,
            rgb("#94642f"),
        )


def _pistachio(picture: Picture, put: Put, size: float) -> None:
    picture.fill(put(path("M0 -10 C10 -6 10 7 0 10 C-10 7 -10 -6 0 -10")), rgb("#dcc99c"), shade=0.2, soft=2 * size)
    picture.fill(put(path("M0 -8 C6 -5 6 4 0 9 C-2 3 -2 -3 0 -8")), rgb("#93a94b"), shade=0.2, soft=1 * size)


def _bean(picture: Picture, put: Put, size: float) -> None:
    picture.fill(put(oval(0, 0, 7, 9.6)), rgb("#5a3524"), shade=0.25, soft=2 * size)
    picture.line(put(path("M-1 -9 Q4 -3 0 0 Q-4 4 1 9")), 1.0 * size, rgb("#32190f"))


def _leaf(picture: Picture, put: Put, size: float) -> None:
    picture.fill(put(path("M0 -11 C9 -4 7 6 0 11 C-7 6 -9 -4 0 -11")), rgb("#6f9a57"), shade=0.2, soft=1.6 * size)
    picture.line(put([(0, -9), (0, 11)]), 0.7 * size, rgb("#4c7340"))


def _crab(picture: Picture, put: Put, size: float) -> None:
    picture.fill(put(oval(0, 2, 8, 6)), rgb("#d2492f"), shade=0.2, soft=1.4 * size)
    for side in (-1, 1):
        picture.line(put(path(f"M{side * 7} 0 Q{side * 12} -2 {side * 11} -8")), 1.6 * size, rgb("#d2492f"))
        picture.fill(put(oval(side * 10.6, -8.6, 2.8)), rgb("#d2492f"))


def _cat(picture: Picture, put: Put, _size: float) -> None:
    picture.fill(put(path("M-8 -9 L-4 -4 Q0 -6 4 -4 L8 -9 Q11 2 6 7 Q0 11 -6 7 Q-11 2 -8 -9")), INK)
    for side in (-1, 1):
        picture.fill(put(oval(side * 3.4, 0, 1.3, 1.7)), rgb("#f3d36b"))


def _dog(picture: Picture, put: Put, _size: float) -> None:
    picture.fill(put(oval(0, 0, 8, 9)), rgb("#8a5a35"))
    for side in (-1, 1):
        picture.fill(put(turned(oval(side * 8, -2, 3, 7), side * -14, (side * 8, -2))), rgb("#5e3a20"))
        picture.fill(put(oval(side * 3, -2, 1.2)), INK)
    picture.fill(put(oval(0, 4.5, 3.6, 3)), rgb("#e9d2b4"))
    picture.fill(put(oval(0, 3.2, 1.6, 1.2)), INK)


KERNELS = {
    "almond": _almond,
    "walnut": _walnut,
    "pistachio": _pistachio,
    "bean": _bean,
    "coffee": _bean,
    "leaf": _leaf,
    "crab": _crab,
    "cat": _cat,
    "dog": _dog,
}


def kernel(picture: Picture, kind: str, x: float, y: float, size: float, degrees: float) -> None:
    """One small thing of a kind about (x, y): a nut, a bean, a leaf, a face."""

    def put(shape: Shape) -> Shape:
        return turned([(x + px * size, y + py * size) for px, py in shape], degrees, (x, y))

    if kind:
        KERNELS[kind](picture, put, size)


def nuts_bowl(picture: Picture, colour: Colour, kind: str) -> None:
    """A wooden bowl heaped with nuts, some beside it."""
    picture.ground(50, 86, 36)
    for row in range(4):
        for step in range(7 - row):
            x = 24 + row * 4.4 + step * 8.8 + picture.chance.uniform(-1, 1)
            kernel(picture, kind, x, 53 - row * 7, 0.78, picture.chance.uniform(-60, 60))
    bowl = path("M12 54 L88 54 C88 76 70 86 50 86 C30 86 12 76 12 54")
    picture.fill(bowl, mix(colour, WOOD, 0.5), shade=0.25, shine=0.2, soft=5)
    for y in (62, 70, 77):
        picture.within(
            bowl,
            path(f"M8 {y} Q50 {y + 9} 92 {y} L92 {y + 0.8} Q50 {y + 9.8} 8 {y + 0.8}"),
            dark(colour, 0.3),
            strength=0.5,
        )
    kernel(picture, kind, 16, 87, 0.7, 70)
    kernel(picture, kind, 86, 88, 0.7, -40)


def honey(picture: Picture, colour: Colour) -> None:
    """A faceted jar with a cloth lid and a dipper."""
    picture.ground(46, 88, 28)
    jar = path("M22 40 Q20 34 26 32 L66 32 Q72 34 70 40 L72 80 Q72 88 64 88 L28 88 Q20 88 20 80 Z")
    picture.fill(jar, colour, shade=0.2, soft=6)
    picture.within(jar, box(0, 30, 100, 8), light(colour, 0.5))
    picture.gleam(jar, 26, 4, 0.4)
    picture.gleam(jar, 32, 1.4, 0.3)
    picture.fill(path("M20 28 Q46 16 72 28 L74 36 Q46 30 18 36 Z"), rgb("#e9dfcf"), shade=0.14, soft=3)
    picture.fill(box(20, 30, 52, 3, 1.4), rgb("#b4542f"))
    label = box(30, 52, 32, 24, 3)
    picture.fill(label, PAPER)
    for x, y in ((41, 60), (51, 60), (46, 68)):
        picture.fill(turned(_hexagon(x, y, 5), 0, (x, y)), light(colour, 0.2))
    picture.line([(90, 22), (78, 62)], 2.2, WOOD)
    for step in range(5):
        picture.fill(
            turned(box(71 - step * 0.5, 60 + step * 4.6, 12 + step % 4, 3.4, 1.6), 17, (77, 68)),
            dark(WOOD, 0.08 * (step % 2)),
        )


def _hexagon(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [
        (x + radius * math.cos(math.radians(60 * step + 30)), y + radius * math.sin(math.radians(60 * step + 30)))
        for step in range(6)
    ]


def honeycomb(picture: Picture) -> None:
    """A cut square of comb dripping on a board."""
    picture.ground(50, 86, 38)
    picture.fill(box(8, 76, 84, 10, 4), WOOD, shade=0.2, soft=2)
    block = box(20, 30, 60, 48, 4)
    amber = rgb("#eea42a")
    picture.fill(block, dark(amber, 0.08), shade=0.15, soft=3)
    for row in range(8):
        for column in range(8):
            x, y = 22 + column * 8.4 + row % 2 * 4.2, 32 + row * 7.2
            picture.within(block, _hexagon(x, y, 4.1), mix(light(amber, 0.35), amber, picture.chance.random()))
            picture.within(block, oval(x - 1, y - 1.4, 1.1), WHITE, strength=0.4)
    for x, length in ((30, 12), (46, 6), (68, 9)):
        picture.fill(box(x, 72, 6, 8 + length, 3), amber, shade=0.15, soft=1.2)


def honey_squeeze(picture: Picture) -> None:
    """A squeeze bottle with a waist."""
    picture.ground(50, 88, 22)
    amber = rgb("#eda536")
    bottle = path("M36 34 C24 42 30 54 32 58 C26 68 28 88 36 88 L64 88 C72 88 74 68 68 58 C70 54 76 42 64 34 Z")
    picture.fill(bottle, amber, shade=0.2, soft=5)
    picture.gleam(bottle, 34, 4, 0.4)
    picture.fill(box(40, 24, 20, 11, 3), rgb("#f4f1ea"), shade=0.15, soft=2)
    picture.fill(path("M45 24 L48 10 L52 10 L55 24"), rgb("#f4f1ea"), shade=0.15, soft=1.2)
    for dx, dy in ((0, 0), (-7, 4), (7, 4), (0, 8)):
        picture.fill(_hexagon(50 + dx, 66 + dy, 3.8), light(amber, 0.55))


MOTIFS = {
    "nuts-bowl": nuts_bowl,
    "honey": honey,
    "honeycomb": honeycomb,
    "honey-squeeze": honey_squeeze,
}
