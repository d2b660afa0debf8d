"""moto's server and LocalStack's runtime, each from a virtual environment of its own (scripts/test makes them), on a free port."""

import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from local_aws import free_port
from places import EMULATORS

START = 60
"""Seconds that one may take until it answers; on two cores it takes 3."""


class Emulator:
    """A process that speaks AWS's protocols, stopped by its own id."""

    def __init__(self, name: str, command: list[str], folder: Path, health: str, **variables: str):
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        fill = {"port": str(self.port), "host": self.host, "folder": str(folder)}
        program, *arguments = (part.format(**fill) for part in command)
        binary = EMULATORS / name / "bin" / program
        assert binary.exists(), f"{binary} is missing: scripts/test installs it"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "LOCALSTACK_"))}
        environment = kept | {key: value.format(**fill) for key, value in variables.items()}
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen([binary, *arguments], env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        self._wait(f"http://{self.host}{health}")

    def __enter__(self) -> "Emulator":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _wait(self, url: str) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START
        while True:
            try:
                opener.open(url, timeout=5).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"it does not come up:\n{self.log.read_text()}") from None
                time.sleep(0.1)


def moto(folder: Path) -> Emulator:
    """IAM, ECR, Lambda, Logs, STS. It knows AWS's managed policies, and looks for a function's image in its ECR."""
    command = ["moto_server", "-H", "127.0.0.1", "-p", "{port}"]
    return Emulator("moto", command, folder, "/moto-api/", MOTO_IAM_LOAD_MANAGED_POLICIES="true", MOTO_LAMBDA_STUB_ECR="false")


def localstack(folder: Path) -> Emulator:
    """API Gateway alone. What it writes stays in `folder`."""
    return Emulator(
        "localstack",
        ["python", "-m", "localstack.runtime.main"],
        folder,
        "/_localstack/health",
        SERVICES="apigateway",
        GATEWAY_LISTEN="{host}",
        FILESYSTEM_ROOT="{folder}",
        DISABLE_EVENTS="1",
        SKIP_SSL_CERT_DOWNLOAD="1",
        DNS_ADDRESS="0",
    )
