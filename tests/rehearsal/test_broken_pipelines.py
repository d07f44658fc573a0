"""Broken pipelines: each is one finding with its cause, its place in the environment file, and the next step."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.debezium import configuration
from modules.environment.environment import Environment
from modules.environment.loading import load
from rehearsal.connect import refusals
from rehearsal.connect.diagnosis import diagnose
from rehearsal.failures import failure
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.findings import Finding
from tests.rehearsal.broken_pipelines import CASES, HOST, RECORDED, Broken
from tests.synthesized import document


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dev.yaml"


def written(file: Path, properties: Mapping[str, Any]) -> Environment:
    """The environment with these properties, also those that the checks refuse: users may accept them."""
    content = document("dev")
    content["connectors"]["shop"] |= {"properties": {}, "capacity": {"mcu": 1}}
    file.write_text(yaml.safe_dump(content))
    environment = load(file)
    content["connectors"]["shop"]["properties"] = dict(properties)
    file.write_text(yaml.safe_dump(content))
    changed = environment.connectors["shop"].model_copy(update={"properties": dict(properties)})
    return environment.model_copy(update={"connectors": {"shop": changed}})


def found(case: Broken, environment: Environment, file: Path) -> Finding:
    """As the rehearsal reports it, through the daemon's JSON."""
    config = environment.connectors["shop"]
    connection = configuration.connection_properties(config, hostname=HOST, port="3306", bootstrap="b-1:9098")
    deployed = {**configuration.connector_properties(config), **connection, **case.deployed}
    text = case.text or (RECORDED / f"{case.name}.txt").read_text()
    servers = [one.at(connector="cdc-dev-shop").document for one in diagnose("", text, configuration=deployed)]
    [one] = failure(RehearsalError("terraform apply failed"), servers, environment, file).findings
    return one


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_pipeline(case: Broken, file: Path) -> None:
    environment = written(file, case.properties)
    one = found(case, environment, file)
    assert one.cause.startswith(case.cause)
    assert "\n" not in one.cause
    assert case.step in one.next_step
    assert one.where["connector"] == "shop"
    assert {kind: one.where[kind] for kind in case.places} == case.places
    path = f"connectors.shop.{case.at}".rstrip(".")
    line, _, shown = one.where["line"].removeprefix(f"{file}:").partition(": ")
    assert shown == path
    last = case.at.removeprefix("properties.") if case.at.startswith("properties.") else case.at.rpartition(".")[2]
    assert re.match(rf"\s*{re.escape(last or 'shop')}:", file.read_text().splitlines()[int(line) - 1])


def test_every_recorded_text_is_a_case() -> None:
    assert {path.stem for path in RECORDED.iterdir()} == {case.name for case in CASES if not case.text}


def test_each_refused_property_is_a_finding_without_a_repetition() -> None:
    text = "\n".join(
        [refusals.line("snapshot.mode", "The 'snapshot.mode' value is invalid: Value must be one of initial"),
         refusals.line("snapshot.mode", "Value must be one of initial"),
         refusals.line("database.password", "Invalid value hunter2 for configuration database.password: too short"),
         "another message"]
    )  # fmt: skip
    values = {"snapshot.mode": "sometimes", "database.password": "hunter2"}
    first, second = diagnose("", text, configuration=values)
    assert first == Finding(
        "the connector refuses snapshot.mode, got 'sometimes': Value must be one of initial",
        "see: cdc explain snapshot.mode",
        where={"property": "snapshot.mode"},
    )
    assert second.cause == "the connector refuses database.password, got (hidden): too short"


def test_an_error_without_a_finding_is_its_own_cause(file: Path) -> None:
    environment = written(file, {})
    found = failure(RehearsalError("terraform apply failed in dev-connect:\nno quota\nfor that"), [], environment, file)
    assert found.what == "terraform apply failed in dev-connect"
    assert found.findings == (Finding("no quota", evidence="for that"),)
    assert failure(RehearsalError("no more"), [], environment, file).findings == (Finding("no more"),)


def test_a_finding_is_given_once(file: Path) -> None:
    one = Finding("it fails", "fix it", where={"connector": "cdc-dev-shop"})
    found = failure(RehearsalError("a connector does not run:", one), [one.document], written(file, {}), file)
    assert [found.what, *[each.cause for each in found.findings]] == ["a connector does not run", "it fails"]
    assert found.text.count("it fails; fix it") == 1


def test_a_connector_of_no_entry_has_no_line(file: Path) -> None:
    servers = [Finding("it fails", where={"connector": "another"}).document]
    [one] = failure(RehearsalError("no"), servers, written(file, {}), file).findings
    assert one.where == {"connector": "another"}
