"""A checkout with one environment, and its synthesized JSON."""

from pathlib import Path
from typing import Any, Final

import yaml

from modules.environment.environment import Environment
from tests.delivery.project import copy
from tests.synthesized import Document, changed, document, synthesize

NAME: Final = "dev"
PUBLISHED: Final = {"bucket": "acme-artifacts", "key": "debezium.zip", "version": "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"}


class Project:
    """The development example with a published plugin, in ``folder``; its code and tools are those of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy(folder, NAME)
        self.file = folder / "environments" / f"{NAME}.yaml"
        self._write(changed(document(NAME), plugins={"debezium-mysql": PUBLISHED}))

    @property
    def environment(self) -> Environment:
        return Environment.model_validate({"name": NAME, **self._content})

    def stack(self, part: str) -> Path:
        """The folder of a stack's JSON."""
        return self.folder / "cdktf.out" / "stacks" / f"{NAME}-{part}"

    def change(self, **changes: Any) -> None:
        """Edits the environment file like ``changed``, and synthesizes."""
        self._write(changed(self._content, **changes))
        self.synthesize()

    def synthesize(self) -> None:
        synthesize(self.folder / "cdktf.out", self._content, name=NAME)

    @property
    def _content(self) -> Document:
        content: Document = yaml.safe_load(self.file.read_text())
        return content

    def _write(self, content: Document) -> None:
        self.file.write_text(yaml.safe_dump(content))
