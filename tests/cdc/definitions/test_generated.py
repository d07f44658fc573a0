"""The definitions are those of the pinned jars, and the generator classifies every class that it finds."""

import json
from typing import Any

import pytest

from cdc.definitions.generating import FOLDER, as_json, generated
from cdc.definitions.releases import SOURCES, Source, UnknownClassError, connector
from modules.artifacts.fetch import FetchErrors
from modules.artifacts.lock import load
from modules.debezium.definitions import RELEASES, WORKERS
from modules.environment.models.plugins import ArchivePlugin
from tests.needs import missing

EMPTY: dict[str, Any] = {
    "transforms": {},
    "converters": {},
    "custom_converters": {},
    "post_processors": {},
    "services": {},
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.file)
def test_the_jars_have_the_same_definitions(source: Source) -> None:
    try:
        text = generated(source, load())
    except FetchErrors as error:
        missing(str(error))
    file = FOLDER / f"{source.file}.json"
    # Line by line first: a difference of one property is shown, not of a whole file.
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines(), "make them: python -m cdc.definitions"
    assert text == file.read_text(encoding="utf-8")


def test_every_file_is_generated() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {source.file for source in SOURCES}
    assert {*RELEASES, *(f"connect-{worker}" for worker in WORKERS)} <= {source.file for source in SOURCES}


def test_the_built_release_has_definitions() -> None:
    """A newer one is pinned with its definitions: docs/properties.md."""
    lock = load()
    for source in SOURCES:
        if source.plugin:
            [root] = lock.sets[source.plugin].roots
            assert root.version == source.file
    assert ArchivePlugin(archive="x.zip").debezium_version in RELEASES


def test_an_unclassified_class_stops_the_generator() -> None:
    found = {**EMPTY, "connector": {}, "fields": {"io.debezium.new.Thing": {"new.thing": {"type": "string"}}}}
    with pytest.raises(UnknownClassError, match=r"must place .*io\.debezium\.new\.Thing"):
        connector(found)


def test_each_property_has_one_line() -> None:
    text = as_json(
        {"connector": {"b": {"type": "int"}, "a": {"type": "list"}}, "transforms": {"X": {"c": {}}, "Y": {}}}
    )
    assert json.loads(text)["connector"] == {"a": {"type": "list"}, "b": {"type": "int"}}
    assert '"a": {"type":"list"},\n"b": {"type":"int"}\n' in text
