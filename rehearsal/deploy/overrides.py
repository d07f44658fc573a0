"""What is laid over a synthesized stack, as Terraform's override files, without changing it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Document = Mapping[str, Any]

MAX_RETRIES: Final = 2


def bounded(document: Document) -> dict[str, Any]:
    """The provider gives up soon on what the embedded AWS refuses; by default it tries for minutes."""
    return {"provider": {name: [{"max_retries": MAX_RETRIES}] for name in document["provider"]}}


def local_backend(path: str) -> dict[str, Any]:
    """State in a file at ``path``."""
    return {"terraform": {"backend": {"local": {"path": path}}}}


def remote_states(document: Document, paths: Mapping[str, str]) -> dict[str, Any]:
    """Other stacks' outputs from files, where ``local_backend`` has put their state: the file of each stack."""
    lookups = document.get("data", {}).get("terraform_remote_state", {})
    data = {name: {"backend": "local", "config": {"path": _of(name, paths)}} for name in lookups}
    return {"data": {"terraform_remote_state": data}} if data else {}


def _of(lookup: str, paths: Mapping[str, str]) -> str:
    """CDKTF names a look-up after the stack that it reads."""
    return next(path for stack, path in paths.items() if lookup.endswith(stack))


def destroyable(document: Document) -> dict[str, Any]:
    """The guards against destruction off: an account that is thrown away needs none."""
    resources: dict[str, dict[str, Any]] = {}
    for type_, name, block in _resources(document):
        if block.get("lifecycle", {}).get("prevent_destroy"):
            resources.setdefault(type_, {})[name] = {"lifecycle": {"prevent_destroy": False}}
    return {"resource": resources} if resources else {}


def merged(*documents: Document) -> dict[str, Any]:
    """Documents of different blocks as one."""
    result: dict[str, Any] = {}
    for document in documents:
        for key, value in document.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def _resources(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for type_, named in document["resource"].items():
        for name, block in named.items():
            yield type_, name, block
