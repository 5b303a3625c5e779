"""Toys."""

import math

from .canvas import (
    INK,
    PAPER,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Picture,
    Shape,
    box,
    dark,
    light,
    mirrored,
    mix,
    moved,
    oval,
    path,
    rgb,
    turned,
)
from .nursery import BLUE, GREEN, RAINBOW, RED, YELLOW
from .pantry import kernel


def blocks(picture: Picture) -> None:
    """A small building of blocks."""
    picture.ground(50, 88, 40)
    tones = RAINBOW[:]
    picture.chance.shuffle(tones)
    for x, tone in ((14, tones[0]), (62, tones[1])):
        picture.fill(box(x, 62, 24, 26, 1.5), tone, shade=0.18, shine=0.15, soft=2.4)
    picture.fill(box(38, 62, 24, 26), light(WOOD, 0.2), shade=0.12, soft=2)
    picture.fill(path("M42 88 L42 76 Q42 68 50 68 Q58 68 58 76 L58 88 Z"), dark(WOOD, 0.4))
    picture.fill(box(20, 52, 60, 10, 1), light(WOOD, 0.15), shade=0.18, soft=2)
    for x, tone in ((24, tones[2]), (66, tones[3])):
        picture.fill(box(x, 34, 10, 18, 1), tone, shade=0.18, soft=1.6)
    picture.fill(box(38, 36, 24, 16, 1), tones[4], shade=0.18, soft=2)
    picture.fill([(18, 34), (29, 20), (40, 34)], tones[5], shade=0.18, soft=2)
    picture.fill([(60, 34), (71, 20), (82, 34)], tones[0], shade=0.18, soft=2)
    picture.fill(path("M38 36 Q38 22 50 22 Q62 22 62 36 Z"), tones[1], shade=0.18, soft=2)
    for x, kind in ((26, "leaf"), (74, "cat")):
        kernel(picture, kind, x, 75, 0.7, 0)


def _wheel(picture: Picture, x: float, y: float, radius: float) -> None:
    picture.fill(oval(x, y, radius), INK)
    picture.fill(oval(x, y, radius * 0.62), WOOD, shade=0.2, soft=1)
    picture.fill(oval(x, y, radius * 0.2), dark(WOOD, 0.4))


def train(picture: Picture) -> None:
    """An engine and two carriages."""
    picture.ground(50, 82, 46)
    picture.fill(box(2, 78, 96, 3), dark(WOOD, 0.2))
    picture.fill(box(60, 44, 32, 26, 3), RED, shade=0.18, shine=0.15, soft=2)
    picture.fill(box(58, 28, 16, 30, 2), dark(RED, 0.1), shade=0.15, soft=2)
    picture.fill(box(61, 33, 10, 10, 1.5), rgb("#dfeef2"))
    picture.fill(box(56, 24, 20, 5, 2), INK)
    picture.fill(path("M82 44 L80 32 L90 32 L88 44 Z"), YELLOW, shade=0.18, soft=1.4)
    for index, (x, y) in enumerate([(84, 24), (78, 16), (70, 10)]):
        picture.veil(oval(x, y, 4 + index * 1.6), WHITE, 0.75)
    for x, tone in ((6, GREEN), (33, BLUE)):
        picture.fill(box(x, 50, 22, 20, 2), tone, shade=0.18, shine=0.15, soft=2)
        for step in range(3):
            picture.fill(oval(x + 5 + step * 6, 49, 4), RAINBOW[(step + x) % 6], shade=0.2, soft=1)
        picture.line([(x + 22, 66), (x + 27, 66)], 1.4, STEEL)
        for wheel in (x + 5, x + 17):
            _wheel(picture, wheel, 73, 5)
    picture.line([(55, 66), (60, 66)], 1.4, STEEL)
    for wheel, radius in ((66, 6), (84, 6)):
        _wheel(picture, wheel, 72, radius)


def car(picture: Picture, colour: Colour) -> None:
    """Two wooden cars."""
    for dx, dy, tone in ((14, -26, BLUE), (-6, 4, colour)):
        picture.ground(50 + dx, 80 + dy, 32, 0.16)
        body = path("M22 76 Q16 76 16 68 Q18 58 30 58 Q36 42 50 42 Q64 42 70 56 Q84 58 84 68 Q84 76 78 76 Z")
        picture.fill(moved(body, dx, dy), tone, shade=0.18, shine=0.15, soft=3)
        picture.fill(moved(path("M35 57 Q40 46 48 46 L48 57 Z"), dx, dy), rgb("#e4f0f3"))
        picture.fill(moved(path("M52 57 L52 46 Q61 46 65 57 Z"), dx, dy), rgb("#e4f0f3"))
        picture.fill(moved(oval(80, 65, 2.6), dx, dy), YELLOW)
        for x in (32, 68):
            _wheel(picture, x + dx, 76 + dy, 8)


def robot(picture: Picture, colour: Colour) -> None:
    """A robot of wood and gears."""
    picture.ground(50, 90, 26)
    for x in (38, 56):
        picture.fill(box(x, 72, 7, 14, 1), dark(colour, 0.2))
        picture.fill(box(x - 3, 84, 13, 6, 2), colour, shade=0.18, soft=1.4)
    for x in (18, 74):
        picture.fill(box(x, 46, 8, 24, 4), light(WOOD, 0.1), shade=0.18, soft=1.4)
        picture.ring(x + 4, 73, 3.4, 2, colour)
    picture.fill(box(28, 42, 44, 32, 4), WOOD, shade=0.2, soft=3)
    for x, y, radius, tone in ((43, 57, 9, colour), (58, 62, 6.4, rgb("#c9a04a"))):
        for step in range(10):
            picture.fill(turned(box(x - 1.4, y - radius - 2, 2.8, 4), step * 36, (x, y)), tone)
        picture.fill(oval(x, y, radius), tone)
        picture.fill(oval(x, y, radius * 0.4), dark(WOOD, 0.3))
    picture.fill(box(30, 14, 40, 26, 5), light(WOOD, 0.15), shade=0.18, soft=3)
    for x in (41, 59):
        picture.fill(oval(x, 25, 5.4), INK)
        picture.fill(oval(x, 25, 3.2), rgb("#8fd3e0"))
    picture.fill(box(42, 33, 16, 2.4, 1.2), INK)
    picture.line([(50, 14), (50, 7)], 1.6, colour)
    picture.fill(oval(50, 6, 2.8), RED)


def kite(picture: Picture, colour: Colour) -> None:
    """A swallow kite on its line."""
    picture.line(path("M50 54 Q62 74 54 84 Q46 92 66 98"), 0.7, INK)
    wings = path("M50 30 C34 10 12 16 4 30 C18 32 34 38 42 52 L50 46 L58 52 C66 38 82 32 96 30 C88 16 66 10 50 30")
    picture.fill(wings, colour, shade=0.16, soft=3)
    for side in (False, True):
        for shape, tone in (
            (path("M42 34 C32 22 20 22 12 28 C24 30 34 36 41 44 Z"), YELLOW),
            (oval(26, 28, 3.4), BLUE),
            (path("M47 50 L30 84 L44 70 Z"), dark(colour, 0.12)),
        ):
            picture.fill(mirrored(shape) if side else shape, tone)
    picture.fill(path("M50 24 C58 34 58 56 50 66 C42 56 42 34 50 24"), INK)
    picture.fill(oval(50, 30, 6, 6.6), light(colour, 0.75))
    for x in (47, 53):
        picture.fill(oval(x, 29, 1.2), INK)
    picture.fill([(49, 32), (51, 32), (50, 35)], YELLOW)


def xylophone(picture: Picture) -> None:
    """Eight bars and two beaters."""
    picture.ground(50, 84, 42)
    for y0, y1 in ((40, 46), (70, 64)):
        picture.line([(8, y0), (92, y1)], 3, dark(WOOD, 0.2))
    for step in range(8):
        half = 30 - step * 2.2
        picture.fill(
            box(9 + step * 10.4, 55 - half, 8.6, half * 2, 2), RAINBOW[step % 6], shade=0.16, shine=0.2, soft=1.6
        )
        for y in (55 - half + 5, 55 + half - 6):
            picture.fill(oval(13.3 + step * 10.4, y, 1.1), PAPER)
    for x0, y0, x1, y1 in ((40, 92, 62, 60), (88, 92, 46, 72)):
        picture.line([(x0, y0), (x1, y1)], 1.8, light(WOOD, 0.3))
        picture.fill(oval(x1, y1, 4), RED, shade=0.2, soft=1.4)


def puzzle(picture: Picture, colour: Colour | None = None) -> None:
    """A picture half put together."""
    picture.ground(50, 88, 40)
    board = box(12, 16, 76, 70, 2)
    night = colour is not None
    picture.fill(board, rgb("#2c2d4c") if night else rgb("#8cc3d9"), shade=0.1, soft=2)
    if night:
        for x in (22, 38, 54, 70):
            picture.within(board, oval(x, 30 + x % 3 * 3, 6, 7), RED)
            picture.within(board, box(x - 2, 20, 4, 4), YELLOW)
        picture.within(board, path("M12 60 L30 46 L44 60 L58 44 L76 60 L88 50 L88 90 L12 90 Z"), rgb("#5a4a78"))
        for x in (20, 34, 48, 62, 76):
            picture.within(board, box(x, 66, 5, 7), rgb("#f3c95a"))
    else:
        for shape in (
            path("M18 30 Q34 22 40 34 Q36 50 28 56 Q18 46 18 30"),
            path("M48 28 Q70 20 82 32 Q80 50 66 50 Q60 64 52 62 Q44 44 48 28"),
            path("M66 62 Q78 58 82 68 Q74 78 64 72 Z"),
            path("M26 60 Q36 60 34 74 Q28 80 24 72 Z"),
        ):
            picture.within(board, shape, GREEN)
    for step in range(1, 4):
        offset = step * 19
        for row in range(4):
            picture.within(board, oval(12 + offset, 24.7 + row * 17.5, 3.6), dark(rgb("#8cc3d9"), 0.3), strength=0.25)
        picture.within(board, box(11.6 + offset, 16, 0.7, 70), dark(INK, 0.2), strength=0.4)
        picture.within(board, box(12, 15.7 + step * 17.5, 76, 0.7), dark(INK, 0.2), strength=0.4)
    picture.fill(box(69, 68.4, 19.4, 18), PAPER)
    piece = turned([*box(74, 70, 18, 17, 1)], 18, (83, 78))
    picture.fill(piece, YELLOW if night else GREEN, shade=0.2, soft=1.6)
    picture.fill(turned(oval(83, 69, 3.6), 18, (83, 78)), YELLOW if night else GREEN)


def toy_teapot(picture: Picture, colour: Colour) -> None:
    """A wooden pot and two cups."""
    picture.ground(50, 86, 42)
    picture.line(path("M64 50 Q82 48 80 60 Q78 70 64 68"), 4.4, WOOD)
    picture.fill(path("M26 56 L8 42 L10 38 L30 46 Z"), light(WOOD, 0.1), shade=0.18, soft=1.4)
    picture.fill(oval(46, 58, 23, 21), colour, shade=0.18, shine=0.18, soft=4)
    picture.fill(oval(46, 39, 13, 4), dark(colour, 0.12))
    picture.fill(oval(46, 33, 4.6), WOOD, shade=0.2, soft=1.4)
    for turn in range(5):
        picture.fill(turned(oval(46, 54, 2.6, 4.4), turn * 72, (46, 59)), PAPER)
    picture.fill(oval(46, 59, 2.4), YELLOW)
    for x, tone in ((74, BLUE), (18, YELLOW)):
        picture.fill(path(f"M{x - 9} 74 L{x + 9} 74 L{x + 7} 86 L{x - 7} 86 Z"), tone, shade=0.18, soft=2)
        picture.fill(oval(x, 74, 9, 2.6), light(tone, 0.4))


def moon(picture: Picture) -> None:
    """A crescent with sticks balanced on it."""
    picture.ground(50, 86, 30)
    crescent = path("M20 42 C18 74 40 86 58 84 C78 82 86 64 82 46 C78 62 64 70 50 68 C36 66 26 58 20 42")
    picture.fill(crescent, light(WOOD, 0.1), shade=0.18, soft=3)
    for x, y, turn, tone in (
        (44, 62, 4, RED),
        (52, 57, -10, BLUE),
        (48, 52, 14, YELLOW),
        (54, 46, -4, GREEN),
        (50, 41, 18, RED),
        (52, 35, -12, BLUE),
        (49, 29, 6, YELLOW),
    ):
        picture.fill(turned(box(x - 22, y - 2.4, 44, 4.8, 2.4), turn, (x, y)), tone, shade=0.16, soft=1)
    for x, y in ((14, 18), (84, 22), (70, 10)):
        picture.fill(_star(x, y, 3.4), YELLOW)


def _star(x: float, y: float, size: float) -> Shape:
    return [
        (
            x + size * (1 if step % 2 == 0 else 0.45) * math.sin(math.radians(36 * step)),
            y - size * (1 if step % 2 == 0 else 0.45) * math.cos(math.radians(36 * step)),
        )
        for step in range(10)
    ]


def boats(picture: Picture) -> None:
    """Three bath boats on the water."""
    for x, y, size, tone in ((24, 54, 0.8, YELLOW), (72, 50, 0.9, BLUE), (48, 70, 1.2, RED)):
        picture.line([(x, y - 4 * size), (x, y - 32 * size)], 1.6 * size, WOOD)
        picture.fill(
            [(x + 2 * size, y - 31 * size), (x + 2 * size, y - 8 * size), (x + 17 * size, y - 8 * size)],
            PAPER,
            shade=0.1,
            soft=1,
        )
        picture.fill(
            [(x - 2 * size, y - 26 * size), (x - 2 * size, y - 8 * size), (x - 12 * size, y - 8 * size)],
            light(tone, 0.4),
        )
        hull = [(x + px * size, y + py * size) for px, py in path("M-20 -4 L20 -4 Q18 10 8 12 L-8 12 Q-18 10 -20 -4")]
        picture.fill(hull, tone, shade=0.18, shine=0.15, soft=2)
    water = path("M0 76 Q12 70 25 76 Q38 82 50 76 Q62 70 75 76 Q88 82 100 76 L100 100 L0 100 Z")
    picture.veil(water, rgb("#7ab8cf"), 0.75)
    picture.veil(moved(water, 12, 9), rgb("#5fa3bf"), 0.6)
    picture.veil(moved(water, -12, 9), rgb("#5fa3bf"), 0.6)


def petfood(picture: Picture, colour: Colour, kind: str) -> None:
    """A bag of food, a bowl, and whom it is for."""
    picture.ground(46, 88, 36)
    bag = path("M18 16 L62 16 C60 30 66 60 64 82 Q64 88 58 88 L22 88 Q16 88 16 82 C14 60 20 30 18 16")
    picture.fill(bag, colour, shade=0.2, soft=5)
    picture.within(bag, box(0, 16, 100, 6), dark(colour, 0.2))
    picture.fill(oval(40, 48, 16), PAPER)
    kernel(picture, kind, 40, 48, 1.1, 0)
    for row in range(2):
        picture.fill(box(30 + row * 3, 70 + row * 4.4, 20 - row * 6, 1.8), PAPER)
    picture.fill(path("M60 74 L94 74 Q96 88 88 88 L66 88 Q58 88 60 74"), STEEL, shade=0.18, shine=0.2, soft=2)
    for step in range(6):
        picture.fill(
            oval(64 + step * 5.2, 73 - step % 2 * 2.4, 3), mix(rgb("#8a5a35"), colour, 0.2), shade=0.2, soft=0.8
        )


MOTIFS = {
    "blocks": blocks,
    "train": train,
    "car": car,
    "robot": robot,
    "kite": kite,
    "xylophone": xylophone,
    "puzzle": puzzle,
    "teapot": toy_teapot,
    "moon": moon,
    "boats": boats,
    "petfood": petfood,
}
