"""The synthesized Terraform JSON of an environment, with resources by type and path."""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from modules.app import build
from modules.environment.environment import Environment
from tests.places import ENVIRONMENTS

Document = dict[str, Any]


class Stack:
    """One stack's Terraform JSON. Paths are construct paths within the stack: ``kafka/cluster``."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.json: Document = json.loads(file.read_text())

    def _bodies(self, block: str, type_: str) -> dict[str, Document]:
        bodies = self.json.get(block, {}).get(type_, {}).values()
        return {body["//"]["metadata"]["path"].split("/", 1)[1]: body for body in bodies if "//" in body}

    def all(self, type_: str) -> dict[str, Document]:
        """Every resource of a type, by path."""
        return self._bodies("resource", type_)

    def one(self, type_: str, path: str = "") -> Document:
        """The resource of a type at a path, or the only one of that type."""
        return _only(self.all(type_), type_, path)

    def lookup(self, type_: str, path: str = "") -> Document:
        """The data source of a type at a path, or the only one."""
        return _only(self._bodies("data", type_), type_, path)

    def address(self, type_: str, path: str) -> str:
        """How other blocks refer to the resource: ``aws_vpc.network_vpc_4E8F0223``."""
        for name, body in self.json["resource"][type_].items():
            if body["//"]["metadata"]["path"].split("/", 1)[1] == path:
                return f"{type_}.{name}"
        raise KeyError(f"no {type_} at {path}")

    def resources(self) -> Iterator[tuple[str, str, Document]]:
        """(type, path, body) of every resource."""
        for type_ in self.json.get("resource", {}):
            for path, body in self.all(type_).items():
                yield type_, path, body


def _only(found: Mapping[str, Document], type_: str, path: str) -> Document:
    if path:
        assert path in found, f"no {type_} at {path}, only at {sorted(found)}"
        return found[path]
    assert len(found) == 1, f"{len(found)} of {type_}: {sorted(found)}"
    return next(iter(found.values()))


def document(name: str) -> Document:
    """A shipped environment file as plain data, to be changed by a test."""
    loaded: Document = yaml.safe_load((ENVIRONMENTS / f"{name}.yaml").read_text())
    return loaded


def changed(base: Document, **changes: Any) -> Document:
    """``base`` with values set at dotted paths, ``__`` for a dot; None removes the key."""
    result = copy.deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = result
        for key in parents:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return result


def with_connector(**changes: Any) -> Document:
    """The production example with its connector changed as ``changed`` does."""
    return changed(document("prod"), **{f"connectors__orders__{path}": value for path, value in changes.items()})


def with_another(base: Document, key: str, **changes: Any) -> Document:
    """``base`` with one more connector: orders with another server id and prefix, changed as ``changed`` does."""
    connectors = base["connectors"]
    another = changed(connectors["orders"], source__server_id=6000 + len(connectors), topics__prefix=key, **changes)
    return changed(base, **{f"connectors__{key}": another})


def synthesize(outdir: Path, content: Document, *, name: str = "prod") -> dict[str, Stack]:
    """The stacks of one environment by their part: state, platform, connect."""
    environment = Environment.model_validate({"name": name, **content})
    build([environment], outdir).synth()
    return {file.parent.name.removeprefix(f"{name}-"): Stack(file) for file in outdir.glob("stacks/*/cdk.tf.json")}
