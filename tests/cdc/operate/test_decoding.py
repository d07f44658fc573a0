"""Where the plugin is taken from whose converters decode events."""

from pathlib import Path

import pytest

from cdc.aws import Aws
from cdc.operate.connectors import Place
from cdc.operate.events.decoding import Formats, NoPluginError
from modules.environment.environment import Environment
from tests.synthesized import document


def formats() -> Formats:
    content = document("dev")
    content["schema_registry"] = {"kind": "glue", "name": "cdc"}
    content["connectors"]["shop"]["format"] = "avro"
    content["plugins"]["debezium-mysql"] = {"archive": "ours/plugin.zip"}
    return Formats(Place(Environment(name="dev", **content), Aws("us-east-1")), {})


def test_the_command_that_builds_it_has_the_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoPluginError, match="cdc plugin build debezium-mysql --with glue-schema-registry, or"):
        formats().decoder("shop")


def test_what_a_rehearsal_built_is_for_that_rehearsal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (folder := tmp_path / "build" / "rehearsal").mkdir(parents=True)
    (folder / "plugin.zip").write_bytes(b"no ZIP")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(NoPluginError):
        formats().decoder("shop")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Exception, match=r"plugin\.zip|not a zip") as error:
        formats().decoder("shop")
    assert not isinstance(error.value, NoPluginError)
