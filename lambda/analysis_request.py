"""A request's body, checked."""

import base64
import binascii
import io
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import PIL.Image

from schemas import ImageType, Speed

FORMATS = ("JPEG", "PNG", "WEBP")
"""Pillow's names of what Gemini takes."""

Choice = TypeVar("Choice", bound=StrEnum)


class BadRequest(Exception):
    """The caller's mistake, in words for the caller."""


@dataclass(frozen=True)
class AnalysisRequest:
    """An image that is one, and how it shall be looked at."""

    image: bytes
    mime_type: str
    speed: Speed
    image_type: ImageType

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "AnalysisRequest":
        """Reads API Gateway's event. Raises BadRequest."""
        fields = _fields(_body(event))
        image = _image_bytes(fields)
        return cls(
            image=image,
            mime_type=_mime_type(image),
            speed=_choice(fields, "speed", Speed, Speed.FAST),
            image_type=_choice(fields, "imageType", ImageType, ImageType.UNKNOWN),
        )


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    body = _decoded(body, "the body") if event.get("isBase64Encoded") else body.encode()
    if not body.strip():
        raise BadRequest("the body is empty: send JSON with an image")
    return body


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise BadRequest("the body is not a JSON object")
    return fields


def _image_bytes(fields: dict[str, Any]) -> bytes:
    text = fields.get("image")
    if not text:
        raise BadRequest("image is missing")
    return _decoded(text, "image")


def _decoded(text: Any, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BadRequest(f"{what} is not base64") from None


def _mime_type(image: bytes) -> str:
    try:
        with PIL.Image.open(io.BytesIO(image), formats=FORMATS) as opened:
            opened.verify()
            return PIL.Image.MIME[opened.format]
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
        raise BadRequest(f"image is none of {', '.join(FORMATS)}, or damaged") from None


def _choice(fields: dict[str, Any], name: str, choices: type[Choice], default: Choice) -> Choice:
    try:
        return choices(fields.get(name, default))
    except ValueError:
        raise BadRequest(f"{name} must be one of {', '.join(choices)}") from None
