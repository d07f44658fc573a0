"""One command: a deploy on this machine, real changes through real Debezium, and nothing left; however it ends."""

import signal
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest

from rehearsal.processes import runs
from rehearsal.processes.runs import Run
from tests.html_pages import SECTIONS, Shown
from tests.places import ROOT
from tests.rehearsal.commands import Command, is_gone, run_of


def test_a_rehearsal_from_deploy_to_destroy(tmp_path: Path) -> None:
    """With the permissions of the deployer's policy alone."""
    page = tmp_path / "report.html"
    with Command("rehearsal", "--enforce-deployer", "--json", "--report", str(page), folder=tmp_path) as command:
        assert command.end() == 0, command.said
        document = command.document()
    assert document["environment"] == "rehearsal"
    assert document["second_plan_empty"] is True
    assert document["left_behind"] == []
    assert document["lost"] == 0
    assert list(document["resources"]) == ["state", "platform", "connect"]
    assert all(document["resources"].values())
    events, changes = document["events"], document["changes"]
    assert events["snapshot"] == 4 * 20
    assert {kind: events[kind] for kind in ("create", "update", "delete")} == {
        kind: changes[kind] for kind in ("create", "update", "delete")
    }
    assert all(changes[kind] for kind in ("create", "update", "delete", "schema_change"))
    assert [step["name"] for step in document["steps"]] == [
        "start", "platform", "state", "snapshot", "changes", "restart", "connect", "second plan",
        "destroy connect", "destroy platform", "destroy state",
    ]  # fmt: skip
    made = [
        one for step in document["steps"] if step["name"] in ("changes", "restart") for one in step["result"].split()
    ]
    assert sum(int(word) for word in made if word.isdecimal()) == sum(changes.values())
    listed = {one["name"] for one in document["substitutions"]}
    assert {"database", "host names", "brokers' certificates"} <= listed
    assert "endpoints" not in document
    assert {report["role"] for report in document["permissions"]} == {"cdc-rehearsal-shop-worker", "rehearsal-search"}
    for report in document["permissions"]:
        assert report["used"]
        assert report["denied"] == []
        assert all(one["reason"] for one in report["unused"])
    _check_report(Shown.of(page), document)


def _check_report(shown: Shown, document: Mapping[str, Any]) -> None:
    """The page of a rehearsal that passed has what the document has, and what was only observed."""
    assert shown.sections == list(SECTIONS)
    assert "nothing lost" in shown.text
    for step in document["steps"]:
        assert f"{step['seconds']:.1f} s" in shown.text
    tables = {flow["source"] for flow in document["flows"] if "(" not in flow["source"]}
    assert tables
    assert tables <= set(shown.texts("strong"))  # each has samples
    assert {"before", "after"} <= set(shown.texts("th"))
    assert "could not be" not in shown.text  # read, drawn
    plots = set(shown.attributes("svg", "aria-label"))
    assert {"Rows received per second", "Seconds behind the database", "Running and failed tasks"} <= plots
    assert "no value in this rehearsal of AWS/Kafka BytesInPerSec" in shown.text
    assert {"connector shop", "consumer search"} <= set(shown.texts("th"))
    assert not shown.text.count("✕") - 1  # in the legend alone: nothing was denied
    assert shown.external == []


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda process: process.send_signal(signal.SIGINT), 130),
        (lambda process: process.send_signal(signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda process: process.kill(), -signal.SIGKILL),
    ],
    ids=["Ctrl-C", "SIGTERM", "kill -9"],
)
def test_it_can_be_interrupted_at_any_time(
    tmp_path: Path, end: "Callable[[subprocess.Popen[bytes]], None]", status: int
) -> None:
    with Command("rehearsal", folder=tmp_path) as command:
        folder = run_of(command.process)
        command.until("start")  # terraform, the embedded AWS and MySQL run
        assert runs.processes(folder)
        end(command.process)
        assert command.end() == status
        assert is_gone(folder)
        if status > 0:  # nobody can say anything after kill -9
            assert "interrupted: stopping the servers" in command.said
            assert command.said.rstrip().endswith("stopped: nothing is left") or status == 130


def test_a_crash_of_its_daemon(tmp_path: Path) -> None:
    with Command("rehearsal", folder=tmp_path) as command:
        folder = run_of(command.process)
        command.until("start")
        run = Run.read(folder)
        assert run
        psutil.Process(run.pid).kill()
        assert command.end() == 1
        assert "the embedded AWS stopped during the rehearsal" in command.said
        assert is_gone(folder)


SCHEMA = """CREATE DATABASE shop; USE shop;
CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE `Odd things` (`a b` BIT(5) PRIMARY KEY, place GEOMETRY SRID 4326 NULL, tags SET('x', 'y') NOT NULL,
    c DECIMAL(30, 10) NOT NULL, doc JSON, twice INT AS (`a b` * 2) VIRTUAL, y YEAR, t TIME(6));
CREATE TABLE without_key (a INT, at DATETIME(3) NOT NULL, p POINT NOT NULL SRID 4326);
"""
DATA = """USE shop;
BEGIN; INSERT INTO things VALUES (100, 'mine'); UPDATE things SET name = 'still mine' WHERE id = 100; COMMIT;
DELETE FROM without_key WHERE a IS NULL;
"""


def test_another_environment_with_tables_and_changes_of_its_own(tmp_path: Path) -> None:
    schema = tmp_path / "tables.sql"
    schema.write_text(SCHEMA)
    data = tmp_path / "changes.sql"
    data.write_text(DATA)
    environment = tmp_path / "mine.yaml"
    copyfile(ROOT / "environments/dev.yaml", environment)
    with Command(
        *(str(environment), "--brokers", "1", "--schema", str(schema), "--data", str(data), "--json"),
        folder=tmp_path,
    ) as command:
        assert command.end() == 0, command.said
        document = command.document()
    assert document["events"]["snapshot"] == 3 * 20
    assert (document["lost"], document["unfilled"]) == (0, {})
    # The file's, and the generated ones after the restart: two inserts, an update and a delete in each table.
    made = {"create": 1 + 2 * 3, "update": 1 + 3, "delete": 4 + 3, "schema_change": 0}
    assert {kind: document["changes"][kind] for kind in made} == made
    assert "brokers" in {one["name"] for one in document["substitutions"]}


def test_there_must_be_one_to_stop(tmp_path: Path) -> None:
    with Command("rehearsal", "--stop", folder=tmp_path) as command:
        assert command.end() == 1
        assert command.said == "rehearsal: no rehearsal is running\n"


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """Without the captured tables: a rehearsal fails within seconds."""
    file = tmp_path / "tables.sql"
    file.write_text("CREATE DATABASE shop;\nCREATE TABLE shop.things (id INT PRIMARY KEY);\n")
    return file


def test_a_failed_rehearsal_leaves_what_explains_it(tmp_path: Path, schema: Path) -> None:
    report, page = tmp_path / "rehearsal.xml", tmp_path / "report.html"
    files = ("--junit", str(report), "--report", str(page))
    with Command("rehearsal", "--schema", str(schema), "--json", *files, folder=tmp_path) as command:
        folder = run_of(command.process)
        assert command.end() == 1
        document = command.document()
    assert is_gone(folder)
    assert document["passed"] is False
    assert document["failed_step"] == "start"
    [failure] = document["failures"]
    assert "connectors.shop.source.tables: captures no table" in failure
    assert "shop.customers" in failure
    [*_, last] = ElementTree.parse(report).getroot().iter("testcase")
    assert last.attrib["name"] == "start"
    assert "shop.customers" in str(last.findtext("failure"))
    shown = Shown.of(page)
    assert shown.classes("verdict") == ["verdict failed"]
    assert "start, after 0:" in shown.text
    assert "shop.customers" in shown.text
    assert shown.sections == list(SECTIONS)
    assert "img" in shown.tags
    assert "could not be" not in shown.text
    assert command.said.splitlines()[-1].startswith("failed in 0:")
    logs = Path(document["logs"])
    assert f"logs and configurations: {logs}" in command.said
    assert stat.S_IMODE(logs.stat().st_mode) == 0o700
    assert (logs / "failure.txt").read_text() == failure
    assert "ready for connections" in (logs / "logs/mysql/shop/mysql.log").read_text()
    for name in (
        "aws-requests.jsonl",
        "configuration/rehearsal.yaml",
        "configuration/stacks/rehearsal-connect/cdk.tf.json",
    ):
        assert (logs / name).stat().st_size


def test_a_failed_rehearsal_can_be_kept(tmp_path: Path, schema: Path) -> None:
    with Command("rehearsal", "--schema", str(schema), "--keep", folder=tmp_path) as command:
        folder = run_of(command.process)
        assert command.end() == 1
    assert "connectors.shop.source.tables: captures no" in command.said
    assert f"logs of the servers: {folder}" in command.said
    assert "stop it\n  cdc rehearse rehearsal --stop\n" in command.answered
    run = Run.read(folder)
    assert run
    assert run.kept
    assert run.alive
    with Command("rehearsal", "--stop", folder=tmp_path) as stopping:
        assert stopping.end() == 0
    assert is_gone(folder)
