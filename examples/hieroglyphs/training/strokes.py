"""A sign as a person draws it with a pen: where a font draws a narrow part by its two edges, a hand draws one line."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from designs import glyph

LINE = 13
"""Pixels, odd. No line of a glyph is as thick."""
NARROW = 15
"""Pixels, odd. A part as wide as this is drawn by its edges, also by hand."""


@lru_cache(maxsize=None)
def silhouette(file: str, character: str) -> Image.Image:
    """A glyph with all that its lines enclose."""
    inside = _outside(glyph(file, character)).point(lambda value: 255 - value)
    return ImageChops.lighter(glyph(file, character), inside)


@lru_cache(maxsize=None)
def pen_strokes(file: str, character: str) -> Image.Image:
    """A glyph whose narrow parts are their middle lines alone."""
    lines = glyph(file, character)
    body = _body(lines)
    wide = body.filter(ImageFilter.MinFilter(NARROW)).filter(ImageFilter.MaxFilter(NARROW + 4))
    middle = thinned(np.asarray(body) > 0) & (np.asarray(wide) == 0)
    pen = Image.fromarray(middle.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))
    return ImageChops.lighter(pen, ImageChops.darker(lines, wide))


def thinned(shape: np.ndarray) -> np.ndarray:
    """Takes pixels away from the edges until lines of one pixel are left (Zhang and Suen, 1984)."""
    shape = np.pad(shape, 1)
    while True:
        before = shape.sum()
        for first in (True, False):
            shape = shape & ~_removable(shape, first)
        if shape.sum() == before:
            return shape[1:-1, 1:-1]


def _removable(shape, first):
    # The eight neighbours, clockwise from the one above.
    around = [np.roll(shape, shift, (0, 1)) for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]
    count = sum(pixel.astype(np.int8) for pixel in around)
    begins = sum((~one & other).astype(np.int8) for one, other in zip(around, around[1:] + around[:1]))
    above, right, below, left = around[::2]
    corner = ~(above & right & below) & ~(right & below & left) if first else ~(above & right & left) & ~(above & below & left)
    return shape & (count >= 2) & (count <= 6) & (begins == 1) & corner


def _body(lines):
    """What a sign's own lines enclose, without the holes in it: not the inside of the ankh's loop."""
    outside = _outside(lines)
    enclosed = np.asarray(lines.point(lambda value: 255 if value <= 60 else 0)) & ~np.asarray(outside)
    near = np.asarray(outside.filter(ImageFilter.MaxFilter(LINE)))
    regions = Image.fromarray(enclosed).copy()
    for row, column in np.argwhere(enclosed & near):
        if regions.getpixel((int(column), int(row))) == 255:
            ImageDraw.floodfill(regions, (int(column), int(row)), 128)
    body = regions.point(lambda value: 255 if value == 128 else 0)
    return ImageChops.lighter(body, lines.point(lambda value: 255 if value > 60 else 0))


def _outside(lines):
    """White where a picture's corner can be reached without crossing a line."""
    reached = lines.point(lambda value: 255 if value > 60 else 0)
    ImageDraw.floodfill(reached, (0, 0), 128)
    return reached.point(lambda value: 255 if value == 128 else 0)
