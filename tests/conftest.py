"""The shipped examples, each synthesized once for all tests, and the real Terraform."""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten

import pytest

from cdc import terraform as cli
from tests.mocked_account import plan
from tests.needs import missing
from tests.real_terraform import Outcome, Terraform
from tests.synthesized import Document, Stack, changed, document, synthesize
from tests.terraform.variants import FUNCTION, with_stock

pytest_plugins = ("tests.gate",)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ZIP instead of a plugin: synthesis only reads its bytes."""
    path = tmp_path_factory.mktemp("plugins") / "debezium-mysql.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("debezium-connector-mysql/connector.jar", b"not a connector")
    return path


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    return synthesize(tmp_path_factory.mktemp("prod"), document("prod"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> dict[str, Stack]:
    """The development example with an archive instead of its published plugin, so that there is a bucket."""
    content = document("dev")
    content["plugins"]["debezium-mysql"] = {"archive": str(archive)}
    return synthesize(tmp_path_factory.mktemp("dev"), content, name="dev")


@pytest.fixture(scope="session")
def terraform(prod: dict[str, Stack], pytestconfig: pytest.Config) -> Iterator[Terraform]:
    """Terraform and the provider that the stacks pin; without them a test is skipped, in CI it fails."""
    seed = pytestconfig.cache.mkdir(os.environ.get("PYTEST_XDIST_WORKER", "terraform"))
    required = prod["platform"].json["terraform"]["required_providers"]
    (seed / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": required}}))
    try:
        terraform = Terraform(seed)
    except cli.TerraformError as error:
        missing(f"Terraform and its AWS provider: {shorten(str(error), 300)}")
    with terraform.sharing():
        yield terraform


@pytest.fixture(scope="session")
def largest(archive: Path) -> Document:
    """The production example with a second connector, its plugin uploaded, its signals in a topic, and a function."""
    content = changed(document("prod"), plugins__uploaded={"archive": str(archive)}, consumers__receipts=FUNCTION)
    return with_stock(content, plugin="uploaded")


@pytest.fixture(scope="session")
def largest_stacks(largest: Document, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """``largest``, synthesized."""
    return synthesize(tmp_path_factory.mktemp("largest"), largest)


@pytest.fixture(scope="session")
def largest_planned(terraform: Terraform, largest_stacks: dict[str, Stack]) -> dict[str, Outcome]:
    """Each stack's plan in a valid mocked account."""
    return plan(terraform, largest_stacks)
