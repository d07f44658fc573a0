"""The environments of the project, and what a deploy and a destroy of each needed as its own deployer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rehearsal.iam.actions.requests import Access
from tests.places import ENVIRONMENTS
from tests.synthesized import Document, document
from tests.terraform.variants import BUNDLE

FILES: Final = sorted([*ENVIRONMENTS.glob("*.yaml"), *ENVIRONMENTS.glob("examples/*.yaml")])


def recorded(name: str) -> Path:
    """The record of the environment ``name``; ``python -m benchmarks.deployer_examples`` writes it."""
    return Path(__file__).with_name("asked") / f"{name}.json"


def deployable(file: Path, archive: Path) -> Document:
    """The content of ``file`` with files that exist: ``archive`` for each plugin, and authorities for tests."""
    content = document(str(file.relative_to(ENVIRONMENTS).with_suffix("")))
    for plugin in content["plugins"].values():
        if "archive" in plugin:
            plugin["archive"] = str(archive)
    for connector in content["connectors"].values():
        if "ca_bundle" in connector["source"].get("tls", {}):
            connector["source"]["tls"]["ca_bundle"] = str(BUNDLE)
    return content


def asked(name: str, region: str) -> Iterator[Access]:
    """Each permission that was needed for the environment ``name``, which is in ``region``."""
    found: list[dict[str, Any]] = json.loads(recorded(name).read_text())
    for one in found:
        for resource in one["resources"]:
            yield Access(one["action"], resource, {"aws:RequestedRegion": region, **one["context"]})
