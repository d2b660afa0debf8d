"""Which web pages a browser may show the answers to."""

import os
from typing import Any


def cors_headers(event: dict[str, Any]) -> dict[str, str]:
    """The headers for an answer to `event`: its own origin if that is allowed, else the first that is.

    ALLOWED_ORIGINS is a comma-separated list, or `*` for every page. Without it no page may read the answers.
    """
    allowed = [origin.strip() for origin in os.environ.get("ALLOWED_ORIGINS", "").split(",") if origin.strip()]
    if not allowed:
        return {}
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*"}
    origin = _origin(event)
    return {"Access-Control-Allow-Origin": origin if origin in allowed else allowed[0], "Vary": "Origin"}


def _origin(event: dict[str, Any]) -> str | None:
    headers = event.get("headers") or {}
    return next((value for name, value in headers.items() if name.lower() == "origin"), None)
