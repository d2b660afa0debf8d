#!/usr/bin/env python3
"""Prints the Homebrew formula of a release, from its SHA256SUMS.

    packaging/homebrew/fill.py OWNER/REPOSITORY VERSION SHA256SUMS
"""

import re
import sys
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).with_name("lambdeploy.rb")


def sums(text: str, version: str) -> dict[str, str]:
    """The sum of each target's archive, by the target's name as the template has it."""
    lines = re.findall(rf"^([0-9a-f]{{64}}) [ *](?:\S*/)?lambdeploy-{re.escape(version)}-(\S+)\.tar\.gz$", text, re.M)
    return {target.replace("-", "_"): digest for digest, target in lines}


def formula(repository: str, version: str, listed: str) -> str:
    text = TEMPLATE.read_text().partition("\n")[2]
    return Template(text).substitute(sums(listed, version), repository=repository, version=version)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        print(formula(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_text()), end="")
    except KeyError as missing:
        sys.exit(f"fill: {sys.argv[3]} has no archive of {missing} in version {sys.argv[2]}: build it, or take its lines out of {TEMPLATE.name}")
