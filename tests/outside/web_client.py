"""Builds the web client as its README says, and serves it with its proxy as a site's own server does."""

import re
import shutil
import subprocess
from pathlib import Path

from places import ROOT

SOURCE = ROOT / "examples/web-client"


def build(folder: Path) -> None:
    """The page in `folder`, whose `.env.local` has the variables: by the README's own lines."""
    for name in ("client.ts", "page.ts", "index.html"):
        shutil.copy(SOURCE / name, folder)
    block = re.search(r"```sh\n(set -a; .*?)python3 -m http", (SOURCE / "README.md").read_text(), re.S)
    subprocess.run(["bash", "-ec", block[1]], cwd=folder, check=True, capture_output=True, text=True)


def with_proxy(folder: Path) -> None:
    """Moves the variables of `.env.local` to the server, by the README's own lines."""
    block = re.search(r"```sh\n(sed -i .*?)```", (SOURCE / "README.md").read_text(), re.S)
    subprocess.run(["bash", "-ec", block[1]], cwd=folder, check=True)


class Site:
    """A server of one's own on a loopback port: the page of `folder`, and the proxy with its variables."""

    def __init__(self, folder: Path, variables: dict[str, str], scratch: Path):
        script = scratch / "proxy.mjs"
        subprocess.run(["esbuild", SOURCE / "proxy.ts", "--format=esm", f"--outfile={script}"], check=True, capture_output=True)
        command = ["node", SOURCE / "server.mjs", folder, script, "0"]
        self.process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.origin = self.process.stdout.readline().strip()
        assert self.origin.startswith("http://"), self.process.stderr.read()

    def close(self) -> str:
        """Ends it, and gives what it logged."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[1]
