import base64
import io
import json
import threading

import PIL.Image
import pytest

from gemini_server import GeminiServer


@pytest.fixture
def gemini(monkeypatch):
    """The function's Gemini: a server of this process, with the key that the function has."""
    with GeminiServer(api_key="secret-key") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_API_KEY", server.api_key)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def new_client():
    """A client keeps its address, and every test has a server of its own."""
    import gemini_strategy

    gemini_strategy._client.cache_clear()


def image(format="PNG"):
    """A picture of four pixels, as base64."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (2, 2), "gold").save(file, format)
    return base64.b64encode(file.getvalue()).decode()


def post(body, **more):
    """API Gateway's event for a POST; a body that is not text is sent as JSON."""
    body = body if isinstance(body, (str, type(None))) else json.dumps(body)
    return {"httpMethod": "POST", "headers": None, "body": body, "isBase64Encoded": False, **more}
