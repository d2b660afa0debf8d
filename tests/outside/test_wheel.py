"""The wheel that `scripts/wheel` makes installs where there is no compiler, with pip and without, and its program runs on every
Linux with glibc 2.17 or newer. It is made of what the Rust tests compiled (`linking_cargo.py`); the release workflow compiles one."""

import email
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path

import archive
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from places import BINARY, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the wheel is Linux's")
VERSION = archive.version()
UV = Path(sys.executable).with_name("uv")
SYSTEM = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1", "libutil.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
"""What every Linux has (PEP 599)."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    environment = os.environ | {"CARGO": str(ROOT / "tests/outside/linking_cargo.py"), "LINKED": str(folder)}
    done = subprocess.run(
        [ROOT / "scripts/wheel", "--profile", "dev", "--strip", "--out", folder / "out"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = (folder / "out").iterdir()
    return made


def member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as packed:
        return packed.read(next(it for it in packed.namelist() if it.endswith(name)))


@pytest.fixture(scope="module")
def program(wheel) -> ELFFile:
    return ELFFile(BytesIO(member(wheel, ".data/scripts/lambdeploy")))


def glibc(program: ELFFile) -> dict[tuple[int, ...], str]:
    """The versions of glibc's symbols that a program needs, whose they are."""
    [needed] = [it for it in program.iter_sections() if isinstance(it, GNUVerNeedSection)]
    names = [(version.name, library.name) for library, versions in needed.iter_versions() for version in versions]
    return {tuple(map(int, name.removeprefix("GLIBC_").split("."))): of for name, of in names if name.startswith("GLIBC_")}


def test_it_needs_no_glibc_newer_than_2_17(program):
    needed = glibc(program)
    assert (2, 2, 5) in needed or (2, 17) in needed, "no symbols were read"
    assert max(needed) <= (2, 17)


def test_this_machines_own_linker_would_ask_for_a_newer_one():
    """Else the test above would prove nothing here."""
    with Path(BINARY).open("rb") as program:
        assert max(glibc(ELFFile(program))) > (2, 17)


def test_it_needs_nothing_but_the_system(program):
    dynamic = program.get_section_by_name(".dynamic")
    assert {tag.needed for tag in dynamic.iter_tags("DT_NEEDED")} <= SYSTEM


def test_its_name_lets_every_python_on_linux_have_it(wheel):
    assert re.fullmatch(rf"lambdeploy-{re.escape(VERSION)}-py3-none-manylinux2014_(\w+)\.manylinux_2_17_\1\.whl", wheel.name)


def test_it_says_what_it_is(wheel):
    said = email.message_from_bytes(member(wheel, ".dist-info/METADATA"))
    assert (said["Name"], said["Version"], said["License-Expression"]) == ("lambdeploy", VERSION, "MIT OR Apache-2.0")
    assert said["Summary"] == tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["description"]
    assert "uvx lambdeploy" in said.get_payload()


def by_pip(wheel: Path, folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel], check=True)
    return folder / "bin/lambdeploy"


def by_uv(wheel: Path, folder: Path) -> Path:
    """Into a Python without pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    assert subprocess.run([folder / "bin/python", "-m", "pip"], capture_output=True).returncode != 0
    subprocess.run([UV, "pip", "install", "--quiet", "--offline", "--python", folder / "bin/python", wheel], check=True)
    return folder / "bin/lambdeploy"


def by_unzip(wheel: Path, folder: Path) -> Path:
    """Without any installer."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    [program] = folder.glob("*.data/scripts/lambdeploy")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("install", [by_pip, by_uv, by_unzip])
def test_it_installs_and_makes_a_stack(wheel, install, tmp_path):
    lambdeploy = install(wheel, tmp_path / "installed")
    home = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*arguments: str) -> str:
        done = subprocess.run([lambdeploy, *arguments], cwd=tmp_path, env=home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    assert run("--version").split() == ["lambdeploy", VERSION]
    run("init", "--template", "hello", "app")
    try:
        assert "+ function/hello" in run("plan", "--local", "-f", "app/stack.yaml")
    finally:
        run("local", "--stop")
    assert "what app can cost at most" in run("cost", "-f", "app/stack.yaml", "--region", "us-east-2")


def test_uvx_runs_it(wheel, tmp_path):
    environment = os.environ | {"UV_CACHE_DIR": str(tmp_path), "UV_OFFLINE": "1", "UV_PYTHON": sys.executable}
    done = subprocess.run([UV, "tool", "run", "--from", wheel, "lambdeploy", "--version"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"lambdeploy {VERSION}\n"), done.stderr
