"""What a sign stands on: papyrus, stone, plaster and paper, as fields of values around 0 with a spread of about 1."""

import numpy as np
from PIL import Image

SIDE = 384
"""Pixels of a ground. Pictures show windows of it."""


def grounds(rng: np.random.Generator, each: int = 24) -> list[np.ndarray]:
    """`each` of papyrus, stone, plaster and paper."""
    return [_even(make(rng)) for make in (_papyrus, _stone, _plaster, _paper) for _ in range(each)]


def noise(rng: np.random.Generator, rows: int, columns: int, side: int = SIDE) -> np.ndarray:
    """Random values at `rows` x `columns` points, smooth between them."""
    points = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.asarray(Image.fromarray(points).resize((side, side), Image.Resampling.BICUBIC))


def _papyrus(rng):
    """Strips of a plant, laid crosswise."""
    fibres = noise(rng, SIDE // 2, 10) + 0.7 * noise(rng, 8, SIDE // 3)
    return fibres + 0.8 * noise(rng, 6, 6) + 0.3 * noise(rng, SIDE, SIDE)


def _stone(rng):
    """Grain of every size, with holes and a crack or two."""
    grain = sum(noise(rng, side, side) / np.log2(side) for side in (6, 16, 48, 128, SIDE))
    holes = np.maximum(noise(rng, 90, 90) - 1.8, 0) * 3
    return grain - holes - _crack(rng) - _crack(rng)


def _plaster(rng):
    return noise(rng, 4, 4) + 0.4 * noise(rng, SIDE, SIDE)


def _paper(rng):
    """Almost even; sometimes ruled or squared."""
    paper = 0.3 * noise(rng, SIDE, SIDE) + 0.3 * noise(rng, 3, 3)
    every = int(rng.integers(18, 60))
    if rng.random() < 0.5:
        paper[::every] -= 3
    if rng.random() < 0.25:
        paper[:, ::every] -= 3
    return paper


def _crack(rng):
    """The places where a smooth field is next to 0 are a winding line."""
    field = noise(rng, 5, 5)
    return 2.0 * np.exp(-((field - rng.normal()) ** 2) / 0.002)


def _even(field):
    return ((field - field.mean()) / field.std()).astype(np.float32)
