"""The regions that a file may name are those that botocore lists."""

import json
from pathlib import Path
from typing import Any, Final

import botocore

from modules.environment.names import domain, partition
from modules.environment.regions import REGIONS

PARTITIONS: Final = ("aws", "aws-cn", "aws-eusc", "aws-us-gov")


def test_regions_are_botocores() -> None:
    """Where this fails, botocore knows another region: write it into the list."""
    listed: Any = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
    known = {
        (region, found["id"])
        for found in listed["partitions"]
        for region in found["regions"]
        if found["id"] in PARTITIONS and not region.endswith("-global")
    }
    assert sorted(REGIONS) == sorted(region for region, _ in known)
    assert {(region, partition(region)) for region in REGIONS} == known
    suffixes = {found["id"]: found["outputs"]["dnsSuffix"] for found in listed["partitions"]}
    assert {region: domain(region) for region in REGIONS} == {region: suffixes[partition(region)] for region in REGIONS}
