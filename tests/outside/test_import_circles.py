"""Layers: files that need each other in a circle can't be read, tested or moved one by one. The ones that are left are listed."""

from pathlib import Path

from rust_imports import circles

LISTED = Path(__file__).parent / "import_circles.txt"


def test_the_circles_of_files_are_the_listed_ones():
    listed = [line for line in LISTED.read_text().splitlines() if line and not line.startswith("#")]
    found = circles()
    new = [circle for circle in found if circle not in listed]
    gone = [circle for circle in listed if circle not in found]
    assert not new, f"new circles: move what both sides need into a file of its own, or list them in {LISTED.name}: {new}"
    assert not gone, f"these circles are gone: take them off {LISTED.name}: {gone}"
