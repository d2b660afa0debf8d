"""A server that answers as Gemini's REST API does, for tests that cannot or should not call the real one.

    python3 tests/outside/gemini_server.py --host 172.17.0.1 --port 8099 --api-key test-key

prints its address, for GOOGLE_GEMINI_BASE_URL. It serves POST /v1beta/models/<model>:generateContent, refuses what the real
one refuses, and answers in the schema that the request asks for. Every text says which model and image it is about, so that
a test can see that both got through.
"""

import argparse
import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GENERATE = re.compile(r"/v1beta/models/([^/:]+):generateContent")
LEAST_THINKING = {"gemini-2.5-flash-lite": 0, "gemini-2.5-flash": 0, "gemini-2.5-pro": 128}
"""The models served, and the smallest thinking budget that each takes."""

STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """An answer that is not 200, in Google's form."""

    def __init__(self, code: int, message: str, *details: dict[str, Any]):
        super().__init__(message)
        self.code = code
        self.body = {"error": {"code": code, "message": message, "status": STATUSES[code]}}
        if details:
            self.body["error"]["details"] = list(details)


@dataclass(frozen=True)
class Call:
    """One request that got past the API key."""

    model: str
    body: dict[str, Any]


class GeminiServer(ThreadingHTTPServer):
    """Serves in the threads of `serve_forever`; keeps the calls it got. `answer` may be replaced to misbehave."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, api_key: str = "test-key"):
        super().__init__((host, port), _Handler)
        self.api_key = api_key
        self.calls: list[Call] = []
        self.answer: Callable[[Call], dict[str, Any]] = generate_content

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: GeminiServer

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            call = Call(self._model(), self._body(content))
            self.server.calls.append(call)
            self._reply(200, self.server.answer(call))
        except ApiError as error:
            self._reply(error.code, error.body)

    def _model(self) -> str:
        self._check_api_key()
        matched = GENERATE.fullmatch(self.path.split("?")[0])
        if not matched or matched[1] not in LEAST_THINKING:
            raise ApiError(404, f"{self.path} is not found for API version v1beta")
        return matched[1]

    def _check_api_key(self) -> None:
        key = self.headers.get("x-goog-api-key")
        if not key:
            raise ApiError(403, "Method doesn't allow unregistered callers (callers without established identity).")
        if key != self.server.api_key:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            raise ApiError(400, "API key not valid. Please pass a valid API key.", reason)

    def _body(self, content: bytes) -> dict[str, Any]:
        try:
            return _camel_case(json.loads(content))
        except ValueError:
            raise ApiError(400, "Invalid JSON payload received.") from None

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """The calls are kept; nothing is printed."""


def _camel_case(value: Any) -> Any:
    """Google takes a field's name as mime_type and as mimeType; what a schema's properties are called is the client's."""
    match value:
        case list():
            return [_camel_case(item) for item in value]
        case {"properties": dict(properties), **rest}:
            return _camel_case(rest) | {"properties": {name: _camel_case(one) for name, one in properties.items()}}
        case dict():
            return {re.sub("_(.)", lambda m: m[1].upper(), key): _camel_case(item) for key, item in value.items()}
        case _:
            return value


def generate_content(call: Call) -> dict[str, Any]:
    """A candidate in the schema asked for. Raises ApiError for what the models refuse."""
    config = call.body.get("generationConfig") or {}
    _check_thinking(call.model, config)
    about = f"{call.model}, image {_image_hash(call.body)}"
    text = json.dumps(_fill(config["responseSchema"], about, "")) if "responseSchema" in config else about
    return candidate(call.model, text)


def candidate(model: str, text: str, finish_reason: str = "STOP") -> dict[str, Any]:
    """The reply that carries `text`."""
    return {
        "candidates": [
            {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": finish_reason, "index": 0}
        ],
        "usageMetadata": {"promptTokenCount": 300, "candidatesTokenCount": 200, "totalTokenCount": 500},
        "modelVersion": model,
        "responseId": "local",
    }


def _check_thinking(model: str, config: dict[str, Any]) -> None:
    budget = (config.get("thinkingConfig") or {}).get("thinkingBudget")
    if budget is not None and budget < LEAST_THINKING[model]:
        raise ApiError(400, f"Budget {budget} is invalid. This model only works in thinking mode.")


def _image_hash(body: dict[str, Any]) -> str:
    parts = [part for content in body.get("contents") or [] for part in content.get("parts") or []]
    if not parts:
        raise ApiError(400, "* GenerateContentRequest.contents: contents is not specified")
    image = next((part["inlineData"]["data"] for part in parts if "inlineData" in part), "")
    # The SDK sends the URL-safe alphabet, and JSON clients the other: Google takes both.
    return hashlib.sha256(base64.b64decode(image.replace("-", "+").replace("_", "/"))).hexdigest()[:8]


def _fill(schema: dict[str, Any], about: str, name: str) -> Any:
    match schema["type"].upper():
        case "OBJECT":
            return {key: _fill(value, about, key) for key, value in schema["properties"].items()}
        case "ARRAY":
            return [_fill(schema["items"], about, name)]
        case "BOOLEAN":
            return True
        case "INTEGER" | "NUMBER":
            return 1
        case "STRING":
            return f"{name} by {about}"
        case unknown:
            raise ApiError(400, f"Invalid value at 'generation_config.response_schema' (type), \"{unknown}\"")


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers as Gemini's REST API does.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--api-key", default="test-key")
    server = GeminiServer(**vars(parser.parse_args()))
    print(server.url, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
