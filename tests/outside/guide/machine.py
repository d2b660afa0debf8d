"""A machine as the guide's step 1 leaves it: aws-cli with one profile, Docker, and the folder of the function."""

import os
import subprocess
import sys
from pathlib import Path

from places import ROOT

from . import edits

HELLO = ROOT / "examples/hello"
PROFILE = "[profile egyptian-project]\naws_access_key_id = local\naws_secret_access_key = local\nregion = us-east-2\n"


class Machine:
    """Whose AWS is the local one. The aws-cli is the one beside this Python."""

    def __init__(self, aws, folder: Path):
        self.folder = folder
        for file in HELLO.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "config").write_text(PROFILE)
        variables = aws.environment() | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_CONFIG_FILE": str(folder / "config"),
            "RESULT": str(folder / "result"),
        }
        self.environment = {name: value for name, value in variables.items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_REGION")}

    def write(self, name: str, changes: list[edits.Edit]) -> None:
        """A step of the guide with its edits."""
        (self.folder / name).write_text(edits.edited(name, changes))

    def run(self, script: str) -> subprocess.CompletedProcess:
        """In bash, in the folder of the function."""
        return subprocess.run(["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600)
