"""A picture as the network takes it: the sign alone, 64 x 64 values, light on dark."""

import numpy as np
from PIL import Image, ImageFilter, ImageOps

SIDE = 64
"""Pixels of what the network looks at."""
LARGEST = 512
"""Pixels. A larger picture is made smaller first: the sign needs no more."""
INK = 0.35
"""What differs from the border by this part of the greatest difference belongs to the sign."""
MARGIN = 0.06
"""Of the sign's longer side, left free around it."""


def prepare(image: Image.Image) -> np.ndarray:
    """Values with mean 0 and spread 1 in the form (1, 1, SIDE, SIDE)."""
    gray = _gray(image)
    gray.thumbnail((LARGEST, LARGEST), Image.Resampling.BILINEAR)
    ground = float(np.median(_border(np.asarray(gray))))
    values = np.asarray(_square(gray, _box(gray, ground), ground), np.float32)
    # Ink is light here, whichever way round it is in the picture.
    values = values - ground if values.mean() >= ground else ground - values
    values = (values - values.mean()) / (values.std() + 1.0)
    return values[None, None]


def _gray(image):
    """Upright, and what is transparent is white."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("L")


def _border(values):
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _box(gray, ground):
    """Left, top, right and bottom of what stands out from the border. On a rough ground that is the whole picture."""
    soft = gray.filter(ImageFilter.BoxBlur(max(gray.size) / 128))
    difference = np.abs(np.asarray(soft, np.float32) - ground)
    stands_out = difference > INK * difference.max()
    if not stands_out.any():
        return 0, 0, *gray.size
    columns, rows = np.flatnonzero(stands_out.any(0)), np.flatnonzero(stands_out.any(1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _square(gray, box, ground):
    """The box in the middle of a square, in the network's size."""
    left, top, right, bottom = box
    side = max(right - left, bottom - top) * (1 + 2 * MARGIN)
    x, y = (left + right - side) / 2, (top + bottom - side) / 2
    scale = side / SIDE
    soft = gray.filter(ImageFilter.GaussianBlur(0.4 * scale)) if scale > 1 else gray
    matrix = (scale, 0, x, 0, scale, y)
    return soft.transform((SIDE, SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=round(ground))
