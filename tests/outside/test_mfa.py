"""A profile that needs an MFA code: it is asked for on the terminal."""

import os
import pty
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import aws_model
import pytest
from recording_proxy import Recorded
from places import BINARY

STACK = """\
stack: shop
region: us-east-2
functions: {hello: {image: {uri: "111111111111.dkr.ecr.us-east-2.amazonaws.com/hello:1"}}}
api: {routes: {GET /: {function: hello, auth: none}}}
"""

CONFIG = """\
[profile base]
aws_access_key_id = base
aws_secret_access_key = x
[profile guarded]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = base
mfa_serial = arn:aws:iam::111111111111:mfa/ann
"""

CODE = "123456"


class Sts(BaseHTTPRequestHandler):
    """Takes one code, and knows who it gave a session to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.problems += aws_model.problems(*aws_model.read(Recorded("POST", self.path, headers, body)))
        asked = parse_qs(body.decode())
        self.server.asked.append({name: values[0] for name, values in asked.items()})
        if asked["Action"] == ["GetCallerIdentity"]:
            key = re.search("Credential=([^/]+)/", self.headers["authorization"])[1]
            return self.answer(200, f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:x/{key}</Arn>"
                               f"<UserId>x</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
        if asked["TokenCode"] != [CODE]:
            return self.answer(403, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication "
                               "failed with invalid MFA one time pass code. </Message></Error><RequestId>1</RequestId></ErrorResponse>")
        self.answer(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>000000000000</AccessKeyId>"
                    "<SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
                    "</Credentials></AssumeRoleResult></AssumeRoleResponse>")

    def answer(self, status: int, body: str):
        self.send_response(status)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def sts():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sts)
    server.asked, server.problems = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
    assert server.problems == []


def plan(tmp_path, local_aws, sts, code: str) -> str:
    """All that the terminal shows of a `plan` when `code` is typed at the question."""
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "stack.yaml").write_text(STACK)
    environment = local_aws.environment() | {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{sts.server_port}",
        "TERM": "dumb",
        "CI": "true",
    }
    terminal, end = pty.openpty()
    command = [BINARY, "plan", "--profile", "guarded", "-f", str(tmp_path / "stack.yaml")]
    process = subprocess.Popen(command, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True)
    os.close(end)
    seen = b""
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
            if seen.endswith(b"(profile guarded): "):
                os.write(terminal, code.encode() + b"\n")
    except OSError:
        pass  # the other end is closed
    process.wait(timeout=60)
    os.close(terminal)
    return seen.decode()


def test_the_code_is_asked_for_once_and_used(tmp_path, local_aws, sts):
    seen = plan(tmp_path, local_aws, sts, CODE)
    assert seen.count("MFA code of arn:aws:iam::111111111111:mfa/ann") == 1, seen
    assumed = [asked for asked in sts.asked if asked["Action"] == "AssumeRole"]
    assert [(a["SerialNumber"], a["TokenCode"]) for a in assumed] == [("arn:aws:iam::111111111111:mfa/ann", CODE)], seen
    assert "no AWS credentials" not in seen, seen


@pytest.mark.parametrize(("code", "why"), [
    ("000000", "AWS refused the MFA code or the role of the profile `guarded`: MultiFactorAuthentication failed with invalid MFA one time pass code."),
    ("", "no MFA code was given for the profile `guarded`"),
])
def test_a_code_that_is_refused_is_one_line(tmp_path, local_aws, sts, code, why):
    seen = plan(tmp_path, local_aws, sts, code)
    errors = [line for line in seen.splitlines() if "error" in line]
    assert errors == [f"error: no AWS credentials: {why}"], seen
    assert seen.count("MFA code of") == 1, seen
