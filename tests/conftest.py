"""The shipped examples, each synthesized once for all tests, and the real Terraform."""

import json
import os
import zipfile
from pathlib import Path
from textwrap import shorten

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from cdc import terraform as cli
from tests.needs import missing
from tests.real_terraform import Terraform
from tests.synthesized import Stack, document, synthesize

# Each folder's tests share servers, so they stay together; the longest begin first.
LONGEST_FIRST = ("rehearsal", "delivery", "cdc", "policies", "terraform")


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]
    """A folder of tests is one piece of work."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0].split("/")[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("/")[1], len(places)))


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
    """The development example with an archive in its published plugin's place, so that there is a bucket."""
    content = document("dev")
    content["plugins"]["debezium-mysql"] = {"archive": str(archive)}
    return synthesize(tmp_path_factory.mktemp("dev"), content, name="dev")


@pytest.fixture(scope="session")
def terraform(prod: dict[str, Stack], pytestconfig: pytest.Config) -> Terraform:
    """Terraform and the provider that the stacks pin; without them a test is skipped, in CI it fails."""
    seed = pytestconfig.cache.mkdir(os.environ.get("PYTEST_XDIST_WORKER", "terraform"))
    required = prod["platform"].json["terraform"]["required_providers"]
    (seed / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": required}}))
    try:
        return Terraform(seed)
    except cli.TerraformError as error:
        missing(f"Terraform and its AWS provider: {shorten(str(error), 300)}")
