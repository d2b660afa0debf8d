#!/usr/bin/env python3
"""A cargo for `scripts/wheel` in tests: its `cargo rustc` compiles nothing, and links anew, with the given flags, what the Rust tests
had compiled. All else is cargo's own. With it a wheel takes seconds instead of a whole build with other features."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def artifacts() -> list[dict]:
    command = ["cargo", "test", "--workspace", "--test", "cli", "--no-run", "--quiet", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    messages = (json.loads(line) for line in lines)
    return [it for it in messages if it["reason"] == "compiler-artifact" and it["target"]["name"] == "lambdeploy" and not it["profile"]["test"]]


def link(flags: list[str]) -> None:
    """Says what `cargo rustc --message-format json` would say."""
    [library], [program] = ([it for it in artifacts() if it["target"]["kind"] == [kind]] for kind in ("lib", "bin"))
    rlib = next(Path(name) for name in library["filenames"] if name.endswith(".rlib"))
    linked = Path(os.environ["LINKED"]) / "lambdeploy"
    command = ["rustc", "--edition", program["target"]["edition"], "--crate-name", "lambdeploy", program["target"]["src_path"], "-o", linked]
    subprocess.run([*command, "--extern", f"lambdeploy={rlib}", "-L", f"dependency={dependencies(rlib)}", *flags], cwd=ROOT, check=True)
    print(json.dumps(program | {"executable": str(linked), "filenames": [str(linked)]}))
    print(json.dumps({"reason": "build-finished", "success": True}))


def dependencies(rlib: Path) -> Path:
    return rlib.parent if rlib.parent.name == "deps" else rlib.parent / "deps"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] != ["rustc"]:
        os.execvp("cargo", ["cargo", *arguments])
    assert arguments[arguments.index("--bin") + 1] == "lambdeploy", arguments
    link(arguments[arguments.index("--") + 1 :] if "--" in arguments else [])
