"""The migration to CDK Terrain of the page gives the same Terraform, except for the documented differences.

Both distributions are the real packages, each in its own virtual environment.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.exit import moving
from tests.delivery.exit.moving import Written, addresses, differences, documented
from tests.needs import missing
from tests.places import ROOT
from tests.real_terraform import Terraform
from tests.synthesized import Stack, changed, document
from tests.terraform.variants import EXISTING_NETWORK

HCP = {"kind": "cloud", "organization": "acme", "project": "cdc"}
VERSION = "terraform.required_providers.aws.version"
STACKS = {f"prod-{part}" for part in ("state", "platform", "connect")} | {"hosted-platform", "hosted-connect"}


@pytest.fixture(scope="module", autouse=True)
def _environment() -> None:
    if not (Path(__file__).parent / ".venv/.installed").is_file():
        missing("tests/delivery/exit/.venv, which make test installs")


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> list[Path]:
    """The production example, and one with HCP Terraform, an existing network and an archive."""
    hosted = tmp_path_factory.mktemp("environments") / "hosted.yaml"
    plugin = {"plugins__debezium-mysql": {"archive": str(archive)}}
    own = {"connectors__orders__source__server_id": 5402, **plugin}
    hosted.write_text(yaml.safe_dump(changed(document("prod"), state=HCP, network=EXISTING_NETWORK, **own)))
    return [ROOT / "environments/prod.yaml", hosted]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, environments: list[Path]) -> Written:
    return moving.synthesize(sys.executable, ROOT, tmp_path_factory.mktemp("before"), *environments)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving.move(tmp_path_factory.mktemp("project"), keeping_the_provider=False)


@pytest.fixture(scope="module")
def after(project: Path, tmp_path_factory: pytest.TempPathFactory, environments: list[Path]) -> Written:
    """With an empty cache, so that the bindings are reduced here."""
    folder = tmp_path_factory.mktemp("after")
    return moving.synthesize(moving.PYTHON, project, folder / "out", *environments, XDG_CACHE_HOME=str(folder))


def stacks(written: Written) -> dict[str, Any]:
    found = {Path(name).parent.name: content for name, content in written.json().items() if name.endswith(".tf.json")}
    assert found.keys() == STACKS
    return found


def packages(pipfile: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(pipfile)["packages"]
    return found


def test_the_migration_is_two_names_and_two_lines() -> None:
    assert len(moving.names()) == 2
    before, after = (packages(f"[packages]\n{lines}") for lines in moving.edits()["Pipfile"])
    assert before.keys() == {"cdktf", "cdktf-cdktf-provider-aws"}
    assert after.keys() == {"cdktn", "cdktn-provider-aws"}


def test_no_old_name_remains(project: Path) -> None:
    assert re.findall(r"cdktf\w*", (project / moving.SDK).read_text()) == []


def test_only_these_lines_of_the_pipfile_differ() -> None:
    tried = packages((Path(__file__).parent / "Pipfile").read_text())
    moved = packages(moving.edited("Pipfile"))
    assert tried == {name: moved.get(name) for name in tried}
    assert packages(f"[packages]\n{moving.edits()['Pipfile'][1]}").items() <= tried.items()


@pytest.mark.parametrize(
    ("python", "other"),
    [(moving.PYTHON, ["cdktf", "cdktf_cdktf_provider_aws"]), (Path(sys.executable), ["cdktn", "cdktn_provider_aws"])],
    ids=["cdktn", "cdktf"],
)
def test_no_virtual_environment_has_both(python: Path, other: list[str]) -> None:
    code = "import importlib.util, sys; print(*filter(importlib.util.find_spec, sys.argv[1:]))"
    assert subprocess.run([python, "-c", code, *other], capture_output=True, text=True).stdout == "\n"


def test_the_same_files_are_written(before: Written, after: Written) -> None:
    assert after.files.keys() == before.files.keys()
    others = {name for name in before.files if not name.endswith(".json")}
    assert any(name.endswith(".zip") for name in others)
    assert {name: after.files[name] for name in others} == {name: before.files[name] for name in others}


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_stacks_have_only_the_documented_differences(before: Written, after: Written, stack: str) -> None:
    assert set(differences(stacks(before)[stack], stacks(after)[stack])) == documented("cdk.tf.json")


def test_the_manifest_has_only_the_documented_differences(before: Written, after: Written) -> None:
    found = differences(before.json()["manifest.json"], after.json()["manifest.json"])
    assert set(found) == documented("manifest.json")


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_every_address_is_unchanged(before: Written, after: Written, stack: str) -> None:
    assert addresses(stacks(after)[stack]) == addresses(stacks(before)[stack])
    assert len(addresses(stacks(after)[stack])) > 4


def test_the_bindings_load_fast(after: Written) -> None:
    assert "bindings:" not in after.stderr


def test_stock_bindings_give_the_same(project: Path, after: Written, tmp_path: Path, environments: list[Path]) -> None:
    stock = moving.synthesize(moving.PYTHON, project, tmp_path, *environments, MSK_CDC_STOCK_BINDINGS="1")
    assert stock.files == after.files


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, environments: list[Path], before: Written) -> dict[str, Stack]:
    """Migrated, with the current version of the AWS provider."""
    project = moving.move(tmp_path_factory.mktemp("kept"), keeping_the_provider=True)
    outdir = tmp_path_factory.mktemp("out")
    written = stacks(moving.synthesize(moving.PYTHON, project, outdir, *environments))
    expected = {row for row in documented("cdk.tf.json") if row[0] != VERSION}
    for name, content in stacks(before).items():
        assert set(differences(content, written[name])) == expected
    return {name: Stack(outdir / "stacks" / name / "cdk.tf.json") for name in written}


@pytest.mark.parametrize("stack", ["prod-platform", "hosted-connect"])
def test_terraform_accepts_it_with_the_current_provider(
    terraform: Terraform, kept: dict[str, Stack], stack: str
) -> None:
    assert terraform.validate(kept[stack]) == []


@pytest.mark.parametrize("tool", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_the_moved_facade_is_in_the_house_style(project: Path, tool: list[str]) -> None:
    options = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    ruff = Path(sys.executable).with_name("ruff")
    process = subprocess.run([ruff, *tool, *options, moving.SDK], cwd=project, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}]}, []),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("a.0.b", 1, 2)]),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, [("a.b", 1, None), ("a.c", None, 1)]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", [1], [1, 2])]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
    ],
)
def test_differences_are_found(before: Any, after: Any, found: list[Any]) -> None:
    assert sorted(differences(before, after), key=json.dumps) == found
