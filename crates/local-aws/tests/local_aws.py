"""Starts and stops `local-aws` for tests that come from outside, and the fixtures that they share."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).parents[3]
# Beside the binary that LAMBDEPLOY names, where another is not named.
LAMBDEPLOY = Path(os.environ.get("LAMBDEPLOY") or ROOT / "target/debug/lambdeploy")
BINARY = os.environ.get("LOCAL_AWS") or str(LAMBDEPLOY.with_name("local-aws"))

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class LocalAws:
    """A local AWS in a process of its own. LOCAL_AWS names the binary."""

    port: int
    process: subprocess.Popen
    answers_since: float = 0.0

    @classmethod
    def start(cls, *arguments: str, log: Path) -> "LocalAws":
        """Returns once it answers; `log` gets what it prints."""
        port = free_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [BINARY, "--port", str(port), *arguments], stdout=output, stderr=subprocess.STDOUT
            )
        aws = cls(port, process)
        aws._wait(log)
        aws.answers_since = time.monotonic()
        return aws

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def stop(self) -> int:
        """Ends it as Ctrl-C does, and with it the functions' containers. Returns its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def environment(self) -> dict[str, str]:
        """What points an AWS SDK or aws-cli at it, and at nothing of this machine's own configuration."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "us-east-2",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost,.localhost",
        }

    def client(self, service: str, key: str = "local", **more):
        """boto3's client of a service. An access key of twelve digits is an account of its own."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-2",
            aws_access_key_id=key,
            aws_secret_access_key="x",
            **more,
        )

    def requests(self) -> list[dict]:
        """Its own log of AWS requests: service, operation, start and end in seconds since its start, status, error."""
        with _OPENER.open(f"{self.url}/_local/requests", timeout=5) as answer:
            return [json.loads(line) for line in answer.read().splitlines()]

    def wait_until_old(self, operation: str, seconds: float) -> None:
        """Until the first such request is `seconds` old, which the local AWS's realistic delays are counted from."""
        made = next(r["end"] for r in self.requests() if r["operation"] == operation)
        time.sleep(max(0.0, made + seconds - (time.monotonic() - self.answers_since)))

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"the local AWS does not come up:\n{log.read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            _OPENER.open(f"{self.url}/_local/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module", name="local_aws")
def empty_aws(tmp_path_factory):
    """A local AWS of the module's own, empty at its start."""
    aws = LocalAws.start(log=tmp_path_factory.mktemp("local") / "log")
    yield aws
    assert aws.stop() == 0, "it did not end well on Ctrl-C"


@pytest.fixture(scope="module", name="slow_aws")
def realistic_aws(tmp_path_factory):
    """As `local_aws`, and as slow to agree and as strict about how often it is asked as AWS. With this seed it takes about as long as
    it may for all of it (a role 9.9 s, a new function 7.2 s, an update 3.7 s, a key 24 s): also a slow machine asks too early."""
    aws = LocalAws.start("--consistency", "realistic", "--seed", "12882", log=tmp_path_factory.mktemp("slow") / "log")
    yield aws
    assert aws.stop() == 0, "it did not end well on Ctrl-C"
