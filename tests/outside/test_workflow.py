"""The workflows on GitHub are such that GitHub accepts, and may do no more than they must. CI runs what everybody runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from places import ROOT

FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.iterdir())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_github_accepts_it(workflow):
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", workflow]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_only_reads_and_runs_every_test():
    workflow = yaml.safe_load((FOLDER / "ci.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    assert ".ci/run" in [step.get("run") for step in steps]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_its_actions_are_of_one_major_version(workflow):
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used and all(re.fullmatch(r"[\w-]+/[\w-]+@(release/)?v\d+", name) for name in used)


def test_a_release_may_write_only_where_it_publishes():
    workflow = yaml.safe_load((FOLDER / "release.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job} == {
        "release": {"contents": "write", "id-token": "write", "attestations": "write"},
        "pypi": {"id-token": "write"},
    }
    assert not re.search(r"secrets\.", (FOLDER / "release.yml").read_text())


def test_what_is_published_was_built_of_the_tags_version():
    jobs = yaml.safe_load((FOLDER / "release.yml").read_text())["jobs"]
    needs = {name: [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", []) for name, job in jobs.items()}
    assert needs["pypi"] == ["release"]
    assert all(needs[name] == ["version"] for name in needs["release"])
    assert set(jobs) == {"version", "release", "pypi", *needs["release"]}
