"""``cdc plugin`` and ``cdc check`` as processes: exit status, output, and files."""

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
    """Runs the command line in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = dict(os.environ)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cdc.cli", *arguments]
        variables = {**self.variables, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Cdc:
    """A folder in which the plugin was built from the parts that every source has."""
    cdc = Cdc(tmp_path_factory.mktemp("project"))
    run = cdc("plugin", "build", PLUGIN, *WITHOUT)
    assert run.returncode == 0, run.stderr
    return cdc


@pytest.fixture
def cdc(tmp_path: Path) -> Cdc:
    return Cdc(tmp_path)


def archive(cdc: Cdc) -> Path:
    return cdc.folder / "build" / "plugins" / f"{PLUGIN}.zip"


def test_a_second_build_is_unchanged(built: Cdc) -> None:
    before = archive(built).stat()
    run = built("plugin", "build", PLUGIN, *WITHOUT, "--json")
    assert json.loads(run.stdout)["changed"] is False
    assert archive(built).stat() == before


def test_the_bytes_are_the_same_in_another_folder_cache_and_time_zone(built: Cdc, cdc: Cdc, tmp_path: Path) -> None:
    fetched = built(
        "artifacts", "fetch", "debezium-connector-mysql", "connect-3.7", "ecj", "--to", str(tmp_path / "carried")
    )
    assert fetched.returncode == 0, fetched.stderr
    cdc.variables |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TZ": "Pacific/Apia", "PYTHONHASHSEED": "7"}
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--source", str(tmp_path / "carried"), "--json")
    result = json.loads(run.stdout)
    assert result["changed"] is True
    assert (
        result["sha256"]
        == sha256(archive(built).read_bytes()).hexdigest()
        == sha256(archive(cdc).read_bytes()).hexdigest()
    )


def test_a_damaged_archive_is_built_again(built: Cdc, cdc: Cdc) -> None:
    whole = archive(built).read_bytes()
    archive(cdc).parent.mkdir(parents=True)
    archive(cdc).write_bytes(whole[:-1])
    assert cdc("plugin", "build", PLUGIN, *WITHOUT).returncode == 0
    assert archive(cdc).read_bytes() == whole


def test_offline_names_the_missing_files(cdc: Cdc, tmp_path: Path) -> None:
    cdc.variables["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--offline")
    assert run.returncode == 1
    assert "io.debezium:debezium-connector-mysql:3.6.1.Final:zip:plugin (30,891,855 bytes)" in run.stderr
    assert not archive(cdc).exists()


def test_a_part_is_left_out_only_by_name(cdc: Cdc, tmp_path: Path) -> None:
    cdc.variables["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    (tmp_path / "nothing").mkdir()
    run = cdc("plugin", "build", PLUGIN, "--source", str(tmp_path / "nothing"))
    assert run.returncode == 1
    assert "msk-config-providers:0.4.0:jar:all" in run.stderr
    assert "--without" in run.stderr
    assert not archive(cdc).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("debezium-mysq",),
            "must be debezium-mysql or debezium-mysql-2, got debezium-mysq; did you mean debezium-mysql?",
        ),
        ((PLUGIN, "--without", "kafka"), "a part of debezium-mysql must be debezium-connector-mysql, lag or"),
        ((PLUGIN, "--with", "glue"), "an extra of debezium-mysql must be apicurio-converter,"),
        ((PLUGIN, "--kafkaconnect", "4.0"), "the Connect version must be 2.7.1 or 3.7.x, got 4.0"),
        ((PLUGIN, "--source", "ftp://example.com"), "ftp://example.com"),
        ((PLUGIN, "--source", "no-such-folder"), "no-such-folder"),
    ],
)
def test_a_wrong_argument_is_an_error_with_the_allowed_values(
    cdc: Cdc, arguments: tuple[str, ...], message: str
) -> None:
    run = cdc("plugin", "build", *arguments)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert list(cdc.folder.iterdir()) == []


def test_an_old_connect_version_is_refused_and_nothing_is_written(cdc: Cdc) -> None:
    run = cdc("plugin", "build", PLUGIN, *WITHOUT, "--kafkaconnect", "2.7.1")
    assert run.returncode == 1
    assert "must be for Java 11 or older" in run.stderr
    assert "org.apache.kafka.connect.source.ExactlyOnceSupport" in run.stderr
    assert not archive(cdc).exists()


def test_inspect_shows_the_contents_and_where_it_runs(built: Cdc) -> None:
    found = json.loads(built("plugin", "inspect", str(archive(built)), "--json").stdout)
    assert found["connectors"] == [CONNECTOR]
    assert found["manifest"]["left_out"] == [PROVIDER]
    assert {verdict["kafkaconnect_version"]: verdict["runs"] for verdict in found["verdicts"]} == {
        "3.7.x": True,
        "2.7.1": False,
    }
    table = built("plugin", "inspect", str(archive(built))).stdout
    assert all(word in table for word in (CONNECTOR, "mysql-connector-j", "Connect 3.7.x on Java 17: runs"))


def test_inspect_of_another_file_is_an_error(cdc: Cdc, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no")
    run = cdc("plugin", "inspect", "no.zip")
    assert (run.returncode, run.stdout) == (1, "")
    assert "no.zip must be a ZIP or JAR" in run.stderr


@pytest.fixture
def project(built: Cdc, cdc: Cdc) -> Cdc:
    """A folder with an environment whose archive was built without the provider."""
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({"plugins:": f"plugins: {{{PLUGIN}: {{archive: {PLUGIN}.zip}}}}"}))
    shutil.copy(archive(built), cdc.folder / f"{PLUGIN}.zip")
    return cdc


def test_check_refuses_an_archive_that_synthesis_only_warns_about(project: Cdc) -> None:
    run = project("check", "prod")
    assert run.returncode == 1
    assert "must contain com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider" in run.stderr
    assert f"it was built --without {PROVIDER}" in run.stderr
    synthesis = [sys.executable, str(ROOT / "main.py"), "environments/prod.yaml"]
    made = subprocess.run(synthesis, cwd=project.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stderr.startswith("warning: environments/prod.yaml:")


def test_check_inspects_archives_that_were_not_built_here(project: Cdc) -> None:
    jar = "strange/readme.jar"
    with zipfile.ZipFile(project.folder / f"{PLUGIN}.zip", "w") as strange:
        strange.writestr(jar, b"")
    run = project("check", "--json")
    assert run.returncode == 1
    assert [error["path"] for error in json.loads(run.stdout)["errors"]] == [["plugins", PLUGIN, "archive"]]


def test_check_of_a_valid_environment_prints_ok(cdc: Cdc) -> None:
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({}))
    run = cdc("check")
    assert (run.returncode, run.stdout) == (0, "environments/prod.yaml: ok\n")


def test_an_unknown_environment_is_an_error(cdc: Cdc) -> None:
    (cdc.folder / "environments").mkdir()
    write(cdc.folder / "environments", edited({}))
    run = cdc("check", "prd")
    assert run.returncode == 1
    assert run.stderr == "environment prd: environments/prd.yaml does not exist; did you mean prod?\n"
