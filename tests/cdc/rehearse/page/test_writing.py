"""The file of a report: refused early where it could not be written, else replaced as a whole."""

import os
from pathlib import Path

from typer.testing import CliRunner

from cdc.cli import app
from cdc.rehearse.page import writing
from modules.environment.loading import load
from modules.environment.models.plugins import ArchivePlugin
from modules.user_files.writing import obstacle
from rehearsal.failures import Failure
from rehearsal.outcome import Outcome
from rehearsal.steps import Step
from rehearsal.substitutions import CERTIFICATES
from tests.html_pages import Shown
from tests.places import ROOT

STEPS = (Step("start", at=0, seconds=4.5, result="AWS, 1 MySQL"),)
PROD = load(ROOT / "environments/prod.yaml")


def refused(file: Path) -> str:
    """What the command says, before anything is read: there is no such environment."""
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", "--report", str(file)])
    assert done.exit_code == 2
    return "".join(line.strip("│ ") for line in done.stderr.splitlines())


def test_a_file_that_can_be_written_is_taken(tmp_path: Path) -> None:
    assert obstacle(tmp_path / "report.html") is None
    (old := tmp_path / "old.html").write_text("old")
    assert obstacle(old) is None
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert obstacle(file := tmp_path / "no" / "report.html") == f"{file}: the folder {file.parent} does not exist"
    assert "'--report'" in refused(file)
    assert not file.parent.exists()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert obstacle(tmp_path) == f"{tmp_path}: is a directory, must be a file"
    assert "is a directory, must be a file" in refused(tmp_path)


def test_a_file_as_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "does not exist" in str(obstacle(tmp_path / "file" / "report.html"))


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    assert obstacle(pipe) == f"{pipe}: must be a regular file"


def test_a_folder_that_cannot_be_written_is_refused() -> None:
    """Not even by root."""
    assert str(obstacle(Path("/proc/self/report.html"))).startswith("/proc/self/report.html: the folder /proc/")
    assert "cannot be written" in refused(Path("/proc/self/report.html"))


def test_it_is_replaced_with_all_that_the_environment_has(tmp_path: Path) -> None:
    (file := tmp_path / "report.html").write_text("old")
    outcome = Outcome("rehearsal", (CERTIFICATES,), STEPS, second_plan_empty=True, seconds=61, deployed=PROD)
    writing.write(file, outcome)
    found = Shown.of(file)
    assert "passed in 1:01: nothing lost" in found.text
    assert "img" in found.tags
    assert {"connector orders", "consumer billing"} <= set(found.texts("th"))
    assert "brokers' certificates" in found.texts("td")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_rehearsal_hides_what_it_knows(tmp_path: Path) -> None:
    failed = Failure("it fails with horse battery", (), "horse battery")
    step = Step("snapshot", at=5, seconds=7)
    outcome = Outcome(
        "rehearsal",
        (),
        STEPS,
        failure=failed,
        failed_step=step,
        hide=lambda text: text.replace("horse battery", "(hidden)"),
    )
    writing.write(file := tmp_path / "report.html", outcome)
    found = Shown.of(file)
    assert "snapshot, after 0:12: it fails with (hidden)" in found.text
    assert "horse battery" not in file.read_text()
    assert "could not be drawn: the environment is not known" in found.text


def test_without_the_archive_of_a_plugin_the_page_has_the_rest(tmp_path: Path) -> None:
    gone = ArchivePlugin(archive=str(tmp_path / "gone.zip"))
    deployed = PROD.model_copy(update={"plugins": {"debezium-mysql": gone}})
    writing.write(file := tmp_path / "report.html", Outcome("prod", (), STEPS, deployed=deployed))
    found = Shown.of(file)
    assert "could not be drawn: " in found.text
    assert "gone.zip" in found.text
    assert {"connector orders", "consumer billing"} <= set(found.texts("th"))


def test_an_error_before_the_first_step(tmp_path: Path) -> None:
    writing.write_error(
        file := tmp_path / "report.html", "environments/dev.yaml", "missing <b>\npassword=hunter2hunter2"
    )
    found = Shown.of(file)
    assert "Rehearsal of dev" in found.texts("h1")
    assert "missing <b>" in found.text
    assert "hunter2" not in file.read_text()


def test_an_error_of_the_command_is_a_page(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["rehearse", "no-such-environment", "--report", str(file := tmp_path / "report.html")]
    )
    assert done.exit_code == 1
    assert "environment no-such-environment" in Shown.of(file).text
