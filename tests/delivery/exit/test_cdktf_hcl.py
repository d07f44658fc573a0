"""HCL of CDKTF's own generator: Terraform refuses it, for the documented reasons."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml

from cdc import terraform as cli
from tests.delivery.exit.moving import PAGE
from tests.needs import missing
from tests.places import ROOT
from tests.real_terraform import Terraform
from tests.synthesized import changed, document
from tests.terraform.variants import EXISTING_KAFKA

CDKTF: Final = Path(sys.executable).with_name("cdktf")
# Without main.py, which writes HCL itself.
APP: Final = """
import sys
from pathlib import Path
from modules.app import build
from modules.environment.loading import load_all
build(load_all(map(Path, sys.argv[1:]))).synth()
"""


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> Path:
    """The stacks of prod, and of an environment that removes a cluster from the state and uploads a plugin."""
    if not CDKTF.is_file():
        missing(f"{CDKTF}, which make install installs")
    folder = tmp_path_factory.mktemp("hcl")
    plugin = {"plugins__debezium-mysql": {"archive": str(archive)}}
    own: dict[str, object] = {"state__bucket": "acme-second-state", "state__lock_table": "acme-second-locks"}
    own |= {"network__cidr_block": "10.41.0.0/16", "connectors__orders__source__server_id": 5402, **plugin}
    (folder / "existing.yaml").write_text(yaml.safe_dump(changed(document("prod"), kafka=EXISTING_KAFKA, **own)))
    app = [sys.executable, "-c", APP, "environments/prod.yaml", str(folder / "existing.yaml")]
    command = [str(CDKTF), "synth", "--hcl", "--output", str(folder / "out"), "--app", shlex.join(app)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    return folder / "out/stacks"


def test_hcl_is_written_with_its_assets(stacks: Path, archive: Path) -> None:
    assert len(list(stacks.glob("*/cdk.tf"))) == 6
    assert list(stacks.rglob("*.tf.json")) == []
    functions = list(stacks.glob("*-connect/assets/**/self-healing.zip"))
    assert len(functions) == 2
    plugins = [file for file in stacks.rglob("*.zip") if file not in functions]
    assert [file.read_bytes() for file in plugins] == [archive.read_bytes()]


def test_terraform_refuses_it_as_documented(stacks: Path, terraform: Terraform) -> None:
    refused = set()
    for folder in stacks.iterdir():
        process = cli.run(folder, "validate", "-json", variables=terraform.variables, check=False)
        found = {one["summary"] for one in json.loads(process.stdout)["diagnostics"] if one["severity"] == "error"}
        assert found, folder.name
        refused |= found
    assert refused == documented()


def documented() -> set[str]:
    section = PAGE.partition("\n## HCL\n")[2]
    return set(re.findall(r"^\| .* \| `([^`|]+)` \|$", section, re.MULTILINE))


def test_overrides_are_left_out(stacks: Path) -> None:
    assert "removed" not in (stacks / "existing-platform/cdk.tf").read_text()
