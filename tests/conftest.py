"""The shipped examples, each synthesized once for all tests, and the real Terraform."""

import json
import zipfile
from pathlib import Path

import pytest

from cdc import terraform as cli
from tests.mocked_account import account, outputs
from tests.needs import missing
from tests.real_terraform import Outcome, Terraform
from tests.synthesized import Stack, document, synthesize


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ZIP in a plugin's place: synthesis reads its bytes only."""
    path = tmp_path_factory.mktemp("plugins") / "debezium-mysql.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("debezium-connector-mysql/connector.jar", b"not a connector")
    return path


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    return synthesize(tmp_path_factory.mktemp("prod"), document("prod"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> dict[str, Stack]:
    content = document("dev")
    content["plugins"]["debezium-mysql"]["archive"] = str(archive)
    return synthesize(tmp_path_factory.mktemp("dev"), content, name="dev")


@pytest.fixture(scope="session")
def terraform(prod: dict[str, Stack], pytestconfig: pytest.Config) -> Terraform:
    """Terraform and the provider that the stacks pin; without them a test is skipped, in CI it fails."""
    seed = pytestconfig.cache.mkdir("terraform")
    required = prod["platform"].json["terraform"]["required_providers"]
    (seed / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": required}}))
    try:
        return Terraform(seed)
    except cli.TerraformError as error:
        missing(f"Terraform and its AWS provider: {error}")


@pytest.fixture(scope="session")
def planned(terraform: Terraform, prod: dict[str, Stack]) -> dict[str, Outcome]:
    """The plans of prod's stacks in an account that is in order: documents and names as AWS would get them."""
    worlds = {"in-order": account(prod)}
    state = terraform.plan(prod["state"], worlds)["in-order"]
    platform = terraform.plan(prod["platform"], worlds)["in-order"]
    connect = terraform.plan(prod["connect"], worlds, outputs=outputs(platform))["in-order"]
    return {"state": state, "platform": platform, "connect": connect}
