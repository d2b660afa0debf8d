"""The designs of the signs, from the fonts of two Debian packages, and what is drawn beside them that is none of the signs."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype")
PACKAGES = "fonts-noto-core fonts-ancient-scripts"

SIDE = 112
"""Pixels of a glyph's longer side."""
MARGIN = 8
"""Pixels around a glyph: its lines may become thicker."""
DRAWN = 240
"""The font size, in pixels, that a glyph is drawn at before it is brought to SIDE."""


@dataclass(frozen=True)
class Design:
    """One artist's drawing of the signs, in its weights."""

    name: str
    files: tuple[str, ...]


AEGYPTUS = Design("Aegyptus", ("ancient-scripts/AegyptusR_hint.ttf", "ancient-scripts/AegyptusB_hint.ttf"))
ABYDOS = Design("Abydos", ("ancient-scripts/AbydosR_hint.ttf", "ancient-scripts/AbydosB_hint.ttf"))
NOTO = Design("Noto Sans Egyptian Hieroglyphs", ("noto/NotoSansEgyptianHieroglyphs-Regular.ttf",))

TRAINED = (AEGYPTUS, ABYDOS)
HELD_OUT = NOTO
"""Never trained on. The other two are one author's; this one is by somebody else, so it is the most that can be learnt about
signs from another hand. Chosen before the first training."""

OTHER_SCRIPTS = {
    "ancient-scripts/Aegean_hint.ttf": (0x10000, 0x1005D),  # Linear B
    "ancient-scripts/Akkadian_hint.ttf": (0x12000, 0x1236E),  # cuneiform
}
"""First and last character of each: what the network learns to be none of the signs."""
LOOKALIKES = "𐀏𐀤𐀩𐀪𐀱𐀼𒅄𒊹𒍮"
"""Of these scripts, what a person could take for a drawn sign: Linear B's za is an ankh, its ka a village with crossroads."""


@lru_cache(maxsize=None)
def glyph(file: str, character: str) -> Image.Image:
    """White lines on black, cropped to them, with MARGIN around. Raises ValueError where the font does not draw the character."""
    font = _font(file)
    left, top, right, bottom = font.getbbox(character)
    if right <= left or bottom <= top:
        raise ValueError(f"{file} draws nothing for U+{ord(character):04X}")
    drawn = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(drawn).text((-left, -top), character, font=font, fill=255)
    return _framed(drawn)


@lru_cache(maxsize=None)
def _font(file: str) -> ImageFont.FreeTypeFont:
    if not (FONTS / file).exists():
        raise FileNotFoundError(f"{FONTS / file} is missing: apt-get install {PACKAGES}")
    return ImageFont.truetype(FONTS / file, DRAWN)


def _framed(drawn: Image.Image) -> Image.Image:
    drawn = drawn.crop(drawn.getbbox())
    scale = SIDE / max(drawn.size)
    drawn = drawn.resize([max(1, round(side * scale)) for side in drawn.size], Image.Resampling.LANCZOS)
    framed = Image.new("L", (SIDE + 2 * MARGIN, SIDE + 2 * MARGIN))
    framed.paste(drawn, [(whole - part) // 2 for whole, part in zip(framed.size, drawn.size)])
    return framed
