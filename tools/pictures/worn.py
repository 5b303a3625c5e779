"""Bags, clothes, jewellery, phone things: what is carried."""

import math
from itertools import pairwise

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
    oval,
    path,
    rgb,
    turned,
)


def backpack(picture: Picture, colour: Colour) -> None:
    """A pack with a front pocket and straps."""
    picture.ground(50, 89, 30)
    picture.line(path("M42 18 Q42 8 50 8 Q58 8 58 18"), 3, dark(colour, 0.35))
    for side in (False, True):
        strap = path("M28 40 Q16 52 22 80")
        picture.line(mirrored(strap) if side else strap, 5, dark(colour, 0.3))
    body = path("M26 44 Q24 14 50 14 Q76 14 74 44 L78 80 Q78 89 70 89 L30 89 Q22 89 22 80 Z")
    picture.fill(body, colour, shade=0.2, soft=5)
    picture.fill(
        path("M26 44 Q24 14 50 14 Q76 14 74 44 Q62 50 50 50 Q38 50 26 44"), light(colour, 0.12), shade=0.16, soft=4
    )
    pocket = path("M30 62 Q30 57 36 57 L64 57 Q70 57 70 62 L72 82 Q72 86 66 86 L34 86 Q28 86 28 82 Z")
    picture.fill(pocket, dark(colour, 0.12), shade=0.16, soft=3)
    picture.line([(33, 63), (67, 63)], 1.1, GOLD)
    for x in (36, 64):
        picture.fill(box(x - 2.4, 42, 4.8, 16, 1), rgb("#c79458"), shade=0.2, soft=1)
        picture.fill(box(x - 3, 52, 6, 4, 1), GOLD)
    picture.fill(path("M42 34 L47 26 L51 31 L54 28 L59 34 Z"), PAPER)


def rolltop(picture: Picture, colour: Colour) -> None:
    """A pack whose top is rolled down."""
    picture.ground(50, 89, 26)
    body = box(27, 26, 46, 63, 5)
    picture.fill(body, colour, shade=0.2, soft=5)
    picture.fill(box(25, 14, 50, 13, 6), dark(colour, 0.12), shade=0.18, soft=2)
    picture.fill(path("M25 20 Q50 24 75 20 L75 22 Q50 26 25 22 Z"), light(colour, 0.25))
    for x in (34, 61):
        picture.fill(box(x, 20, 5, 40, 1), dark(colour, 0.35))
        picture.fill(box(x - 1.4, 44, 7.8, 7, 1.4), INK, shine=0.3, soft=1)
    picture.fill(box(46.5, 34, 7, 50, 2), rgb("#e8ecd0"))
    for y in range(36, 82, 6):
        picture.within(box(46.5, 34, 7, 50, 2), [(46, y), (54, y - 3), (54, y), (46, y + 3)], light(STEEL, 0.1))
    picture.fill(box(27, 66, 46, 1.2), dark(colour, 0.3))


def shoe(picture: Picture, colour: Colour, accent: Colour) -> None:
    """A running shoe from the side."""
    picture.ground(52, 78, 42)
    sole = path("M8 66 Q6 76 14 78 L84 78 Q96 78 94 66 Q70 72 40 68 Z")
    picture.fill(sole, PAPER, shade=0.14, soft=2)
    for x in range(14, 92, 7):
        picture.fill(box(x, 76, 4.4, 4, 1), accent)
    upper = path("M10 66 C8 50 12 36 18 34 C24 40 34 40 40 32 C50 44 62 50 78 54 C90 56 95 60 94 68 Q60 74 10 66")
    picture.fill(upper, colour, shade=0.18, shine=0.12, soft=4)
    picture.within(upper, path("M8 30 L26 34 Q24 54 30 70 L6 70 Z"), dark(colour, 0.2))
    picture.fill(path("M30 62 Q46 60 52 50 L60 54 Q52 66 34 68 Z"), accent)
    for step in range(4):
        x, y = 44 + step * 6, 40 + step * 3.6
        picture.line([(x - 3, y + 4), (x + 5, y - 1)], 1.6, PAPER)
    picture.fill(
        path("M18 34 C16 28 22 26 26 30 C30 34 36 32 38 28 Q42 28 40 32 C34 40 24 40 18 34"), dark(colour, 0.3)
    )


def slipon(picture: Picture, colour: Colour) -> None:
    """A pair of canvas shoes."""
    for dx, dy in ((4, -18), (-2, 6)):
        picture.ground(50 + dx, 74 + dy, 40, 0.15)
        upper = [
            (x + dx, y + dy)
            for x, y in path("M12 66 C10 52 16 46 26 46 C40 48 48 48 60 52 C80 54 92 58 90 70 L12 70 Z")
        ]
        picture.fill(upper, colour, shade=0.16, shine=0.14, soft=3)
        picture.fill(
            [(x + dx, y + dy) for x, y in path("M20 48 Q34 44 54 51 Q40 58 26 56 Q18 54 20 48")], dark(colour, 0.45)
        )
        picture.fill([(x + dx, y + dy) for x, y in path("M50 52 L60 53 L56 64 L46 62 Z")], light(colour, 0.35))
        picture.fill(box(10 + dx, 68 + dy, 82, 7, 3), PAPER, shade=0.12, soft=1.4)


def tee(picture: Picture, colour: Colour, mark: str = "") -> None:
    """A T-shirt laid flat."""
    picture.veil(path("M14 24 L36 18 L66 18 L90 26 L80 50 L76 90 L26 90 L24 50 Z"), INK, 0.16, blur=1.4)
    shirt = path("M34 14 Q50 24 66 14 L88 24 Q92 34 90 46 L74 46 L75 86 Q50 90 25 86 L26 46 L10 46 Q8 34 12 24 Z")
    picture.fill(shirt, colour, shade=0.14, soft=4)
    picture.fill(path("M34 14 Q50 24 66 14 L62 13 Q50 19 38 13 Z"), dark(colour, 0.22))
    picture.line(path("M34 15 Q50 29 66 15"), 1.3, dark(colour, 0.12))
    for side in (False, True):
        seam = path("M26 46 Q28 34 33 18")
        picture.line(mirrored(seam) if side else seam, 0.7, dark(colour, 0.16))
    if mark == "mountain":
        for shape, tone in (
            (path("M32 60 L44 42 L52 54 L60 46 L70 60 Z"), PAPER),
            (path("M40 48 L44 42 L48 48 L44 51 Z"), light(colour, 0.5)),
        ):
            picture.fill(shape, tone)
        picture.fill(oval(62, 40, 3.4), rgb("#eeb84a"))
    elif mark == "pocket":
        picture.fill(path("M56 42 L70 42 L70 54 L63 58 L56 54 Z"), light(colour, 0.18), shade=0.1, soft=1)
        picture.fill(box(56, 42, 14, 2.4), dark(colour, 0.1))
    else:
        picture.fill(oval(50, 50, 9), PAPER)
        picture.line(path("M44 52 Q50 58 56 52"), 1.4, dark(colour, 0.4))
        for x in (47, 53):
            picture.fill(oval(x, 47, 1.2), dark(colour, 0.5))


def umbrella(picture: Picture, colour: Colour) -> None:
    """Open umbrella in the rain."""
    for step in range(12):
        x, y = 6 + step * 8.2, picture.chance.uniform(4, 22)
        picture.line([(x, y), (x - 1.6, y + 6)], 0.8, rgb("#9db8c9"))
    picture.line([(50, 18), (50, 80)], 2, STEEL)
    picture.line(path("M50 78 Q50 90 58 90 Q65 90 65 83"), 3, rgb("#8a5a35"))
    canopy = path(
        "M8 54 C10 28 30 16 50 16 C70 16 90 28 92 54 Q85 47 78 54 Q71 47 64 54 Q57 47 50 54 Q43 47 36 54 Q29 47 22 54 Q15 47 8 54"
    )
    picture.fill(canopy, colour, shade=0.14, soft=4)
    for left, right, tone in ((22, 36, 0.16), (50, 64, 0.16)):
        picture.within(canopy, path(f"M50 16 Q{left} 30 {left} 56 L{right} 56 Q{right} 30 50 16"), light(colour, tone))
    picture.line([(50, 16), (50, 10)], 1.6, STEEL)


def parasol(picture: Picture, colour: Colour) -> None:
    """An oiled-paper umbrella seen from above its edge."""
    picture.line([(54, 50), (30, 94)], 2.4, rgb("#b98a55"))
    about = (52, 44)
    canopy = turned(oval(52, 44, 42, 30), 24, about)
    picture.fill(canopy, colour, shade=0.14, soft=3)
    for step in range(28):
        angle = 2 * math.pi * step / 28
        edge = turned([(52 + 42 * math.cos(angle), 44 + 30 * math.sin(angle))], 24, about)[0]
        picture.line([about, edge], 0.4, dark(colour, 0.28))
    picture.within(canopy, turned(oval(52, 44, 14, 10), 24, about), dark(colour, 0.2), strength=0.6)
    picture.line(path("M66 66 Q76 56 74 44 Q78 36 86 34"), 1.2, rgb("#4a3228"))
    for x, y in ((72, 50), (76, 42), (82, 36), (68, 60), (79, 47)):
        for turn in range(5):
            picture.fill(turned(oval(x, y - 1.8, 1.2, 1.7), turn * 72, (x, y)), rgb("#fbe6e2"))
        picture.fill(oval(x, y, 0.8), rgb("#eeb84a"))
    picture.fill(oval(52, 44, 3), rgb("#4a3228"))


def stitches(picture: Picture, points: Shape, colour: Colour) -> None:
    """A seam along the points."""
    for (ax, ay), (bx, by) in pairwise(points):
        length = math.hypot(bx - ax, by - ay)
        for step in range(int(length / 2.2)):
            share = step * 2.2 / length
            picture.fill(oval(ax + (bx - ax) * share, ay + (by - ay) * share, 0.34), colour)


def tote(picture: Picture, colour: Colour) -> None:
    """An open leather tote."""
    picture.ground(50, 88, 36)
    picture.line(path("M34 40 C34 8 66 8 66 40"), 3, dark(colour, 0.3))
    body = path("M16 36 L84 36 L78 84 Q77 88 72 88 L28 88 Q23 88 22 84 Z")
    picture.fill(body, colour, shade=0.2, soft=5)
    picture.fill(path("M16 36 L84 36 L82 40 L18 40 Z"), dark(colour, 0.3))
    stitches(picture, [(20, 44), (80, 44)], light(colour, 0.4))
    picture.line(path("M32 48 C32 18 68 18 68 48"), 3.4, dark(colour, 0.12))
    for x in (32, 68):
        picture.fill(box(x - 3, 44, 6, 9, 1.4), dark(colour, 0.12))
        picture.fill(oval(x, 50, 1.2), GOLD)
    picture.fill(box(44, 60, 12, 8, 1), light(colour, 0.14))


def crossbody(picture: Picture, colour: Colour) -> None:
    """A small bag on a long strap."""
    picture.ground(50, 86, 32)
    picture.line(path("M22 48 C14 4 86 4 78 48"), 2, dark(colour, 0.2))
    body = box(18, 46, 64, 40, 9)
    picture.fill(body, colour, shade=0.2, soft=4)
    flap = path("M18 52 Q18 44 27 44 L73 44 Q82 44 82 52 L82 60 Q66 74 50 74 Q34 74 18 60 Z")
    picture.fill(flap, light(colour, 0.1), shade=0.16, soft=3)
    stitches(picture, [(22, 62), (34, 69), (50, 71), (66, 69), (78, 62)], light(colour, 0.45))
    picture.fill(box(45, 66, 10, 9, 2), GOLD, shade=0.2, shine=0.3, soft=1.4)
    for x in (22, 78):
        picture.ring(x, 47, 2.6, 1.2, GOLD)


def tophandle(picture: Picture, colour: Colour) -> None:
    """A structured bag with one handle."""
    picture.ground(50, 88, 36)
    picture.line(path("M34 38 C34 14 66 14 66 38"), 4.4, dark(colour, 0.15))
    body = path("M22 38 L78 38 L84 84 Q84 88 80 88 L20 88 Q16 88 16 84 Z")
    picture.fill(body, colour, shade=0.2, soft=5)
    flap = path("M22 38 L78 38 L80 56 L20 56 Z")
    picture.fill(flap, light(colour, 0.12), shade=0.14, soft=3)
    stitches(picture, [(22, 54), (78, 54)], light(colour, 0.4))
    picture.fill(box(44, 50, 12, 12, 3), GOLD, shade=0.22, shine=0.3, soft=1.6)
    picture.fill(box(48.6, 48, 2.8, 16, 1.2), dark(GOLD, 0.2))
    for x in (34, 66):
        picture.fill(oval(x, 40, 2.6), GOLD)


def weekender(picture: Picture, colour: Colour) -> None:
    """A soft travelling bag."""
    picture.ground(50, 86, 42)
    picture.line(path("M32 50 C32 16 68 16 68 50"), 3, dark(colour, 0.3))
    body = path("M10 56 C10 42 22 40 30 40 L70 40 C78 40 90 42 90 56 L88 80 Q88 86 80 86 L20 86 Q12 86 12 80 Z")
    picture.fill(body, colour, shade=0.2, soft=5)
    picture.line([(20, 42), (80, 42)], 1.3, GOLD)
    picture.line(path("M32 84 L32 52 C32 22 68 22 68 52 L68 84"), 3.6, dark(colour, 0.2))
    for x in (32, 68):
        picture.fill(oval(x, 58, 1.4), GOLD)
    picture.fill(box(74, 48, 9, 13, 2), light(colour, 0.25), shade=0.14, soft=1)


def scarf(picture: Picture, colour: Colour, other: Colour) -> None:
    """A folded silk with a border."""
    picture.veil(turned(box(22, 22, 58, 58), 45, (50, 50)), INK, 0.14, blur=1.2)
    square = turned(box(20, 20, 60, 60, 1), 45, (50, 50))
    picture.fill(square, dark(colour, 0.22))
    inner = turned(box(25, 25, 50, 50), 45, (50, 50))
    picture.fill(inner, light(colour, 0.5))
    for lift, tone in ((0, light(colour, 0.2)), (8, colour), (16, dark(colour, 0.15))):
        waves = path(
            f"M0 {54 + lift} Q12 {48 + lift} 25 {54 + lift} Q38 {60 + lift} 50 {54 + lift} Q62 {48 + lift} 75 {54 + lift} Q88 {60 + lift} 100 {54 + lift} L100 100 L0 100 Z"
        )
        picture.within(inner, waves, tone)
    picture.within(inner, oval(58, 40, 8), other)
    picture.within(inner, path("M28 54 L42 36 L42 54 Z"), PAPER)
    picture.within(inner, path("M26 56 L46 56 L43 60 L29 60 Z"), dark(colour, 0.4))
    fold = path("M50 50 L92 50 L50 92 Z")
    picture.within(square, fold, dark(colour, 0.3), strength=0.16)


def twilly(picture: Picture, colour: Colour, other: Colour) -> None:
    """A ribbon in a loose knot."""
    picture.ground(50, 84, 34, 0.12)
    for points, width in (
        (path("M14 82 Q34 62 46 52"), 12),
        (path("M86 84 Q66 66 54 52"), 12),
        (path("M46 50 C20 44 18 18 40 18 C54 18 54 36 52 48"), 10),
        (path("M54 50 C82 46 86 20 64 18 C50 18 48 36 50 48"), 10),
    ):
        picture.line(points, width, colour)
        for x, y in points[::5]:
            picture.fill(oval(x, y, 1.7), other)
    picture.fill(box(42, 44, 17, 13, 5), dark(colour, 0.14), shade=0.16, soft=2)


def _pearl(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> None:
    picture.fill(oval(x, y, radius), colour, shade=0.2, soft=radius * 0.4)
    picture.veil(oval(x - radius * 0.35, y - radius * 0.35, radius * 0.3), WHITE, 0.9)


def earrings(picture: Picture, colour: Colour) -> None:
    """A pair of drops on a card."""
    picture.ground(50, 88, 28)
    card = box(20, 12, 60, 76, 4)
    picture.fill(card, rgb("#3b5a6b"), shade=0.14, soft=3)
    for x in (36, 64):
        picture.ring(x, 27, 4.4, 1.2, GOLD)
        picture.line([(x, 32), (x, 46)], 1, GOLD)
        _pearl(picture, x, 40, 3, colour)
        _pearl(picture, x, 56, 9.6, colour)
        picture.fill(path(f"M{x - 4} 48 Q{x} 42 {x + 4} 48 Z"), GOLD)
    picture.fill(box(40, 78, 20, 1.6), light(rgb("#3b5a6b"), 0.4))


def necklace(picture: Picture, colour: Colour) -> None:
    """A chain on a bust."""
    bust = path("M34 10 Q38 32 24 40 Q8 48 8 72 L8 100 L92 100 L92 72 Q92 48 76 40 Q62 32 66 10 Z")
    picture.fill(bust, rgb("#e9e0d4"), shade=0.12, soft=5)
    curve = path("M30 34 Q34 76 50 78 Q66 76 70 34")
    for index, (x, y) in enumerate(curve[::3]):
        if index % 2:
            picture.ring(x, y, 2.8, 1.5, dark(colour, 0.2))
        else:
            picture.ring(x, y, 3.2, 1.7, colour)
    picture.ring(50, 80, 4.4, 1.9, colour)
    picture.fill(box(42, 84, 16, 3, 1.5), colour, shade=0.2, soft=0.8)


def bangle(picture: Picture, colour: Colour) -> None:
    """An enamel bangle with a pattern."""
    picture.ground(50, 82, 36)
    for radius_x, radius_y, tone in (
        (37, 27, GOLD),
        (35.6, 25.6, colour),
        (27, 17, GOLD),
        (25.6, 15.8, rgb("#f1e9de")),
    ):
        picture.fill(oval(50, 52, radius_x, radius_y), tone)
    for step in range(16):
        angle = 2 * math.pi * step / 16
        x, y = 50 + 31 * math.cos(angle), 52 + 21.4 * math.sin(angle)
        picture.fill(turned(oval(x, y, 1.6, 3), math.degrees(angle), (x, y)), light(colour, 0.6))
        picture.fill(oval(x, y, 1), GOLD)
    picture.fill(box(46, 74, 8, 7, 2), GOLD, shade=0.2, shine=0.3, soft=1)


def brooch(picture: Picture, colour: Colour) -> None:
    """A star of stones on cloth."""
    cloth = path("M0 0 L100 0 L100 100 L0 100 Z")
    picture.veil(cloth, rgb("#3a4258"), 0.9)
    picture.fill([(100, 0), (40, 0), (74, 100), (100, 100)], rgb("#323a4e"))
    for arm in range(8):
        reach = 34 if arm % 2 == 0 else 20
        picture.fill(turned([(45, 50), (50, 50 - reach), (55, 50)], arm * 45, (50, 50)), GOLD)
        for step in range(int(reach / 6)):
            point = turned([(50, 45 - step * 6)], arm * 45, (50, 50))[0]
            _pearl(picture, point[0], point[1], 2.9 - step * 0.4, light(colour, 0.45))
    _pearl(picture, 50, 50, 8, colour)


def headphones(picture: Picture, colour: Colour) -> None:
    """Over-ear headphones from the front."""
    picture.ground(50, 88, 34)
    band = path("M20 58 C16 4 84 4 80 58")
    picture.line(band, 7, colour)
    picture.line(band[4:-4], 2, light(colour, 0.3))
    for side in (False, True):
        for shape, tone in (
            (box(12, 50, 20, 36, 9), colour),
            (box(29, 52, 10, 32, 5), dark(colour, 0.3)),
            (box(15, 58, 5, 20, 2.5), light(colour, 0.25)),
        ):
            picture.fill(mirrored(shape) if side else shape, tone, shade=0.16, soft=2)


MOTIFS = {
    "backpack": backpack,
    "rolltop": rolltop,
    "shoe": shoe,
    "slipon": slipon,
    "tee": tee,
    "umbrella": umbrella,
    "parasol": parasol,
    "tote": tote,
    "crossbody": crossbody,
    "tophandle": tophandle,
    "weekender": weekender,
    "scarf": scarf,
    "twilly": twilly,
    "earrings": earrings,
    "necklace": necklace,
    "bangle": bangle,
    "brooch": brooch,
    "headphones": headphones,
}
