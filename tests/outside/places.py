"""Where things are: the repository, the program under test, and other people's emulators."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
BINARY = os.environ.get("LAMBDEPLOY") or str(ROOT / "target/debug/lambdeploy")
EMULATORS = Path(os.environ.get("LAMBDEPLOY_EMULATORS") or ROOT / "target/emulators")
