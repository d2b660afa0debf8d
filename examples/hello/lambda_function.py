"""Greets whom the request names: {"name": "Ada"} gives {"message": "Hello Ada!"}."""

import json
import os


def lambda_handler(event, context):
    """Lambda calls this for each request. `event` is the HTTP request; what is returned becomes the HTTP answer."""
    try:
        body = json.loads(event.get("body") or "{}")  # a request without a body arrives as None
    except ValueError:
        return answer(event, 400, {"message": "the body is not JSON"})
    name = body.get("name", "stranger") if isinstance(body, dict) else "stranger"
    return answer(event, 200, {"message": f"Hello {name}!"})


def answer(event, status, body):
    headers = {"Content-Type": "application/json", **cors_headers(event)}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def cors_headers(event):
    """A browser shows the answer to a web page only if this header names the page's origin."""
    allowed = os.environ.get("ALLOWED_ORIGINS", "").split(",")
    if allowed == [""]:
        return {}
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    origin = sent.get("origin")
    return {"Access-Control-Allow-Origin": origin if origin in allowed else allowed[0], "Vary": "Origin"}
