"""The committed model's accuracy: the goals. training/accuracy.py prints the figures of the model card."""

import pytest

from accuracy import accuracy, unsure
from designs import FONTS, HELD_OUT, OTHER_SCRIPTS, PACKAGES, TRAINED
from foreign import bare_grounds, foreign

COUNT = 2000
"""Pictures. Enough to know a share to half a per cent."""

files = [*OTHER_SCRIPTS, *(file for design in (*TRAINED, HELD_OUT) for file in design.files)]
missing = [file for file in files if not (FONTS / file).exists()]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"skipped: fonts are missing: apt-get install {PACKAGES}")


def test_on_renderings_that_it_never_saw():
    assert accuracy(TRAINED, COUNT).first >= 0.97


def test_on_the_design_that_it_never_saw():
    got = accuracy((HELD_OUT,), COUNT)
    assert got.first >= 0.85
    assert got.five >= 0.95


def test_what_shows_no_sign_gets_a_low_confidence():
    assert unsure(bare_grounds()) >= 0.95
    assert unsure(foreign()) >= 0.9
