"""docs/llms.txt, which programs go by, says what the program is: every command on one of its two sides, options of the commands that
it gives them to, and the exit codes."""

import json
import re
import subprocess

import pytest
from places import BINARY, ROOT

TEXT = (ROOT / "docs/llms.txt").read_text()
CHANGING, NOT_CHANGING = (re.search(rf"^- These change {what}: (.*?)\.\s", TEXT, re.M | re.S)[1] for what in ("something", "nothing"))


def help_of(*command: str) -> str:
    return subprocess.run([BINARY, *command, "--help"], capture_output=True, text=True, check=True).stdout


def commands() -> set[str]:
    listed = re.search(r"Commands:\n(.*?)\n\n", help_of(), re.S)
    return set(re.findall(r"^  (\w+)", listed[1], re.M)) - {"help"}


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", re.sub(r"\s+", " ", text))


def named(text: str) -> set[str]:
    return {words.split()[0] for words in quoted(text)}


def test_each_command_changes_something_or_does_not():
    assert named(CHANGING) & named(NOT_CHANGING) == set()
    assert named(CHANGING) | named(NOT_CHANGING) == commands()


def lines() -> list[str]:
    """The command lines in it, without `lambdeploy`."""
    known = commands()
    texts = [words.removeprefix("lambdeploy ") for words in quoted(TEXT)]
    return [words for words in texts if words.split()[0] in known and "--" in words]


@pytest.mark.parametrize("line", lines())
def test_a_command_has_the_options_that_it_is_given(line):
    helped = help_of(line.split()[0])
    assert [option for option in re.findall(r"--[a-z-]+", line) if f"{option} " not in helped and f"{option}\n" not in helped] == []


def test_each_option_is_one_of_the_programs():
    every = "".join(help_of(command) for command in commands())
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", TEXT)) <= set(re.findall(r"--[a-z-]+", every))


def codes(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text, re.M))


def test_it_has_every_exit_code():
    helped = re.search(r"Exit codes:\n(.*?)\n\n", help_of(), re.S)
    section = re.search(r"## Exit codes\n\n(.*?)\n\n", TEXT, re.S)
    assert codes(section[1], r"(?:^|; )(\d+)(?=[ ,])") == codes(helped[1], r"^  (\d+) ")


def test_what_it_says_of_json_is_so(tmp_path):
    """A stack file with a mistake: exit code 64, and all in the last line."""
    (tmp_path / "stack.yaml").write_text("stack: UPPER\nregions: nowhere\n")
    done = subprocess.run([BINARY, "plan", "--json", "--local"], cwd=tmp_path, capture_output=True, text=True)
    *events, result = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, result["exit_code"]) == (64, 64)
    assert all("event" in event for event in events)
    assert len(result["error"]["mistakes"]) > 1
    assert all({"line", "column", "expected"} <= mistake.keys() for mistake in result["error"]["mistakes"])


def test_what_init_says_in_json_is_what_it_wrote(tmp_path):
    done = subprocess.run([BINARY, "init", "--template", "hello", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert {"written", "next", "exit_code"} <= result.keys()
    assert all((tmp_path / name).exists() for name in result["written"])
