"""Deploys each environment of the project with its own deployer's policy, and records what every request needed.

    python -m benchmarks.deployer_examples [NAME ...]      takes a minute an environment

Each is applied and destroyed in the embedded AWS as a deployer with that policy and no other permission. A denied
request ends this with the permission that is missing. The records are in ``tests/cdc/deployer/asked``.
"""

import json
import re
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.deployer_calls import Recording
from cdc.deployer.stacks import policy_of
from modules.environment.environment import Environment
from rehearsal.aws.names import account as embedded_account
from rehearsal.iam.actions.requests import Access
from tests.account import account
from tests.cdc.deployer.examples import FILES, deployable, recorded

# The ids that AWS gives, and a broker's number: the same in every record.
_SAME: Final = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?"), "00000000-0000-0000-0000-000000000000"),
    (re.compile(r"-broker-\d+-"), "-broker-1-"),
)


def asked(file: Path, folder: Path, archive: Path) -> list[Access]:
    """What a deploy and a destroy of ``file`` needed; raises AssertionError for what its policy does not allow."""
    name, content = file.stem, deployable(file, archive)
    environment = Environment.model_validate({"name": name, **content})
    # Without HCP Terraform the states are files; those in S3 stay there.
    local = content if content["state"]["kind"] == "s3" else {**content, "state": {"kind": "local"}}
    (place := folder / name).mkdir()
    (written := place / f"{name}.yaml").write_text(yaml.safe_dump(local))
    with account(written) as there:
        login = there.deployer(policy_of(environment, account=embedded_account()).documents)
        recording = Recording(place, there, local, name=name, login=login)
        try:
            recording.run("create", local)
            recording.run("destroy", local)
        finally:
            for denied in there.denials:
                print(f"{name}: {denied}", file=sys.stderr)
        assert there.denials == []
        return there.asked


def record(found: Iterable[Access]) -> list[Mapping[str, Any]]:
    """By action and condition keys, sorted; the region is that of the environment."""
    resources = defaultdict[tuple[str, str], set[str]](set)
    for one in found:
        context = {key: value for key, value in one.context.items() if key != "aws:RequestedRegion"}
        resources[one.action, json.dumps(context)].add(_same(one.resource))
    return [
        {"action": action, "context": json.loads(context), "resources": sorted(of)}
        for (action, context), of in sorted(resources.items())
    ]


def _same(resource: str) -> str:
    for pattern, text in _SAME:
        resource = pattern.sub(text, resource)
    return resource


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive := Path(folder) / "debezium.zip", "w") as bundle:
            bundle.writestr("debezium/connector.jar", b"not a connector")
        for file in FILES:
            if not names or file.stem in names:
                began = time.monotonic()
                found = record(asked(file, Path(folder), archive))
                lines = ",\n".join(json.dumps(one) for one in found)
                recorded(file.stem).write_text(f"[\n{lines}\n]\n")
                actions = len({one["action"] for one in found})
                print(f"{file.stem}: {actions} actions, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
