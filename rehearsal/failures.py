"""Why a rehearsal failed: the causes, with the lines of the environment file that they follow from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from modules.debezium import reserved
from modules.environment.environment import Environment
from modules.environment.loading import located
from modules.environment.models.connectors import Connector
from modules.environment.models.sources import source_kind
from modules.messages.problems import Problem, shown
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.findings import Finding

_CUT: Final = 20  # lines of an error without a known cause


@dataclass(frozen=True)
class Failure:
    """``what`` failed in one line, ``findings`` why; ``text`` is everything that was reported."""

    what: str
    findings: tuple[Finding, ...]
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """As JSON prints it."""
        return {"what": self.what, "findings": [one.document for one in self.findings], "text": self.text}


def failure(
    error: RehearsalError, servers: Iterable[Mapping[str, Any]], environment: Environment, file: Path
) -> Failure:
    """What ``error`` and the findings of ``servers``, as JSON, say about ``environment``, which is in ``file``."""
    of_servers = [Finding(**one) for one in servers]
    what, _, rest = str(error).partition("\n")
    found = list(dict.fromkeys(map(_hashable, [*of_servers, *error.findings])))
    causes = [Finding(cause, step, evidence, dict(where)) for cause, step, evidence, where in found]
    text = "\n\n".join([str(error), *dict.fromkeys(map(str, causes))])
    if not causes:
        causes = [Finding(*_unknown(what, rest))]
    return Failure(what.rstrip(":"), tuple(with_line(one, environment, file) for one in causes), text)


def _hashable(one: Finding) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    return one.cause, one.next_step, one.evidence, tuple(one.where.items())


def _unknown(what: str, rest: str) -> tuple[str, str, str]:
    """Cause, no next step, and evidence of an error that nothing explains."""
    lines = rest.strip().splitlines()
    if not lines:
        return what, "", ""
    return lines[0].strip(), "", "\n".join(lines[1:_CUT])


def with_line(found: Finding, environment: Environment, file: Path) -> Finding:
    """The finding with the key of the file that decides its property, and the line."""
    key = _connector(found.where.get("connector", ""), environment)
    if not key:
        return found
    path = _path(environment.connectors[key], found.where.get("property", ""))
    [problem] = located([Problem(("connectors", key, *path), "")], file)
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return found.at(connector=key, line=f"{place}: {shown(problem.path)}")


def _connector(name: str, environment: Environment) -> str:
    """The key of the connector that MSK Connect calls ``name``; empty for none."""
    connectors = environment.connectors.items()
    return next(
        (key for key, one in connectors if name == (one.adopt.name if one.adopt else _name(environment, key))), ""
    )


def _name(environment: Environment, key: str) -> str:
    return f"cdc-{environment.name}-{key}"


def _path(connector: Connector, name: str) -> tuple[str, ...]:
    """Below the connector's entry: the property itself, what sets it, or nothing."""
    if name in connector.properties:
        return ("properties", name)
    decided = reserved.paths().get(name, "")
    if not decided and name.partition(".")[0] in type(connector).model_fields:
        decided = name  # a key of the file itself, like capacity.mcu
    if decided == "source.cluster":
        decided = f"source.{source_kind(connector.source)}"
    return tuple(decided.split(".")) if decided else ()
