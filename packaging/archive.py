#!/usr/bin/env python3
"""Packs a program of one target as releases have it, and prints the archive's path.

    packaging/archive.py PROGRAM TARGET FOLDER
"""

import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BESIDE = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"]


def version() -> str:
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def archive(program: Path, target: str, folder: Path) -> Path:
    """Zip on Windows, and a tarball elsewhere: what each can open without help."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [program, *(ROOT / name for name in BESIDE)]
    name = folder / f"lambdeploy-{version()}-{target}"
    if "windows" in target:
        made = name.with_name(f"{name.name}.zip")
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.name)
        return made
    made = name.with_name(f"{name.name}.tar.gz")
    with tarfile.open(made, "w:gz") as packed:
        for file in files:
            packed.add(file, file.name, filter=anonymous)
    return made


def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the builder's own user."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(archive(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])).as_posix())
