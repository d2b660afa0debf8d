"""Pictures that show none of the signs, for measuring. Only the bare grounds are of a kind that the network was trained with."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from designs import TRAINED
from pictures import Pictures

SEED = 1799
WORDS = "Abc Qry Hello 2026 Kgf &%# Type Wolf Zeus Mix Rgb fjord Jaw ABBA Qu 48 gym Box @home Why".split()
PHOTOGRAPHS = 60
NOISES = 20
GROUNDS = 300


def bare_grounds() -> list[Image.Image]:
    """Papyrus, stone, plaster and paper, and characters of other scripts on them."""
    pictures = Pictures(SEED, TRAINED, none_share=1)
    return [pictures.picture(number)[0] for number in range(GROUNDS)]


def foreign() -> list[Image.Image]:
    """Latin words and digits, what could be photographs out of focus, and noise."""
    return [*map(_written, WORDS), *map(_photograph, range(PHOTOGRAPHS)), *map(_noise, range(NOISES))]


def _written(text):
    image = Image.new("L", (420, 300), 235)
    font = ImageFont.load_default(110)  # Pillow's own
    ImageDraw.Draw(image).text((210, 150), text, font=font, fill=30, anchor="mm")
    return image


def _photograph(number):
    """Soft spots of light and dark."""
    rng = np.random.default_rng([SEED, 1, number])
    points = Image.fromarray(rng.integers(0, 256, rng.integers(3, 12, 2)).astype(np.uint8))
    return points.resize((400, 300), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(rng.uniform(0, 8)))


def _noise(number):
    return Image.fromarray(np.random.default_rng([SEED, 2, number]).integers(0, 256, (240, 320)).astype(np.uint8))
