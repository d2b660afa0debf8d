"""docs/guide.md, followed literally in a fresh folder: its files are written, its commands run in their order in one shell, and what it
says that they print is what they print. Needs Docker and the base image (scripts/base-image.sh)."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from places import BINARY, ROOT

GUIDE = ROOT / "docs/guide.md"
BLOCK = re.compile(r"(?:^Write `(?P<file>[^`]+)`:\n\n)?^```(?P<kind>[\w ]*)\n(?P<text>.*?)^```$", re.S | re.M)
MARK = "@@ command"
SHELLS = {"sh": ".", "sh repository": "../repository"}
"""Where each kind of commands runs: in the reader's own folder, or at the top of this repository."""


@dataclass
class Commands:
    line: int
    text: str
    prints: list[str] = field(default_factory=list)


def read_guide() -> tuple[str, list[Commands]]:
    """The guide as one script, and what each of its commands shall print."""
    script, commands = [], []
    guide = GUIDE.read_text()
    for block in BLOCK.finditer(guide):
        line = guide.count("\n", 0, block.start()) + 1
        if block["file"]:
            script.append(f"cat >'{block['file']}' <<'END-OF-FILE'\n{block['text']}END-OF-FILE\n")
        elif block["kind"] == "text":
            commands[-1].prints = block["text"].splitlines()
        else:
            script.append(f"echo; echo '{MARK}'; cd {SHELLS[block['kind']]}\n{block['text']}cd ../reader\n")
            commands.append(Commands(line, block["text"]))
    return "set -eu\nexec 2>&1\n" + "".join(script), commands


SCRIPT, COMMANDS = read_guide()


@pytest.fixture(scope="module")
def printed(tmp_path_factory, local_aws):
    """What each of the commands printed."""
    folder = tmp_path_factory.mktemp("guide")
    for name in ("reader", "repository", "bin"):
        (folder / name).mkdir()
    shutil.copytree(ROOT / "lambda", folder / "repository/lambda", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copy(ROOT / "stack.yaml", folder / "repository")
    (folder / "bin/lambdeploy").symlink_to(Path(BINARY).resolve())
    environment = local_aws.environment() | {"LAMBDEPLOY_LOCAL": local_aws.url}
    environment["PATH"] = f"{folder / 'bin'}:{environment['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", SCRIPT], cwd=folder / "reader", env=environment, stdout=subprocess.PIPE, text=True, timeout=900, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    return ran.stdout.split(f"{MARK}\n")[1:]


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda number: f"line {COMMANDS[number].line}")
def test_the_commands_print_what_the_guide_says(printed, number):
    lines = printed[number].splitlines()
    absent = [said for said in COMMANDS[number].prints if not any(said in line for line in lines)]
    assert absent == [], printed[number]


def test_every_step_of_the_guide_is_there_in_its_order():
    headings = re.findall(r"^## Step (\d)", GUIDE.read_text(), re.M)
    assert headings == list("1234567")
    assert len(COMMANDS) > 10 and sum(bool(command.prints) for command in COMMANDS) > 8
