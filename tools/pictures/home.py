"""Kitchen, table and lamps."""

import math

from .canvas import (
    GOLD,
    INK,
    LEAF,
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
    mix,
    oval,
    path,
    rgb,
    turned,
)
from .fresh import leaf
from .pantry import kernel

WARM = rgb("#ffe2a0")


def steam(picture: Picture, x: float, y: float) -> None:
    """Two curls of steam."""
    for dx in (-5, 5):
        picture.line(
            path(f"M{x + dx} {y} Q{x + dx - 5} {y - 7} {x + dx} {y - 13} Q{x + dx + 4} {y - 18} {x + dx} {y - 22}"),
            1.7,
            WHITE,
        )


def flask(picture: Picture, colour: Colour) -> None:
    """A vacuum flask and its cup."""
    picture.ground(44, 89, 20)
    body = path("M30 34 Q30 28 36 27 L54 27 Q60 28 60 34 L60 84 Q60 89 55 89 L35 89 Q30 89 30 84 Z")
    picture.fill(body, colour, shade=0.22, soft=4)
    picture.gleam(body, 34, 3, 0.28)
    picture.fill(box(30, 78, 30, 4), light(STEEL, 0.1))
    picture.fill(path("M37 54 L45 42 L53 54 Z"), PAPER)
    picture.fill(box(33, 10, 24, 18, 4), STEEL, shade=0.2, shine=0.3, soft=3)
    for step in range(4):
        picture.fill(box(36 + step * 5, 13, 1, 12), dark(STEEL, 0.15))
    picture.ground(78, 88, 12)
    picture.fill(path("M67 68 L89 68 L86 88 L70 88 Z"), STEEL, shade=0.2, shine=0.3, soft=3)
    picture.fill(oval(78, 68, 11, 3), rgb("#7a4a30"))
    steam(picture, 78, 62)


def food_flask(picture: Picture, colour: Colour) -> None:
    """A wide flask with a spoon."""
    picture.ground(46, 88, 28)
    body = box(22, 36, 48, 52, 7)
    picture.fill(body, colour, shade=0.22, soft=5)
    picture.gleam(body, 27, 3.4, 0.25)
    picture.fill(box(20, 20, 52, 18, 5), light(STEEL, 0.1), shade=0.2, shine=0.3, soft=4)
    picture.fill(oval(46, 60, 11), PAPER)
    leaf(picture, 40, 65, 0.28, -20, LEAF)
    picture.line([(88, 28), (80, 82)], 2, STEEL)
    picture.fill(turned(oval(89, 22, 4.6, 8), 8, (89, 22)), STEEL, shade=0.2, shine=0.3, soft=1.6)


def _pot(picture: Picture, x: float, y: float, half: float, tall: float, colour: Colour = STEEL) -> None:
    body = path(
        f"M{x - half} {y - tall} L{x + half} {y - tall} L{x + half * 0.96} {y - 5} Q{x + half * 0.94} {y} {x + half * 0.8} {y} L{x - half * 0.8} {y} Q{x - half * 0.94} {y} {x - half * 0.96} {y - 5} Z"
    )
    picture.fill(body, colour, shade=0.22, soft=5)
    picture.gleam(body, x - half * 0.7, half * 0.16, 0.45)
    picture.gleam(body, x - half * 0.4, half * 0.06, 0.35)
    for side in (-1, 1):
        ear = path(
            f"M{x + side * half} {y - tall * 0.78} Q{x + side * (half + 10)} {y - tall * 0.78} {x + side * (half + 9)} {y - tall * 0.6} Q{x + side * (half + 8)} {y - tall * 0.5} {x + side * half} {y - tall * 0.52}"
        )
        picture.line(ear, 2.4, dark(colour, 0.25))
    picture.fill(box(x - half - 1, y - tall - 2, half * 2 + 2, 4, 2), light(colour, 0.25))


def pots(picture: Picture, colour: Colour) -> None:
    """Two camp pots."""
    picture.ground(50, 86, 40)
    _pot(picture, 60, 66, 22, 28, dark(colour, 0.05))
    _pot(picture, 42, 86, 26, 32, light(colour, 0.1))
    picture.fill(oval(42, 51, 26, 5), light(colour, 0.35), shade=0.2, soft=2)
    picture.fill(box(38, 43, 8, 5, 2), INK)


def stockpot(picture: Picture, colour: Colour) -> None:
    """A tall pot with a glass lid."""
    picture.ground(50, 88, 38)
    _pot(picture, 50, 88, 30, 50, colour)
    picture.fill(path("M20 36 Q50 10 80 36 Z"), rgb("#d3e2e6"), shade=0.14, soft=4)
    picture.veil(path("M30 32 Q40 20 52 19 L52 22 Q40 24 34 32 Z"), WHITE, 0.8)
    picture.fill(box(44, 15, 12, 6, 3), INK)
    steam(picture, 70, 20)


def steamer(picture: Picture, colour: Colour) -> None:
    """Three tiers."""
    picture.ground(50, 88, 38)
    _pot(picture, 50, 88, 30, 22, dark(colour, 0.06))
    for index, y in enumerate((52, 38)):
        tier = box(21, y, 58, 13, 2)
        picture.fill(tier, light(colour, 0.14 * index), shade=0.2, soft=4)
        picture.gleam(tier, 28, 4, 0.4)
        for step in range(9):
            picture.fill(oval(28 + step * 5.6, y + 7, 1.1), dark(colour, 0.4))
    picture.fill(path("M21 38 Q50 12 79 38 Z"), rgb("#d3e2e6"), shade=0.14, soft=4)
    for x in (38, 50, 62):
        picture.fill(path(f"M{x - 6} 37 Q{x} 25 {x + 6} 37 Z"), rgb("#fbf3e4"))
    picture.fill(box(45, 18, 10, 5, 2.4), INK)


def pan(picture: Picture, colour: Colour) -> None:
    """A frying pan from above with an egg."""
    picture.veil(oval(45, 56, 38), INK, 0.16, blur=1.4)
    picture.line([(72, 34), (95, 12)], 6, INK)
    picture.line([(74, 32), (94, 13)], 1.4, light(INK, 0.3))
    picture.fill(oval(43, 54, 38), light(colour, 0.2), shade=0.2, shine=0.3, soft=3)
    picture.fill(oval(43, 54, 33), dark(colour, 0.06), shade=0.1, soft=3)
    for radius in (29, 24, 19):
        picture.ring(43, 54, radius, 0.4, light(colour, 0.18))
    egg = path("M26 52 C24 38 40 36 46 40 C58 36 62 50 56 56 C60 68 46 72 40 66 C30 70 24 62 26 52")
    picture.fill(egg, rgb("#fffdf6"), shade=0.08, soft=2)
    picture.fill(oval(43, 53, 7), rgb("#f2b233"), shade=0.14, soft=2)
    picture.veil(oval(40.6, 50.4, 2), WHITE, 0.8)


def camp_mug(picture: Picture, colour: Colour) -> None:
    """Two steel mugs."""
    for x, y in ((66, 72), (38, 86)):
        picture.ground(x, y, 22)
        picture.line(
            path(f"M{x + 17} {y - 30} Q{x + 31} {y - 30} {x + 29} {y - 17} Q{x + 27} {y - 8} {x + 16} {y - 9}"),
            3,
            dark(colour, 0.16),
        )
        body = [(x - 19, y - 38), (x + 19, y - 38), (x + 17, y), (x - 17, y)]
        picture.fill(body, colour, shade=0.22, soft=4)
        picture.gleam(body, x - 14, 4, 0.45)
        picture.fill(oval(x, y - 38, 19.6, 4.6), light(colour, 0.4))
        picture.fill(oval(x, y - 37.6, 17, 3.6), rgb("#6b4030"))
    steam(picture, 38, 40)


def _cup(picture: Picture, x: float, y: float, size: float, colour: Colour, *, handle: bool = True) -> Shape:
    if handle:
        picture.line(
            path(
                f"M{x + 20 * size} {y - 34 * size} Q{x + 40 * size} {y - 34 * size} {x + 37 * size} {y - 18 * size} Q{x + 34 * size} {y - 8 * size} {x + 18 * size} {y - 9 * size}"
            ),
            5.4 * size,
            dark(colour, 0.1),
        )
    body = path(
        f"M{x - 23 * size} {y - 44 * size} L{x + 23 * size} {y - 44 * size} L{x + 21 * size} {y - 8 * size} Q{x + 20 * size} {y} {x + 12 * size} {y} L{x - 12 * size} {y} Q{x - 20 * size} {y} {x - 21 * size} {y - 8 * size} Z"
    )
    picture.fill(body, colour, shade=0.18, soft=5 * size)
    picture.gleam(body, x - 17 * size, 3 * size, 0.3)
    picture.fill(oval(x, y - 44 * size, 23 * size, 5.6 * size), light(colour, 0.3))
    picture.fill(oval(x, y - 43.4 * size, 20 * size, 4.3 * size), rgb("#5f3a28"))
    return body


def mug(picture: Picture, colour: Colour) -> None:
    """A thick-walled mug."""
    picture.ground(46, 86, 32)
    body = _cup(picture, 45, 86, 1.16, colour)
    picture.within(body, box(0, 62, 100, 4), PAPER)
    picture.within(body, box(0, 68.6, 100, 1.4), PAPER)
    steam(picture, 45, 30)


def lidmug(picture: Picture, colour: Colour) -> None:
    """A mug with a lid."""
    picture.ground(46, 88, 30)
    body = _cup(picture, 45, 88, 1.1, colour)
    for x, y in ((36, 64), (52, 70), (44, 78)):
        picture.within(body, turned(oval(x, y, 2, 6), 40, (x, y)), light(colour, 0.4))
    picture.fill(path("M18 40 Q45 20 72 40 Q45 46 18 40"), light(colour, 0.16), shade=0.16, soft=4)
    picture.fill(oval(45, 26, 5, 4), colour, shade=0.18, soft=1.4)


def cups(picture: Picture, colour: Colour) -> None:
    """Handmade cups without handles."""
    for x, y, size, tone in (
        (32, 64, 0.62, dark(colour, 0.1)),
        (68, 62, 0.62, light(colour, 0.25)),
        (34, 88, 0.74, light(colour, 0.1)),
        (70, 86, 0.74, colour),
    ):
        picture.ground(x, y, 18 * size + 4)
        body = _cup(picture, x, y, size, tone, handle=False)
        picture.within(body, box(0, y - 12 * size, 100, 30), dark(tone, 0.28))
        for _ in range(26):
            dot = oval(picture.chance.uniform(x - 16, x + 16), picture.chance.uniform(y - 30, y), 0.5)
            picture.within(body, dot, dark(tone, 0.5))


def coffee(picture: Picture, colour: Colour) -> None:
    """A bag of coffee with beans before it."""
    picture.ground(48, 88, 30)
    bag = path("M26 20 L70 20 C68 34 72 62 72 82 Q72 88 66 88 L30 88 Q24 88 24 82 C24 62 28 34 26 20")
    picture.fill(bag, colour, shade=0.22, soft=5)
    picture.fill(path("M26 12 L70 12 L70 24 L26 24 Z"), dark(colour, 0.16), shade=0.12, soft=2)
    picture.fill(box(24, 15, 48, 3, 1.4), GOLD)
    picture.fill(box(33, 38, 30, 36, 2), PAPER)
    flame = path("M48 44 C54 50 58 56 54 62 C52 67 44 67 42 62 C40 57 44 54 45 50 C47 52 48 48 48 44")
    picture.fill(flame, colour)
    picture.fill(path("M48 54 C51 57 52 60 50 63 C48 65 45 63 46 60 Z"), GOLD)
    picture.fill(box(38, 69, 20, 1.4), mix(colour, INK, 0.2))
    picture.fill(oval(60, 30, 2), dark(colour, 0.4))
    for x, y, turn in ((76, 84, 30), (85, 79, -40), (88, 88, 80), (18, 87, 60), (12, 80, -20)):
        kernel(picture, "bean", x, y, 0.72, turn)


def choc(picture: Picture, colour: Colour) -> None:
    """A bar half out of its paper."""

    def put(shape: Shape) -> Shape:
        return turned(shape, 14, (50, 50))

    picture.veil(put(box(28, 10, 46, 84, 2)), INK, 0.18, blur=1.3)
    picture.fill(put(box(28, 8, 44, 50, 2)), colour)
    for row in range(4):
        for column in range(3):
            picture.fill(
                put(box(29.4 + column * 14.2, 9.4 + row * 12, 12.8, 10.6, 1)),
                light(colour, 0.08),
                shade=0.25,
                shine=0.16,
                soft=1.4,
            )
    foil = [
        (26, 46),
        (32, 42),
        (38, 47),
        (44, 42),
        (50, 47),
        (56, 42),
        (62, 47),
        (68, 42),
        (74, 46),
        (74, 54),
        (26, 54),
    ]
    picture.fill(put(foil), rgb("#dccfae"))
    wrap = put(box(26, 52, 48, 42, 1))
    paper = mix(colour, rgb("#d9743a"), 0.55)
    picture.fill(wrap, paper, shade=0.16, soft=4)
    for step in range(9):
        picture.within(
            wrap,
            put([(26 + step * 8 - 16, 94), (26 + step * 8, 52), (26 + step * 8 + 2, 52), (26 + step * 8 - 14, 94)]),
            light(paper, 0.2),
        )
    picture.fill(put(box(34, 62, 32, 20, 1)), PAPER)
    kernel(picture, "bean", *put([(50, 72)])[0], 0.7, 40)


def truffles(picture: Picture) -> None:
    """A box of twelve."""
    picture.ground(50, 86, 42)
    picture.fill(box(12, 24, 76, 62, 3), rgb("#4a2f2a"), shade=0.16, soft=3)
    picture.fill(box(16, 28, 68, 54, 2), rgb("#efe0c4"))
    tones = [rgb(text) for text in ("#4b2a22", "#7a4a32", "#efe3d0", "#9c4a3a", "#6b7f45", "#c79458")]
    for row in range(3):
        for column in range(4):
            x, y = 25 + column * 16.6, 37 + row * 18
            picture.fill(oval(x, y, 7.6), rgb("#d9c4a0"))
            tone = tones[(row * 4 + column) % 6]
            picture.fill(oval(x, y, 6.2), tone, shade=0.22, shine=0.16, soft=2)
            if (row + column) % 3 == 0:
                picture.line(path(f"M{x - 4} {y - 2} Q{x} {y - 5} {x + 4} {y - 1}"), 0.8, light(tone, 0.5))
                picture.line(path(f"M{x - 4} {y + 2} Q{x} {y - 1} {x + 4} {y + 3}"), 0.8, light(tone, 0.5))
            elif (row + column) % 3 == 1:
                picture.fill(oval(x, y - 2, 1.6), GOLD)


def teacake(picture: Picture, colour: Colour) -> None:
    """A pressed cake half in its paper."""
    picture.veil(oval(52, 54, 40), INK, 0.16, blur=1.4)
    cake = oval(50, 50, 39)
    picture.fill(cake, colour, shade=0.18, soft=4)
    for _ in range(260):
        angle, radius = picture.chance.uniform(0, 6.28), 38 * math.sqrt(picture.chance.random())
        x, y = 50 + radius * math.cos(angle), 50 + radius * math.sin(angle)
        strand = turned(oval(x, y, 0.7, 2.6), math.degrees(angle) + picture.chance.uniform(-40, 40), (x, y))
        picture.fill(strand, mix(dark(colour, 0.35), light(colour, 0.35), picture.chance.random()))
    picture.fill(oval(50, 50, 6), dark(colour, 0.35))
    paper = path("M0 0 L60 0 Q46 40 70 100 L0 100 Z")
    picture.within(oval(50, 50, 41), paper, rgb("#f3ecdc"))
    picture.within(oval(50, 50, 41), path("M60 0 Q46 40 70 100 L66 100 Q42 40 56 0 Z"), rgb("#dccfb4"))
    for lift, tone in ((0, 0.5), (6, 0.2)):
        hills = path(
            f"M4 {64 + lift} Q20 {50 + lift} 32 {60 + lift} Q42 {54 + lift} 56 {66 + lift} L56 {70 + lift} L4 {70 + lift} Z"
        )
        picture.within(oval(50, 50, 39), hills, light(rgb("#4f7a5a"), tone))
    picture.fill(box(24, 28, 9, 18, 1.4), rgb("#b8402f"))
    for row in range(3):
        picture.fill(box(26, 31 + row * 4.6, 5, 1.4), PAPER)


def bamboo_tray(picture: Picture) -> None:
    """A tray with a pot and cups."""
    picture.ground(50, 82, 46)
    picture.fill([(14, 50), (86, 50), (96, 72), (4, 72)], light(WOOD, 0.2))
    for step in range(11):
        x = 14 + step * 7.2
        picture.line([(x, 50), (4 + step * 9.2, 72)], 0.8, dark(WOOD, 0.25))
    picture.fill(box(4, 72, 92, 10, 1.4), WOOD, shade=0.18, soft=2)
    picture.fill(box(40, 75, 20, 3, 1.4), dark(WOOD, 0.4))
    clay = rgb("#8a4a35")
    picture.line(path("M56 42 Q70 40 68 50 Q66 58 56 56"), 3, clay)
    picture.fill(path("M26 46 L16 38 L18 35 L30 41 Z"), clay)
    picture.fill(oval(42, 48, 16, 13), clay, shade=0.2, shine=0.18, soft=3)
    picture.fill(oval(42, 35.6, 8, 2.6), dark(clay, 0.15))
    picture.fill(oval(42, 32, 2.8), clay)
    for x, y in ((74, 58), (84, 64), (66, 66)):
        picture.fill(
            path(f"M{x - 6} {y - 4} L{x + 6} {y - 4} Q{x + 5} {y + 4} {x} {y + 4} Q{x - 5} {y + 4} {x - 6} {y - 4}"),
            PAPER,
            shade=0.14,
            soft=1.4,
        )
        picture.fill(oval(x, y - 4, 6, 1.8), rgb("#c98a3a"))
    steam(picture, 74, 48)


def board(picture: Picture) -> None:
    """A chopping board with a knife's work on it."""
    picture.veil(box(17, 12, 68, 80, 7), INK, 0.16, blur=1.4)
    plank = box(16, 10, 68, 80, 7)
    tone = light(WOOD, 0.22)
    picture.fill(plank, tone, shade=0.16, soft=3)
    for step in range(9):
        strip = box(16 + step * 7.6, 10, 7.6, 80)
        picture.within(plank, strip, mix(tone, dark(tone, 0.18), picture.chance.random()))
        for _ in range(2):
            y = picture.chance.uniform(14, 84)
            picture.within(plank, box(16 + step * 7.6, y, 7.6, 0.7), dark(tone, 0.25))
    picture.fill(box(42, 15, 16, 5, 2.5), dark(tone, 0.6))
    picture.line(path("M60 78 Q70 60 64 44"), 3, LEAF)
    for x, y in ((40, 48), (46, 58), (36, 62), (50, 44), (44, 70), (54, 68)):
        picture.ring(x, y, 3.2, 1.6, rgb("#8fbf6a"))
    picture.fill(oval(68, 40, 9, 8), rgb("#d9573f"), shade=0.2, shine=0.2, soft=2)
    kernel(picture, "leaf", 68, 33, 0.4, 80)


def chopsticks(picture: Picture) -> None:
    """A fan of carved pairs."""
    picture.ground(50, 88, 26, 0.14)
    for step in range(10):
        turn = -34 + step * 7.6
        stick = turned([(48.6, 10), (51.4, 10), (50.8, 92), (49.2, 92)], turn, (50, 96))
        picture.fill(stick, mix(WOOD, rgb("#e7cf9c"), step % 3 / 2), shade=0.2, soft=0.7)
        picture.fill(turned(box(48.5, 10, 3, 4), turn, (50, 96)), rgb("#8a3a2f"))
        for mark in range(3):
            picture.fill(turned(box(48.6, 18 + mark * 4, 2.8, 1), turn, (50, 96)), dark(WOOD, 0.45))
    band = path("M38 66 Q50 60 62 66 L61 74 Q50 69 39 74 Z")
    picture.fill(band, rgb("#b8402f"), shade=0.16, soft=2)


MOTIFS = {
    "flask": flask,
    "food-flask": food_flask,
    "pots": pots,
    "stockpot": stockpot,
    "steamer": steamer,
    "pan": pan,
    "camp-mug": camp_mug,
    "mug": mug,
    "lidmug": lidmug,
    "cups": cups,
    "coffee": coffee,
    "choc": choc,
    "truffles": truffles,
    "teacake": teacake,
    "bamboo-tray": bamboo_tray,
    "board": board,
    "chopsticks": chopsticks,
}
