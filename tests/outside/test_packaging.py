"""What a release uploads has the names that `cargo binstall`, Homebrew's formula and the release workflow agree on."""

import os
import re
import subprocess
import tarfile
import tomllib
import zipfile

import archive
import pytest
import yaml
from places import BINARY, ROOT

CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
BINSTALL = CARGO["metadata"]["binstall"]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
TARGETS = [one["target"] for one in WORKFLOW["jobs"]["program"]["strategy"]["matrix"]["include"]]
UNIX = [target for target in TARGETS if "windows" not in target]
BESIDE = {"README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"}
FILL = ROOT / "packaging/homebrew/fill.py"


@pytest.fixture
def program(tmp_path):
    def make(name: str):
        file = tmp_path / name
        file.write_text("a program")
        file.chmod(0o755)
        return file

    return make


def for_binstall(target: str) -> tuple[str, str]:
    """The archive's name and the program's place in it, as `cargo binstall` looks for them."""
    kind = BINSTALL.get("overrides", {}).get(target, BINSTALL)["pkg-fmt"]
    values = {"name": CARGO["name"], "version": archive.version(), "target": target, "bin": "lambdeploy"}
    values |= {"archive-suffix": {"tgz": ".tar.gz", "zip": ".zip"}[kind], "binary-ext": ".exe" if "windows" in target else ""}
    values["repo"] = "REPOSITORY"
    url, place = (re.sub(r"\{ ([\w-]+) \}", lambda it: values[it[1]], BINSTALL[key]) for key in ("pkg-url", "bin-dir"))
    return url.removeprefix(f"REPOSITORY/releases/download/v{archive.version()}/"), place


@pytest.mark.parametrize("target", TARGETS)
def test_an_archive_is_what_binstall_looks_for(target, program, tmp_path):
    name, place = for_binstall(target)
    done = subprocess.run([ROOT / "packaging/archive.py", program(place), target, tmp_path / "dist"], capture_output=True, text=True, check=True)
    made = tmp_path / "dist" / name
    assert done.stdout.strip() == str(made)
    if made.suffix == ".zip":
        assert set(zipfile.ZipFile(made).namelist()) == {place, *BESIDE}
        return
    with tarfile.open(made) as packed:
        assert set(packed.getnames()) == {place, *BESIDE}
        assert packed.getmember(place).mode & 0o111 == 0o111
        assert {(entry.uid, entry.uname) for entry in packed} == {(0, "root")}


def fill(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([FILL, *arguments], capture_output=True, text=True)


def sums(targets: list[str]) -> dict[str, str]:
    return {target: f"{number:064x}" for number, target in enumerate(targets, 10)}


def listed(folder, targets: list[str]):
    """A SHA256SUMS with what else a release has."""
    file = folder / "SHA256SUMS"
    lines = [f"{digest}  lambdeploy-1.2.3-{target}.tar.gz" for target, digest in sums(targets).items()]
    file.write_text("\n".join([f"{'f' * 64}  lambdeploy-1.2.3-x86_64-pc-windows-msvc.zip", *lines, f"{'e' * 64}  lambdeploy-1.2.2-{UNIX[0]}.tar.gz", ""]))
    return file


def test_the_formula_has_each_archive_with_its_sum(tmp_path):
    done = fill("somebody/lambdeploy", "1.2.3", listed(tmp_path, UNIX))
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r'url "(\S+)"\n\s+sha256 "(\w+)"', done.stdout))
    base = "https://github.com/somebody/lambdeploy/releases/download/v1.2.3/lambdeploy-1.2.3-"
    assert found == {f"{base}{target}.tar.gz": digest for target, digest in sums(UNIX).items()}
    assert 'version "1.2.3"' in done.stdout and "$" not in done.stdout and done.stdout.startswith("class Lambdeploy < Formula\n")


def test_a_formula_without_a_sum_is_not_made(tmp_path):
    done = fill("somebody/lambdeploy", "1.2.3", listed(tmp_path, UNIX[1:]))
    assert done.returncode == 1 and done.stdout == ""
    assert UNIX[0].replace("-", "_") in done.stderr


def test_what_the_formula_runs_is_there(tmp_path):
    text = (ROOT / "packaging/homebrew/lambdeploy.rb").read_text()
    assert '(bin/"lambdeploy", "completions")' in text and 'bin/"lambdeploy", "man", "--folder", "man"' in text
    for shell in ("bash", "zsh", "fish"):
        assert subprocess.run([BINARY, "completions", shell], capture_output=True, check=True).stdout
    subprocess.run([BINARY, "man", "--folder", tmp_path], check=True)
    assert (tmp_path / "lambdeploy.1").exists()


@pytest.mark.parametrize(("tag", "changelog", "is_released"), [
    ("v{}", "## [{}] - 2026-12-01", True),
    ("v{}.1", "## [{}] - 2026-12-01", False),
    ("v{}", "## [Unreleased]", False),
])
def test_a_release_has_the_version_of_its_tag_and_a_changelog(tag, changelog, is_released, tmp_path):
    (tmp_path / "packaging").mkdir()
    for name in ("Cargo.toml", "packaging/archive.py"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "CHANGELOG.md").write_text(changelog.format(archive.version()))
    [step] = [step["run"] for step in WORKFLOW["jobs"]["version"]["steps"] if "run" in step]
    environment = os.environ | {"GITHUB_REF_NAME": tag.format(archive.version())}
    done = subprocess.run(["bash", "-e", "-c", step], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode == 0) == is_released, done.stderr
