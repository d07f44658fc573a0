"""Writes the secrets that a connector's configuration refers to, for a worker that reads them from files."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from modules.debezium.configuration import PLACEHOLDER
from modules.properties_file import as_lines
from rehearsal.aws.backends import ServerError
from rehearsal.processes.findings import Finding

_HIDDEN: Final = "********"
# Users are no secret, and part of MySQL's messages and of the names of classes: one may be called registry.
_USERS: Final = ("database.user", ".apicurio.auth.username")
_USER_AND_PASSWORD: Final = ".basic.auth.user.info"

ReadSecret = Callable[[str], Mapping[str, str]]


class SecretFiles:
    """A file for each secret below ``folder``, with the secret's name, readable by this user only, until ``remove``.

    Without ``write_files`` the worker reads Secrets Manager itself: nothing is written, only checked.
    """

    def __init__(self, folder: Path, secrets: ReadSecret, *, write_files: bool) -> None:
        self._folder = folder
        self._secrets = secrets
        self._write_files = write_files
        self._secret_values: set[str] = set()
        self._files: set[Path] = set()

    def update(self, configuration: Mapping[str, str]) -> None:
        """Reads the secrets again; raises ServerError for a missing secret or key."""
        references: dict[str, dict[str, str]] = {}  # properties by keys by secrets
        for key, value in configuration.items():
            for found in PLACEHOLDER.finditer(value):
                references.setdefault(found["secret"], {})[found["key"]] = key
        users = set(_users(configuration))
        for name, keys in references.items():
            values = self._read(name, keys)
            self._secret_values |= {value for key, value in values.items() if (name, key) not in users and value}
            if self._write_files:
                self._write(name, values)

    def hide(self, text: str) -> str:
        """``text`` without the secrets' values."""
        for value in sorted(self._secret_values, key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        return text

    def remove(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)

    def _read(self, name: str, keys: Mapping[str, str]) -> Mapping[str, str]:
        try:
            values = {key: str(value) for key, value in self._secrets(name).items()}  # RDS's own secrets have numbers
        except LookupError as error:
            absent = Finding(f"the secret {name!r} is not in Secrets Manager", f"create it, with {_join(keys)}")
            raise _error(absent, *keys.values()) from error
        if missing := keys.keys() - values.keys():
            incomplete = f"the secret {name!r} must have {_join(missing)}, got {_join(values)}"
            raise _error(Finding(incomplete, "it must be flat JSON"), *(keys[key] for key in sorted(missing)))
        return values

    def _write(self, name: str, values: Mapping[str, str]) -> None:
        file = (self._folder / name.lstrip("/")).resolve()
        if not file.is_relative_to(self._folder.resolve()):
            raise ServerError(f"a secret's name must not point outside the worker's folder, got {name!r}")
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.unlink(missing_ok=True)
        self._files.add(file)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as content:
            content.write(as_lines(values))


def _users(configuration: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The secret and the key of each user's name."""
    for name, value in configuration.items():
        found = [(one["secret"], one["key"]) for one in PLACEHOLDER.finditer(value)]
        if name.endswith(_USERS):
            yield from found
        elif name.endswith(_USER_AND_PASSWORD):
            yield from found[:-1]


def _error(found: Finding, at_fault: str, *_: str) -> ServerError:
    return ServerError(str(found), found.at(property=at_fault))


def _join(keys: object) -> str:
    return " and ".join(sorted(map(str, keys))) or "nothing"  # type: ignore[call-overload]
