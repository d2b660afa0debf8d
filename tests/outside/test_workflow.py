"""The workflow on GitHub is one that GitHub accepts, may only read, and runs what everybody runs."""

import re
import subprocess
import sys
from pathlib import Path

import yaml
from places import ROOT

WORKFLOW = ROOT / ".github/workflows/ci.yml"


def test_github_accepts_it():
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", WORKFLOW]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_only_reads_and_runs_every_test():
    workflow = yaml.safe_load(WORKFLOW.read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    assert ".ci/run" in [step.get("run") for step in steps]


def test_its_actions_are_of_one_major_version():
    used = re.findall(r"uses: (.+)", WORKFLOW.read_text())
    assert used and all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)
