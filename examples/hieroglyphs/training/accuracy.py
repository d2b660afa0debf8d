"""How often the committed model is right, on pictures that it was never trained with. README.md beside this has the command that
prints it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from designs import HELD_OUT, TRAINED
from foreign import bare_grounds, foreign
from pictures import Pictures
from preparation import prepare
from recognition import confidences
from signs import SIGNS

SEED = 1799
"""Not the training's. The year in which the Rosetta Stone was found."""
COUNT = 4000


@dataclass(frozen=True)
class Accuracy:
    """Shares of `count` pictures."""

    count: int
    first: float
    """The right sign is the most confident one."""
    five: float
    """The right sign is among the five most confident ones."""
    sure: float
    """The most confident sign has at least half of the confidence."""
    confusions: list[tuple[tuple[str, str], int]]
    """(shown, said) and how often, the most frequent first."""


def accuracy(designs, count: int = COUNT) -> Accuracy:
    """Of renderings of signs."""
    pictures = Pictures(SEED, designs, none_share=0)
    first = five = sure = 0
    wrong = Counter()
    for number in range(count):
        image, label = pictures.picture(number)
        signs = confidences(prepare(image))[:-1]
        best = np.argsort(-signs)[:5]
        first += best[0] == label
        five += label in best
        sure += signs[best[0]] >= 0.5
        if best[0] != label:
            wrong[SIGNS[label].code, SIGNS[best[0]].code] += 1
    return Accuracy(count, first / count, five / count, sure / count, wrong.most_common(20))


def unsure(images) -> float:
    """The share of pictures in which the likeliest sign has less than half of the confidence."""
    most = [confidences(prepare(image))[:-1].max() for image in images]
    return float(np.mean(np.array(most) < 0.5))


def main() -> None:
    print("| renderings of | top-1 | top-5 | most confident sign over 50 % |\n|---|---|---|---|")
    measured = [(", ".join(d.name for d in TRAINED), accuracy(TRAINED)), (HELD_OUT.name, accuracy((HELD_OUT,)))]
    for name, got in measured:
        print(f"| {name} | {got.first:.1%} | {got.five:.1%} | {got.sure:.1%} |")
    for name, got in measured:
        print(f"\n{name}, shown → said: " + ", ".join(f"{a} → {b} ({n})" for (a, b), n in got.confusions))
    print(f"\nunder 50 % for every sign: {unsure(bare_grounds()):.1%} of bare grounds, {unsure(foreign()):.1%} of foreign pictures")


if __name__ == "__main__":
    main()
