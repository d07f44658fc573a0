"""The blocks of an environment's synthesized stacks, and what their references name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Body = Mapping[str, Any]

_ADDRESS: Final = re.compile(r"(data\.)?(aws_\w+)\.([\w-]+)\.[\w\[\].]+")
# CDKTF names the output of another stack after the resource and its attribute, joined by nothing.
_CROSS_STACK: Final = re.compile(r"cross-stack-output-([\w-]+)")


class Blocks:
    """The Terraform JSON of the stacks of one environment, by part: ``platform``, ``connect``, ``state``."""

    def __init__(self, stacks: Mapping[str, Body]) -> None:
        self._stacks = stacks

    def resources(self, type_: str, part: str | None = None) -> dict[str, Body]:
        """By construct path below the stack: ``kafka/cluster``."""
        return dict(self._found("resource", type_, part))

    def lookups(self, type_: str) -> dict[str, Body]:
        """Data sources by construct path."""
        return dict(self._found("data", type_, None))

    def types(self) -> set[str]:
        """Of all resources."""
        return {type_ for stack in self._stacks.values() for type_ in stack.get("resource", {})}

    def backend(self) -> tuple[str, Body]:
        """The kind and settings of the platform's backend."""
        terraform = self._stacks["platform"]["terraform"]
        if "cloud" in terraform:
            return "cloud", terraform["cloud"]
        kind, settings = next(iter(terraform["backend"].items()))
        return kind, settings

    @property
    def region(self) -> str:
        return str(_only(self._stacks["platform"]["provider"]["aws"])["region"])

    def referred(self, value: object) -> Body:
        """The block that ``value`` takes an attribute of; empty if it is no such reference."""
        text = str(value)
        if address := _ADDRESS.search(text):
            return self._block("data" if address[1] else "resource", address[2], address[3])
        if output := _CROSS_STACK.search(text):
            return self._of_output(output[1])
        return {}

    def _of_output(self, name: str) -> Body:
        value = self._stacks["platform"].get("output", {}).get(f"cross-stack-output-{name}", {}).get("value", "")
        address = _ADDRESS.search(str(value))
        return self._block("data" if address[1] else "resource", address[2], address[3]) if address else {}

    def _block(self, kind: str, type_: str, name: str) -> Body:
        found = (stack.get(kind, {}).get(type_, {}).get(name) for stack in self._stacks.values())
        return next(filter(None, found), {})

    def _found(self, kind: str, type_: str, part: str | None) -> Iterator[tuple[str, Body]]:
        for name, stack in self._stacks.items():
            if part in (None, name):
                for body in stack.get(kind, {}).get(type_, {}).values():
                    if "//" in body:
                        yield path(body), body


def path(body: Body) -> str:
    """Where the construct is in its stack: ``connectors/orders/connector``; empty for no block."""
    return str(body.get("//", {}).get("metadata", {}).get("path", "")).partition("/")[2]


def _only(value: Sequence[Body]) -> Body:
    return value[0]
