"""Jars, bottles, tubes and boxes: what is sold in a wrapping."""

from .canvas import (
    GOLD,
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
    mix,
    oval,
    path,
    rgb,
    turned,
)
from .pantry import kernel


def _lines(picture: Picture, x: float, y: float, width: float, colour: Colour, rows: int = 3) -> None:
    """The idea of small print."""
    for row in range(rows):
        length = width * (1 - 0.22 * row)
        picture.fill(box(x - length / 2, y + row * 3.4, length, 1.3, 0.6), colour)


def pouch(picture: Picture, colour: Colour, kind: str = "") -> None:
    """A stand-up bag with a window and what is in it."""
    picture.ground(50, 89, 28)
    bag = path("M26 14 L74 14 C72 30 78 60 76 84 Q76 89 70 89 L30 89 Q24 89 24 84 C22 60 28 30 26 14")
    picture.fill(bag, colour, shade=0.2, soft=5)
    picture.within(bag, box(0, 14, 100, 7), dark(colour, 0.16))
    picture.within(bag, box(0, 22.5, 100, 0.8), light(colour, 0.4))
    picture.gleam(bag, 30, 3, 0.16)
    label = box(32, 32, 36, 22, 3)
    picture.fill(label, PAPER)
    kernel(picture, kind, 50, 41, 0.62, 18)
    _lines(picture, 50, 48.6, 20, mix(colour, INK, 0.2), rows=1)
    window = path("M50 58 C64 58 68 66 66 76 C60 84 40 84 34 76 C32 66 36 58 50 58")
    picture.fill(window, dark(colour, 0.45))
    for x, y, turn in ((42, 66, 30), (51, 64, -40), (60, 67, 70), (46, 74, -10), (56, 74, 50)):
        kernel(picture, kind, x, y, 0.52, turn)


def carton(picture: Picture, colour: Colour, kind: str) -> None:
    """A box in two faces with its contents on the front."""
    picture.ground(52, 87, 38)
    front, side, top = (
        [(14, 34), (66, 34), (66, 86), (14, 86)],
        [(66, 34), (86, 26), (86, 76), (66, 86)],
        [(14, 34), (34, 26), (86, 26), (66, 34)],
    )
    picture.fill(front, colour)
    picture.fill(side, dark(colour, 0.24))
    picture.fill(top, light(colour, 0.25))
    picture.fill(box(14, 34, 52, 9), light(colour, 0.14))
    picture.fill(oval(40, 62, 17), PAPER)
    for x, y, turn in ((34, 58, 20), (46, 57, -30), (40, 68, 60)):
        kernel(picture, kind, x, y, 0.72, turn)
    _lines(picture, 40, 37, 28, PAPER, rows=1)


def tin(picture: Picture, colour: Colour, kind: str) -> None:
    """A flat round tin, open lid."""
    picture.ground(50, 84, 34)
    picture.fill(path("M18 56 L18 76 C18 88 82 88 82 76 L82 56 Z"), colour, shade=0.22, soft=5)
    picture.fill(path("M18 64 C18 76 82 76 82 64 L82 70 C82 82 18 82 18 70 Z"), PAPER)
    picture.fill(oval(50, 56, 32, 11), light(STEEL, 0.3))
    picture.fill(oval(50, 56, 29.5, 9.4), rgb("#f3d9cf"))
    for x, y, turn in ((36, 55, 20), (45, 58, -60), (55, 54, 40), (64, 57, 80)):
        picture.fill(turned(box(x - 6, y - 2, 12, 4.4, 2.2), turn - 40, (x, y)), rgb("#fbefe8"), shade=0.1, soft=1)
        picture.fill(turned(box(x - 6, y - 2, 12, 1.4, 0.7), turn - 40, (x, y)), rgb("#d8573c"))
    picture.fill(oval(50, 32, 27, 22), colour, shade=0.2, shine=0.15, soft=4)
    picture.fill(oval(50, 32, 21, 17), PAPER)
    kernel(picture, kind, 50, 33, 1.0, 0)


def teatin(picture: Picture, colour: Colour) -> None:
    """A tall tea caddy with a wave of hills."""
    picture.ground(50, 88, 24)
    body = box(30, 26, 40, 62, 3)
    picture.fill(body, colour, shade=0.2, soft=5)
    for lift, tone in ((0, 0.15), (7, 0.35), (14, 0.55)):
        hills = path(f"M20 {66 + lift} Q36 {50 + lift} 50 {62 + lift} Q66 {52 + lift} 82 {68 + lift} L82 100 L20 100 Z")
        picture.within(body, hills, dark(colour, tone))
    picture.within(body, oval(60, 46, 6), light(colour, 0.65))
    picture.gleam(body, 34, 3, 0.25)
    picture.fill(box(29, 16, 42, 13, 3), dark(colour, 0.12), shade=0.2, soft=4)
    picture.fill(box(29, 27, 42, 1.6), GOLD)
    kernel(picture, "leaf", 22, 86, 0.6, 60)
    kernel(picture, "leaf", 80, 87, 0.5, -50)


def jar(picture: Picture, colour: Colour) -> None:
    """A cream jar with its lid beside it."""
    picture.ground(46, 86, 36)
    picture.fill(path("M18 54 L72 54 L70 80 Q69 86 62 86 L28 86 Q21 86 20 80 Z"), colour, shade=0.2, soft=5)
    picture.fill(oval(45, 54, 27, 8), light(colour, 0.35))
    picture.fill(oval(45, 54, 23.5, 6), rgb("#fdf8ef"))
    picture.fill(path("M32 54 C34 44 44 50 46 42 C54 46 52 54 58 54 C52 59 38 59 32 54"), WHITE, shade=0.1, soft=1.6)
    picture.fill(box(30, 64, 30, 14, 2), PAPER)
    _lines(picture, 45, 68, 18, dark(colour, 0.3), rows=2)
    lid = turned(box(62, 60, 32, 26, 5), -14, (78, 73))
    picture.fill(lid, mix(WOOD, light(colour, 0.3), 0.35), shade=0.22, soft=3)
    picture.gleam(lid, 68, 2.4, 0.25)


def dropper(picture: Picture, colour: Colour) -> None:
    """A glass bottle with a pipette, and a drop."""
    picture.ground(48, 88, 22)
    body = path("M30 50 Q30 44 38 42 L40 38 L56 38 L58 42 Q66 44 66 50 L66 82 Q66 88 60 88 L36 88 Q30 88 30 82 Z")
    picture.fill(body, dark(colour, 0.12), shade=0.24, soft=4)
    picture.gleam(body, 34, 3, 0.3)
    picture.fill(box(34, 56, 28, 22, 2), PAPER)
    _lines(picture, 48, 61, 18, dark(colour, 0.4))
    picture.fill(box(38, 28, 20, 11, 2), rgb("#d8cbb0"), shade=0.22, soft=2)
    for step in range(4):
        picture.fill(box(41 + step * 4.2, 29, 0.8, 9), rgb("#bfae8c"))
    picture.fill(path("M42 28 C40 18 43 11 48 11 C53 11 56 18 54 28 Z"), INK, shade=0.2, shine=0.25, soft=2)
    drop = path("M80 56 C86 66 90 72 90 78 C90 84 86 88 80 88 C74 88 70 84 70 78 C70 72 74 66 80 56")
    picture.fill(drop, light(colour, 0.25), shade=0.2, soft=2)
    picture.veil(turned(oval(76, 78, 1.4, 3.4), 16, (76, 78)), WHITE, 0.8)


def bottle(picture: Picture, colour: Colour) -> None:
    """A tall clear bottle of essence."""
    picture.ground(50, 88, 22)
    body = box(34, 30, 32, 58, 7)
    picture.fill(body, light(colour, 0.5), shade=0.16, soft=4)
    picture.within(body, box(0, 42, 100, 60), colour, strength=0.75)
    picture.gleam(body, 38, 3, 0.4)
    picture.fill(box(40, 56, 20, 22, 2), WHITE)
    _lines(picture, 50, 61, 13, dark(colour, 0.4))
    picture.fill(box(41, 12, 18, 20, 3), STEEL, shade=0.2, soft=3)
    picture.gleam(box(41, 12, 18, 20, 3), 44, 2, 0.5)
    for x, y, size in ((22, 80, 4), (80, 76, 5.5), (84, 86, 2.6)):
        picture.fill(oval(x, y, size), light(colour, 0.2), shade=0.14, soft=1)
        picture.veil(oval(x - size * 0.3, y - size * 0.35, size * 0.28), WHITE, 0.8)


def _tube(picture: Picture, colour: Colour, x: float, turn: float, size: float = 1.0) -> None:
    def put(shape: Shape) -> Shape:
        return turned([(x + px * size, 50 + py * size) for px, py in shape], turn, (x, 60))

    body = put(path("M-15 -36 L15 -36 L11 22 L-11 22 Z"))
    picture.fill(body, colour, shade=0.18, soft=4 * size)
    picture.fill(put(box(-15, -37, 30, 4, 1)), dark(colour, 0.14))
    picture.fill(put(box(-10, 22, 20, 14, 2)), light(colour, 0.55), shade=0.16, soft=2)
    picture.fill(put(oval(0, -8, 7)), PAPER)
    picture.fill(put(path("M0 -13 C4 -9 4 -5 0 -3 C-4 -5 -4 -9 0 -13")), dark(colour, 0.25))
    for row in range(2):
        picture.fill(put(box(-6 + row, 5 + row * 3.6, 12 - 2 * row, 1.2)), PAPER)


def tube(picture: Picture, colour: Colour) -> None:
    """One tube standing on its cap."""
    picture.ground(50, 88, 20)
    _tube(picture, colour, 50, 0, 1.04)
    swipe = path("M70 84 C78 76 88 80 92 76 C94 84 86 90 76 88 Z")
    picture.fill(swipe, rgb("#fffaf0"), shade=0.1, soft=1)


def tube_trio(picture: Picture) -> None:
    """Three small tubes fanned out."""
    picture.ground(50, 88, 36)
    for x, turn, tone in ((27, -10, "#8fa56f"), (50, 0, "#efe7d8"), (73, 10, "#b07a55")):
        _tube(picture, rgb(tone), x, turn, 0.92)


def lipstick(picture: Picture, colour: Colour) -> None:
    """A bullet out of its case, the cap beside."""
    picture.ground(42, 88, 20)
    picture.ground(70, 88, 14)
    picture.fill(path("M34 46 L34 28 C34 18 48 12 52 14 L52 46 Z"), colour, shade=0.2, soft=3)
    picture.fill(path("M34 28 C34 18 48 12 52 14 C50 22 42 28 34 28"), light(colour, 0.3))
    picture.fill(box(32, 44, 22, 14), GOLD, shade=0.2, soft=3)
    picture.gleam(box(32, 44, 22, 14), 36, 2, 0.5)
    picture.fill(box(29, 57, 28, 31, 2), INK, shade=0.2, shine=0.2, soft=3)
    cap = box(62, 48, 20, 40, 2)
    picture.fill(cap, INK, shade=0.25, shine=0.2, soft=3)
    picture.fill(box(62, 80, 20, 3), GOLD)


def gloss(picture: Picture, colour: Colour) -> None:
    """A vial of tint with its wand out."""
    picture.ground(38, 88, 16)
    vial = box(28, 46, 22, 42, 4)
    picture.fill(vial, colour, shade=0.2, soft=4)
    picture.gleam(vial, 32, 3, 0.4)
    picture.fill(box(33, 41, 12, 6), STEEL)
    wand = [(66, 20), (80, 76)]
    picture.line(wand, 1.8, STEEL)
    picture.fill(turned(box(58, 8, 14, 34, 3), -14, (65, 25)), rgb("#efe4d6"), shade=0.2, soft=2)
    picture.fill(turned(oval(81, 80, 3, 7), -14, (81, 80)), colour, shade=0.2, soft=1.2)
    picture.fill(path("M56 88 C64 80 76 94 92 86 C88 94 66 96 56 88"), colour)


def balm(picture: Picture, colour: Colour) -> None:
    """A slide tin of balm."""
    picture.ground(50, 80, 36)
    picture.fill(box(14, 44, 58, 34, 8), STEEL, shade=0.18, soft=3)
    picture.fill(box(18, 48, 50, 26, 6), rgb("#fbf0d2"))
    picture.veil(oval(40, 56, 16, 4), WHITE, 0.7)
    lid = box(40, 34, 50, 36, 8)
    picture.fill(lid, colour, shade=0.2, soft=3)
    picture.fill(box(44, 38, 42, 28, 6), light(colour, 0.2))
    for turn in range(6):
        picture.fill(turned(oval(65, 47.5, 2.4, 4.6), turn * 60, (65, 52)), PAPER)
    picture.fill(oval(65, 52, 2.2), GOLD)


def palette(picture: Picture, *colours: Colour) -> None:
    """Four pans, a mirror and a brush."""
    picture.ground(50, 86, 40)
    picture.fill(turned(box(18, 12, 64, 34, 4), 0, (50, 46)), INK, shade=0.15, soft=2)
    mirror = box(22, 16, 56, 26, 2)
    picture.fill(mirror, rgb("#cfdde4"))
    picture.within(mirror, [(30, 50), (52, 10), (62, 10), (40, 50)], WHITE, strength=0.6)
    picture.fill(box(14, 47, 72, 39, 4), INK, shade=0.15, soft=2)
    for index, colour in enumerate(colours):
        x, y = 18 + index % 2 * 33, 51 + index // 2 * 16
        picture.fill(box(x, y, 31, 14, 2), colour)
        for step in range(5):
            picture.within(
                box(x, y, 31, 14, 2),
                [(x + step * 7, y), (x + step * 7 + 1, y), (x + step * 7 - 3, y + 14), (x + step * 7 - 4, y + 14)],
                light(colour, 0.3),
            )


def mascara(picture: Picture, colour: Colour) -> None:
    """A tube and its brush."""
    picture.ground(36, 88, 14)
    tube_shape = box(28, 34, 16, 54, 4)
    picture.fill(tube_shape, colour, shade=0.2, shine=0.25, soft=3)
    picture.fill(box(28, 40, 16, 2.4), GOLD)
    picture.line([(70, 34), (70, 60)], 1.6, STEEL)
    picture.fill(box(62, 8, 16, 28, 4), colour, shade=0.2, shine=0.25, soft=3)
    picture.fill(box(62, 31, 16, 2.4), GOLD)
    for step in range(14):
        half = 5.6 - abs(step - 6) * 0.34
        picture.line([(70 - half, 60 + step * 2), (70 + half, 61 + step * 2)], 0.9, INK)


def pencil(picture: Picture, colour: Colour) -> None:
    """A fine pencil and the line it draws."""
    picture.ground(52, 74, 34, 0.12)

    def put(shape: Shape) -> Shape:
        return turned(shape, -28, (50, 50))

    picture.fill(put(box(14, 45, 54, 8, 2)), colour, shade=0.2, shine=0.25, soft=1.6)
    picture.fill(put([(68, 45), (82, 48), (82, 50), (68, 53)]), rgb("#e0bd94"))
    picture.fill(put([(79, 47.2), (86, 49), (79, 50.8)]), dark(colour, 0.2))
    picture.fill(put(box(62, 45, 4, 8)), GOLD)
    for step in range(9):
        picture.line(
            path(f"M{30 + step * 5} {84 - step * 0.8} Q{34 + step * 5} {76 - step} {40 + step * 5} {73 - step * 0.4}"),
            1.1,
            mix(colour, INK, 0.2),
        )


def compact(picture: Picture, colour: Colour) -> None:
    """An open compact with its puff."""
    picture.ground(50, 86, 34)
    picture.fill(oval(48, 34, 28, 25), rgb("#d9b8a6"), shade=0.2, soft=3)
    mirror = oval(48, 34, 23, 20)
    picture.fill(mirror, rgb("#d3e0e6"))
    picture.within(mirror, [(36, 60), (54, 8), (63, 8), (45, 60)], WHITE, strength=0.6)
    picture.fill(oval(48, 70, 31, 17), rgb("#c9a38f"), shade=0.22, soft=3)
    picture.fill(oval(48, 67, 27, 13), colour)
    for turn in (-30, 0, 30):
        picture.line(turned(path("M40 67 Q48 61 56 67"), turn, (48, 67)), 0.8, dark(colour, 0.1))
    picture.fill(oval(78, 76, 12, 9), rgb("#f7e6e2"), shade=0.14, soft=2)
    picture.fill(box(68, 74, 20, 3, 1.4), rgb("#c9566b"))


def stick(picture: Picture, colour: Colour) -> None:
    """A stick of cream colour."""
    picture.ground(46, 88, 18)
    picture.fill(path("M34 44 L34 26 Q34 14 46 14 Q58 14 58 26 L58 44 Z"), colour, shade=0.18, soft=4)
    picture.fill(oval(46, 22, 9, 5), light(colour, 0.25))
    picture.fill(box(32, 42, 28, 46, 4), rgb("#f1e6da"), shade=0.16, soft=4)
    picture.fill(box(32, 60, 28, 2.2), GOLD)
    for x, y in ((74, 60), (80, 72), (72, 82)):
        picture.fill(oval(x, y, 4.6, 4), colour, shade=0.14, soft=1)


def pump(picture: Picture, colour: Colour) -> None:
    """A bottle with a pump."""
    picture.ground(50, 88, 24)
    body = path("M30 44 Q30 36 38 36 L62 36 Q70 36 70 44 L70 82 Q70 88 64 88 L36 88 Q30 88 30 82 Z")
    picture.fill(body, colour, shade=0.2, soft=5)
    picture.gleam(body, 34, 3, 0.2)
    picture.fill(box(36, 50, 28, 28, 2), PAPER)
    kernel(picture, "leaf", 50, 59, 0.55, 24)
    _lines(picture, 50, 68, 18, dark(colour, 0.35), rows=2)
    picture.fill(box(44, 28, 12, 9, 1.5), INK)
    picture.fill(box(48.4, 18, 3.2, 12), INK)
    picture.fill(path("M40 12 L58 12 Q72 12 74 20 L70 20 Q68 17 58 18 L40 18 Z"), INK, shade=0.2, shine=0.2, soft=1.4)


def spray(picture: Picture, colour: Colour) -> None:
    """A mist bottle."""
    picture.ground(46, 88, 20)
    body = box(30, 40, 32, 48, 9)
    picture.fill(body, light(colour, 0.2), shade=0.2, soft=4)
    picture.gleam(body, 35, 3, 0.35)
    for turn in range(5):
        picture.fill(turned(oval(46, 56, 3.4, 5.4), turn * 72, (46, 63)), PAPER)
    picture.fill(oval(46, 63, 3), GOLD)
    picture.fill(box(38, 30, 16, 11, 2), GOLD, shade=0.2, soft=2)
    picture.fill(path("M38 16 L58 16 Q62 16 62 20 L62 25 L54 26 L54 30 L38 30 Z"), INK, shade=0.2, shine=0.2, soft=2)
    for step in range(14):
        x = 66 + step * 2
        picture.fill(oval(x, 22 + picture.chance.uniform(-1, 1) * step * 0.8, 0.9), light(colour, 0.5))


def sheet_mask(picture: Picture, colour: Colour) -> None:
    """A sachet and an unfolded mask."""
    picture.ground(50, 88, 38)
    sachet = turned(box(12, 22, 42, 62, 2), -7, (33, 53))
    picture.fill(sachet, colour, shade=0.18, soft=4)
    picture.fill(turned(oval(33, 48, 12), -7, (33, 53)), PAPER)
    kernel(picture, "leaf", 32, 48, 0.8, 18)
    face = path("M52 40 C52 26 88 26 88 40 C90 62 82 84 70 84 C58 84 50 62 52 40")
    picture.fill(face, rgb("#fdfbf6"), shade=0.12, soft=2)
    for x in (62, 78):
        picture.fill(oval(x, 49, 4.6, 2.4), light(colour, 0.35))
    picture.fill(path("M70 54 L74 64 L66 64 Z"), light(colour, 0.35))
    picture.fill(oval(70, 71, 5.6, 2.2), light(colour, 0.35))


MOTIFS = {
    "pouch": pouch, "box": carton, "tin": tin, "teatin": teatin, "jar": jar, "dropper": dropper, "bottle": bottle,
    "tube": tube, "tube-trio": tube_trio, "lipstick": lipstick, "gloss": gloss, "balm": balm, "palette": palette,
    "mascara": mascara, "pencil": pencil, "compact": compact, "stick": stick, "pump": pump, "spray": spray,
    "sheet-mask": sheet_mask,
}  # fmt: skip
