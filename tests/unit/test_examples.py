"""The worked examples: each is valid, can be synthesized and is linked from the documentation; none is deployed."""

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from cdc.environments import files
from modules.app import build
from modules.archive.manifest import JarEntry, Manifest
from modules.debezium import lag
from modules.debezium.configuration import CONNECTOR_CLASS, IMPORT_PROVIDER_CLASS, RELEASE, SECRET_PROVIDER_CLASS
from modules.debezium.definitions import release
from modules.environment.environment import Environment
from modules.environment.loading import load
from tests.cdc.schema.test_schema import errors
from tests.places import DOCS, ENVIRONMENTS, ROOT
from tests.synthesized import Stack
from tests.terraform.variants import BUNDLE
from tests.unit.archive.classes import zipped

EXAMPLES: Final = sorted((ENVIRONMENTS / "examples").glob("*.yaml"))
NAMES: Final = ("avro-glue", "avro-url", "lambda", "large-rows", "outbox", "shards", "verified-tls")
# What an archive that `cdc plugin build` made says of itself.
JAR: Final = b"not a connector"
MANIFEST: Final = Manifest(
    plugin="debezium-mysql",
    connector=CONNECTOR_CLASS,
    parts=(),
    left_out=(),
    worker_owned=(),
    jars=(JarEntry(name="connector.jar", sha256=sha256(JAR).hexdigest(), coordinates=()),),
    connectors=(CONNECTOR_CLASS,),
    config_providers=(SECRET_PROVIDER_CLASS, IMPORT_PROVIDER_CLASS),
    transforms=(lag.CLASS, *release(RELEASE).transforms),
    predicates=tuple(release(RELEASE).predicates),
    converters=(
        "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter",
        "io.confluent.connect.avro.AvroConverter",
    ),
    java=17,
    kafkaconnect_versions=("3.7.x",),
)
each = pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with what the examples name: a bundle of authorities, and a plugin with all optional parts."""
    (folder := tmp_path / "certs").mkdir()
    shutil.copyfile(BUNDLE, folder / "us-east-1-bundle.pem")
    (plugins := tmp_path / "build" / "plugins").mkdir(parents=True)
    content = {"debezium-mysql/plugin.json": MANIFEST.dump(), "debezium-mysql/connector.jar": JAR}
    (plugins / "debezium-mysql.zip").write_bytes(zipped(content))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_one_for_each_subject() -> None:
    assert [file.stem for file in EXAMPLES] == sorted(NAMES)


@each
def test_it_is_valid_without_a_warning(file: Path) -> None:
    found = CliRunner().invoke(app, ["check", str(file)])
    assert (found.exit_code, found.output) == (0, f"{file}: ok\n")


@each
def test_editors_find_no_error(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema.json"
    assert errors(yaml.safe_load(file.read_text())) == []


@each
def test_it_is_synthesized(file: Path, project: Path) -> None:
    build([load(file)], project / "out").synth()
    stacks = {one.parent.name: Stack(one) for one in project.glob("out/stacks/*/cdk.tf.json")}
    assert set(stacks) == {f"{file.stem}-{part}" for part in ("state", "platform", "connect")}
    assert len(stacks[f"{file.stem}-connect"].all("aws_mskconnect_connector")) == 1


@each
def test_it_is_linked_from_the_documentation(file: Path) -> None:
    links = {link for page in DOCS.rglob("*.md") for link in re.findall(r"\]\(([^)]+\.yaml)\)", page.read_text())}
    assert f"../environments/examples/{file.name}" in links


@each
def test_its_own_page_is_named(file: Path) -> None:
    [page] = re.findall(r"See (docs/[a-z/-]+\.md)", file.read_text())
    assert f"../environments/examples/{file.name}" in (ROOT / page).read_text()


FIGURES: Final = re.compile(
    r"^passed in [\d:]+: (\d+) resources, (\d+) changes|^cdc-rehearsal-\S+ +(\d+) used, (\d+)", re.MULTILINE
)


def test_pages_have_the_same_figures_of_the_rehearsal_and_its_resources(project: Path) -> None:
    build([load(ENVIRONMENTS / "rehearsal.yaml")], project / "out").synth()
    stacks = [json.loads(one.read_text()) for one in project.glob("out/stacks/*/cdk.tf.json")]
    resources = sum(len(named) for one in stacks for named in one["resource"].values())
    found = [FIGURES.findall(page.read_text()) for page in (ROOT / "README.md", DOCS / "rehearsal.md")]
    assert len(found[0]) == 2
    assert sorted(found[0]) == sorted(found[1])
    assert str(resources) in {one[0] for one in found[0]}


def test_no_example_is_deployed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert not {file.resolve() for file in files([])} & set(EXAMPLES)


def test_names_of_databases_and_server_ids_differ() -> None:
    """Rehearsed or deployed beside each other, they must not meet."""
    made = [load(file) for file in EXAMPLES]
    ids = [one.source.server_id for environment in made for one in environment.connectors.values()]
    assert len(ids) == len(set(ids))
    assert all(isinstance(environment, Environment) for environment in made)
