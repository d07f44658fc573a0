"""The schema of atlantis.yaml, limited to the keys that this project writes; and which projects a change plans.

https://www.runatlantis.io/docs/repo-level-atlantis-yaml
"""

import posixpath
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Requirement = Literal["approved", "mergeable", "undiverged"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Autoplan(Model):
    enabled: bool
    when_modified: Annotated[list[str], Field(min_length=1)]


class Project(Model):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]+$")]
    dir: Annotated[str, Field(pattern=r"^([\w-]+\.?)+(/([\w-]+\.?)+)*$")]
    workspace: Literal["default"]
    execution_order_group: Annotated[int, Field(ge=0)]
    depends_on: list[str] = []
    autoplan: Autoplan
    apply_requirements: list[Requirement]
    workflow: str

    def is_planned_for(self, changed: str) -> bool:
        """Whether a change of this file plans it; the file is relative to the root, patterns to the project."""
        patterns = (posixpath.normpath(posixpath.join(self.dir, one)) for one in self.autoplan.when_modified)
        return any(re.fullmatch(_expression(pattern), changed) for pattern in patterns)


class RepoConfig(Model):
    version: Literal[3]
    parallel_plan: bool
    parallel_apply: bool
    projects: Annotated[list[Project], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [project.name for project in self.projects]
        assert len(set(names)) == len(names)
        assert {one for project in self.projects for one in project.depends_on} <= set(names)
        return self

    def planned(self, changed: str) -> set[str]:
        return {project.name for project in self.projects if project.is_planned_for(changed)}


def _expression(pattern: str) -> str:
    """A pattern of .dockerignore: ``**/`` is any number of folders, ``*`` stays within one."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return "".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*)", pattern))
