"""Trust stores that a connector's configuration imports from S3: written to files here, in AWS's provider's place."""

import hashlib
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from modules.certificates import java_trust_store
from modules.debezium.configuration import IMPORT_PROVIDER
from rehearsal.aws.backends import ServerError
from rehearsal.processes.findings import Finding

_IMPORTED: Final = re.compile(rf"\$\{{{IMPORT_PROVIDER}:[^}}:]*:(?P<bucket>[^}}/]+)/(?P<key>[^}}]+)\}}")
_HEADER: Final = 12
_KIND: Final = len("X.509")

# Of bucket and key; raises LookupError for a missing object.
ReadObject = Callable[[str, str], bytes]


class TrustStores:
    """Files below ``folder``, each with the certificates of an S3 object, and with those of ``authorities``."""

    def __init__(self, folder: Path, read: ReadObject, *, authorities: Sequence[bytes]) -> None:
        self._folder = folder
        self._read = read
        self._authorities = authorities

    def local(self, configuration: Mapping[str, str]) -> dict[str, str]:
        """``configuration`` with the paths of files; raises ServerError for an object that is missing or denied."""
        return {key: self._value(key, value) for key, value in configuration.items()}

    def _value(self, property_: str, value: str) -> str:
        found = _IMPORTED.fullmatch(value)
        if found is None:
            return value
        try:
            content = self._read(found["bucket"], found["key"])
        except LookupError as error:
            where = f"s3://{found['bucket']}/{found['key']}"
            absent = Finding(f"the trust store {where} is missing: {error}", "apply the connect stack again")
            raise ServerError(str(absent), absent.at(property=property_)) from error
        trusted = java_trust_store([*certificates(content), *self._authorities])
        file = self._folder / f"{hashlib.sha256(trusted).hexdigest()}.jks"
        file.write_bytes(trusted)
        return str(file)


def certificates(trust_store: bytes) -> list[bytes]:
    """The certificates of a trust store in the format JKS."""
    _, _, count = struct.unpack_from(">III", trust_store)
    found, at = [], _HEADER
    for _ in range(count):
        (alias,) = struct.unpack_from(">H", trust_store, at + 4)
        at += 4 + 2 + alias + 8 + 2 + _KIND
        (size,) = struct.unpack_from(">I", trust_store, at)
        found.append(trust_store[at + 4 : at + 4 + size])
        at += 4 + size
    return found
