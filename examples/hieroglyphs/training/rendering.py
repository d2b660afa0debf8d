"""Pictures of signs as a camera, a scanner or a drawing hand might give them: each one another random one."""

import io
import math

import numpy as np
from PIL import Image, ImageFilter

from designs import glyph
from grounds import SIDE as GROUND_SIDE
from grounds import noise
from strokes import pen_strokes, silhouette

CANVAS = 96
"""Pixels of a rendered picture's side."""
CELLS = 4
"""A sign is bent at the corners of CELLS x CELLS cells."""


Drawing = tuple[str, str]
"""A font's file and a character."""


def render(drawing: Drawing | None, grounds: list[np.ndarray], rng: np.random.Generator) -> Image.Image:
    """A picture of what a font draws, or of a bare ground."""
    ground = _window(grounds[rng.integers(len(grounds))], rng)
    if drawing is None:
        picture = rng.uniform(0.1, 0.9) + rng.uniform(0, 0.4) * ground
    else:
        ink = _worn(_bent(_drawn(drawing, rng), rng), rng)
        picture = _carved(ink, ground, rng) if rng.random() < 0.25 else _painted(ink, ground, rng)
    return _photographed(_lit(picture, rng), rng, noisiest=14 if drawing else 60)


def _drawn(drawing, rng):
    """Another pen: lines of any thickness; now and then the sign filled, or drawn as by hand."""
    soft = _lines(drawing, rng.random(), rng).filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))
    gain = rng.uniform(1.5, 5.0)
    return soft.point([min(255, round(value * gain)) for value in range(256)])


def _lines(drawing, chance, rng):
    if chance < 0.05:
        return silhouette(*drawing)
    if chance < 0.2:
        return Image.blend(glyph(*drawing), silhouette(*drawing), rng.uniform(0.2, 0.6))
    if chance < 0.4:
        return pen_strokes(*drawing)
    return glyph(*drawing)


def _bent(lines, rng):
    """Seen from another side, turned, mirrored, and drawn by an unsteady hand."""
    corners = _corners(lines.size[0], rng)
    step = CANVAS // CELLS
    mesh = []
    for row in range(CELLS):
        for column in range(CELLS):
            box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
            quad = [corners[row + down, column + right] for down, right in ((0, 0), (1, 0), (1, 1), (0, 1))]
            mesh.append((box, tuple(np.concatenate(quad))))
    bent = lines.transform((CANVAS, CANVAS), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    return np.asarray(bent, np.float32) / 255


def _corners(side, rng):
    """Where in the glyph each corner of a cell of the picture looks: (CELLS + 1, CELLS + 1, 2)."""
    at = np.linspace(-1, 1, CELLS + 1)
    x, y = np.meshgrid(at, at)
    size = rng.uniform(0.55, 0.95)
    free = 1 - size
    x, y = x - rng.uniform(-free, free), y - rng.uniform(-free, free)
    depth = 1 + rng.uniform(-0.15, 0.15) * x + rng.uniform(-0.15, 0.15) * y
    angle, slant = rng.normal(0, math.radians(6)), rng.normal(0, 0.08)
    stretch = math.exp(rng.normal(0, 0.12))
    mirror = rng.choice((-1, 1))
    turned_x = mirror * (math.cos(angle) * x - math.sin(angle) * y + slant * y) * stretch
    turned_y = (math.sin(angle) * x + math.cos(angle) * y) / stretch
    corners = np.stack([turned_x, turned_y], -1) / depth[..., None] / size
    corners += rng.normal(0, rng.uniform(0, 0.05), corners.shape)
    return side / 2 * (1 + corners)


def _worn(ink, rng):
    """Parts of the lines are faint or gone."""
    if rng.random() < 0.5:
        return ink
    kept = np.clip(noise(rng, 9, 9, CANVAS) * 1.5 + rng.uniform(1.8, 3.5), 0, 1)
    return ink * kept


def _painted(ink, ground, rng):
    """Dark on light or light on dark, opaque or not."""
    contrast = rng.uniform(0.3, 0.9)
    dark = rng.uniform(0, 1 - contrast)
    tones = (dark + contrast, dark) if rng.random() < 0.7 else (dark, dark + contrast)
    grain = contrast * rng.uniform(0, 0.18) * ground
    return (tones[0] + grain) * (1 - ink) + (tones[1] + rng.uniform(0, 1) * grain) * ink


def _carved(ink, ground, rng):
    """Edges in light and shadow, as in stone; with paint left in the lines or not."""
    contrast, angle = rng.uniform(0.3, 0.8), rng.uniform(0, 2 * math.pi)
    shift = (round(1.5 * math.sin(angle)), round(1.5 * math.cos(angle)))
    edges = np.roll(ink, shift, (0, 1)) - np.roll(ink, (-shift[0], -shift[1]), (0, 1))
    paint = rng.uniform(0, 0.7) * ink
    return rng.uniform(0.35, 0.65) + contrast * (0.5 * edges - paint + rng.uniform(0, 0.12) * ground)


def _lit(picture, rng):
    """Light from one side, and now and then the edge of a shadow."""
    x, y = np.meshgrid(np.linspace(-1, 1, CANVAS), np.linspace(-1, 1, CANVAS))
    angle = rng.uniform(0, 2 * math.pi)
    across = math.cos(angle) * x + math.sin(angle) * y
    picture = picture * (1 + rng.uniform(0, 0.35) * across)
    if rng.random() < 0.15:
        picture = picture * (1 - rng.uniform(0.1, 0.4) / (1 + np.exp(-(across - rng.normal(0, 0.5)) * rng.uniform(5, 40))))
    return picture


def _photographed(picture, rng, noisiest):
    """Blur, noise, and what JPEG leaves of it."""
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(max(0, rng.normal(0.3, 0.4))))
    noisy = np.asarray(image) + rng.normal(0, rng.uniform(0, noisiest), (CANVAS, CANVAS))
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if rng.random() < 0.3:
        image = _jpeg(image, int(rng.integers(25, 90)))
    return image


def _jpeg(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def _window(ground, rng):
    top, left = rng.integers(GROUND_SIDE - CANVAS, size=2)
    window = ground[top : top + CANVAS, left : left + CANVAS]
    return np.rot90(window, rng.integers(4))
