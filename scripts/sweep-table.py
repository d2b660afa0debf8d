#!/usr/bin/env python3
"""The sweep table: scenario, fault, number of calls that it was struck at, number of those after which all converged.

    scripts/sweep-table.py [--binary PATH] [FILTER]

Runs the sweeps of tests/sweeps (of a suite that is built already: `--binary`), prints the table, and fails if a cell is
missing or short. FILTER takes part of the cells, as in `cargo test`: `changes_of_three`, `::late`.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"sweep \| ([^|\n]+) \| ([^|\n]+) \| (\d+) \| (\d+)(?: \| ([^|\n]+))?")
# What every scenario is struck by, at every call of AWS's APIs and every request to the registry alike.
EVERYWHERE = {
    "death before the effect",
    "death after the effect",
    "reply lost",
    "request lost",
    "500 once",
    "429 three times",
    "Ctrl-C",
}


def suite(binary: str | None, *arguments: str) -> subprocess.CompletedProcess:
    command = [binary] if binary else ["cargo", "test", "--quiet", "--test", "sweeps", "--"]
    return subprocess.run([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wrong(rows: list[tuple], wanted: int, whole: bool) -> list[str]:
    """Why the table is not what it has to be."""
    cells = {row[:2] for row in rows}
    said = [f"{s}, {f}: {int(calls) - int(good)} of {calls} did not converge" for s, f, calls, good, _ in rows if calls != good]
    if len(cells) != wanted:
        said.append(f"{wanted} cells are in the suite, and {len(cells)} came")
    for scenario in sorted({row[0] for row in rows}):
        calls = {fault: count for s, fault, count, _, _ in rows if s == scenario and fault in EVERYWHERE}
        if whole and calls.keys() != EVERYWHERE:
            said.append(f"{scenario}: no {', '.join(sorted(EVERYWHERE - calls.keys()))}")
        if len(set(calls.values())) > 1:
            said.append(f"{scenario}: not every fault was at every call: {calls}")
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    chosen = f"sweeps::{options.filter}" if not options.filter.startswith("::") else options.filter
    listed = suite(options.binary, "--list", chosen)
    wanted = len(re.findall(r"^sweeps::.*: test$", listed.stdout, re.MULTILINE))
    ran = suite(options.binary, "--nocapture", chosen)
    rows = sorted({match.groups(default="") for match in ROW.finditer(ran.stdout)})
    widths = [max(len(row[column]) for row in rows or [("",) * 5]) for column in range(4)]
    for scenario, fault, calls, good, more in rows:
        line = f"{scenario:{widths[0]}}  {fault:{widths[1]}}  {calls:>{widths[2]}}  {good:>{widths[3]}}  {more}"
        print(line.rstrip())
    said = wrong(rows, wanted, whole=not options.filter)
    print(f"{len(rows)} cells, {sum(int(r[2]) for r in rows)} strikes, {sum(int(r[3]) for r in rows)} converged")
    print("\n".join(said), file=sys.stderr)
    return 1 if said or ran.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
