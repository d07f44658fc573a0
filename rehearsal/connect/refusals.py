"""The properties that a connector's validation refuses, as the worker's REST API lists them."""

import re
from collections.abc import Mapping
from typing import Final

from modules.messages import secrecy
from rehearsal.connect.signatures import NO_CLASS
from rehearsal.processes.findings import Finding

_LINE: Final = re.compile(r"(?m)^(?P<key>[\w.-]+): refused: (?P<why>[^\n]+)")
# What Kafka and Debezium put before the reason: the value is shown once, and not where it is a secret.
_BEFORE: Final = re.compile(r"(?:Invalid value .*? for configuration (?:[\w.-]+: )?|The '[^']*' value is invalid: )")
_MISSING: Final = re.compile(r"Missing required configuration .* which has no default value\.?")
_CLASS: Final = re.compile(r"Class (?P<name>\S+) could not be found\.?")
_NO_CLASS, _ADD_IT = NO_CLASS.split("; ")


def line(key: str, message: str) -> str:
    """A refused property as ``refused`` reads it."""
    return f"{key}: refused: {message}"


def refused(text: str, configuration: Mapping[str, str]) -> list[Finding]:
    """One for each property, with the first reason."""
    found: dict[str, Finding] = {}
    for match in _LINE.finditer(text):
        found.setdefault(match["key"], _finding(match["key"], match["why"], configuration))
    return list(found.values())


def _finding(key: str, why: str, configuration: Mapping[str, str]) -> Finding:
    if _MISSING.fullmatch(why):
        return Finding(f"{key} must be set", f"see: cdc explain {key}").at(property=key)
    reason = _BEFORE.sub("", why, count=1)
    value = f", got {secrecy.shown_value(key, configuration[key])}" if key in configuration else ""
    if missing := _CLASS.fullmatch(reason):
        return Finding(_NO_CLASS.format(name=missing["name"]), _ADD_IT).at(property=key)
    return Finding(f"the connector refuses {key}{value}: {reason}", f"see: cdc explain {key}").at(property=key)
