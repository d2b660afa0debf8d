"""A reverse proxy that keeps every AWS API request that passes."""

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Recorded:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def is_signed(self) -> bool:
        """AWS's API only: the registry and the stage URL are called without a signature."""
        return self.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")


Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


class RecordingProxy(ThreadingHTTPServer):
    """Listens on a free port and passes everything on to `upstream` (`host:port`), under the upstream's own name."""

    daemon_threads = True

    def __init__(self, upstream: str):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.requests: list[Recorded] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, request: Recorded) -> Answer:
        return pass_on(request, self.upstream)

    def __enter__(self) -> "RecordingProxy":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.shutdown()
        self.server_close()


def pass_on(request: Recorded, upstream: str) -> Answer:
    connection = http.client.HTTPConnection(upstream, timeout=120)
    headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
    connection.request(request.method, request.target, request.body or None, headers)
    answer = connection.getresponse()
    result = answer.status, answer.getheaders(), answer.read()
    connection.close()
    return result


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Recorded(self.command, self.path, headers, body)
        if request.is_signed():
            self.server.requests.append(request)
        self._answer(self.server.answer(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = handle_any

    def _answer(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Says nothing: the requests are kept."""
