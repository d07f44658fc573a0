"""How environment files are read: what is wrong is told all at once, with its place, and never with a secret."""

import os
import time
from pathlib import Path

import pytest

from modules.environment.loading import load, load_all, warnings
from modules.messages.problems import EnvironmentErrors, shown
from tests.places import ENVIRONMENTS
from tests.unit.environment.environment_files import (
    BESIDE,
    PROD,
    PROPERTY,
    SECRET,
    Edits,
    edited,
    errors_of,
    marked,
    marked_line,
    write,
)
from tests.unit.user_files.test_bounds import BOMB

EXAMPLES = sorted(ENVIRONMENTS.glob("*.yaml"))


def lines_of(file: Path) -> list[str]:
    """The lines that are told, without the file's name."""
    return [line.removeprefix(f"{file}:") for line in str(errors_of(file)).splitlines()]


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_the_examples_say_nothing_wrong(file: Path) -> None:
    environment = load(file)
    assert environment.name == file.stem
    assert warnings(environment, file) == ()


# All at once.

MISTAKES: Edits = {
    "region: us-east-1\n": "region: us-east-1\nregoin: us-east-1\n",
    "lockfile: true": "lockfile: yes",
    "us-east-1c]": "us-west-2c]",
    "brokers: 3": "brokers: 4",
    "volume_gib: 100": 'volume_gib: "100"',
    "secret: cdc/orders": "secret: arn:aws:secretsmanager:us-east-1:123456789012:secret:cdc/orders-AbCdEf",
    "workers: 1": "workers: 2",
    PROPERTY: f"database.password: {SECRET}",
    "[orders.orders.*]": '["*"]',
    "sns:us-east-1": "sns:eu-west-1",
}


def test_all_mistakes_of_a_file_are_told_together(tmp_path: Path) -> None:
    """Of fields and of rules, of every section, in the order of the file."""
    file = write(tmp_path, edited(MISTAKES))
    assert lines_of(file) == [
        "4: regoin: unknown key; did you mean region?",
        "12: state.lockfile: must be true: YAML reads yes as true",
        "17: network.availability_zones[2]: must be in us-east-1, got 'us-west-2c'",
        "30: kafka.brokers: must be a multiple of 3 (as many in each availability zone), got 4",
        "31: kafka.volume_gib: must be a whole number, got '100'",
        "46: connectors.orders.source.secret: must be the secret's name, not its ARN: letters, digits and /_+=.@-, "
        "got 'arn:aws:secretsmanager:us-east-1:123456789012:secret:cdc/orders-AbCdEf'",
        "53: connectors.orders.capacity.workers: must be 1: Debezium MySQL runs one task, more workers would idle "
        "(raise mcu instead), got 2",
        "55: connectors.orders.properties.database.password: must be left out: it comes from source.secret, "
        "got (hidden)",
        "59: consumers.billing.topics[0]: must be a name, with * for anything but not first: "
        "a lone * would be everything in the cluster, got '*'",
        "64: alarms.sns_topic_arn: must be in us-east-1, got 'arn:aws:sns:eu-west-1:123456789012:oncall'",
    ]


def test_all_files_are_told_together(tmp_path: Path) -> None:
    good = write(tmp_path, PROD)
    one = write(tmp_path, marked("brokers: 3", "brokers: 4"), name="one.yaml")
    two = write(tmp_path, marked("region: us-east-1", "region: here"), name="two.yaml")
    with pytest.raises(EnvironmentErrors) as error:
        load_all([good, one, two, tmp_path / "gone.yaml"])
    assert [problem.file for problem in error.value.problems] == [str(tmp_path / "gone.yaml"), str(one), str(two)]
    assert [environment.name for environment in load_all([good])] == ["prod"]


@pytest.mark.parametrize("again", ["prod.yaml", "./other/../prod.yaml", "other/prod.yaml"])
def test_a_file_is_given_once(again: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, PROD)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "prod.yaml").symlink_to(tmp_path / "prod.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EnvironmentErrors, match=r"prod\.yaml: must be given once: it is the same file") as error:
        load_all([Path("prod.yaml"), Path(again)])
    assert len(error.value.problems) == 1


def test_two_files_cannot_be_one_environment(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [write(tmp_path, PROD), write(tmp_path / "other", PROD)]
    with pytest.raises(EnvironmentErrors, match=r"other/prod\.yaml: must have another name"):
        load_all(files)


def test_a_name_is_not_anothers_and_a_hyphen_more(tmp_path: Path) -> None:
    texts = {"prod": PROD, "prod-eu": edited(BESIDE), "production": edited(BESIDE).replace("us-east-1", "us-east-2")}
    texts["production"] = texts["production"].replace("acme-second-state", "acme-third-state").replace("10.41", "10.42")
    files = [write(tmp_path, text, name=f"{name}.yaml") for name, text in texts.items()]
    with pytest.raises(EnvironmentErrors) as refused:
        load_all(files)
    [problem] = refused.value.problems
    assert str(problem).startswith(f"{files[1]}: must have a name that does not begin with prod-")


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        # The connector that fails for its server_id uses the plugin all the same.
        ({"server_id: 5401": "server_id: x"}, ["connectors.orders.source.server_id"]),
        # The connector that misspells its plugin may have meant the one that nobody uses.
        ({"plugin: debezium-mysql": "plugin: debezium-mysqll"}, ["connectors.orders.plugin"]),
        ({"plugin: debezium-mysql": "plugn: debezium-mysql"}, ["connectors.orders.plugn"]),
        ({"  orders:\n    plugin": "  Orders:\n    plugin"}, ["connectors.Orders"]),
        # The first of two connectors of one name used the plugin that the second does not.
        (
            {
                "\nconnectors:": "  other: {archive: a.zip}\n\nconnectors:",
                "\nconsumers:": "  orders:\n    plugin: other\n    source: {cluster: stock, secret: cdc/stock, "
                "server_id: 5402, tables: [stock.*]}\n    topics: {prefix: orders}\n\nconsumers:",
            },
            ["connectors.orders"],
        ),
        # Below an unknown key nothing is known: no secret's name, and no value.
        ({"    source:\n": "    sorce:\n"}, ["connectors.orders.sorce"]),
        ({"    source:\n": "    quelle:\n"}, ["connectors.orders.source", "connectors.orders.quelle"]),
        ({"topics: {prefix": "topiks: {password: hunter2, exact: yes, prefix"}, ["connectors.orders.topiks"]),
        # A misspelt peering is one mistake, not a network without peerings.
        ({"  peerings: ": "  peering: "}, ["network.peering"]),
        # Brokers cannot be judged where the zones are not known, nor the version where the mode is not.
        ({"us-east-1c]": "5]", "brokers: 3": "brokers: 4"}, ["network.availability_zones[2]"]),
        ({"coordination: zookeeper": "coordination: zk", "3.9.x": "4.0.x"}, ["kafka.coordination"]),
        ({"  kind: new": "  kind: knew"}, ["network.kind"]),
        # A prefix and a server_id are compared with those of a connector that has other faults.
        (
            {
                "{mcu: 2, workers: 1}": "{mcu: 3}",
                "\nconsumers:": "  stock:\n    plugin: debezium-mysql\n    source: {cluster: stock, secret: cdc/stock, "
                "server_id: 5401, tables: [stock.*]}\n    topics: {prefix: orders}\n\nconsumers:",
            },
            ["connectors.orders.capacity.mcu", "connectors.stock.source.server_id", "connectors.stock.topics.prefix"],
        ),
    ],
)
def test_one_mistake_does_not_make_others(edits: Edits, told: list[str], tmp_path: Path) -> None:
    assert [shown(problem.path) for problem in errors_of(write(tmp_path, edited(edits))).problems] == told


# Repeated keys, and what YAML reads otherwise.


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    plugin: debezium-mysql", "    plugin: debezium-mysql\n    plugin: x  # <-", "connectors.orders.plugin"),
        ("\nconsumers:", "  orders:  # <-\n    plugin: debezium-mysql\n\nconsumers:", "connectors.orders"),
        ("\nconsumers:", "\nregion: us-east-1  # <-\n\nconsumers:", "region"),
        ("{owner: data-platform}", '{owner: x, "owner": x}  # <-', "tags.owner"),
    ],
)
def test_a_repeated_key_is_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = write(tmp_path, edited({old: new}))
    problems = {shown(problem.path): problem for problem in errors_of(file).problems}
    first = next(number for number, line in enumerate(PROD.splitlines(), 1) if told.split(".")[-1] + ":" in line)
    assert problems[told].line == marked_line(file.read_text())
    if told in ("region", "tags.owner"):
        assert problems[told].message == f"must not be repeated, line {first} has it already"
        assert len(problems) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"123456789012"', "012345670123", 'must be "012345670123" in quotes: YAML reads 012345670123 as 1402433619'),
        ("data-platform", "no", 'tags.owner: must be "no" in quotes: YAML reads no as false'),
        ("data-platform", "2026-10-01", 'owner: must be "2026-10-01" in quotes: YAML reads 2026-10-01 as a date'),
        ("data-platform", "2026-13-01", 'owner: must be "2026-13-01" in quotes: YAML reads 2026-13-01 as a date'),
        ("data-platform", "3.10", 'tags.owner: must be "3.10" in quotes: YAML reads 3.10 as 3.1'),
        ("mode: string", "mode: on", "must be double, precise or string: YAML reads on as true"),
        ("decimal.handling.mode: string", "provide.transaction.metadata: yes", "must be true: YAML reads yes as true"),
        ("decimal.handling.mode: string", "provide.transaction.metadata: 0x1", "must be true or false: YAML reads 0x1"),
        ("decimal.handling.mode: string", "max.batch.size: yes", "must be a number: YAML reads yes as true"),
        ("decimal.handling.mode: string", "max.batch.size: 010", "must be 8, or a number: YAML reads 010 as 8"),
        ("decimal.handling.mode: string", "unavailable.value.placeholder: no", 'must be "no" in quotes: YAML reads no'),
        ("decimal.handling.mode: string", "no.such.thing: on", 'must be "on" in quotes, or true: YAML reads on as'),
        ("partitions: 6", "partitions: yes", "must be a whole number: YAML reads yes as true"),
        ("{mcu: 2", "{mcu: yes", "must be 1, 2, 4 or 8, got 'yes'"),
        ("lockfile: true", "lockfile: on", "must be true: YAML reads on as true"),
        ("mode: initial", "mode: off", "must be initial, initial_only, "),
        (
            "  autoscale_to_gib: 1000",
            "  server_properties: {auto.create.topics.enable: no}",
            "must be false: YAML reads",
        ),
        ("heartbeat_seconds: 10", "heartbeat_seconds: 1:30", "must be 90, or a whole number: YAML reads 1:30 as 90"),
        ("heartbeat_seconds: 10", "heartbeat_seconds: 1_0", "must be 10, or a whole number: YAML reads 1_0 as 10"),
        ("heartbeat_seconds: 10", "worker: {producer.linger.ms: yes}", "must be a number: YAML reads yes as true"),
        ("{owner", "{yes", 'tags.yes: must be "yes" in quotes: YAML reads yes as true'),
    ],
)
def test_what_yaml_reads_otherwise_is_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = marked(old, new)
    (problem,) = errors_of(write(tmp_path, text)).problems
    assert told in str(problem)
    assert problem.line == marked_line(text)


@pytest.mark.parametrize("value", ["'no'", '"3.10"', "True", "7", "-1", "2.5", "text"])
def test_what_yaml_reads_as_written_is_taken(value: str, tmp_path: Path) -> None:
    load(write(tmp_path, marked("decimal.handling.mode: string", f"unavailable.value.placeholder: {value}")))


def test_anchors_and_merges_are_read_and_found(tmp_path: Path) -> None:
    merged = (
        "consumers:\n  one: &one\n    topics: [orders.*]\n    groups: [one]\n  two:\n    <<: *one\n    groups: [two]"
    )
    environment = load(write(tmp_path, edited({"consumers:": merged})))
    assert environment.consumers["two"].topics == ("orders.*",)
    assert environment.consumers["two"].groups == ("two",)

    text = edited({"consumers:": merged.replace("[two]", "['*']  # <-")})
    assert errors_of(write(tmp_path, text)).problems[0].line == marked_line(text)


# Files that are no environment.


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("prod.yaml", b"", ": is empty, and an environment has region, state, network"),
        ("prod.yaml", b"# nothing yet\n", ": is empty, and an environment has region, state, network"),
        ("prod.yaml", b"- a\n", ": must be a mapping: an environment has region, state, network"),
        ("prod.yaml", b"a: b\nc: [d\n", ":3: not valid YAML: "),
        ("prod.yaml", b"a:\n\tb: c\n", ":2: not valid YAML: text cannot start with a tab"),
        ("prod.yaml", b"a: b\n---\nc: d\n", ":2: not valid YAML: a second document starts here"),
        ("prod.yaml", b"a: &a [*a]\n", ":1: not valid YAML: an alias stands for itself"),
        ("prod.yaml", b"a: {{b}}\n", ":1: not valid YAML: a key must be text, not a mapping or a list"),
        ("prod.yaml", b"a: *hunter2\n", ":1: not valid YAML: text that starts with * must be in quotes"),
        ("prod.yaml", b"a: !hunter2\n", ":1: not valid YAML: text that starts with ! must be in quotes"),
        ("prod.yaml", b"a: b\nc: caf\xe9\n", ":2: must be UTF-8 text, got the byte 0xe9"),
        ("prod.yml", b"a: b\n", ": must end in .yaml; rename it: mv "),
        ("prod.json", b"{}\n", ": must be a file that ends in .yaml"),
        ("Prod.yaml", PROD.encode(), ": the file's name must be lower-case letters, digits and hyphens, a letter"),
        ("a" * 21 + ".yaml", PROD.encode(), "2 to 20 characters, got 'aaaaaaaaaaaaaaaaaaaaa'"),
        (
            "prod.yaml",
            b"name: prod\n" + PROD.encode(),
            ":1: name: must be left out: the file's name is the environment",
        ),
    ],
)
def test_another_file_is_told_in_one_line(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    (problem,) = errors_of(file).problems
    assert str(problem).startswith(str(file))
    assert told in str(problem)
    assert "\n" not in str(problem)
    assert SECRET not in str(problem)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_and_other_line_ends_do_no_harm(before: bytes, tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_bytes(before + PROD.replace("\n", "\r\n").encode())
    load(file)


def test_a_missing_file_names_those_beside_it(tmp_path: Path) -> None:
    assert "no such file, nor any other environment in" in str(errors_of(tmp_path / "prod.yaml"))
    write(tmp_path, PROD)
    write(tmp_path, PROD, name="dev.yaml")
    assert str(errors_of(tmp_path / "prd.yaml")).endswith("prd.yaml: no such file; did you mean prod?")
    assert str(errors_of(tmp_path / "x.yaml")).endswith(f"x.yaml: no such file; {tmp_path} has dev and prod")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").mkdir()
    assert str(errors_of(tmp_path / "prod.yaml")).endswith("prod.yaml: cannot be read: is a directory")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "not valid YAML: it must have at most 200000 values, aliases written out"),
        ("[" * 40_000, "not valid YAML: it must be nested at most 100 deep"),
        (f"region: {'9' * 5_000}", "region: must be in quotes: YAML reads"),
    ],
)
def test_a_hostile_file_is_refused_soon(text: str, message: str, tmp_path: Path) -> None:
    began = time.monotonic()
    assert message in str(errors_of(write(tmp_path, text)))
    assert time.monotonic() - began < 2


def test_an_alias_is_judged_once(tmp_path: Path) -> None:
    text = edited({"tags: {": "tags: &tags {switch: no, ", "\nnetwork:": "\nmore: *tags\n\nnetwork:"})
    assert [line for line in str(errors_of(write(tmp_path, text))).splitlines() if "switch" in line] == [
        line for line in str(errors_of(write(tmp_path, text))).splitlines() if ": tags.switch: " in line
    ]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "prod.yaml")
    assert str(errors_of(tmp_path / "prod.yaml")).endswith("prod.yaml: cannot be read: is a pipe")
