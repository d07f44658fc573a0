"""Decodes messages with a connector's own converters, as an application that reads them does."""

import json
import os
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from modules.debezium.formats import JSON
from modules.properties_file import as_lines
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import Jvm

_MAIN: Final = "rehearsal.connect.EventDecoder"
_HEAP: Final = 256
_SECONDS: Final = 120
Message: TypeAlias = tuple[str, bytes | None, bytes | None]  # topic, key, value
Decoded: TypeAlias = dict[str, Any]
_CONVERTERS: Final = ("key.converter", "value.converter")
_FAILED: Final = "!"


class DecoderError(RehearsalError):
    """The converters cannot be started; the message has the JVM's output."""


@dataclass(frozen=True)
class Decoder:
    """Decodes with the converters of ``properties``; ``jars`` are the worker's, ``plugin`` is the plugin's folder.

    Placeholders in ``properties`` are not replaced.
    """

    jars: Sequence[Path]
    plugin: Path
    properties: Mapping[str, str]

    def decode(self, messages: Sequence[Message], variables: Mapping[str, str] = MappingProxyType({})) -> list[Decoded]:
        """``key`` and ``value`` of each, as JSON has them, or the converter's ``error``; raises DecoderError.

        ``variables`` are environment variables for the converters.
        """
        with tempfile.TemporaryDirectory() as folder:
            (file := Path(folder, "converters.properties")).write_text(as_lines(self.properties))
            jvm = Jvm(_MAIN, self.jars, heap=_HEAP)
            command = jvm.command(str(self.plugin), str(file), folder=Path(folder))
            lines = "".join(map(_line, messages))
            done = subprocess.run(
                command,
                input=lines,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=False,
                env={**os.environ, **variables},
            )
        if done.returncode:
            raise DecoderError(f"the connector's converters cannot be started:\n{done.stderr.strip()}")
        return [_decoded(line) for line in done.stdout.split("\n")[:-1]]


@dataclass(frozen=True)
class JsonDecoder:
    """Decodes what JSON converters with ``properties`` wrote, without a JVM: as they read it themselves."""

    properties: Mapping[str, str]

    def decode(self, messages: Sequence[Message]) -> list[Decoded]:
        """``key`` and ``value`` of each, or an ``error``."""
        return [self._decoded(key, value) for _, key, value in messages]

    def _decoded(self, key: bytes | None, value: bytes | None) -> Decoded:
        try:
            return {"key": self._content(_CONVERTERS[0], key), "value": self._content(_CONVERTERS[1], value)}
        except ValueError as error:
            return {"error": f"not JSON: {error}"}

    def _content(self, converter: str, content: bytes | None) -> Any:
        if content is None:
            return None
        found = json.loads(content)
        # Kafka Connect's default is with schemas.
        if self.properties.get(f"{converter}.schemas.enable", "true").strip().lower() != "true":
            return found
        if not (isinstance(found, dict) and found.keys() == {"schema", "payload"}):
            raise ValueError(f"{converter}.schemas.enable is true, so it must have schema and payload")
        return found["payload"]


def is_json(properties: Mapping[str, str]) -> bool:
    """Whether both converters are JSON's."""
    return all(properties.get(name, "").strip() == JSON for name in _CONVERTERS)


def converters(connector: Mapping[str, str], worker: Mapping[str, str]) -> dict[str, str]:
    """The properties of both converters: the connector's where it names one, else the worker's."""
    return {key: value for name in _CONVERTERS for key, value in _converter(name, connector, worker)}


def _converter(name: str, connector: Mapping[str, str], worker: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    properties = connector if name in connector else worker
    return ((key, value) for key, value in properties.items() if key == name or key.startswith(f"{name}."))


def _line(message: Message) -> str:
    topic, key, value = message
    return f"{topic}\t{_encoded(key)}\t{_encoded(value)}\n"


def _encoded(content: bytes | None) -> str:
    return "-" if content is None else b64encode(content).decode()


def _decoded(line: str) -> Decoded:
    key, value = line.split("\t")
    return {"error": json.loads(value)} if key == _FAILED else {"key": json.loads(key), "value": json.loads(value)}
