"""The guide, followed: its own aws-cli script (step 6) and commands (step 7) against the local AWS, with examples/hello.

`edits.py` lists every letter that differs from the guide. Needs aws-cli beside this Python, Docker, curl and bash.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message

import pytest

from . import edits
from .machine import Machine

RUN = """
. ./step-6.sh
printf '%s\\n' "$API_ID" "$API_KEY_VALUE" >"$RESULT"
exec >step-7.out
. ./step-7.sh
"""


@dataclass
class Followed:
    output: str
    api: str
    key: str
    port: int

    def call(self, method: str, **headers: str) -> tuple[int, Message, str]:
        """The stage's root: status, headers, body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/default/",
            method=method,
            data=b'{"name": "Ada"}' if method == "POST" else None,
        )
        request.add_header("Host", f"{self.api}.execute-api.localhost:{self.port}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read().decode()


@pytest.fixture(scope="module")
def followed(docker_left_clean, local_aws, tmp_path_factory):
    """The guide's commands have run, in one shell, in the folder of the function."""
    machine = Machine(local_aws, tmp_path_factory.mktemp("guide"))
    machine.write("step-6.sh", edits.step_6(local_aws.host))
    machine.write("step-7.sh", edits.step_7())
    docker_left_clean.append(local_aws.host)
    ran = machine.run("set -euo pipefail" + RUN)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    api, key = (machine.folder / "result").read_text().split()
    return Followed(ran.stdout, api, key, local_aws.port)


def test_the_last_post_is_answered_by_the_function(followed):
    assert json.loads(followed.output.splitlines()[-1]) == {"message": "Hello Jeremias!"}


def test_the_key_is_asked_for(followed):
    status, _, body = followed.call("POST")
    assert (status, json.loads(body)) == (403, {"message": "Forbidden"})
    status, _, body = followed.call("POST", x_api_key=followed.key)
    assert (status, json.loads(body)) == (200, {"message": "Hello Ada!"})


def test_the_preflight_is_answered_with_the_headers_of_step_7(followed):
    status, headers, _ = followed.call(
        "OPTIONS",
        Origin="https://www.jeremias-rodriguez.com",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="Content-Type",
    )
    assert status == 200
    assert {name: headers.get(name) for name in edits.HEADERS} == edits.HEADERS
