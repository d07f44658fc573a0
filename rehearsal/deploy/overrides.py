"""Changes to a synthesized stack, as Terraform override files: the synthesized JSON itself is not touched."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Document = Mapping[str, Any]

# On a loaded machine an answer can overtake the end of its request, and the provider closes the connection unread.
MAX_RETRIES: Final = 5


def limited_retries(document: Document) -> dict[str, Any]:
    """Few retries of the provider: by default it repeats a call that the embedded AWS refuses for minutes."""
    return {"provider": {name: [{"max_retries": MAX_RETRIES}] for name in document["provider"]}}


def local_backend(path: str) -> dict[str, Any]:
    """State in a file at ``path``."""
    return {"terraform": {"backend": {"local": {"path": path}}}}


def remote_states(document: Document, paths: Mapping[str, str]) -> dict[str, Any]:
    """Reads other stacks' outputs from the files of ``local_backend``; ``paths`` has the file of each stack."""
    lookups = document.get("data", {}).get("terraform_remote_state", {})
    data = {name: {"backend": "local", "config": {"path": _state_file(name, paths)}} for name in lookups}
    return {"data": {"terraform_remote_state": data}} if data else {}


def _state_file(lookup: str, paths: Mapping[str, str]) -> str:
    """CDKTF names a remote state's data source after the stack that it reads."""
    return next(path for stack, path in paths.items() if lookup.endswith(stack))


def destroyable(document: Document) -> dict[str, Any]:
    """Turns ``prevent_destroy`` off in every resource that has it."""
    resources: dict[str, dict[str, Any]] = {}
    for type_, name, block in _resources(document):
        if block.get("lifecycle", {}).get("prevent_destroy"):
            resources.setdefault(type_, {})[name] = {"lifecycle": {"prevent_destroy": False}}
    return {"resource": resources} if resources else {}


def merge(*documents: Document) -> dict[str, Any]:
    """One document with the blocks of all."""
    result: dict[str, Any] = {}
    for document in documents:
        for key, value in document.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merge(result[key], value) if both else value
    return result


def _resources(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for type_, named in document["resource"].items():
        for name, block in named.items():
            yield type_, name, block
