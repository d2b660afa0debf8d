"""The web client without a browser: its types, and the proxy that keeps the key on the server."""

import http.server
import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from web_client import SOURCE, Site

KEY = "key-that-no-page-may-see"


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"skipped: {tool} is missing")


@pytest.mark.parametrize("folder", [SOURCE, SOURCE.parent / "hieroglyphs/page"], ids=lambda folder: folder.name)
def test_pages_and_proxy_have_no_type_errors(folder):
    need("tsc")
    done = subprocess.run(["tsc", "-p", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


class Stage(http.server.BaseHTTPRequestHandler):
    """Stands for the stage URL: answers with what it was sent, or as `answer` says."""

    answer: dict = {}
    seen: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        given = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": b'{"message": "Hello!"}'} | self.answer
        self.send_response(given["status"])
        for name, value in given["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(given["body"])))
        self.end_headers()
        self.wfile.write(given["body"])

    def log_message(self, *_):
        pass


@pytest.fixture
def stage():
    Stage.answer, Stage.seen = {}, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def site(stage, tmp_path):
    need("node", "esbuild")
    variables = {"LAMBDA_API_URL": f"http://127.0.0.1:{stage.server_port}/default/", "API_KEY": KEY}
    site = Site(tmp_path, variables, tmp_path)
    yield site
    assert KEY not in site.close()


def post(site, body=b'{"image": "aGk="}', **headers):
    request = urllib.request.Request(f"{site.origin}/api/analyze", method="POST", data=body)
    for name, value in ({"Content_Type": "application/json"} | headers).items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_the_server_gives_pages_away_and_nothing_else(site, tmp_path):
    (tmp_path / "index.html").write_text("<title>a page</title>")
    (tmp_path / ".env.local").write_text(f"API_KEY={KEY}")

    def got(path):
        try:
            with urllib.request.urlopen(f"{site.origin}{path}", timeout=60) as answer:
                return answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code

    assert got("/") == got("/index.html") == ("text/html", b"<title>a page</title>")
    assert [got(path) for path in ("/.env.local", "/proxy.mjs", "/../proxy.mjs", "/absent.js")] == [404] * 4


def test_it_forwards_with_the_key_and_hides_it(site):
    Stage.answer = {"headers": {"Content-Type": "application/json", "x-amzn-RequestId": "1"}}
    status, headers, body = post(site, Origin=site.origin, X_Api_Key="a visitor's own", Cookie="session=1")
    assert (status, headers["Content-Type"], json.loads(body)) == (200, "application/json", {"message": "Hello!"})
    [(sent, forwarded)] = Stage.seen
    assert (sent["x-api-key"], sent["Content-Type"], forwarded) == (KEY, "application/json", b'{"image": "aGk="}')
    assert "Cookie" not in {name.title() for name in sent}, "what a visitor sends is for this site alone"
    assert KEY not in str(headers) and "x-amzn-RequestId" not in headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_it_refuses_pages_from_elsewhere(site, origin):
    status, headers, body = post(site, Origin=origin)
    assert (status, json.loads(body)) == (403, {"message": "only pages of this site may call"})
    assert "Access-Control-Allow-Origin" not in headers and Stage.seen == []


def test_behind_another_server_the_sites_own_name_counts(site):
    assert post(site, Origin="https://www.example.com", X_Forwarded_Host="www.example.com")[0] == 200


def test_refusals_come_through_with_their_status(site):
    Stage.answer = {"status": 429, "body": b'{"message": "Too Many Requests"}'}
    status, _, body = post(site)
    assert (status, json.loads(body)) == (429, {"message": "Too Many Requests"})


def test_what_lambda_would_not_take_is_not_sent(site):
    assert post(site, b"x" * (6 * 1024 * 1024 + 1))[0] == 413
    assert Stage.seen == []


def test_a_redirect_does_not_take_the_key_along(site, stage):
    Stage.answer = {"status": 307, "headers": {"Location": f"http://127.0.0.1:{stage.server_port}/other"}}
    assert post(site)[0] == 504
    assert len(Stage.seen) == 1


def test_a_url_that_does_not_answer_is_said(site, stage):
    stage.shutdown()
    stage.server_close()
    status, _, body = post(site)
    assert (status, json.loads(body)) == (504, {"message": "no answer"})
