"""Writes the page of a rehearsal, and refuses early what could not be written at its end."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cdc.diagram.command import drawn
from cdc.diagram.picture import drawing
from cdc.rehearse import permissions
from cdc.rehearse.page import picture
from cdc.rehearse.page.page import Material, page
from cdc.rehearse.show import last_line
from cdc.version import version
from modules.environment.environment import Environment
from modules.messages.tokens import hidden
from modules.user_files.writing import replacing
from rehearsal.outcome import Outcome


def write(file: Path, outcome: Outcome) -> None:
    """Replaces ``file`` by the page of ``outcome``; raises OSError."""
    failed = outcome.failed_step
    document = {
        **outcome.document,
        "summary": last_line(outcome),
        "observed": outcome.observed,
        "failed": failed and failed.document,
    }
    names = [one.name for one in outcome.substitutions]
    _write(file, Material(document, made=_made(), hide=outcome.hide, **_drawn(outcome.deployed, names)))


def write_error(file: Path, environment: str, error: object) -> None:
    """Replaces ``file`` by the page of an error before the first step; raises OSError."""
    what, _, text = hidden(str(error)).partition("\n")
    document = {
        "environment": Path(environment).stem,
        "passed": False,
        "summary": "failed before the first step",
        "failure": {"what": what, "findings": [], "text": text},
    }
    _write(file, Material(document, made=_made()))


def _write(file: Path, material: Material) -> None:
    content = page(material)
    with replacing(file) as target:
        target.write(content)


def _made() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, cdc {version()}"


def _drawn(environment: Environment | None, substitutions: list[str]) -> Mapping[str, Any]:
    """Permissions and picture; where one cannot be made, the page has the rest."""
    if environment is None:
        return {"undrawn": "the environment is not known"}
    explained = [one.document for one in permissions.permissions(environment)]
    try:
        marks = picture.marks(substitutions, state=environment.state.kind)
        return {"explained": explained, "svg": drawing.svg(drawn(environment), marks)}
    except Exception as error:  # the result must be written, whatever became of the machine meanwhile
        return {"explained": explained, "undrawn": f"{type(error).__name__}: {error}"}
