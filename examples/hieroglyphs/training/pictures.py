"""Random pictures with their labels. The same seed and number give the same picture, in any order and on any machine."""

import unicodedata

import numpy as np

from designs import LOOKALIKES, OTHER_SCRIPTS, Design, glyph
from grounds import grounds
from preparation import SIDE, prepare
from rendering import render
from signs import SIGNS

NONE = len(SIGNS)
"""The label of what is none of the signs."""
NONE_SHARE = 0.1
"""Of the pictures."""


class Pictures:
    """As many pictures as are asked for, of the signs in some designs, or of none of the signs."""

    def __init__(self, seed: int, designs: tuple[Design, ...], none_share: float = NONE_SHARE):
        self.seed, self.none_share = seed, none_share
        self.files = [file for design in designs for file in design.files]
        self.grounds = grounds(np.random.default_rng([seed, 0]))

    def picture(self, number: int):
        """The picture as an image, and its label."""
        rng = np.random.default_rng([self.seed, 1, number])
        if rng.random() < self.none_share:
            return render(_other(rng), self.grounds, rng), NONE
        label = int(rng.integers(len(SIGNS)))
        drawing = self.files[rng.integers(len(self.files))], SIGNS[label].character
        return render(drawing, self.grounds, rng), label

    def prepared(self, count: int):
        """What the network is trained with: values (count, 1, SIDE, SIDE), and labels."""
        values = np.empty((count, 1, SIDE, SIDE), np.float16)
        labels = np.empty(count, np.int64)
        for number in range(count):
            image, labels[number] = self.picture(number)
            values[number] = prepare(image)[0]
        return values, labels


def _other(rng):
    """A character of another script, or nothing at all."""
    if rng.random() < 0.4:
        return None
    scripts = list(OTHER_SCRIPTS.items())
    while True:
        file, (first, last) = scripts[rng.integers(len(scripts))]
        drawing = file, chr(int(rng.integers(first, last + 1)))
        if _draws(drawing):
            return drawing


def _draws(drawing):
    """Whether the font has this character, and it is none that looks like a sign."""
    file, character = drawing
    if character in LOOKALIKES or not unicodedata.name(character, ""):
        return False
    try:
        glyph(file, character)
    except ValueError:
        return False
    return True
