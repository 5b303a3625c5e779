"""Lamps."""

from itertools import pairwise

from .canvas import (
    GOLD,
    INK,
    PAPER,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Picture,
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
from .fresh import leaf
from .home import WARM, _cup


def glow(picture: Picture, x: float, y: float, radius: float, strength: float = 0.85) -> None:
    """Warm light about a lamp."""
    for share, power in ((1.0, 0.35), (0.7, 0.5), (0.45, 0.7)):
        picture.veil(oval(x, y, radius * share), WARM, strength * power, blur=radius * 0.12)


def desklamp(picture: Picture, colour: Colour) -> None:
    """An arc on a round foot."""
    picture.veil([(30, 36), (62, 36), (84, 88), (8, 88)], WARM, 0.6, blur=2)
    picture.ground(66, 88, 20)
    picture.line(path("M70 84 Q96 20 48 24"), 3, colour)
    picture.fill(path("M26 36 Q28 20 46 18 Q64 20 66 36 Z"), colour, shade=0.2, shine=0.2, soft=3)
    picture.fill(oval(46, 36, 20, 3.6), rgb("#fff3cf"))
    picture.fill(path("M52 84 Q52 80 70 80 Q88 80 88 84 L88 88 L52 88 Z"), colour, shade=0.2, shine=0.2, soft=2)
    picture.fill(oval(70, 82, 2), light(colour, 0.5))


def cliplamp(picture: Picture, colour: Colour) -> None:
    """A lamp clipped on a book."""
    glow(picture, 34, 36, 26)
    picture.line(path("M66 72 Q76 30 50 26"), 2.4, INK)
    picture.fill(turned(box(26, 18, 30, 12, 6), -16, (41, 24)), colour, shade=0.18, shine=0.2, soft=2)
    picture.fill(turned(box(29, 27, 24, 3, 1.5), -16, (41, 24)), rgb("#fff3cf"))
    for side in (False, True):
        page = path("M50 84 Q30 76 8 82 L8 60 Q30 54 50 62 Z")
        picture.fill(mirrored(page) if side else page, PAPER, shade=0.12, soft=2)
        for row in range(4):
            text = path(f"M46 {67 + row * 4} Q30 {61 + row * 4} 13 {64 + row * 4}")
            picture.line(mirrored(text) if side else text, 0.7, rgb("#c9c0b0"))
    picture.fill(box(60, 62, 13, 12, 3), colour, shade=0.2, soft=2)


def mushroom(picture: Picture, colour: Colour) -> None:
    """A glass mushroom, lit."""
    glow(picture, 50, 44, 42)
    picture.ground(50, 88, 24)
    picture.fill(
        path("M42 50 L58 50 Q60 72 66 84 Q66 88 60 88 L40 88 Q34 88 34 84 Q40 72 42 50"),
        light(colour, 0.3),
        shade=0.18,
        soft=3,
    )
    cap = path("M14 52 C14 24 32 14 50 14 C68 14 86 24 86 52 Q86 56 80 56 L20 56 Q14 56 14 52")
    picture.fill(cap, colour, shade=0.14, soft=4)
    picture.veil(oval(50, 44, 22, 12), rgb("#fff0c9"), 0.7, blur=3)
    picture.veil(turned(oval(30, 32, 4, 9), 34, (30, 32)), WHITE, 0.6)


def floorlamp(picture: Picture) -> None:
    """A line of light in a corner."""
    picture.veil(path("M44 6 L92 0 L92 96 L52 92 Z"), WARM, 0.75, blur=5)
    picture.veil(path("M44 6 L8 0 L8 96 L40 92 Z"), WARM, 0.4, blur=5)
    picture.ground(50, 90, 18)
    picture.fill(turned(box(47, 8, 4.6, 80, 2), 3, (50, 88)), INK, shade=0.2, soft=1)
    picture.fill(turned(box(51, 10, 1.8, 74, 0.9), 3, (50, 88)), rgb("#fff6da"))
    picture.fill(box(34, 86, 32, 4, 2), INK, shine=0.2, soft=1)
    leaf(picture, 18, 84, 0.5, -70)
    leaf(picture, 18, 84, 0.5, -110)
    picture.fill(path("M11 84 L25 84 L23 93 L13 93 Z"), rgb("#c9714a"), shade=0.18, soft=2)


def pendant(picture: Picture, colour: Colour) -> None:
    """A pleated globe on a cord."""
    picture.line([(50, 0), (50, 26)], 1, INK)
    glow(picture, 50, 54, 44)
    globe = oval(50, 54, 31, 28)
    picture.fill(globe, colour, shade=0.12, soft=4)
    for step in range(-6, 7):
        fold = path(f"M50 25 Q{50 + step * 9.6} 54 50 83")
        for x, y in pairwise(fold):
            picture.line([x, y], 0.35, dark(colour, 0.14))
    picture.veil(oval(50, 58, 17, 13), rgb("#fff1cc"), 0.75, blur=3)
    picture.fill(box(45, 24, 10, 5, 1.6), INK)


def disc(picture: Picture) -> None:
    """A ceiling light from below."""
    glow(picture, 50, 50, 48)
    picture.fill(oval(50, 50, 36), rgb("#f2f0ea"), shade=0.14, soft=3)
    picture.fill(oval(50, 50, 32), rgb("#fff5d6"))
    picture.veil(oval(50, 50, 20), WHITE, 0.7, blur=5)
    for x, tone in ((38, "#ffd58a"), (50, "#fff1cc"), (62, "#dfeeff")):
        picture.fill(oval(x, 94, 3), rgb(tone), shade=0.1, soft=0.6)


def moonlamp(picture: Picture) -> None:
    """A night-light in the dark."""
    picture.veil(box(0, 0, 100, 100), rgb("#28304e"), 0.94)
    glow(picture, 50, 46, 40, 0.6)
    crescent = path("M60 16 C34 16 22 40 30 60 C38 80 62 82 74 68 C56 70 44 56 46 40 C47 30 52 22 60 16")
    picture.fill(crescent, rgb("#fff0bf"), shade=0.1, soft=3)
    picture.fill(box(46, 76, 12, 12, 2), rgb("#e9e4d8"), shade=0.2, soft=2)
    for _ in range(18):
        x, y = picture.chance.uniform(4, 96), picture.chance.uniform(4, 70)
        picture.fill(oval(x, y, picture.chance.uniform(0.3, 0.8)), rgb("#e9e4c8"))


def fairy(picture: Picture) -> None:
    """Points of light on a wire."""
    picture.veil(box(0, 0, 100, 100), rgb("#33384f"), 0.92)
    for curve in (
        path("M-4 18 Q26 44 50 22 Q74 2 104 30"),
        path("M-4 48 Q24 72 52 50 Q76 32 104 60"),
        path("M-4 80 Q30 98 54 78 Q80 60 104 88"),
    ):
        picture.line(curve, 0.6, rgb("#b98a55"))
        for x, y in curve[::5]:
            picture.veil(oval(x, y, 4.4), WARM, 0.5, blur=1)
            picture.fill(oval(x, y, 1.5), rgb("#fff3cf"))


def striplight(picture: Picture) -> None:
    """A bar under a cupboard."""
    picture.fill(box(0, 0, 100, 34), rgb("#c9a883"), shade=0.1, soft=2)
    picture.fill(box(49.4, 0, 1.2, 34), rgb("#a5825d"))
    for x in (43, 54):
        picture.fill(box(x, 18, 3, 8, 1.4), GOLD)
    picture.veil([(14, 40), (86, 40), (100, 84), (0, 84)], WARM, 0.8, blur=3)
    picture.fill(box(12, 34, 76, 6, 2.4), rgb("#e6e8ea"), shade=0.16, soft=1)
    picture.fill(box(14, 38, 72, 2.4, 1.2), rgb("#fffbe9"))
    picture.fill(box(0, 82, 100, 18), rgb("#8f9aa0"))
    _cup(picture, 32, 84, 0.5, rgb("#c94f3a"))
    picture.fill(box(60, 62, 18, 21, 2), WOOD, shade=0.2, soft=2)
    leaf(picture, 66, 62, 0.4, -70)
    leaf(picture, 70, 62, 0.4, -30)


def lantern(picture: Picture, colour: Colour) -> None:
    """A camp lantern."""
    glow(picture, 50, 56, 40)
    picture.ground(50, 90, 24)
    picture.line(path("M30 30 C30 2 70 2 70 30"), 2, STEEL)
    picture.fill(path("M32 30 Q32 20 50 20 Q68 20 68 30 Z"), colour, shade=0.2, shine=0.2, soft=3)
    picture.fill(box(32, 30, 36, 40, 4), rgb("#fff1cc"))
    picture.fill(box(45, 40, 10, 30, 5), rgb("#ffd27a"))
    for x in (33, 49, 65):
        picture.fill(box(x, 30, 2, 40), dark(colour, 0.2))
    picture.fill(box(28, 69, 44, 20, 5), colour, shade=0.2, shine=0.2, soft=3)
    picture.fill(oval(50, 79, 3.4), light(colour, 0.4))


def gardenlight(picture: Picture) -> None:
    """Path lights at dusk."""
    picture.veil(box(0, 0, 100, 100), rgb("#44536b"), 0.85)
    picture.fill(path("M0 80 Q50 70 100 80 L100 100 L0 100 Z"), rgb("#3f5a46"))
    for x, y, size in ((22, 90, 1.1), (54, 86, 0.9), (80, 83, 0.7)):
        glow(picture, x, y - 34 * size, 18 * size, 0.7)
        picture.fill(box(x - 1 * size, y - 30 * size, 2 * size, 32 * size), STEEL)
        picture.fill(box(x - 5 * size, y - 42 * size, 10 * size, 13 * size, 2), rgb("#fff1cc"))
        picture.fill(
            [(x - 9 * size, y - 42 * size), (x, y - 50 * size), (x + 9 * size, y - 42 * size)], STEEL, shade=0.2, soft=1
        )
    for step in range(26):
        x = step * 4
        picture.line(
            [(x, 100), (x + picture.chance.uniform(-2, 2), picture.chance.uniform(88, 95))], 0.8, rgb("#6f9a57")
        )


def palace(picture: Picture, colour: Colour) -> None:
    """A red silk lantern with a tassel."""
    glow(picture, 50, 44, 46, 0.7)
    picture.line([(50, 0), (50, 16)], 1.2, GOLD)
    picture.fill(box(36, 15, 28, 6, 2), GOLD, shade=0.2, shine=0.3, soft=2)
    globe = oval(50, 44, 36, 25)
    picture.fill(globe, colour, shade=0.16, soft=4)
    for step in range(-4, 5):
        rib = path(f"M50 19 Q{50 + step * 17} 44 50 69")
        picture.line(rib, 0.7, dark(colour, 0.22))
    picture.veil(oval(50, 44, 17, 12), rgb("#ffcf7a"), 0.6, blur=3)
    for turn in range(4):
        picture.fill(turned(oval(50, 38, 2.6, 5), turn * 90 + 45, (50, 44)), GOLD)
    picture.fill(box(36, 67, 28, 6, 2), GOLD, shade=0.2, shine=0.3, soft=2)
    picture.fill(oval(50, 77, 3), rgb("#d9b04a"))
    for step in range(9):
        picture.line([(50, 79), (42 + step * 2, 98)], 0.9, mix(colour, GOLD, step % 2 * 0.5))


MOTIFS = {
    "desklamp": desklamp,
    "cliplamp": cliplamp,
    "mushroom": mushroom,
    "floorlamp": floorlamp,
    "pendant": pendant,
    "disc": disc,
    "moonlamp": moonlamp,
    "fairy": fairy,
    "striplight": striplight,
    "lantern": lantern,
    "gardenlight": gardenlight,
    "palace": palace,
}
