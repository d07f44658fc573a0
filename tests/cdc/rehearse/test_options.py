"""Options that would be ignored are refused, before anything is read or run."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app

RUNNING = (
    ["--keep"],
    ["--apply"],
    ["--schema", "tables.sql"],
    ["--data", "rows.sql"],
    ["--mysqld", "mysqld"],
    ["--brokers", "1"],
    ["--junit", "steps.xml"],
    ["--report", "report.html"],
)


@pytest.mark.parametrize("running", RUNNING, ids=[one[0] for one in RUNNING])
@pytest.mark.parametrize("option", ["--stop", "--explain-permissions"])
def test_a_command_that_runs_nothing_refuses_what_a_run_takes(option: str, running: list[str]) -> None:
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", option, *running])
    assert done.exit_code == 2
    assert f"'{option}': cannot be combined with {running[0]}" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("option", "excluded"),
    [("--apply", ["--keep"]), ("--apply", ["--brokers", "1"]), ("--explain-permissions", ["--stop"])],
)
def test_options_that_exclude_each_other(option: str, excluded: list[str]) -> None:
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", option, *excluded])
    assert done.exit_code == 2
    assert f"'{option}': cannot be combined with {excluded[0]}" in " ".join(done.stderr.split())


def test_options_of_a_run_are_taken_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the error is written to the files, too
    named = ["mysqld", "rows.sql", "tables.sql"]
    for name in named:
        (tmp_path / name).touch(mode=0o755)
    given = [word for option in RUNNING[2:] for word in option]
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", *given])
    assert done.exit_code == 1
    assert "no-such-environment" in done.stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
        ["mysqld", "report.html", "rows.sql", "steps.xml", "tables.sql"]
    )


def test_no_rehearsal_to_stop_as_json() -> None:
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", "--stop", "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"environment": "no-such-environment", "stopped": []})
    assert "no rehearsal is running" in done.stderr


@pytest.mark.parametrize("option", ["--schema", "--data", "--mysqld"])
def test_a_file_that_is_not_there_is_named(option: str, tmp_path: Path) -> None:
    for given, wrong in ((tmp_path / "nope", "no such file"), (tmp_path, "is a directory, must be a file")):
        done = CliRunner().invoke(app, ["rehearse", "no-such-environment", option, str(given)], env={"COLUMNS": "999"})
        assert done.exit_code == 2
        assert f"'{option}': {given}: {wrong}" in done.stderr


def test_a_server_must_be_a_program(tmp_path: Path) -> None:
    (tmp_path / "mysqld").write_text("no program")
    given = str(tmp_path / "mysqld")
    done = CliRunner().invoke(app, ["rehearse", "no-such-environment", "--mysqld", given], env={"COLUMNS": "999"})
    assert done.exit_code == 2
    assert f"{given}: must be a program that may be run" in done.stderr
