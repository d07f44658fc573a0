"""``cdktf synth --hcl`` writes HCL that Terraform plans as it plans the JSON."""

import copy
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdc import terraform as cli
from modules.synthesis.hcl import MAPS, rendered
from modules.synthesis.locked_providers import LOCK_FILE
from tests.delivery.exit.moving import differences
from tests.mocked_account import plan
from tests.needs import missing
from tests.places import ROOT
from tests.real_terraform import Outcome, Terraform
from tests.synthesized import Document, Stack, changed, document, synthesize
from tests.terraform.variants import EXISTING_KAFKA, EXISTING_NETWORK, VARIANTS

CDKTF = Path(sys.executable).with_name("cdktf")
HCP = {"kind": "cloud", "organization": "acme", "project": "cdc"}
# An identifier that a mocked provider generates, new in each plan.
MOCKED = re.compile("(arn:aws:s3:::)?[a-z0-9]{8}")
PARTS = ["state", "platform", "connect"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, largest: Document) -> Path:
    file = tmp_path_factory.mktemp("environments") / "prod.yaml"
    file.write_text(yaml.safe_dump(largest))
    return file


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Path:
    if not CDKTF.is_file():
        missing(f"{CDKTF}, which make install installs")
    folder = tmp_path_factory.mktemp("hcl") / "out"
    app = shlex.join([sys.executable, "main.py", str(environment)])
    process = subprocess.run(
        [str(CDKTF), "synth", "--hcl", "--output", str(folder), "--app", app], cwd=ROOT, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return folder


def in_hcl(stack: Stack, file: Path) -> Stack:
    """``stack``, read by Terraform from ``file``."""
    other = copy.copy(stack)
    other.file = file
    return other


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the configuration, CDKTF's own manifests and the providers' lock file."""
    left_out = {"cdk.tf", "cdk.tf.json", "metadata.json", "manifest.json", LOCK_FILE}
    found = (file for file in folder.rglob("*") if file.is_file() and file.name not in left_out)
    return {str(file.relative_to(folder)): file.read_bytes() for file in found if ".terraform" not in file.parts}


def test_every_stack_is_hcl_and_assets_are_the_same(outdir: Path, largest_stacks: dict[str, Stack]) -> None:
    assert {file.parent.name for file in outdir.glob("stacks/*/cdk.tf")} == {f"prod-{part}" for part in PARTS}
    assert list(outdir.rglob("cdk.tf.json")) == []
    assets = contents(outdir / "stacks")
    assert assets == contents(largest_stacks["connect"].file.parents[1])
    assert len(assets) == 2, "the plugin and the function"


def test_the_hcl_is_formatted(outdir: Path, terraform: Terraform) -> None:
    command = ["terraform", "fmt", "-check", "-recursive", str(outdir)]
    process = subprocess.run(command, env=terraform.variables, capture_output=True, text=True)
    assert (process.returncode, process.stdout) == (0, "")


@pytest.fixture(scope="module")
def plans(
    terraform: Terraform, outdir: Path, largest_stacks: dict[str, Stack], largest_planned: dict[str, Outcome]
) -> list[dict[str, Outcome]]:
    """The plans of the JSON, and of the HCL."""
    other = {
        part: in_hcl(stack, outdir / "stacks" / stack.file.parent.name / "cdk.tf")
        for part, stack in largest_stacks.items()
    }
    return [largest_planned, plan(terraform, other)]


@pytest.mark.parametrize("part", PARTS)
def test_the_plan_is_the_same(plans: list[dict[str, Outcome]], part: str) -> None:
    before, after = (outcomes[part] for outcomes in plans)
    assert before.errors == after.errors == []
    assert len(before.changes) > 5
    found = list(differences(resources(before), resources(after)))
    assert [one for one in found if not (MOCKED.fullmatch(str(one[1])) and MOCKED.fullmatch(str(one[2])))] == []
    assert after.outputs.keys() == before.outputs.keys()


def resources(outcome: Outcome) -> dict[str, Any]:
    return {change["address"]: change["change"] for change in outcome.changes}


@pytest.mark.parametrize(
    ("part", "changes", "block"),
    [
        ("platform", {"kafka": EXISTING_KAFKA}, "removed {\n  from = aws_msk_cluster."),
        ("connect", {"state": HCP, "network": EXISTING_NETWORK}, "  cloud {\n"),
    ],
    ids=["removed-from-state", "hcp"],
)
def test_terraform_accepts_blocks_that_prod_does_not_have(
    terraform: Terraform, tmp_path: Path, part: str, changes: dict[str, Any], block: str
) -> None:
    stack = synthesize(tmp_path, changed(document("prod"), **changes))[part]
    stack.file.unlink()
    hcl = stack.file.with_suffix("")
    hcl.write_text(rendered(stack.json))
    assert block in hcl.read_text()
    assert terraform.validate(in_hcl(stack, hcl)) == []


@pytest.fixture(scope="module")
def schemas(terraform: Terraform) -> dict[str, Any]:
    process = cli.run(terraform.providers.parents[1], "providers", "schema", "-json", variables=terraform.variables)
    [found] = json.loads(process.stdout)["provider_schemas"].values()
    return {"resource": found["resource_schemas"], "data": found["data_source_schemas"]}


def test_maps_are_distinguished_from_blocks(
    schemas: dict[str, Any], largest_stacks: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """By the provider's schema, for every name in the environments of the tests."""
    variants = [synthesize(tmp_path_factory.mktemp(name), content) for name, content in VARIANTS.items()]
    stacks = [stack for parts in (largest_stacks, *variants) for stack in parts.values()]
    nested = {one for stack in stacks for one in _nested_in(stack, schemas)}
    assert {name for name, is_block in nested if not is_block} == MAPS - {"config", "value"}
    assert {name for name, is_block in nested if is_block} & MAPS == set()
    assert len(nested) > 40


def _nested_in(stack: Stack, schemas: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for kind, types in schemas.items():
        for type_, bodies in stack.json.get(kind, {}).items():
            for body in bodies.values() if type_ in types else ():
                yield from _nested(types[type_]["block"], body)


def _nested(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The names of objects in ``body``, and whether each is a block."""
    blocks = schema.get("block_types", {})
    for name, value in body.items():
        contents = value if isinstance(value, list) else [value]
        if name in {"//", "lifecycle"} or not any(isinstance(one, dict) for one in contents):
            continue
        yield name, name in blocks
        for one in contents if name in blocks else ():
            yield from _nested(blocks[name]["block"], one)
