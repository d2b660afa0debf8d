"""What a person sees on a terminal: on one that can't move its cursor, and on one that can. Needs Docker and the base image
(scripts/base-image.sh)."""

import os
import pty
import re
import shutil
import signal
import subprocess
import termios

import pytest
from places import BINARY, ROOT
from stack import Stack

QUESTION = b"[y/N]"


@pytest.fixture
def hello(tmp_path):
    def of(aws) -> Stack:
        folder = tmp_path / "hello"
        shutil.copytree(ROOT / "examples/hello", folder)
        stacks.append(Stack(folder / "stack.yaml", aws))
        return stacks[-1]

    stacks = []
    yield of
    for stack in stacks:
        stack.run("destroy", "--yes")


def up(stack: Stack, terminal_type: str, answer: bytes | signal.Signals) -> tuple[int, str, str]:
    """`up` on a terminal: its exit code, and what was seen before the question and after it was answered, or left by a signal."""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (50, 200))
    command = [BINARY, "up", "--local", "-f", str(stack.file)]
    environment = stack.environment | {"TERM": terminal_type, "CI": "true"}
    process = subprocess.Popen(command, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True)
    os.close(end)
    seen, asked = b"", None
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
            if asked is None and QUESTION in seen:
                asked = len(seen)
                if isinstance(answer, bytes):
                    os.write(terminal, answer)
                else:
                    process.send_signal(answer)
    except OSError:
        pass  # the other end is closed
    code = process.wait(timeout=60)
    os.close(terminal)
    return code, seen[:asked].decode(), seen[asked:].decode()


def on_a_terminal(columns: int, *args: str, cwd=None) -> str:
    """What a command shows on a terminal of this width."""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (50, columns))
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI", "COLUMNS")}
    environment = plain | {"TERM": "xterm-256color"}
    process = subprocess.Popen([BINARY, *args], env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True, cwd=cwd)
    os.close(end)
    seen = b""
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
    except OSError:
        pass  # the other end is closed
    process.wait(timeout=60)
    os.close(terminal)
    return seen.decode()


@pytest.mark.parametrize("columns", [60, 80])
def test_help_wraps_at_the_terminals_width(columns):
    lines = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(columns, "help", "up")).splitlines()
    assert max(map(len, lines)) <= columns and len(lines) > 20, lines


def test_errors_have_colour(tmp_path):
    (tmp_path / "stack.yaml").write_text("stack: [1]\n")
    for args in (["upp"], ["plan"], ["plan", "-f", "nowhere.yaml"], ["man", "nothing"]):
        shown = on_a_terminal(80, *args, cwd=tmp_path)
        assert re.search(r"\x1b\[[0-9;]*m", shown) and "error" in shown, repr(shown)


def test_a_dumb_terminal_shows_the_plan_before_it_asks(hello, local_aws):
    code, before, after = up(hello(local_aws), "dumb", b"n\n")
    assert code == 1 and "nothing was changed" in after, after
    for line in ["+ function/hello", "13 to create", "Apply these changes"]:
        assert line in before, before
    assert before.index("13 to create") < before.index("Apply these changes")
    assert "\x1b" not in before + after, "a dumb terminal shows control sequences as garbage"


def test_a_question_is_left_by_ctrl_c_and_ctrl_d(hello, local_aws):
    stack = hello(local_aws)
    code, _, after = up(stack, "dumb", signal.SIGINT)
    assert code == 130 and after.strip(" ") == "\r\ninterrupted: nothing was changed\r\n", repr(after)
    code, _, after = up(stack, "dumb", b"\x04")
    assert code == 1 and after.strip(" ") == "\r\nnothing was changed\r\n", repr(after)


def test_waiting_for_a_new_key_is_one_line_that_moves(hello, slow_aws):
    stack = hello(slow_aws)
    stack.run("up", "--yes")
    gateway = slow_aws.client("apigateway", "0" * 12)
    gateway.delete_api_key(apiKey=gateway.get_api_keys()["items"][0]["id"])
    code, before, after = up(stack, "xterm", b"y\n")
    assert code == 0 and "api-key/" in before, before + after
    waits = list(re.finditer(r'waiting for "POST / with the key.*?(\d+) s of at most 180 s', after))
    assert len({wait[1] for wait in waits}) > 2, f"nothing moves: {after}"
    assert "\n" not in after[waits[0].start() : waits[-1].end()], "a line a try"
    rest = after[waits[-1].end() :]
    assert "the contract holds" in rest and "waiting for" not in rest, rest
