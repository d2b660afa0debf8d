"""A stack file and the binary run on it, for tests that come from outside."""

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from places import BINARY

class Stack:
    """A stack file, and the binary run on it."""

    def __init__(self, file: Path, aws, **environment: str):
        self.file, self.aws = file, aws
        self.environment = aws.environment() | {"LAMBDEPLOY_LOCAL": aws.url} | environment
        self.printed = ""

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess:
        command = [BINARY, *arguments, "--local", "-f", str(self.file)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300)
        self.printed += done.stdout + done.stderr
        assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def result(self, *arguments: str, expect: int = 0) -> dict:
        """The object that a command with `--json` ends with."""
        return json.loads(self.run(*arguments, "--json", expect=expect).stdout.splitlines()[-1])

    def outputs(self) -> dict:
        return self.result("output", "--show-key")["outputs"]

    def call(self, method: str, body: bytes | None = None, **headers: str) -> tuple[int, dict, str]:
        outputs = self.outputs()
        url = f"{self.aws.url}/_aws/execute-api/{outputs['api_id']}/default/"
        request = urllib.request.Request(url, method=method, data=body)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, lower(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, lower(error.headers), error.read().decode()

    def key(self) -> str:
        return self.outputs()["keys"][0]["value"]


def lower(headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
