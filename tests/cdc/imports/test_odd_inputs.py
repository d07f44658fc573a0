"""What is no connector, or cannot be read, ends in one line that says what is wrong, and shows nothing of it."""

import json
from pathlib import Path

import pytest

from cdc.imports.reading import MOST_BYTES
from tests.cdc.imports.importing import given, run

CLASS = "io.debezium.connector.mysql.MySqlConnector"
KNOWN = "no connector in a known format: connect, msk-connect, properties,"
DEEP = 100_000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)

ODD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "binary": (bytes(range(256)) * 10, "is not text"),
    "text": (b"hunter2", "has no connector.class, so it describes no connector"),
    "list": (b"[]", f"has a list, but {KNOWN}"),
    "number": (b"5", f"has a value, but {KNOWN}"),
    "mapping": (b'{"a": "hunter2"}', f"has a mapping, but {KNOWN}"),
    "other yaml": (b"services:\n  db: {image: mysql, password: hunter2}\n", f"has a mapping, but {KNOWN}"),
    "names": (b'["orders", "stock"]', "has only the names of connectors; use /connectors?expand=info"),
    "states": (b'{"orders": {"status": {}}}', "has only the status of connectors; use /connectors?expand=info"),
    "summaries": (b'{"connectors": [{"connectorArn": "arn:x"}]}', "use describe-connector for each"),
    "worker": (
        b'{"workerConfigurationArn": "arn:x", "name": "w"}',
        "has a worker configuration without its properties; use describe-worker-configuration",
    ),
    "base64": (
        b'{"workerConfigurationArn": "arn:x", "latestRevision": {"propertiesFileContent": "hunter2"}}',
        "properties_file_content must be properties in base64",
    ),
    "broken json": (b'{"name": "x",\n "password": hunter2}', ":2: is not valid JSON"),
    "broken yaml": (b"a: [hunter2\nb: }", ":2: is not valid YAML, JSON or properties"),
    "broken terraform": (b'resource "x" "y" {\n  password = "hunter2" =\n}\n', ":2: is not valid Terraform syntax"),
    "other terraform": (b'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n', "has no connector of MSK Connect"),
    "other template": (b'{"Resources": {"R": {"Type": "AWS::IAM::Role"}}}', "read as cloudformation"),
    "other manifest": (b"apiVersion: v1\nkind: Secret\ndata: {password: hunter2}\n", "read as strimzi"),
    "broken escape": (f"connector.class={CLASS}\nname=\\u12".encode(), "it has an invalid \\u escape"),
    "deep": (b"[" * DEEP, "must be nested at most 100 deep"),
    "aliases of aliases": (BOMB.encode(), "it must have at most 200000 values, aliases written out"),
    "large": (b"#" * (MOST_BYTES + 1), "cannot be read: is larger than 5,000,000 bytes"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_invalid_input_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    content, message = ODD[name]
    found = given(tmp_path, content)
    assert (found.status, found.output) == (1, "")
    (line,) = found.report.splitlines()
    assert line.startswith(f"{tmp_path}/input")
    assert message in line
    assert "hunter2" not in line


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none")).report == f"{tmp_path}/none: cannot be read: no such file or directory\n"
    assert run(str(tmp_path)).report == f"{tmp_path}: cannot be read: is a directory\n"


def test_stdin_is_read_once() -> None:
    assert run("-", "-", stdin=b"").status == 2
    found = run("-", stdin=b"")
    assert (found.status, found.report) == (1, "stdin: is empty\n")


@pytest.mark.parametrize("file", [b"connector.class=", b"\xef\xbb\xbfconnector.class=", b"# caf\xe9\nconnector.class="])
def test_encodings_and_line_endings_of_editors_are_read(file: bytes, tmp_path: Path) -> None:
    assert list(given(tmp_path, file + CLASS.encode()).connectors) == ["connector"]


def test_several_documents_are_read(tmp_path: Path) -> None:
    both = "".join(json.dumps({"name": name, "config": {"connector.class": CLASS}}) + "\n" for name in ("one", "two"))
    assert list(given(tmp_path, both).connectors) == ["one", "two"]


@pytest.mark.parametrize(
    ("shape", "content"),
    [
        ("properties", f"connector.class: {CLASS}"),
        ("connect", f"connector.class: {CLASS}"),
        ("connect", json.dumps({"connector.class": CLASS})),
    ],
)
def test_the_format_can_be_given(shape: str, content: str, tmp_path: Path) -> None:
    assert list(given(tmp_path, content, "--format", shape).connectors) == ["connector"]


def test_another_format_than_the_given_one_is_refused(tmp_path: Path) -> None:
    found = given(tmp_path, json.dumps({"connector.class": CLASS}), "--format", "strimzi")
    assert (found.status, found.output) == (1, "")
    assert "has no connector of MSK Connect or Kafka Connect, read as strimzi" in found.report
    assert given(tmp_path, "connector.class=x", "--format", "terraform-json").status == 1
    assert given(tmp_path, "connector.class=x", "--format", "avro").status == 2


def test_other_connectors_are_reported(tmp_path: Path) -> None:
    config = {"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": "a", "aws.secret.access.key": "k"}
    found = given(tmp_path, json.dumps({"name": "archive", "config": config}))
    assert found.status == 3
    assert found.connectors == {}
    assert "is a sink connector; this project runs Debezium's MySQL connector only" in found.report
    assert found.output.startswith(
        "  # archive: not expressed: connector.class 'io.confluent.connect.s3.S3SinkConnector'"
    )
    assert found.report.splitlines()[-1] == "0 of 1 connectors imported, 1 left to do"
