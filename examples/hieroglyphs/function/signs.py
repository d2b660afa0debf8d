"""The signs that the network knows, in the order of its outputs. After them it has one output more: none of these."""

from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("signs.tsv")


class Sign(NamedTuple):
    """A line of signs.tsv."""

    character: str
    code: str
    """Gardiner's."""
    name: str


SIGNS = tuple(Sign(*line.split("\t")) for line in FILE.read_text(encoding="utf-8").splitlines())
