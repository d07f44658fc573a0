"""A plan as ``terraform show -json`` writes it (format 1), typed; anything else is refused with what it is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cdc.plans import stack

MAJOR: Final = "1"
_HOW: Final = "make one with: terraform plan -out tfplan; terraform show -json tfplan"
_ZIP: Final = b"PK\x03\x04"

Values = Mapping[str, Any]
Step = str | int


class Unknown(Enum):
    """What only the apply will know."""

    UNKNOWN = "(known after apply)"


UNKNOWN: Final = Unknown.UNKNOWN


class PlanError(Exception):
    """What was given is no plan that can be judged."""


@dataclass(frozen=True)
class Side:
    """A resource before or after the plan."""

    values: Values
    unknown: object = False
    sensitive: object = False

    def get(self, *path: Step) -> Any:
        """The value at ``path``: UNKNOWN until the apply, None where there is none."""
        value: Any = self.values
        unknown = self.unknown
        for step in path:
            if unknown is True:
                return UNKNOWN
            value, unknown = stack.at(value, step), stack.at(unknown, step)
        return UNKNOWN if unknown is True else value

    def names(self, *path: Step) -> list[str]:
        """Of a mapping at ``path``, with those whose value only the apply will know."""
        known, unknown = self.get(*path), stack.at(self.unknown, *path)
        return [*dict.fromkeys(key for part in (known, unknown) if isinstance(part, dict) for key in part)]

    def hides(self, *path: Step) -> bool:
        """Whether something at ``path``, or what it is in, is sensitive."""
        sensitive = self.sensitive
        for step in path:
            if sensitive is True:
                return True
            sensitive = stack.at(sensitive, step)
        return _any_true(sensitive)

    def has_unknown(self, *path: Step) -> bool:
        """Whether anything at ``path`` or below it is UNKNOWN."""
        if self.get(*path) is UNKNOWN:
            return True
        return _any_true(stack.at(self.unknown, *path))


def _any_true(node: object) -> bool:
    if isinstance(node, dict):
        return any(map(_any_true, node.values()))
    return any(map(_any_true, node)) if isinstance(node, list) else node is True


class _Read(BaseModel):
    """Terraform adds keys within a format; an error never shows a value, which may be a secret."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Change(_Read):
    actions: tuple[Literal["no-op", "create", "read", "update", "delete", "forget"], ...] = Field(min_length=1)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: Any = False
    before_sensitive: Any = False
    after_sensitive: Any = False
    replace_paths: tuple[tuple[Step, ...], ...] = ()


class Resource(_Read):
    """What the plan does to one resource, or to a deposed object of it."""

    address: str
    type: str
    mode: Literal["managed", "data"] = "managed"
    deposed: str | None = None
    previous_address: str | None = None
    change: _Change

    @property
    def actions(self) -> tuple[str, ...]:
        return self.change.actions

    @property
    def creates(self) -> bool:
        return "create" in self.actions

    @property
    def destroys(self) -> bool:
        return "delete" in self.actions

    @property
    def forgets(self) -> bool:
        """Terraform lets go of the object that is there; it stays as it is."""
        return "forget" in self.actions

    @property
    def replaces(self) -> bool:
        return self.creates and self.destroys

    @property
    def changes(self) -> bool:
        return bool({*self.actions} - {"no-op", "read"})

    @cached_property
    def before(self) -> Side | None:
        change = self.change
        return None if change.before is None else Side(change.before, sensitive=change.before_sensitive)

    @cached_property
    def after(self) -> Side | None:
        change = self.change
        if change.after is None and change.after_unknown is not True:
            return None
        return Side(change.after or {}, change.after_unknown, change.after_sensitive)

    @property
    def there(self) -> Side:
        """The side that tells what it is: what is there, or what will be."""
        return self.before or self.after or Side({})

    @property
    def title(self) -> str:
        return f"{self.address} (deposed {self.deposed})" if self.deposed else self.address

    @property
    def forced_by(self) -> list[str]:
        """The attributes that cannot change in place."""
        paths = (".".join(step for step in path if isinstance(step, str)) for path in self.change.replace_paths)
        return sorted(set(paths))


class _Output(_Read):
    actions: tuple[str, ...]


class _Document(_Read):
    errored: bool = False
    resource_changes: tuple[Resource, ...] = ()
    output_changes: dict[str, _Output] = {}
    configuration: dict[str, Any] = {}


@dataclass(frozen=True)
class Plan:
    """``stack`` is ``prod-connect`` where the plan tells, else the file's name."""

    stack: str
    resources: tuple[Resource, ...]
    outputs_change: bool
    configuration: Values

    def of(self, *types: str) -> Iterator[Resource]:
        """Managed resources of these types."""
        return (one for one in self.resources if one.type in types and one.mode == "managed")

    def referred(self, address: str, attribute: str) -> list[str]:
        """Addresses that an attribute of a resource of the root module refers to."""
        blocks = (one for one in stack.blocks(self.configuration) if stack.at(one, "address") == address)
        return list(dict.fromkeys(_references(stack.at(next(blocks, None), "expressions", attribute))))


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        named = node.get("references")
        yield from named if isinstance(named, list) else ()
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
        raise PlanError(f"{name}: {place} is not as in a plan of format {MAJOR}: {first['msg'].lower()}") from None
    if read.errored:
        raise PlanError(f"{name}: this plan ended in an error, so it is not whole: mend that, and plan again")
    return Plan(
        stack=stack.name(read.configuration, read.resource_changes) or name,
        resources=read.resource_changes,
        outputs_change=any(output.actions != ("no-op",) for output in read.output_changes.values()),
        configuration=read.configuration,
    )


def _json(content: bytes, name: str) -> dict[str, Any]:
    if content.startswith(_ZIP):
        raise PlanError(f"{name}: is a plan file, not its JSON: give terraform show -json {name}")
    if not content.strip():
        raise PlanError(f"{name}: is empty; {_HOW}")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        if content.lstrip().startswith(b'{"@level"'):
            raise PlanError(f"{name}: is the log of terraform plan -json, not a plan; {_HOW}") from None
        raise PlanError(f"{name}: is not JSON; {_HOW}") from None
    if not isinstance(document, dict):
        raise PlanError(f"{name}: must be a JSON object; {_HOW}")
    if "remote_plan_format" in document:
        raise PlanError(f"{name}: only names a plan in HCP Terraform: give terraform show -json {name}")
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
    """A plan without any change has no resource_changes."""
    return "format_version" in document and ("planned_values" in document or "resource_changes" in document)


def changed(resources: Sequence[Resource]) -> list[Resource]:
    """Managed resources that the plan does something to."""
    return [one for one in resources if one.mode == "managed" and one.changes]
