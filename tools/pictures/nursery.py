"""Baby things, vitamins, pet food and toys."""

import math

from .canvas import (
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
from .pantry import kernel

RED, BLUE, YELLOW, GREEN = rgb("#d9573f"), rgb("#3f78a8"), rgb("#eeb84a"), rgb("#6fa366")
RAINBOW = [RED, rgb("#e8874a"), YELLOW, GREEN, BLUE, rgb("#7d6bb0")]


def pills(picture: Picture, colour: Colour) -> None:
    """A supplement bottle and what is in it."""
    picture.ground(44, 86, 26)
    body = box(22, 32, 44, 54, 7)
    picture.fill(body, light(colour, 0.1), shade=0.22, soft=5)
    picture.fill(box(22, 46, 44, 30), PAPER)
    picture.fill(box(22, 46, 44, 6), colour)
    picture.fill(oval(36, 63, 7), light(colour, 0.4))
    picture.fill(oval(36, 63, 4), colour)
    for row in range(3):
        picture.fill(box(47, 58 + row * 4, 14 - row * 3, 1.5), mix(INK, PAPER, 0.45))
    picture.fill(box(25, 18, 38, 15, 3), rgb("#f2efe8"), shade=0.16, soft=4)
    for step in range(8):
        picture.fill(box(28 + step * 4.4, 20, 0.8, 11), rgb("#dcd7cb"))
    for x, y, turn in ((74, 82, 20), (84, 76, -30), (88, 86, 60), (72, 72, -60)):
        capsule = turned(box(x - 6, y - 2.6, 12, 5.2, 2.6), turn, (x, y))
        picture.fill(capsule, colour, shade=0.16, soft=1)
        picture.within(capsule, turned(box(x, y - 3, 8, 6), turn, (x, y)), light(colour, 0.55))


def gummies(picture: Picture, colour: Colour) -> None:
    """A clear bottle of little bears."""
    picture.ground(48, 88, 26)
    body = box(24, 30, 48, 58, 9)
    picture.fill(body, light(colour, 0.72), shade=0.1, soft=4)
    tones = [colour, light(colour, 0.35), rgb("#e8874a"), rgb("#eeb84a")]
    for row in range(5):
        for step in range(5):
            x, y = 30 + step * 9 + row % 2 * 3, 82 - row * 9
            _gummy(picture, x, y, 0.62, tones[(row * 3 + step) % 4])
    picture.gleam(body, 28, 4, 0.4)
    picture.fill(box(30, 44, 36, 20, 3), PAPER)
    for step in range(3):
        picture.fill(oval(39 + step * 9, 54, 3.4), tones[step])
    picture.fill(box(28, 16, 40, 15, 3), colour, shade=0.2, soft=4)
    _gummy(picture, 82, 82, 1.0, colour)
    _gummy(picture, 88, 66, 0.8, rgb("#eeb84a"))


def _gummy(picture: Picture, x: float, y: float, size: float, colour: Colour) -> None:
    for dx, dy, radius in (
        (0, 3, 5),
        (0, -4, 4),
        (-3, -7.4, 1.7),
        (3, -7.4, 1.7),
        (-4, 1, 2),
        (4, 1, 2),
        (-3, 7, 2.2),
        (3, 7, 2.2),
    ):
        picture.fill(oval(x + dx * size, y + dy * size, radius * size), colour)
    picture.veil(oval(x - 1.6 * size, y - 5 * size, 1.1 * size), WHITE, 0.5)


def tub(picture: Picture, colour: Colour) -> None:
    """A wide tub and a scoop of powder."""
    picture.ground(46, 88, 32)
    body = box(18, 26, 54, 62, 6)
    picture.fill(body, colour, shade=0.22, soft=5)
    picture.gleam(body, 23, 3, 0.2)
    picture.fill(box(18, 42, 54, 30), PAPER)
    picture.fill(path("M18 62 Q32 52 45 60 Q58 68 72 56 L72 72 L18 72 Z"), light(colour, 0.35))
    for row in range(2):
        picture.fill(box(32 + row * 4, 47 + row * 4.6, 26 - row * 8, 1.8), dark(colour, 0.2))
    picture.fill(box(16, 16, 58, 12, 3), dark(colour, 0.35), shade=0.15, soft=3)
    picture.fill(path("M72 74 L90 74 Q92 88 81 88 Q70 88 72 74"), STEEL, shade=0.18, soft=2)
    picture.fill(path("M73 74 Q81 62 89 74 Z"), light(colour, 0.62))
    picture.line([(90, 78), (98, 72)], 2, STEEL)


def diapers(picture: Picture, colour: Colour) -> None:
    """A plump pack and one diaper in front."""
    picture.ground(50, 88, 40)
    pack = path("M16 26 Q14 18 24 18 L70 18 Q80 18 78 26 L82 78 Q82 86 74 86 L20 86 Q12 86 12 78 Z")
    picture.fill(pack, colour, shade=0.18, soft=5)
    picture.within(pack, path("M0 34 Q26 24 48 34 Q70 44 100 30 L100 60 Q70 70 48 60 Q26 50 0 62 Z"), PAPER)
    for x, y, size in ((28, 47, 6), (37, 44, 8), (46, 48, 6.4)):
        picture.fill(oval(x, y, size), light(colour, 0.35))
    picture.fill(box(22, 47, 30, 7, 3.5), light(colour, 0.35))
    picture.fill(box(36, 12, 22, 8, 4), dark(colour, 0.2))
    nappy = path("M48 62 L92 62 Q94 70 86 72 Q82 84 78 88 L62 88 Q58 84 54 72 Q46 70 48 62")
    picture.fill(nappy, WHITE, shade=0.12, soft=2)
    picture.fill(box(48, 62, 44, 5, 2), light(colour, 0.5))
    for x in (52, 84):
        picture.fill(box(x, 63, 5, 6, 1), colour)


def baby_bottle(picture: Picture, colour: Colour) -> None:
    """A bottle with marks and milk."""
    picture.ground(50, 88, 20)
    body = path(
        "M34 40 Q30 46 32 54 Q36 62 33 70 L33 82 Q33 88 40 88 L60 88 Q67 88 67 82 L67 70 Q64 62 68 54 Q70 46 66 40 Z"
    )
    picture.fill(body, rgb("#eef5f7"), shade=0.1, soft=4)
    picture.within(body, box(0, 54, 100, 40), rgb("#fffaf0"))
    for step in range(6):
        picture.fill(box(57, 50 + step * 6, 6 - step % 2 * 2.6, 0.9), colour)
    picture.gleam(body, 37, 3, 0.6)
    picture.fill(box(32, 30, 36, 11, 3), colour, shade=0.18, soft=3)
    picture.fill(
        path("M38 30 C38 22 46 22 46 14 Q46 10 50 10 Q54 10 54 14 C54 22 62 22 62 30 Z"),
        rgb("#f3dcb8"),
        shade=0.16,
        soft=2,
    )
    kernel(picture, "leaf", 46, 66, 0.5, 12)


def sippy(picture: Picture, colour: Colour) -> None:
    """A cup with two handles."""
    picture.ground(50, 86, 26)
    for side in (False, True):
        ear = path("M66 46 Q90 46 86 62 Q84 76 66 72")
        picture.line(mirrored(ear) if side else ear, 5, dark(colour, 0.12))
    picture.fill(
        path("M28 40 L72 40 L68 80 Q67 86 60 86 L40 86 Q33 86 32 80 Z"), light(colour, 0.3), shade=0.16, soft=5
    )
    picture.fill(oval(50, 64, 11), PAPER)
    for x, y in ((46, 62), (54, 62)):
        picture.fill(oval(x, y, 1.3), INK)
    picture.line(path("M46 67 Q50 71 54 67"), 1.1, INK)
    picture.fill(path("M26 40 Q26 28 40 28 L60 28 Q74 28 74 40 Z"), colour, shade=0.16, soft=4)
    picture.fill(path("M56 28 L54 14 Q58 11 62 14 L66 28 Z"), rgb("#f8efe0"), shade=0.14, soft=1.6)


def whale(picture: Picture, colour: Colour) -> None:
    """A round whale."""
    picture.ground(48, 84, 38)
    tail = path("M76 52 Q84 44 82 32 Q74 30 70 36 L76 30 Q80 20 94 24 Q98 34 90 40 Q90 56 80 68 Z")
    picture.fill(tail, colour, shade=0.18, soft=3)
    body = path("M8 58 C8 36 28 28 48 30 C68 32 78 44 82 58 C82 76 66 84 44 84 C22 84 8 76 8 58")
    picture.fill(body, colour, shade=0.16, shine=0.14, soft=5)
    picture.within(body, path("M4 66 Q40 60 74 74 Q60 92 40 90 Q10 90 4 66"), rgb("#f3efe6"))
    for step in range(5):
        picture.within(
            body, path(f"M{12 + step * 10} {71 + step} Q{22 + step * 9} 80 {30 + step * 9} 86"), light(colour, 0.5)
        )
    picture.fill(oval(28, 55, 3), INK)
    picture.fill(oval(27, 54, 1), WHITE)
    picture.fill(oval(36, 62, 3.4, 2.2), rgb("#eaa39a"))
    picture.fill(path("M44 70 Q56 74 58 86 Q48 86 44 70"), dark(colour, 0.12))
    for side in (1, -1):
        picture.line(path(f"M46 28 Q46 18 {46 + side * 10} 14"), 2, light(colour, 0.35))


def rings(picture: Picture) -> None:
    """Stacking rings."""
    picture.ground(50, 88, 32)
    picture.fill(box(47, 10, 6, 70, 3), WOOD, shade=0.2, soft=1.4)
    picture.fill(oval(50, 13, 7), RED, shade=0.2, soft=2)
    for index, colour in enumerate(reversed(RAINBOW)):
        half = 30 - index * 3.4
        y = 74 - index * 10
        picture.fill(box(50 - half, y, half * 2, 10, 5), colour, shade=0.18, shine=0.2, soft=2)
    picture.fill(path("M18 84 L82 84 Q78 90 50 90 Q22 90 18 84"), WOOD, shade=0.2, soft=2)


def _face(picture: Picture, x: float, y: float, size: float = 1.0) -> None:
    for side in (-1, 1):
        picture.fill(oval(x + side * 7 * size, y, 1.7 * size, 2 * size), INK)
        picture.veil(oval(x + side * 11 * size, y + 5 * size, 3 * size, 2 * size), rgb("#e58a80"), 0.5)
    picture.fill(oval(x, y + 4 * size, 2.4 * size, 1.7 * size), INK)
    picture.line(
        path(f"M{x - 3 * size} {y + 8 * size} Q{x} {y + 11 * size} {x + 3 * size} {y + 8 * size}"), 0.9 * size, INK
    )


def teddy(picture: Picture, colour: Colour) -> None:
    """A sitting bear."""
    picture.ground(50, 88, 32)
    for x in (30, 70):
        picture.fill(oval(x, 20, 9), colour, shade=0.16, soft=2)
        picture.fill(oval(x, 21, 5), light(colour, 0.4))
    for x, turn in ((26, 24), (74, -24)):
        picture.fill(turned(oval(x, 62, 7, 13), turn, (x, 62)), dark(colour, 0.08), shade=0.14, soft=2)
    picture.fill(oval(50, 68, 24, 22), colour, shade=0.16, soft=4)
    picture.fill(oval(50, 71, 14, 14), light(colour, 0.4))
    for x in (32, 68):
        picture.fill(oval(x, 84, 10, 8), colour, shade=0.16, soft=2)
        picture.fill(oval(x, 84, 5.4, 4.6), light(colour, 0.45))
    picture.fill(oval(50, 36, 25, 22), colour, shade=0.16, soft=4)
    picture.fill(oval(50, 43, 11, 9), light(colour, 0.5))
    _face(picture, 50, 36)
    picture.fill(path("M50 58 L40 53 L40 64 Z"), RED)
    picture.fill(path("M50 58 L60 53 L60 64 Z"), RED)


def panda(picture: Picture) -> None:
    """A sitting panda with bamboo."""
    picture.ground(50, 88, 32)
    black, white = rgb("#33343c"), rgb("#f7f4ee")
    for x in (30, 70):
        picture.fill(oval(x, 19, 8.6), black)
    picture.fill(oval(50, 68, 26, 21), white, shade=0.1, soft=4)
    for x, turn in ((26, 30), (74, -30)):
        picture.fill(turned(oval(x, 62, 7.6, 14), turn, (x, 62)), black)
    for x in (32, 68):
        picture.fill(oval(x, 83, 11, 8.6), black)
        picture.fill(oval(x, 84, 5, 4), rgb("#5a5b64"))
    picture.fill(oval(50, 36, 27, 23), white, shade=0.1, soft=4)
    for side in (-1, 1):
        picture.fill(turned(oval(50 + side * 11, 35, 6, 7.6), side * 28, (50 + side * 11, 35)), black)
        picture.fill(oval(50 + side * 10, 35, 1.9), WHITE)
    picture.fill(oval(50, 43, 3, 2), black)
    picture.line(path("M46 47 Q50 51 54 47"), 1, black)
    picture.line([(62, 84), (82, 34)], 3, GREEN)
    for share in (0.25, 0.5, 0.75):
        x, y = 62 + 20 * share, 84 - 50 * share
        picture.line([(x - 1.6, y - 0.6), (x + 1.6, y + 0.6)], 1, dark(GREEN, 0.3))
    kernel(picture, "leaf", 86, 34, 0.7, 60)
    kernel(picture, "leaf", 78, 28, 0.6, -10)


def rabbit(picture: Picture, colour: Colour) -> None:
    """A rabbit with long ears that hang."""
    picture.ground(50, 88, 26)
    picture.fill(oval(50, 70, 19, 19), colour, shade=0.16, soft=4)
    picture.fill(oval(50, 73, 10, 11), light(colour, 0.45))
    for x in (38, 62):
        picture.fill(oval(x, 86, 8, 5), light(colour, 0.2), shade=0.14, soft=1.6)
    picture.fill(oval(50, 38, 21, 19), colour, shade=0.16, soft=4)
    for side in (False, True):
        ear = path("M36 24 C22 18 12 40 16 66 C20 72 28 68 28 58 C28 44 34 34 40 28 Z")
        inner = path("M32 28 C24 26 18 42 20 60 C22 64 25 62 25 56 C25 44 30 36 35 31 Z")
        picture.fill(mirrored(ear) if side else ear, dark(colour, 0.06), shade=0.16, soft=2)
        picture.fill(mirrored(inner) if side else inner, rgb("#f0c9c2"))
    _face(picture, 50, 38, 0.9)
    picture.line(path("M40 58 Q50 64 60 58"), 2.6, rgb("#6fa3b8"))


def rattle(picture: Picture, colour: Colour) -> None:
    """A wooden ring with beads and a bell."""
    picture.ground(50, 86, 26)
    picture.ring(50, 46, 25, 8, dark(colour, 0.16))
    picture.ring(49.4, 45.4, 25, 5, light(colour, 0.12))
    for turn, tone in ((200, RED), (230, YELLOW), (260, GREEN), (290, BLUE)):
        x, y = 50 + 25 * math.cos(math.radians(turn)), 46 + 25 * math.sin(math.radians(turn))
        picture.fill(oval(x, y, 6.4), tone, shade=0.2, shine=0.2, soft=1.6)
    picture.fill(box(45, 66, 10, 20, 4), colour, shade=0.2, soft=2)
    picture.fill(oval(50, 46, 9), rgb("#d9b04a"), shade=0.2, shine=0.3, soft=2)
    picture.line([(44, 49), (56, 49)], 1.2, dark(rgb("#d9b04a"), 0.4))
    picture.fill(oval(50, 51.6, 1.6), dark(rgb("#d9b04a"), 0.5))


MOTIFS = {
    "pills": pills,
    "gummies": gummies,
    "tub": tub,
    "diapers": diapers,
    "baby-bottle": baby_bottle,
    "sippy": sippy,
    "whale": whale,
    "rings": rings,
    "teddy": teddy,
    "panda": panda,
    "rabbit": rabbit,
    "rattle": rattle,
}
