"""What a plan does to each resource, and which values are known before the apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cdc.plans.reading.attributes import ATTRIBUTES
from cdc.plans.reading.nodes import at
from cdc.plans.reading.shapes import shaped

Values = Mapping[str, Any]
Step = str | int


class Unknown(Enum):
    """A value that is known only after the apply."""

    UNKNOWN = "(known after apply)"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Side:
    """A resource before or after the plan."""

    values: Values
    unknown: object = False
    sensitive: object = False

    def get(self, *path: Step) -> Any:
        """The value at ``path``: UNKNOWN before the apply, None where there is none."""
        value: Any = self.values
        unknown = self.unknown
        for step in path:
            if unknown is True:
                return UNKNOWN
            value, unknown = at(value, step), at(unknown, step)
        return UNKNOWN if unknown is True else value

    def names(self, *path: Step) -> list[str]:
        """Keys of the mapping at ``path``, also those whose value is UNKNOWN."""
        known, unknown = self.get(*path), at(self.unknown, *path)
        return [*dict.fromkeys(key for part in (known, unknown) if isinstance(part, dict) for key in part)]

    def hides(self, *path: Step) -> bool:
        """Whether the value at ``path``, a part of it or a parent is sensitive."""
        sensitive = self.sensitive
        for step in path:
            if sensitive is True:
                return True
            sensitive = at(sensitive, step)
        return _any_true(sensitive)

    def has_unknown(self, *path: Step) -> bool:
        """Whether anything at ``path`` or below it is UNKNOWN."""
        if self.get(*path) is UNKNOWN:
            return True
        return _any_true(at(self.unknown, *path))


def _marks(value: Any) -> Any:
    """Of unknown or sensitive values: true or false, or those of their parts. Raises ValueError."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _marks(part)
    if value is not None and not isinstance(value, bool | dict | list):
        raise ValueError("must be true or false, or a list or mapping of these")
    return value


_Marks = Annotated[Any, AfterValidator(_marks)]


def _any_true(node: object) -> bool:
    if isinstance(node, dict):
        return any(map(_any_true, node.values()))
    return any(map(_any_true, node)) if isinstance(node, list) else node is True


class Read(BaseModel):
    """Unknown keys are ignored: Terraform adds keys within a format. Errors never show a value: it may be a secret."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Change(Read):
    actions: tuple[Literal["no-op", "create", "read", "update", "delete", "forget"], ...] = Field(min_length=1)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: _Marks = False
    before_sensitive: _Marks = False
    after_sensitive: _Marks = False
    replace_paths: tuple[tuple[Step, ...], ...] = ()


class Resource(Read):
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
        """The object is removed from the state, not destroyed."""
        return "forget" in self.actions

    @property
    def replaces(self) -> bool:
        return self.creates and self.destroys

    @property
    def changes(self) -> bool:
        return bool({*self.actions} - {"no-op", "read"})

    def _shaped(self, values: Values, side: str) -> Values:
        return shaped(values, ATTRIBUTES.get(self.type, {}), f"{self.title}: {side}")

    @cached_property
    def before(self) -> Side | None:
        """Raises ShapeError; so does ``after``."""
        change = self.change
        if change.before is None:
            return None
        return Side(self._shaped(change.before, "before"), sensitive=change.before_sensitive)

    @cached_property
    def after(self) -> Side | None:
        change = self.change
        if change.after is None and change.after_unknown is not True:
            return None
        return Side(self._shaped(change.after or {}, "after"), change.after_unknown, change.after_sensitive)

    @property
    def side(self) -> Side:
        """The side before the plan; after it where the resource is new."""
        return self.before or self.after or Side({})

    @property
    def title(self) -> str:
        return f"{self.address} (deposed {self.deposed})" if self.deposed else self.address

    @property
    def forced_by(self) -> list[str]:
        """The attributes that force replacement."""
        paths = (".".join(step for step in path if isinstance(step, str)) for path in self.change.replace_paths)
        return sorted(set(paths))


def changed(resources: Sequence[Resource]) -> list[Resource]:
    """Managed resources that the plan changes."""
    return [one for one in resources if one.mode == "managed" and one.changes]
