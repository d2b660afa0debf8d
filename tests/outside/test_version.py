"""`--version` of a release has the commit and its date: what build.rs says to cargo, asked in repositories of its own."""

import os
import re
import subprocess

import pytest
from places import ROOT

WHO = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com"}
WHEN = {"GIT_AUTHOR_DATE": "2026-11-29T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-29T12:00:00Z"}
OF_NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    program = tmp_path_factory.mktemp("build") / "build-script"
    subprocess.run(["rustc", "--edition", "2024", ROOT / "build.rs", "-o", program], check=True)
    return program


@pytest.fixture
def repository(tmp_path):
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, env=os.environ | WHO | WHEN | OF_NOBODY, check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--message", "one")
    return tmp_path


def commit(script, folder, profile: str = "release", **more: str) -> str:
    """What comes after the version's number."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAMBDEPLOY_", "GIT_"))}
    environment = kept | {"PROFILE": profile, "CARGO_MANIFEST_DIR": str(folder)} | more
    said = subprocess.run([script], cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    return re.search(r"^cargo::rustc-env=LAMBDEPLOY_COMMIT=(.*)$", said, re.M)[1]


def test_a_release_has_commit_and_date(script, repository):
    assert re.fullmatch(r" \([0-9a-f]{9} 2026-11-29\)", commit(script, repository))


def test_a_change_that_is_in_no_commit_shows(script, repository):
    (repository / "file").write_text("2")
    assert re.fullmatch(r" \([0-9a-f]{9}-dirty 2026-11-29\)", commit(script, repository))


def test_a_development_build_has_none(script, repository):
    assert commit(script, repository, "debug") == ""


def test_a_source_package_has_none_unless_it_is_said(script, tmp_path, repository):
    inside = repository / "package"
    inside.mkdir()
    assert commit(script, inside) == "", "the commit of a repository around it"
    assert commit(script, inside, LAMBDEPLOY_COMMIT="1a2b3c4d5 2026-11-29") == " (1a2b3c4d5 2026-11-29)"
