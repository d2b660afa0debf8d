"""Lambda's Runtime API, as much of it as one function needs that answers one event after the other.

The function asks for the next event, and posts its answer:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.server
import json
import queue
import threading
import time

PATIENCE = 60
"""Seconds for one answer, or for the start."""


class RuntimeApi:
    """Serves on a loopback port. A container finds it there by `--network=host`."""

    def __init__(self):
        self._events, self._answers, self._asked = queue.Queue(), queue.Queue(), queue.Queue()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def ready(self) -> float:
        """Waits until the function asks for its first event; when that was, by time.monotonic()."""
        return self._asked.get(timeout=PATIENCE)

    def invoke(self, event: dict) -> float:
        """Seconds until the answer was here. Raises RuntimeError where it is not 200."""
        sent = time.monotonic()
        self._events.put(event)
        answered, answer = self._answers.get(timeout=PATIENCE)
        if answer.get("statusCode") != 200:
            raise RuntimeError(f"the function answered {answer}")
        return answered - sent

    def _handler(api):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Else the kernel holds a small answer back until the head before it is acknowledged: 40 ms that Lambda does not have.
            disable_nagle_algorithm = True

            def do_GET(self):
                api._asked.put(time.monotonic())
                event = api._events.get()
                if event is None:
                    self.close_connection = True
                    return
                headers = {"Lambda-Runtime-Aws-Request-Id": "1", "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000)}
                headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-2:000000000000:function:measured"
                self._send(200, json.dumps(event).encode(), headers)

            def do_POST(self):
                answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api._answers.put((time.monotonic(), answer))
                self._send(202, b"{}", {})

            def _send(self, status, body, headers):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
