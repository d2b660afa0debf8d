"""The binary's whole story from outside: `up`, calls, `plan`, drift by boto3, `destroy`; hello, and the guide's analyser behind
a server that answers as Gemini's REST API does. Needs Docker and the base image (scripts/base-image.sh)."""

import base64
import ipaddress
import json
import shutil
import subprocess
import threading
import urllib.request

import pytest
from gemini_server import GeminiServer
from places import ROOT
from stack import Stack

GEMINI_KEY = "gemini-key-that-nobody-may-see"
# One red pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


@pytest.fixture
def hello(tmp_path, local_aws):
    folder = tmp_path / "hello"
    shutil.copytree(ROOT / "examples/hello", folder)
    stack = Stack(folder / "stack.yaml", local_aws)
    yield stack
    stack.run("destroy", "--yes")


def test_the_story_of_hello(hello, local_aws):
    first = hello.run("up", "--yes")
    assert "13 to create" in first.stderr and "the contract holds: 7 promises" in first.stdout
    key = hello.key()
    assert key not in first.stdout + first.stderr
    body = b'{"name": "Ada"}'
    assert hello.call("POST", body)[0] == 403
    status, headers, text = hello.call("POST", body, x_api_key=key)
    assert (status, json.loads(text)) == (200, {"message": "Hello Ada!"})
    assert headers["access-control-allow-origin"] == "http://localhost:3000"
    status, headers, _ = hello.call("OPTIONS", Origin="http://localhost:3000")
    assert status == 200 and "x-api-key" in headers["access-control-allow-headers"]
    assert "nothing to do" in hello.run("up").stderr

    text = hello.file.read_text()
    hello.file.write_text(text.replace("memory: 256", "memory: 512").replace("POST /: hello", "POST /: hello\n    GET /more: hello"))
    plan = hello.run("plan", "--exit-code", expect=2).stdout
    assert "memory  256 → 512" in plan and "routes.GET /more" in plan
    hello.run("up", "--yes")
    assert "nothing to do" in hello.run("plan", "--exit-code").stdout

    client = local_aws.client("lambda", "0" * 12)
    client.update_function_configuration(FunctionName="hello-hello", Timeout=11)
    assert "timeout  11 → 10" in hello.run("plan").stdout
    assert "timeout  11 in AWS, 10 in the stack file" in hello.run("status", expect=2).stdout
    hello.run("up", "--yes")
    assert hello.key() == key
    assert "Hello" in hello.call("POST", body, x_api_key=key)[2]
    assert "REPORT RequestId" in hello.run("logs").stdout


def test_destroy_leaves_nothing(hello, local_aws):
    before = urllib.request.urlopen(f"{local_aws.url}/_local/dump").read()
    hello.run("up", "--yes")
    hello.run("destroy", "--yes")
    assert urllib.request.urlopen(f"{local_aws.url}/_local/dump").read() == before
    assert "nothing to destroy" in hello.run("destroy").stdout


def bridge() -> str:
    """Where containers find this machine: the first address of Docker's bridge."""
    text = subprocess.check_output(["docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Subnet}}"], text=True)
    return str(ipaddress.ip_network(text.strip())[1])


def test_the_analyser_behind_a_server_that_answers_as_gemini(tmp_path, local_aws):
    shutil.copytree(ROOT / "lambda", tmp_path / "lambda", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    with GeminiServer(host=bridge(), port=0, api_key=GEMINI_KEY) as gemini:
        threading.Thread(target=gemini.serve_forever, daemon=True).start()
        text = (ROOT / "stack.yaml").read_text()
        setting = "      GOOGLE_API_KEY:"
        assert setting in text
        (tmp_path / "stack.yaml").write_text(text.replace(setting, f"      GOOGLE_GEMINI_BASE_URL: {gemini.url}\n{setting}"))
        stack = Stack(tmp_path / "stack.yaml", local_aws, GOOGLE_API_KEY=GEMINI_KEY)
        stack.run("up", "--yes")
        try:
            body = json.dumps({"image": base64.b64encode(PIXEL).decode(), "speed": "fast"}).encode()
            origin = "https://www.jeremias-rodriguez.com"
            status, headers, text = stack.call("POST", body, x_api_key=stack.key(), Origin=origin, Content_Type="application/json")
            assert status == 200, text
            assert headers["access-control-allow-origin"] == origin
            assert len(gemini.calls) == 1
            status, _, text = stack.call("POST", b"{}", x_api_key=stack.key(), Content_Type="application/json")
            assert status == 400 and "image" in text
        finally:
            stack.run("destroy", "--yes")
        assert GEMINI_KEY not in stack.printed
