"""A request's picture, checked: as base64 in JSON, or as the body itself."""

import base64
import binascii
import io
import json
from typing import Any

from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")
"""Pillow's names of what is taken."""
LARGEST = 4_000_000
"""Bytes of a picture. Lambda takes 6 MB a request, and base64 makes 4 of 3."""
MOST_PIXELS = 50_000_000
"""A picture of a few kilobytes can unfold to more than the function's memory."""


class Refused(Exception):
    """The caller's mistake, in words for the caller, with the HTTP status for it."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def picture(event: dict[str, Any]) -> Image.Image:
    """The picture of API Gateway's event, opened. Raises Refused with 400 or 413."""
    body = event.get("body") or ""
    body = _decoded(body, "the body") if event.get("isBase64Encoded") else body.encode()
    if not body.strip():
        raise Refused(400, "the body is empty: send a picture, or JSON with one in `image`")
    return _opened(body if _content_type(event).startswith("image/") else _image_of(body))


def _content_type(event):
    headers = event.get("headers") or {}
    return next((value.lower() for name, value in headers.items() if name.lower() == "content-type"), "")


def _image_of(body):
    try:
        fields = json.loads(body)
    except ValueError:
        raise Refused(400, "the body is not JSON; a picture itself needs its Content-Type, such as image/png") from None
    if not isinstance(fields, dict):
        raise Refused(400, "the body is not a JSON object")
    if not fields.get("image"):
        raise Refused(400, "image is missing")
    return _decoded(fields["image"], "image")


def _decoded(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused(400, f"{what} is not base64") from None


def _opened(data):
    if len(data) > LARGEST:
        raise Refused(413, f"the picture has {len(data)} bytes; at most {LARGEST} are taken")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise Refused(413, f"the picture has {image.width} x {image.height} pixels; at most {MOST_PIXELS} are taken")
        # JPEG can be opened at half, a quarter or an eighth of its size, in a fraction of the time.
        image.draft(None, (1024, 1024))
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refused(400, f"the picture is none of {', '.join(FORMATS)}, or damaged") from None
    return image
