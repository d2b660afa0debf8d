"""What is committed fits together."""

import filecmp
import unicodedata
from pathlib import Path

from recognition import MODEL, SESSION
from signs import SIGNS

HERE = Path(__file__).parent


def test_the_model_is_small():
    assert MODEL.stat().st_size <= 3_000_000


def test_there_are_enough_signs_and_each_is_itself():
    assert len(SIGNS) >= 200
    assert len({sign.code for sign in SIGNS}) == len({sign.character for sign in SIGNS}) == len(SIGNS)
    assert all(sign.name for sign in SIGNS)


def test_the_codes_are_those_of_unicode():
    for sign in SIGNS:
        letters = sign.code.rstrip("0123456789")
        name = f"EGYPTIAN HIEROGLYPH {letters.upper()}{int(sign.code[len(letters):]):03d}"
        assert unicodedata.name(sign.character) == name


def test_the_network_has_an_output_for_each_sign_and_one_for_none():
    assert SESSION.get_outputs()[0].shape[-1] == len(SIGNS) + 1


def test_both_functions_know_cors_in_the_same_way():
    """Each image is built from a folder of its own, so each has a copy."""
    assert filecmp.cmp(HERE / "../function/cors.py", HERE / "../../../lambda/cors.py", shallow=False)
