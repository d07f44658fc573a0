"""``python main.py`` as a process: files, output and exit status."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import consoles
from tests.places import ROOT
from tests.unit.environment.environment_files import BESIDE, PROPERTY, SECRET, edited, write

MAIN = ROOT / "main.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with two environments."""
    (tmp_path / "environments").mkdir()
    for name, edits in (("prod", {}), ("staging", BESIDE)):
        write(tmp_path / "environments", edited(edits), name=f"{name}.yaml")
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and stderr; stdout is always empty."""
    process = subprocess.run([sys.executable, MAIN, *arguments], cwd=folder, capture_output=True, text=True)
    assert process.stdout == ""
    return process.returncode, process.stderr


def stacks(project: Path) -> set[str]:
    return {file.parent.name for file in project.glob("cdktf.out/stacks/*/cdk.tf.json")}


def test_without_arguments_every_environment_is_synthesized(project: Path) -> None:
    assert run(project) == (0, "")
    parts = ("state", "platform", "connect")
    assert stacks(project) == {f"{name}-{part}" for name in ("prod", "staging") for part in parts}


def test_with_arguments_only_those_files_are_synthesized(project: Path) -> None:
    assert run(project, "environments/prod.yaml") == (0, "")
    assert stacks(project) == {"prod-state", "prod-platform", "prod-connect"}


def test_stacks_of_environments_that_are_gone_are_removed(project: Path) -> None:
    assert run(project) == (0, "")
    with_state = project / "cdktf.out/stacks/old-connect"
    foreign = project / "cdktf.out/stacks/notes"
    for folder in (with_state, foreign):
        folder.mkdir()
        (folder / "cdk.tf.json").write_text("{}")
    (with_state / "terraform.tfstate").write_text("{}")
    (project / "environments/staging.yaml").unlink()
    status, stderr = run(project, "environments/prod.yaml")
    assert status == 0
    parts = ("connect", "platform", "state")
    assert stderr.splitlines() == [f"removed staging-{part}: there is no such environment" for part in parts]
    assert stacks(project) == {"prod-state", "prod-platform", "prod-connect", "old-connect", "notes"}


def test_stacks_of_an_environment_that_was_not_synthesized_stay(project: Path) -> None:
    assert run(project) == (0, "")
    assert run(project, "environments/prod.yaml") == (0, "")
    assert "staging-connect" in stacks(project)


def test_errors_of_all_files_are_printed_and_nothing_is_written(project: Path) -> None:
    for name in ("prod", "staging"):
        write(project / "environments", edited({"brokers: 3": "brokers: 4"}), name=f"{name}.yaml")
    status, stderr = run(project)
    assert status == 1
    assert [line.split(":")[0] for line in stderr.splitlines()] == [
        "environments/prod.yaml",
        "environments/staging.yaml",
    ]
    assert all("kafka.brokers: must be a multiple of 3" in line for line in stderr.splitlines())
    assert stacks(project) == set()


def test_the_errors_of_the_readme_are_printed(project: Path) -> None:
    [block] = consoles("../README.md")["Describe your environment"]
    command, *lines = block.splitlines()
    assert command == "$ make synth ENV=staging"
    mistakes = {
        "us-east-1b, us-east-1c": "us-east-1b, eu-west-1c",
        "brokers: 3": "brokers: 4",
        "heartbeat_seconds": "heartbeat_second",
        PROPERTY: f"database.password: {SECRET}",
    }
    write(project / "environments", edited(mistakes), name="staging.yaml")
    status, stderr = run(project, "environments/staging.yaml")
    assert (status, stderr.splitlines()) == (1, lines)


def test_a_warning_does_not_stop_synthesis(project: Path) -> None:
    write(project / "environments", edited({"version: 3.9.x": "version: 3.7.x"}))
    status, stderr = run(project, "environments/prod.yaml")
    assert status == 0
    assert stderr.startswith("warning: environments/prod.yaml:")
    assert "AWS ended its support on 2026-09-01" in stderr
    assert "prod-platform" in stacks(project)


def test_a_missing_archive_is_an_error(project: Path) -> None:
    plugins = "plugins: {debezium-mysql: {archive: build/gone.zip}}"
    write(project / "environments", edited({"plugins:": plugins}))
    status, stderr = run(project, "environments/prod.yaml")
    assert status == 1
    assert "cannot read build/gone.zip (No such file or directory); build it with: cdc plugin build" in stderr
    assert len(stderr.splitlines()) == 1
    assert stacks(project) == set()


def test_a_folder_without_environments_is_an_error(tmp_path: Path) -> None:
    status, stderr = run(tmp_path)
    assert status == 1
    assert stderr == "environments/*.yaml: no such file; run this in the project folder, or name environment files\n"
