"""The program's table of partitions and regions is the SDKs' own."""

import json
import re
from pathlib import Path

import botocore
from places import ROOT


def table() -> dict[str, str]:
    """Each region's suffix, as the source has it."""
    text = (ROOT / "src/aws/regions.rs").read_text()
    blocks = re.findall(r'Partition \{\s*suffix: "([^"]+)",.*?regions: &\[(.*?)\]', text, re.S)
    return {region: suffix for suffix, regions in blocks for region in re.findall(r'"([^"]+)"', regions)}


def test_regions_and_suffixes_are_those_of_the_sdks():
    partitions = json.loads((Path(botocore.__file__).parent / "data/partitions.json").read_text())["partitions"]
    known = {
        region: partition["outputs"]["dnsSuffix"]
        for partition in partitions
        for region in partition["regions"]
        if not region.endswith("-global")
    }
    assert table() == known
