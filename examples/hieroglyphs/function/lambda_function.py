"""The HTTP side: what API Gateway's event asks for, and the answer in API Gateway's form."""

import json
import logging
from typing import Any

from cors import cors_headers
from picture_request import Refused, picture
from preparation import prepare
from recognition import confidences, most_confident

log = logging.getLogger()


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Says which sign the picture of a POST request shows: the five most likely ones, and how sure it is of each."""
    if event.get("httpMethod") != "POST":
        return _answer(event, 405, {"error": "only POST is served"}, Allow="POST")
    try:
        image = picture(event)
        print(f"Received a picture: {image.format}, {image.width} x {image.height}")
        all_confidences = confidences(prepare(image))
    except Refused as refused:
        return _answer(event, refused.status, {"error": str(refused)})
    except Exception:
        # Whatever it is, the caller gets an answer that a page can read, and the log says more.
        log.exception("the recognition failed")
        return _answer(event, 500, {"error": "the recognition failed"})
    return _answer(event, 200, {"signs": most_confident(all_confidences), "none": round(float(all_confidences[-1]), 4)})


def _answer(event: dict[str, Any], status: int, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers, **cors_headers(event)},
        "body": json.dumps(body, ensure_ascii=False),
    }
