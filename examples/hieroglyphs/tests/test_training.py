"""How the pictures of the training are made."""

import numpy as np
from conftest import needs_fonts

from designs import ABYDOS, AEGYPTUS, HELD_OUT, LOOKALIKES, TRAINED, glyph
from pictures import NONE, Pictures
from signs import SIGNS
from strokes import pen_strokes, silhouette, thinned

pytestmark = needs_fonts


def test_the_held_out_design_is_in_no_training():
    assert HELD_OUT not in TRAINED
    assert set(Pictures(1, TRAINED).files).isdisjoint(HELD_OUT.files)


def test_every_design_draws_every_sign():
    for design in (AEGYPTUS, ABYDOS, HELD_OUT):
        for file in design.files:
            assert all(np.asarray(glyph(file, sign.character)).max() > 200 for sign in SIGNS)


def test_a_picture_depends_on_seed_and_number_alone():
    one, other = Pictures(1, TRAINED), Pictures(1, TRAINED)
    later = [one.picture(number) for number in (7, 3)][::-1]
    for (image, label), (same, same_label) in zip(later, [other.picture(number) for number in (3, 7)]):
        assert label == same_label and np.array_equal(image, same)
    assert not np.array_equal(one.picture(3)[0], Pictures(2, TRAINED).picture(3)[0])


def test_what_looks_like_a_sign_is_not_trained_as_none(monkeypatch):
    drawn = []
    monkeypatch.setattr("pictures.render", lambda drawing, *_: drawn.append(drawing))
    pictures = Pictures(1, TRAINED, none_share=1)
    assert {pictures.picture(number)[1] for number in range(3000)} == {NONE}
    characters = {drawing[1] for drawing in drawn if drawing}
    assert len(characters) > 500 and characters.isdisjoint(LOOKALIKES)


def test_lines_become_thin():
    shape = np.zeros((20, 40), bool)
    shape[6:13, 5:35] = True
    thin = thinned(shape)
    assert thin.any() and thin.sum(0).max() == 1


def lines_across(picture, row):
    """How many lines a row of a picture crosses."""
    ink = (np.asarray(picture)[row] > 60).astype(int)
    return (np.diff(ink) == 1).sum()


def test_a_narrow_part_is_two_edges_in_a_font_and_one_line_of_a_pen():
    file, crook, low = AEGYPTUS.files[0], "𓋾", 95
    assert lines_across(glyph(file, crook), low) == 2
    assert lines_across(pen_strokes(file, crook), low) == 1


def test_a_wide_part_is_its_edges_for_a_pen_as_well():
    file, loaf, low = AEGYPTUS.files[0], "𓏏", 80
    assert lines_across(glyph(file, loaf), low) == lines_across(pen_strokes(file, loaf), low) == 2
    assert lines_across(silhouette(file, loaf), low) == 1
