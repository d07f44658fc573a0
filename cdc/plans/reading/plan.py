"""A plan as ``terraform show -json`` writes it (format 1); anything else is an error that names what it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pydantic import ValidationError

from cdc.plans.reading import stack
from cdc.plans.reading.nodes import at, blocks
from cdc.plans.reading.resources import Read, Resource, Values
from cdc.plans.reading.shapes import ShapeError
from modules.states import ACCEPTED, SOURCES
from modules.user_files.bounds import JsonDepthError, parsed_json

MAJOR: Final = "1"
_HOW: Final = "create one with: terraform plan -out tfplan; terraform show -json tfplan"
_ZIP: Final = b"PK\x03\x04"


class PlanError(Exception):
    """The input is not a plan that can be checked."""


class _Output(Read):
    actions: tuple[str, ...]
    before: Any = None
    after: Any = None


_NO_OUTPUT: Final = _Output(actions=("no-op",))


class _Document(Read):
    errored: bool = False
    resource_changes: tuple[Resource, ...] = ()
    output_changes: dict[str, _Output] = {}
    configuration: dict[str, Any] = {}


@dataclass(frozen=True)
class Plan:
    """``stack`` is, for example, ``prod-connect``; the file's name where the plan does not say.

    ``accepted`` are the reasons for what connectors may lose: by connector and property. ``sources`` identify
    databases by name, at the last apply and now.
    """

    stack: str
    resources: tuple[Resource, ...]
    outputs_change: bool
    configuration: Values
    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sources: tuple[Mapping[str, Mapping[str, str]], Mapping[str, Mapping[str, str]]] = ({}, {})

    def of(self, *types: str) -> Iterator[Resource]:
        """Managed resources of these types."""
        return (one for one in self.resources if one.type in types and one.mode == "managed")

    def referred(self, address: str, attribute: str) -> list[str]:
        """Addresses that an attribute of a resource of the root module refers to."""
        return list(dict.fromkeys(_references(at(self._blocks.get(address), "expressions", attribute))))

    @cached_property
    def _blocks(self) -> dict[object, object]:
        """By address; a plan of many connectors asks for each."""
        return {str(at(one, "address")): one for one in reversed(blocks(self.configuration))}


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        named = node.get("references")
        yield from (one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
        node = [*node.values()]
    if isinstance(node, list):
        for child in node:
            yield from _references(child)


def parse(content: bytes, name: str) -> Plan:
    """The plan in ``content``; ``name`` is the file's, for errors. Raises PlanError."""
    document = _json(content, name)
    _check_kind(document, name)
    try:
        read = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PlanError(f"{name}: {place} is not valid in a plan of format {MAJOR}: {first['msg'].lower()}") from None
    _check_shapes(read.resource_changes, name)
    if read.errored:
        raise PlanError(f"{name}: this plan ended in an error and is incomplete: fix the error, and plan again")
    outputs = read.output_changes
    sources = outputs.get(SOURCES, _NO_OUTPUT)
    return Plan(
        stack=stack.name(read.configuration, read.resource_changes) or name,
        resources=read.resource_changes,
        outputs_change=any(output.actions != ("no-op",) for output in outputs.values()),
        configuration=read.configuration,
        accepted=_texts(outputs.get(ACCEPTED, _NO_OUTPUT).after),
        sources=(_texts(sources.before), _texts(sources.after)),
    )


def _check_shapes(resources: Sequence[Resource], name: str) -> None:
    for resource in resources:
        try:
            _ = resource.mode == "managed" and (resource.before, resource.after)
        except ShapeError as error:
            raise PlanError(f"{name}: {error}") from None


def _texts(value: Any) -> dict[str, dict[str, str]]:
    """A mapping of mappings; what is none of these is left out."""
    mappings = value.items() if isinstance(value, dict) else ()
    return {
        str(name): {str(key): str(text) for key, text in one.items()} for name, one in mappings if isinstance(one, dict)
    }


def _json(content: bytes, name: str) -> dict[str, Any]:
    if content.startswith(_ZIP):
        raise PlanError(f"{name}: is a plan file, not its JSON: use the output of terraform show -json {name}")
    if not content.strip():
        raise PlanError(f"{name}: is empty; {_HOW}")
    try:
        document = parsed_json(content)
    except JsonDepthError as error:
        raise PlanError(f"{name}: {error}; {_HOW}") from None
    except ValueError:
        if content.lstrip().startswith(b'{"@level"'):
            raise PlanError(f"{name}: is the log of terraform plan -json, not a plan; {_HOW}") from None
        raise PlanError(f"{name}: is not JSON; {_HOW}") from None
    if not isinstance(document, dict):
        raise PlanError(f"{name}: must be a JSON object; {_HOW}")
    if "remote_plan_format" in document:
        raise PlanError(
            f"{name}: only refers to a plan in HCP Terraform: use the output of terraform show -json {name}"
        )
    if "@level" in document:
        raise PlanError(f"{name}: is the log of terraform plan -json, not a plan; {_HOW}")
    return document


def _check_kind(document: Values, name: str) -> None:
    if not _is_plan(document):
        state = "values" in document or "lineage" in document
        raise PlanError(f"{name}: {'is a state, not a plan' if state else 'is not a plan'}; {_HOW}")
    version = str(document.get("format_version"))
    if version.split(".")[0] != MAJOR:
        raise PlanError(f"{name}: format_version must be {MAJOR}.x, which this command can read, got {version[:20]}")


def _is_plan(document: Values) -> bool:
    """Whether it is a plan; one without changes has no resource_changes."""
    return "format_version" in document and ("planned_values" in document or "resource_changes" in document)
