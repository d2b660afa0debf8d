"""The binary run with secrets all around it, and all that could hold one meanwhile."""

import os
import subprocess
import threading
from pathlib import Path

from places import BINARY

# With what JSON and YAML write otherwise; what is searched for is the part that nobody does.
FROM_ENVIRONMENT = 's3cret "from" the\\environment: Kx7PqZ'
FROM_DOTENV = "s3cret-from-dot-env-Vb3nRt"
FOR_BUILD = "s3cret-for-the-build"
CREDENTIAL = "s3cret-access-key-of-the-caller"
SECRETS = ["Kx7PqZ", "Vb3nRt", FOR_BUILD, CREDENTIAL]
MODES = [[], ["--json"], ["--verbose"], ["--quiet"]]


class Watched:
    """The binary run on a stack; keeps all that it printed, and the arguments of all its processes meanwhile. The local AWS is the
    binary's own in the background, where the environment names no other."""

    def __init__(self, folder: Path):
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAMBDEPLOY_"))}
        self.environment = kept | {
            "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
            "PASSWORD": FROM_ENVIRONMENT,
            "BUILD_TOKEN": FOR_BUILD,
            "HOME": str(folder.parent / "home"),
            "XDG_STATE_HOME": str(folder.parent / "home/state"),
            "NO_PROXY": "127.0.0.1,localhost,.localhost",
        }
        self.printed = ""
        self.arguments: set[bytes] = set()

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        running = threading.Event()
        watch = threading.Thread(target=self._watch, args=(running,))
        watch.start()
        command = [BINARY, *arguments, "--local", "-f", str(self.folder / "stack.yaml")]
        try:
            done = subprocess.run(command, env=self.environment | environment, capture_output=True, text=True, timeout=200)
        finally:
            running.set()
            watch.join()
        self.printed += done.stdout + done.stderr
        return done

    def fine(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    arguments = (process / "cmdline").read_bytes()
                    if arguments not in self.arguments and self._is_ours((process / "environ").read_bytes()):
                        self.arguments.add(arguments)
                except OSError:
                    continue  # it has ended

    def _is_ours(self, environment: bytes) -> bool:
        """Whether a process comes of the binary, or is the function: others' tests may run beside this one."""
        return self.environment["HOME"].encode() in environment or b"AWS_LAMBDA_FUNCTION_NAME=discreet-teller" in environment
