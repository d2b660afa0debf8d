import base64
import io
import json

import pytest
from PIL import Image, ImageDraw

from designs import FONTS, HELD_OUT, OTHER_SCRIPTS, PACKAGES, TRAINED

FILES = [*OTHER_SCRIPTS, *(file for design in (*TRAINED, HELD_OUT) for file in design.files)]
needs_fonts = pytest.mark.skipif(
    not all((FONTS / file).exists() for file in FILES), reason=f"skipped: fonts are missing: apt-get install {PACKAGES}"
)

PAPER = 300
"""Pixels of a drawn picture's side."""


def drawing(*strokes, mode="L", ground="white", ink="black", size=(PAPER, PAPER)) -> Image.Image:
    """A picture with lines through the given points."""
    image = Image.new(mode, size, ground)
    for stroke in strokes:
        ImageDraw.Draw(image).line(stroke, fill=ink, width=9, joint="curve")
    return image


WATER = [(30 + 16 * step, 142 + 16 * (step % 2)) for step in range(16)]
"""The points of N35, drawn as a zigzag."""


def encoded(image: Image.Image, format="PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def post(body, **more) -> dict:
    """API Gateway's event for a POST of JSON; a body that is no text is made one."""
    body = body if isinstance(body, (str, type(None))) else json.dumps(body)
    return {"httpMethod": "POST", "headers": None, "body": body, "isBase64Encoded": False, **more}


def post_picture(data: bytes) -> dict:
    return post({"image": base64.b64encode(data).decode()})


def post_binary(data: bytes, content_type="image/png") -> dict:
    """What API Gateway makes of a body of one of the stack's binary types."""
    return post(base64.b64encode(data).decode(), headers={"content-type": content_type}, isBase64Encoded=True)
