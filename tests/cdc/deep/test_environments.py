"""``cdc check --deep``: an environment's connectors validated by their plugins, and errors with their lines."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app
from cdc.deep.environments import Machine, Validated, effective, validated
from cdc.rehearse import rehearsing
from modules.artifacts.lock import load as load_lock
from modules.artifacts.sources import sources
from modules.environment.environment import Environment
from modules.environment.loading import load, located
from modules.environment.models.plugins import ArchivePlugin
from modules.messages.problems import EnvironmentErrors
from rehearsal.processes.runs import Run
from rehearsal.rehearsal import Rehearsal
from rehearsal.steps import Step, Steps
from tests.cdc.deep import lab
from tests.places import ROOT

FILES = {name: ROOT / "environments" / f"{name}.yaml" for name in ("dev", "prod", "rehearsal")}
# Valid by its definitions: only the transform itself reads the format, where XXXX has one letter too many.
ONLY_THE_TRANSFORM_REFUSES = {
    "transforms": "at",
    "transforms.at.type": "org.apache.kafka.connect.transforms.TimestampConverter$Value",
    "transforms.at.target.type": "string",
    "transforms.at.format": "yyyy-MM-dd HH:mm XXXX",
}


def environment(properties: Mapping[str, str] | None = None, *, archive: bool = True) -> Environment:
    """prod with other properties, without the checks of the file; its plugin is a local archive."""
    whole = load(FILES["prod"])
    [(name, connector)] = list(whole.connectors.items())[:1]
    connectors = {name: connector.model_copy(update={"properties": dict(properties or {})})}
    plugins = {connector.plugin: ArchivePlugin(archive=str(lab.archive("3.6.1.Final")))} if archive else whole.plugins
    return whole.model_copy(update={"connectors": connectors, "plugins": plugins})


def machine() -> Machine:
    lab.paths("3.7.x", "2.7.1")
    return Machine(load_lock(), sources(), offline=True)


def problems(one: Environment, archives: Mapping[str, Path] | None = None) -> Validated:
    [found] = validated([one], machine(), archives or {})
    return found


def test_the_examples_pass() -> None:
    environments = [load(file) for file in FILES.values()]
    archives = {name: lab.archive("3.6.1.Final") for each in environments for name in each.plugins}
    assert validated(environments, machine(), archives) == (Validated((), ()),) * 3


def test_a_property_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    name = next(iter(load(FILES["prod"]).connectors))
    file = tmp_path / "prod.yaml"
    file.write_text(f"connectors:\n  {name}:\n    properties:\n      errors.tolerance: some\n")
    [problem] = located(problems(environment({"errors.tolerance": "some"})).errors, file)
    assert str(problem).startswith(f"{file}:4: connectors.{name}.properties.errors.tolerance: Kafka Connect 3.7.x ref")
    assert str(problem).endswith("must be one of: none, all, got 'some'")


def test_a_generated_property_is_named_in_the_message() -> None:
    [problem] = problems(environment({"max.batch.size": "20000"})).errors
    assert problem.path[0] == "connectors"
    assert len(problem.path) == 2
    assert problem.message.startswith("max.queue.size: Debezium 3.6.1.Final refuses it: The 'max.queue.size' value")


def test_each_property_has_one_finding() -> None:
    wrong = {"transforms": "r", "transforms.r.type": "RegexRouter", "transforms.r.regex": "("}
    found = [problem.path[-1] for problem in problems(environment(wrong)).errors]
    assert sorted(map(str, found)) == sorted(set(map(str, found)))
    assert "transforms.r.regex" in found


def test_classes_may_have_their_short_names() -> None:
    short = {"transforms": "r", "transforms.r.type": "RegexRouter", "value.converter": "JsonConverter"}
    whole = {**short, "transforms.r.regex": "(.*)", "transforms.r.replacement": "$1"}
    assert problems(environment(whole)).errors == ()
    name = next(iter(environment().connectors))
    assert effective(environment(whole), name)["value.converter"] == "org.apache.kafka.connect.json.JsonConverter"


def test_a_secret_is_in_no_message() -> None:
    wrong = {"value.converter": "com.example.Avro", "converters": "own", "own.type": "com.example.Own"}
    [one, other] = problems(environment({**wrong, "own.password": "hunter2"})).errors
    assert "hunter2" not in f"{one}{other}"


def test_a_published_plugin_validates_with_a_local_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = environment(ONLY_THE_TRANSFORM_REFUSES, archive=False)
    [plugin] = one.plugins
    archive = lab.archive("3.6.1.Final")
    ready = machine()
    monkeypatch.chdir(tmp_path)
    [nowhere] = validated([one], ready)
    assert nowhere.errors == ()
    assert [problem.message for problem in nowhere.skipped] == [
        f"was not validated: its ZIP is not on this machine; pass it with --plugin {plugin}=ZIP"
    ]
    [given] = validated([one], ready, {plugin: archive})
    assert [problem.path[-1] for problem in given.errors] == ["transforms.at.type"]
    assert given.skipped == ()


def test_a_published_plugin_is_found_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = environment(ONLY_THE_TRANSFORM_REFUSES, archive=False)
    [(name, plugin)] = one.plugins.items()
    ready = machine()
    archive = lab.archive("3.6.1.Final")
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "build" / "plugins" / f"{name}.zip"
    place.parent.mkdir(parents=True)
    shutil.copyfile(archive, place)
    lock = load_lock()
    [file] = lock.sets[lab.ARCHIVES["3.6.1.Final"]].files
    same = one.model_copy(update={"plugins": {name: plugin.model_copy(update={"key": f"x/{file.sha256}.zip"})}})
    other = one.model_copy(update={"plugins": {name: plugin.model_copy(update={"key": f"x/{'0' * 64}.zip"})}})
    [found, not_found] = validated([same, other], ready)
    assert (len(found.errors), found.skipped) == (1, ())
    assert (not_found.errors, len(not_found.skipped)) == ((), 1)


def written(folder: Path, properties: Mapping[str, str]) -> Path:
    """rehearsal.yaml with other properties of its first connector."""
    text = FILES["rehearsal"].read_text()
    archive = lab.archive("3.6.1.Final")
    assert text.count("archive: build/plugins/debezium-mysql.zip") == 1
    text = text.replace("archive: build/plugins/debezium-mysql.zip", f"archive: {archive}")
    lines = "".join(f"\n      {key}: {value}" for key, value in properties.items())
    assert text.count("    source:") == 1
    file = folder / "rehearsal.yaml"
    file.write_text(text.replace("    source:", f"    properties:{lines}\n    source:"))
    return file


def test_the_command_reports_it_like_other_problems(tmp_path: Path) -> None:
    file = written(tmp_path, ONLY_THE_TRANSFORM_REFUSES)
    shallow = CliRunner().invoke(app, ["check", str(file), "--json"])
    deep = CliRunner().invoke(app, ["check", str(file), "--deep", "--offline", "--json"])
    before, after = (json.loads(each.stdout)["errors"] for each in (shallow, deep))
    new = [problem for problem in after if problem not in before]
    assert [problem["path"][-1] for problem in new] == ["transforms.at.type"]
    assert new[0]["line"] is not None
    assert "invalid ISO 8601 format" in new[0]["message"]
    assert deep.exit_code == 1


def test_the_command_requires_existing_archives() -> None:
    wrong = CliRunner().invoke(app, ["check", "--deep", "--plugin", "debezium-mysql=nowhere.zip"])
    assert wrong.exit_code == 2
    assert "must be NAME=ZIP" in " ".join(wrong.stderr.split())


class Quiet:
    """A reporter that shows nothing."""

    def started(self, step: str) -> None: ...

    def progress(self, text: str) -> None: ...

    def finished(self, step: Step) -> None: ...

    def failed(self, step: Step) -> None: ...

    def message(self, text: str) -> None: ...


def test_a_rehearsal_deploys_nothing_that_debezium_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "_fetch_parts", lambda *_: None)
    monkeypatch.setattr(rehearsing, "_missing", list)
    machine()
    file = written(tmp_path, ONLY_THE_TRANSFORM_REFUSES)
    inputs = rehearsing.inputs(rehearsing.Options(str(file), offline=True), Quiet())
    run = Run(tmp_path / "run", "rehearsal", 1, 0.0)
    run.folder.mkdir()
    rehearsal = Rehearsal(inputs, Steps(Quiet()), run, None)
    with pytest.raises(EnvironmentErrors, match=r"transforms\.at\.type: .*TimestampConverter.* refuses it"):
        rehearsal.start()
    assert not rehearsal.deploys
