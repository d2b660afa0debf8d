"""The README's story goes as it is told, and its table of commands has the program's own options. Needs Docker and the base image
(scripts/base-image.sh)."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from places import BINARY, ROOT

README = (ROOT / "README.md").read_text()
SAME = [(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"), (r"execute-api/\w+", "execute-api/API"), (r"\d+\.\d s", "TIME")]
"""What differs from run to run."""


def same(text: str) -> str:
    for pattern, name in SAME:
        text = re.sub(pattern, name, text)
    return text.strip("\n")


def story() -> list[tuple[str, str]]:
    """The commands of the whole story, and what the README shows after each."""
    block = re.search(r"## The whole story\n\n```console\n(.*?)```", README, re.S)
    steps = (step.partition("\n") for step in block[1].removeprefix("$ ").split("\n$ "))
    return [(command, shown) for command, _, shown in steps]


def is_shown(printed: list[str], shown: list[str]) -> bool:
    """Whether it is what was printed: `…` stands for any lines, and at a line's end for its rest."""
    patterns = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown]
    return re.fullmatch("".join(patterns), "".join(f"{line}\n" for line in printed)) is not None


@pytest.fixture(scope="module")
def somebody(tmp_path_factory):
    """Somebody at the top of the repository, with lambdeploy in the PATH and a local AWS of their own."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "examples/hello", home / "examples/hello")
    (home / "bin").mkdir()
    (home / "bin/lambdeploy").symlink_to(Path(BINARY).resolve())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAMBDEPLOY_"))}
    environment = kept | {"HOME": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}"}

    def run(folder: str, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"{command} 2>&1"], cwd=home / folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return done.stdout

    yield run
    run(".", "lambdeploy local --stop")


def test_the_whole_story(somebody):
    folder = "."
    for command, shown in story():
        if command.startswith("cd "):
            folder = command.removeprefix("cd ")
            continue
        printed = same(somebody(folder, command)).splitlines()
        assert is_shown(printed, same(shown).splitlines()), f"$ {command}\n" + "\n".join(printed)


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z-]+", text))


ROWS = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", README, re.M))


@pytest.mark.parametrize("command", ROWS)
def test_the_table_has_the_options_of_a_command(command, somebody):
    helped = options(help_of(command, somebody))
    assert options(ROWS[command]) <= helped
    assert helped - {"--help"} <= options(README)


def help_of(command, somebody):
    """All help of a command, also of the commands below it."""
    text = somebody(".", f"lambdeploy {command} --help")
    return text + "".join(somebody(".", f"lambdeploy {command} {below} --help") for below in commands(text))


def commands(text):
    listed = re.search(r"Commands:\n(.*?)\n\n", text, re.S)
    return set(re.findall(r"^  (\w+)", listed[1], re.M)) - {"help"} if listed else set()


def test_the_table_has_every_command(somebody):
    assert commands(somebody(".", "lambdeploy --help")) == set(ROWS)
