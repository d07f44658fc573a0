"""``cdc plugin`` and ``cdc check`` as they are run: exit status, what is said, and what is left on the disk."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.unit.environment.environment_files import edited, write

PLUGIN = "debezium-mysql"
CONNECTOR = "io.debezium.connector.mysql.MySqlConnector"
PROVIDER = "msk-config-providers"
WITHOUT = ("--without", PROVIDER)


class Cdc:
    """The command line in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = dict(os.environ)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cdc.cli", *arguments]
        variables = {**self.variables, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Cdc:
    """A folder in which the plugin was built, as far as its parts can be had everywhere."""
    cdc = Cdc(tmp_path_factory.mktemp("project"))
    run = cdc("plugin", "build", PLUGIN, *WITHOUT)
    assert run.returncode == 0, run.stderr
    return cdc


@pytest.fixture
def cdc(tmp_path: Path) -> Cdc:
    return Cdc(tmp_path)


def archive(cdc: Cdc) -> Path:
    return cdc.folder / "build" / "plugins" / f"{PLUGIN}.zip"


def test_a_second_build_changes_nothing_and_says_so(built: Cdc) -> None:
    before = archive(built).stat()
    run = built("plugin", "build", PLUGIN, *WITHOUT, "--json")
    assert json.loads(run.stdout)["changed"] is False
    assert archive(built).stat() == before


def test_elsewhere_and_from_nothing_but_the_parts_the_bytes_are_the_same(built: Cdc, cdc: Cdc, tmp_path: Path) -> None:
    lent = built("artifacts", "fetch", "debezium-connector-mysql", "connect-3.7", "--to", str(tmp_path / "carried"))
    assert lent.returncode == 0, lent.stderr
    cdc.variables |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TZ": "Pacific/Apia", "PYTHONHASHSEED": "7"}
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--source", str(tmp_path / "carried"), "--json")
    told = json.loads(run.stdout)
    assert told["changed"] is True
    assert (
        told["sha256"]
        == sha256(archive(built).read_bytes()).hexdigest()
        == sha256(archive(cdc).read_bytes()).hexdigest()
    )


def test_a_damaged_archive_is_made_again(built: Cdc, cdc: Cdc) -> None:
    whole = archive(built).read_bytes()
    archive(cdc).parent.mkdir(parents=True)
    archive(cdc).write_bytes(whole[:-1])
    assert cdc("plugin", "build", PLUGIN, *WITHOUT).returncode == 0
    assert archive(cdc).read_bytes() == whole


def test_offline_says_what_is_missing(cdc: Cdc, tmp_path: Path) -> None:
    cdc.variables["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--offline")
    assert run.returncode == 1
    assert "io.debezium:debezium-connector-mysql:3.6.1.Final:zip:plugin (30,891,855 bytes)" in run.stderr
    assert not archive(cdc).exists()


def test_a_part_is_left_out_by_name_only(cdc: Cdc, tmp_path: Path) -> None:
    cdc.variables["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    (tmp_path / "nothing").mkdir()
    run = cdc("plugin", "build", PLUGIN, "--source", str(tmp_path / "nothing"))
    assert run.returncode == 1
    assert "msk-config-providers-0.4.0-all.jar" in run.stderr
    assert "--without" in run.stderr
    assert not archive(cdc).exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("debezium-mysq",), "the plugin must be debezium-mysql, got debezium-mysq; did you mean debezium-mysql?"),
        ((PLUGIN, "--without", "kafka"), "a part of debezium-mysql must be debezium-connector-mysql or"),
        ((PLUGIN, "--with", "glue"), "an extra of debezium-mysql must be glue-schema-registry or"),
        ((PLUGIN, "--kafkaconnect", "4.0"), "the Connect version must be 2.7.1 or 3.7.x, got 4.0"),
        ((PLUGIN, "--source", "ftp://example.com"), "ftp://example.com"),
        ((PLUGIN, "--source", "no-such-folder"), "no-such-folder"),
    ],
)
def test_a_wrong_word_is_told_with_what_is_allowed(cdc: Cdc, arguments: tuple[str, ...], told: str) -> None:
    run = cdc("plugin", "build", *arguments)
    assert run.returncode == 1
    assert told in run.stderr
    assert "Traceback" not in run.stderr
    assert list(cdc.folder.iterdir()) == []


def test_a_connect_that_is_too_old_is_refused_and_nothing_is_written(cdc: Cdc) -> None:
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--kafkaconnect", "2.7.1")
    assert run.returncode == 1
    assert "must be for Java 11 or older" in run.stderr
    assert "org.apache.kafka.connect.source.ExactlyOnceSupport" in run.stderr
    assert not archive(cdc).exists()


def test_inspect_tells_what_is_in_it_and_where_it_runs(built: Cdc) -> None:
    found = json.loads(built("plugin", "inspect", str(archive(built)), "--json").stdout)
    assert found["connectors"] == [CONNECTOR]
    assert found["manifest"]["left_out"] == [PROVIDER]
    assert {verdict["kafkaconnect_version"]: verdict["suits"] for verdict in found["verdicts"]} == {
        "3.7.x": True,
        "2.7.1": False,
    }
    table = built("plugin", "inspect", str(archive(built))).stdout
    assert all(word in table for word in (CONNECTOR, "mysql-connector-j", "Connect 3.7.x on Java 17: runs"))


def test_inspect_of_something_else_is_told(cdc: Cdc, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no")
    run = cdc("plugin", "inspect", "no.zip")
    assert (run.returncode, run.stdout) == (1, "")
    assert "no.zip must be a ZIP or JAR" in run.stderr


@pytest.fixture
def project(built: Cdc, cdc: Cdc) -> Cdc:
    """A folder with an environment that runs from the archive that was built without the provider."""
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({"plugins:": f"plugins: {{{PLUGIN}: {{archive: {PLUGIN}.zip}}}}"}))
    shutil.copy(archive(built), cdc.folder / f"{PLUGIN}.zip")
    return cdc


def test_check_refuses_what_synthesis_only_warns_of(project: Cdc) -> None:
    run = project("check", "prod")
    assert run.returncode == 1
    assert "must hold com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider" in run.stderr
    assert f"it was built --without {PROVIDER}" in run.stderr
    synthesis = [sys.executable, str(ROOT / "main.py"), "environments/prod.yaml"]
    made = subprocess.run(synthesis, cwd=project.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stderr.startswith("warning: environments/prod.yaml:")


def test_check_looks_into_archives_from_elsewhere(project: Cdc) -> None:
    jar = "strange/readme.jar"
    with zipfile.ZipFile(project.folder / f"{PLUGIN}.zip", "w") as strange:
        strange.writestr(jar, b"")
    run = project("check", "--json")
    assert run.returncode == 1
    assert [error["path"] for error in json.loads(run.stdout)["errors"]] == [["plugins", PLUGIN, "archive"]]


def test_check_of_a_right_environment_says_so(cdc: Cdc) -> None:
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({}))
    run = cdc("check")
    assert (run.returncode, run.stdout) == (0, "environments/prod.yaml: ok\n")


def test_an_unknown_environment_is_told(cdc: Cdc) -> None:
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({}))
    run = cdc("check", "prd")
    assert run.returncode == 1
    assert run.stderr == "environment prd: environments/prd.yaml does not exist; did you mean prod?\n"
