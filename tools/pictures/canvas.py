"""A flat illustrator's table on top of Pillow: shapes in hundredths of the picture, soft two-tone shading, no text."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 800
_DOTS = 2 * SIZE
_SCALE = _DOTS / 100
Point = tuple[float, float]
Shape = list[Point]
Colour = tuple[int, int, int]


def rgb(text: str) -> Colour:
    """`#a1b2c3` as numbers."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of `other` in `one`."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def dark(colour: Colour, share: float = 0.2) -> Colour:
    """Darker, and a little bluer, as shadows are."""
    return mix(colour, (24, 22, 48), share)


def light(colour: Colour, share: float = 0.3) -> Colour:
    """Lighter, and a little warmer, as daylight is."""
    return mix(colour, (255, 252, 244), share)


WHITE = (255, 255, 255)
PAPER = (250, 246, 238)
INK = (44, 46, 58)
LEAF = (92, 142, 78)
WOOD = (201, 158, 106)
STEEL = (188, 196, 203)
GOLD = (217, 174, 82)


def oval(x: float, y: float, rx: float, ry: float | None = None) -> Shape:
    """An ellipse about (x, y)."""
    ry = rx if ry is None else ry
    turns = [2 * math.pi * step / 96 for step in range(96)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> Shape:
    """A rectangle whose upper left corner is (x, y), with round corners."""
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    centres = [
        (x + width - radius, y + radius, -90),
        (x + width - radius, y + height - radius, 0),
        (x + radius, y + height - radius, 90),
        (x + radius, y + radius, 180),
    ]
    shape = []
    for cx, cy, start in centres:
        for step in range(13):
            angle = math.radians(start + 90 * step / 12)
            shape.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return shape


def path(text: str) -> Shape:
    """A shape from SVG's M, L, Q and C commands with absolute coordinates."""
    shape: Shape = []
    for command, rest in re.findall(r"([MLQC])([^MLQCZ]*)", text):
        numbers = [float(word) for word in re.findall(r"-?[\d.]+", rest)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        step = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        for at in range(0, len(points), step):
            shape += _curve([*shape[-1:], *points[at : at + step]]) if step > 1 else [points[at]]
    return shape


def _curve(controls: Sequence[Point]) -> Shape:
    """A Bézier curve of any degree, without its first point."""
    shape = []
    for step in range(1, 33):
        points = list(controls)
        while len(points) > 1:
            share = step / 32
            points = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(points)]
        shape.append(points[0])
    return shape


def turned(shape: Shape, degrees: float, about: Point) -> Shape:
    """The shape turned clockwise."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    ax, ay = about
    return [(ax + (x - ax) * cos - (y - ay) * sin, ay + (x - ax) * sin + (y - ay) * cos) for x, y in shape]


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The shape elsewhere."""
    return [(x + dx, y + dy) for x, y in shape]


def grown(shape: Shape, by: float, about: Point) -> Shape:
    """The shape `by` times as large."""
    return [(about[0] + (x - about[0]) * by, about[1] + (y - about[1]) * by) for x, y in shape]


def mirrored(shape: Shape, about: float = 50) -> Shape:
    """Left for right."""
    return [(2 * about - x, y) for x, y in shape]


class Picture:
    """What is being drawn. Chance comes from the seed alone, so that drawing again gives the same picture."""

    def __init__(self, seed: str) -> None:
        self.chance = Random(seed)
        self.image = Image.new("RGB", (_DOTS, _DOTS), PAPER)
        self._pen = ImageDraw.Draw(self.image)

    def fill(self, shape: Shape, colour: Colour, *, shade: float = 0.0, shine: float = 0.0, soft: float = 3.0) -> None:
        """A shape in one colour. shade, shine: how strong the darker right edge and the lighter left edge are."""
        self._pen.polygon(self._dots(shape), fill=colour)
        if shade:
            self._edge(shape, dark(colour, shade), -soft, -soft * 0.6)
        if shine:
            self._edge(shape, light(colour, shine), soft * 0.7, soft * 0.5)

    def within(self, outer: Shape, inner: Shape, colour: Colour, *, strength: float = 1.0) -> None:
        """`inner`, but only where it lies inside `outer`."""
        mask = ImageChops.multiply(self._mask(outer), self._mask(inner))
        if strength < 1:
            mask = mask.point(lambda value: round(value * strength))
        self.image.paste(colour, mask=mask)

    def veil(self, shape: Shape, colour: Colour, strength: float, blur: float = 0) -> None:
        """A transparent shape, with soft edges when wanted."""
        mask = self._mask(shape)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * _SCALE))
        self.image.paste(colour, mask=mask.point(lambda value: round(value * strength)))

    def line(self, points: Shape, width: float, colour: Colour) -> None:
        """A stroke with round ends."""
        dots = self._dots(points)
        self._pen.line(dots, fill=colour, width=round(width * _SCALE), joint="curve")
        radius = width * _SCALE / 2
        for x, y in (dots[0], dots[-1]):
            self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """A circle's outline."""
        self.line([*oval(x, y, radius), *oval(x, y, radius)[:3]], width, colour)

    def gleam(self, shape: Shape, x: float, width: float, strength: float = 0.35) -> None:
        """An upright band of light inside `shape`: glass, steel, lacquer."""
        mask = ImageChops.multiply(self._mask(shape), self._mask(box(x, 0, width, 100)))
        self.image.paste(WHITE, mask=mask.point(lambda value: round(value * strength)))

    def ground(self, x: float, y: float, half: float, strength: float = 0.2) -> None:
        """The shadow under what stands at (x, y)."""
        self.veil(oval(x, y, half, half * 0.13 + 0.8), (52, 44, 66), strength, blur=0.9)

    def finished(self) -> Image.Image:
        """The picture at the size that ships."""
        return self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)

    def _edge(self, shape: Shape, colour: Colour, dx: float, dy: float) -> None:
        mask = ImageChops.subtract(self._mask(shape), self._mask(moved(shape, dx, dy)))
        self.image.paste(colour, mask=mask)

    def _mask(self, shape: Shape) -> Image.Image:
        mask = Image.new("L", (_DOTS, _DOTS), 0)
        ImageDraw.Draw(mask).polygon(self._dots(shape), fill=255)
        return mask

    def _dots(self, shape: Shape) -> Shape:
        return [(x * _SCALE, y * _SCALE) for x, y in shape]
