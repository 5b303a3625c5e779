"""Fruit, seafood, nuts and honey."""

import math

from .canvas import (
    GOLD,
    INK,
    LEAF,
    PAPER,
    WHITE,
    WOOD,
    Colour,
    Picture,
    box,
    dark,
    grown,
    light,
    mirrored,
    mix,
    moved,
    oval,
    path,
    rgb,
    turned,
)

STEM = (112, 132, 66)
_CHERRY = path("M50 36 C42 30 28 34 28 52 C28 66 39 76 50 76 C61 76 72 66 72 52 C72 34 58 30 50 36")
_LEAF = path("M50 20 C60 8 80 8 90 16 C82 30 64 34 50 20")
_APPLE = path(
    "M50 32 C44 26 22 22 20 48 C18 70 34 86 43 85 C47 84.6 48 83.6 50 83.6 "
    "C52 83.6 53 84.6 57 85 C66 86 82 70 80 48 C78 22 56 26 50 32"
)


def leaf(picture: Picture, x: float, y: float, size: float, degrees: float, colour: Colour = LEAF) -> None:
    """One leaf whose stalk is at (x, y)."""
    shape = turned(moved(grown(_LEAF, size, (50, 20)), x - 50, y - 20), degrees, (x, y))
    tip = turned([(x, y), (x + 38 * size, y - 4 * size)], degrees, (x, y))
    picture.fill(shape, colour, shade=0.16, soft=2)
    picture.line(tip, 0.5, dark(colour, 0.25))


def cherry(picture: Picture, x: float, y: float, size: float, colour: Colour, blush: Colour | None = None) -> None:
    """One cherry about (x, y), without its stem."""
    shape = moved(grown(_CHERRY, size, (50, 54)), x - 50, y - 54)
    picture.fill(shape, colour, shade=0.28, soft=7 * size)
    if blush:
        picture.within(shape, oval(x + 10 * size, y + 4 * size, 17 * size, 20 * size), blush, strength=0.65)
    picture.within(shape, oval(x, y - 19 * size, 7 * size, 3 * size), dark(colour, 0.4))
    picture.veil(turned(oval(x - 11 * size, y - 7 * size, 3.4 * size, 6 * size), 24, (x, y)), WHITE, 0.75)


def cherries(picture: Picture, colour: Colour, blush: Colour | None = None) -> None:
    """A pair on their stems with a leaf."""
    picture.ground(36, 84, 22)
    picture.ground(68, 78, 20)
    picture.line(path("M56 16 Q40 30 36 52"), 1.3, STEM)
    picture.line(path("M56 16 Q66 30 67 46"), 1.3, STEM)
    leaf(picture, 56, 16, 0.72, picture.chance.uniform(-8, 22))
    cherry(picture, 67, 60, 0.86, colour, blush)
    cherry(picture, 36, 66, 0.92, colour, blush)


def cherries_bowl(picture: Picture, colour: Colour) -> None:
    """A bowl heaped with cherries."""
    picture.ground(50, 86, 30)
    for x, y in [(34, 46), (50, 40), (66, 46), (42, 34), (58, 33), (28, 54), (72, 54), (43, 52), (58, 52), (50, 26)]:
        picture.line(path(f"M{x} {y - 7} Q{x + 3} {y - 16} {x + 9} {y - 19}"), 0.9, STEM)
        cherry(picture, x, y, 0.34, mix(colour, dark(colour, 0.3), picture.chance.random()))
    bowl = path("M16 52 L84 52 C84 74 68 86 50 86 C32 86 16 74 16 52")
    picture.fill(bowl, rgb("#f4f1ea"), shade=0.14, soft=6)
    picture.within(bowl, box(0, 60, 100, 3), rgb("#4f7ba3"))
    picture.within(bowl, box(0, 65, 100, 1.2), rgb("#4f7ba3"))


def crate(picture: Picture) -> None:
    """A slatted box, open at the top, that the fruit was put into before."""
    picture.fill(box(14, 54, 72, 32, 1.5), WOOD, shade=0.2, soft=3)
    for y in (64, 75):
        picture.fill(box(14, y, 72, 1.6), dark(WOOD, 0.35))
    for x in (14, 80):
        picture.fill(box(x, 52, 6, 34, 1), light(WOOD, 0.2), shade=0.2, soft=1.5)


def cherries_crate(picture: Picture, colour: Colour) -> None:
    """A wooden crate of cherries."""
    picture.ground(50, 87, 38)
    for row, y in enumerate((33, 40, 47, 54)):
        for step in range(5 + row // 2 + row % 2):
            x = 50 + (step - (4 + row // 2 + row % 2) / 2) * 9.7 + picture.chance.uniform(-1.2, 1.2)
            tone = mix(colour, dark(colour, 0.35), picture.chance.random())
            if picture.chance.random() < 0.4:
                picture.line(
                    path(f"M{x} {y - 5} Q{x + 2} {y - 13} {x + picture.chance.uniform(3, 8)} {y - 18}"), 0.8, STEM
                )
            cherry(picture, x, y + picture.chance.uniform(-1.2, 1.2), 0.31, tone)
    crate(picture)
    leaf(picture, 62, 38, 0.4, -14)


def gift(picture: Picture, lid: Colour, ribbon: Colour) -> None:
    """A tray with a lid leaning behind it; what lies in the tray is drawn after."""
    picture.ground(50, 88, 40)
    back = turned(box(24, 16, 56, 44, 2), 6, (50, 40))
    picture.fill(back, lid, shade=0.18, soft=3)
    picture.within(back, turned(box(48, 10, 6, 60), 6, (50, 40)), ribbon)
    for side in (1, -1):
        bow = path("M51 20 C60 8 70 12 66 19 C63 24 56 22 51 20")
        picture.fill(bow if side == 1 else mirrored(bow, 51), ribbon, shade=0.2, soft=1.5)
    picture.fill(box(12, 56, 76, 31, 2), light(lid, 0.12), shade=0.2, soft=3)
    picture.fill(box(15, 50, 70, 20, 2), PAPER)


def cherry_gift(picture: Picture) -> None:
    """Red and golden cherries side by side in a lidded box."""
    gift(picture, rgb("#7f1d2f"), GOLD)
    for row in range(3):
        for step in range(4):
            wobble = picture.chance.uniform(-0.6, 0.6)
            cherry(picture, 20 + step * 8 + wobble, 53 + row * 6.4, 0.24, rgb("#8e1230"))
            cherry(picture, 55 + step * 8 + wobble, 53 + row * 6.4, 0.24, rgb("#f0b33c"), rgb("#d9483b"))
    picture.fill(box(12, 71, 76, 16, 2), rgb("#8e2a3a"), shade=0.2, soft=3)


def apple_at(picture: Picture, x: float, y: float, size: float, colour: Colour, blush: Colour) -> None:
    """One apple about (x, y) with its stalk."""
    shape = moved(grown(_APPLE, size, (50, 56)), x - 50, y - 56)
    picture.fill(shape, colour, shade=0.22, soft=7 * size)
    for step in range(9):
        streak = oval(x - 26 * size + step * 5.5 * size, y + 4 * size, 1.6 * size, 22 * size)
        picture.within(shape, streak, blush, strength=0.3 + 0.3 * (step % 3 == 0))
    picture.within(
        shape, oval(x, y - 24 * size, 13 * size, 5 * size), dark(mix(colour, blush, 0.4), 0.28), strength=0.8
    )
    stalk = path("M50 33 Q50 24 55 17")
    picture.line(moved(grown(stalk, size, (50, 56)), x - 50, y - 56), 2.0 * size, rgb("#6b4a30"))
    picture.veil(turned(oval(x - 17 * size, y - 9 * size, 3.4 * size, 8 * size), 18, (x, y)), WHITE, 0.55)


def apple(picture: Picture, colour: Colour, blush: Colour) -> None:
    """A whole apple, with a half behind it."""
    picture.ground(48, 87, 32)
    if picture.chance.random() < 0.6:
        half = moved(grown(_APPLE, 0.66, (50, 56)), 24, 12)
        picture.fill(half, colour)
        picture.fill(grown(half, 0.9, (74, 68)), rgb("#fbf3d9"))
        for side in (-1, 1):
            picture.fill(turned(oval(74 + side * 3, 69, 1.1, 2.3), side * 12, (74, 69)), rgb("#5b3a26"))
        apple_at(picture, 42, 54, 0.98, colour, blush)
        leaf(picture, 46, 20, 0.5, -4)
    else:
        apple_at(picture, 50, 54, 1.04, colour, blush)
        leaf(picture, 55, 16, 0.6, picture.chance.uniform(-10, 14))


def apple_crate(picture: Picture, colour: Colour | None = None) -> None:
    """A crate of apples, of one kind or of six."""
    picture.ground(50, 87, 38)
    kinds = [rgb(text) for text in ("#c9373f", "#7fb23c", "#e8c547", "#8f1426", "#e0564b", "#d98a3a")]
    for index, (x, y) in enumerate([(30, 38), (50, 35), (70, 38), (24, 49), (42, 49), (60, 49), (77, 49)]):
        kind = colour or kinds[index % 6]
        apple_at(picture, x, y, 0.36, kind, light(kind, 0.35))
    crate(picture)


def apple_bowl(picture: Picture, colour: Colour) -> None:
    """Small apples in a mesh bag."""
    picture.ground(50, 88, 30)
    bag = path("M40 20 L60 20 C62 30 84 44 82 66 C80 84 66 88 50 88 C34 88 20 84 18 66 C16 44 38 30 40 20")
    picture.fill(bag, light(colour, 0.55))
    for x, y in [(38, 44), (58, 42), (30, 58), (50, 58), (70, 57), (38, 73), (60, 73)]:
        apple_at(picture, x, y, 0.32, colour, light(colour, 0.4))
    for step in range(-8, 18):
        for way in (1, -1):
            x = 50 + (step - 4) * 7
            net = path(f"M{x} 10 L{x + 60 * way} 95 L{x + 60 * way + 0.7} 95 L{x + 0.7} 10")
            picture.within(bag, net, WHITE, strength=0.6)
    picture.fill(box(38, 14, 24, 8, 2), rgb("#3f7d4e"), shade=0.2)


def crab(picture: Picture, colour: Colour) -> None:
    """A whole crab from above, legs spread."""
    picture.ground(50, 82, 36)
    for side in (False, True):
        for angle, reach in ((-24, 33), (2, 35), (26, 32)):
            foot = path(f"M58 54 Q{62 + reach * 0.55} {40 + angle * 0.5} {58 + reach} {62 + angle}")
            leg = foot if not side else mirrored(foot)
            picture.line(leg, 5, dark(colour, 0.14))
            picture.line(leg[:22], 5.6, colour)
        arm = path("M62 46 Q80 44 80 28")
        picture.line(mirrored(arm) if side else arm, 6.4, colour)
        claw = path("M74 32 C68 18 76 8 84 8 C80 14 80 18 82 22 C84 17 88 14 92 14 C94 24 88 34 80 34")
        picture.fill(mirrored(claw) if side else claw, light(colour, 0.08), shade=0.2, soft=2)
    shell = path("M24 56 C24 38 38 32 50 32 C62 32 76 38 76 56 C76 70 62 76 50 76 C38 76 24 70 24 56")
    picture.fill(shell, colour, shade=0.2, shine=0.18, soft=4)
    for x, y in [(38, 46), (50, 42), (62, 46), (34, 57), (44, 56), (56, 56), (66, 57), (42, 66), (58, 66), (50, 62)]:
        picture.fill(oval(x, y, 1.7), light(colour, 0.32))
    for x in (44, 56):
        picture.line([(x, 34), (x, 29)], 1.3, dark(colour, 0.3))
        picture.fill(oval(x, 28, 2.1), INK)


def _legs(picture: Picture, colour: Colour, lift: float = 0) -> None:
    for row in range(4):
        y = 34 + row * 13 - lift
        joints = [(14, y + 5), (36, y - 4), (60, y + 3), (76, y + 1), (92, y + 7)]
        for index, width in enumerate((9.4, 8.2, 6.0, 3.6)):
            (ax, ay), (bx, by) = joints[index], joints[index + 1]
            end = width * (0.84 if index < 3 else 0.2)
            part = [(ax, ay - width / 2), (bx, by - end / 2), (bx, by + end / 2), (ax, ay + width / 2)]
            picture.fill(part, dark(colour, 0.12) if index == 3 else colour)
            picture.fill([(ax, ay + width * 0.16), (bx, by + end * 0.16), part[2], part[3]], light(colour, 0.5))
            for share in (0.3, 0.6):
                x, y2 = ax + (bx - ax) * share, ay + (by - ay) * share
                picture.fill(oval(x, y2 - width * 0.34, 0.8), dark(colour, 0.3))
        for (x, y2), radius in zip(joints[1:4], (4.9, 4.0, 2.7), strict=True):
            picture.fill(oval(x, y2, radius * 0.72, radius), dark(colour, 0.1), shade=0.16, soft=1)
        picture.fill(oval(14, y + 5, 2.8, 4.6), rgb("#f8ece2"))
        picture.fill(oval(14, y + 5, 1.3, 2.4), rgb("#efd9cc"))


def crab_legs(picture: Picture, colour: Colour) -> None:
    """Legs in a row on ice."""
    picture.ground(50, 88, 40)
    tray = box(6, 22, 88, 66, 8)
    picture.fill(tray, rgb("#dbe8ee"), shade=0.08, soft=3)
    for _ in range(70):
        x, y = picture.chance.uniform(8, 90), picture.chance.uniform(24, 84)
        size = picture.chance.uniform(3, 6)
        cube = turned(box(x, y, size, size, 1), picture.chance.uniform(0, 90), (x, y))
        picture.within(tray, cube, WHITE, strength=0.55)
    _legs(picture, colour, lift=-3)


def crab_legs_plate(picture: Picture, colour: Colour) -> None:
    """Split legs on an oval plate with lemon."""
    picture.ground(50, 84, 42)
    picture.fill(oval(50, 54, 46, 34), rgb("#f6f4ee"), shade=0.1, soft=3)
    picture.fill(oval(50, 53, 37, 26), rgb("#e9eef0"))
    for row in range(3):
        y = 40 + row * 11
        shell = path(f"M18 {y + 6} Q40 {y - 8} 60 {y + 2} Q72 {y + 7} 84 {y}")
        picture.line(shell, 8, colour)
        picture.line(shell, 4.4, rgb("#fdf3e6"))
        for at in range(6, 60, 9):
            x, y2 = shell[at]
            picture.fill(oval(x, y2, 0.9), rgb("#6f9a4c"))
    for x, turn in ((30, 10), (72, -20)):
        picture.fill(turned(oval(x, 74, 8), turn, (x, 74)), rgb("#f2c53d"))
        picture.fill(oval(x, 74, 6.3), rgb("#fbe9a0"))
        for spoke in range(6):
            angle = math.radians(60 * spoke + turn)
            picture.line([(x, 74), (x + 6 * math.cos(angle), 74 + 6 * math.sin(angle))], 0.6, rgb("#f2c53d"))


def crab_claw(picture: Picture, colour: Colour) -> None:
    """Two great claws."""
    for dx, turn, size in ((-12, -10, 0.98), (24, 14, 0.66)):
        centre = (50 + dx, 84)
        picture.ground(*centre, 18 * size, 0.16)

        def put(
            shape: list[tuple[float, float]], dx: float = dx, turn: float = turn, size: float = size
        ) -> list[tuple[float, float]]:
            return turned(moved(grown(shape, size, (50, 84)), dx, 0), turn, (50 + dx, 84))

        thumb = path("M56 58 C70 52 76 36 68 18 C64 30 56 36 50 46 Z")
        palm = path("M38 84 C22 70 20 46 34 10 C38 28 46 40 54 46 C66 54 66 74 60 84 Z")
        picture.fill(put(thumb), dark(colour, 0.1), shade=0.18, soft=3 * size)
        picture.fill(put(palm), colour, shade=0.2, shine=0.2, soft=4 * size)
        picture.within(put(palm), put(oval(44, 82, 22, 12)), light(colour, 0.55))
        for x, y in ((36, 50), (42, 58), (36, 64), (48, 62), (34, 38), (52, 54)):
            picture.fill(put(oval(x, y, 1.5)), light(colour, 0.35))
        for step in range(4):
            picture.fill(put(oval(41 + step * 3.6, 30 + step * 5, 1.6)), PAPER)
        picture.fill(put(oval(49, 85, 11, 3.4)), rgb("#f8ece2"))


def crab_gift(picture: Picture) -> None:
    """A box with a crab and legs in it."""
    gift(picture, rgb("#1f4e6e"), rgb("#e9d9b5"))
    colour = rgb("#d2492f")
    for step in range(5):
        x = 20 + step * 6.4
        picture.line(path(f"M{x} 68 Q{x + 3} 58 {x + 8} 50"), 4, mix(colour, light(colour, 0.2), step / 5))
    shell = path("M58 64 C58 54 66 50 72 50 C78 50 85 54 85 64 C85 70 58 70 58 64")
    picture.fill(shell, colour, shade=0.2, shine=0.15, soft=2)
    for x, y in [(66, 57), (72, 55), (78, 57), (69, 62), (76, 62)]:
        picture.fill(oval(x, y, 1), light(colour, 0.35))
    picture.fill(box(12, 70, 76, 17, 2), rgb("#2b5f80"), shade=0.2, soft=3)
    picture.line(path("M24 79 Q30 75 36 79 Q42 83 48 79 Q54 75 60 79 Q66 83 72 79"), 1.2, rgb("#e9d9b5"))


MOTIFS = {
    "cherries": cherries,
    "cherries-bowl": cherries_bowl,
    "cherries-crate": cherries_crate,
    "cherry-gift": cherry_gift,
    "apple": apple,
    "apple-crate": apple_crate,
    "apple-bowl": apple_bowl,
    "crab": crab,
    "crab-legs": crab_legs,
    "crab-legs-plate": crab_legs_plate,
    "crab-claw": crab_claw,
    "crab-gift": crab_gift,
}
