"""The secrets that a connector's configuration refers to, for a worker that reads them from files."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from modules.debezium.configuration import SECRET_PROVIDER
from modules.properties_file import as_lines
from rehearsal.aws.backends import ServerError

PLACEHOLDER: Final = re.compile(rf"\$\{{{SECRET_PROVIDER}:(?P<secret>[^}}:]*):(?P<key>[^}}]*)\}}")
_HIDDEN: Final = "********"
_USER: Final = "username"  # no secret, and what tells users apart in MySQL's messages

Secrets = Callable[[str], Mapping[str, str]]


class SecretFiles:
    """Below ``folder`` a file for each secret, named like it, which only this user can read; ``remove`` takes all away.

    Where the worker has a provider of its own nothing is written, but what is missing is still found.
    """

    def __init__(self, folder: Path, secrets: Secrets, *, written: bool) -> None:
        self._folder = folder
        self._secrets = secrets
        self._written = written
        self._hidden: set[str] = set()
        self._files: set[Path] = set()

    def update(self, configuration: Mapping[str, str]) -> None:
        """What the secrets hold now; raises ServerError for a secret or a key that is not there."""
        wanted: dict[str, set[str]] = {}
        for value in configuration.values():
            for found in PLACEHOLDER.finditer(value):
                wanted.setdefault(found["secret"], set()).add(found["key"])
        for name, keys in wanted.items():
            values = self._read(name, keys)
            self._hidden |= {value for key, value in values.items() if key != _USER and value}
            if self._written:
                self._write(name, values)

    def hide(self, text: str) -> str:
        """``text`` without what the secrets hold."""
        for value in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        return text

    def remove(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)

    def _read(self, name: str, keys: set[str]) -> Mapping[str, str]:
        try:
            values = {key: str(value) for key, value in self._secrets(name).items()}  # RDS's own hold numbers
        except LookupError as error:
            raise ServerError(
                f"the secret {name!r} must be in Secrets Manager, and is not; create it, with {_words(keys)}"
            ) from error
        if missing := keys - values.keys():
            raise ServerError(
                f"the secret {name!r} must hold {_words(missing)}, and holds {_words(values)}; it is flat JSON"
            )
        return values

    def _write(self, name: str, values: Mapping[str, str]) -> None:
        file = (self._folder / name.lstrip("/")).resolve()
        if not file.is_relative_to(self._folder.resolve()):
            raise ServerError(f"a secret's name must not lead out of the worker's folder, got {name!r}")
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.unlink(missing_ok=True)
        self._files.add(file)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as content:
            content.write(as_lines(values))


def _words(keys: object) -> str:
    return " and ".join(sorted(map(str, keys))) or "nothing"  # type: ignore[call-overload]
