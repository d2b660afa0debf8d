"""The committed model's accuracy: the goals. training/accuracy.py prints the figures of the model card."""

from conftest import needs_fonts

from accuracy import accuracy, unsure
from designs import HELD_OUT, TRAINED
from foreign import bare_grounds, foreign

COUNT = 2000
"""Pictures. Enough to know a share to half a per cent."""

pytestmark = needs_fonts


def test_on_renderings_that_it_never_saw():
    assert accuracy(TRAINED, COUNT).first >= 0.97


def test_on_the_design_that_it_never_saw():
    got = accuracy((HELD_OUT,), COUNT)
    assert got.first >= 0.85
    assert got.five >= 0.95


def test_what_shows_no_sign_gets_a_low_confidence():
    assert unsure(bare_grounds()) >= 0.95
    assert unsure(foreign()) >= 0.9
