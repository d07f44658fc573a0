"""An organization of HCP Terraform: projects, workspaces, states, and the rules for changing them."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import uuid4

Mode = Literal["local", "remote"]
DEFAULT_PROJECT: Final = "Default Project"
# Newer than any that runs here: a client has to ask for its own.
NEWEST_TERRAFORM: Final = "1.99.0"


class RefusalError(Exception):
    """A request that HCP Terraform answers with ``status``."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class StateVersion:
    """A state version; without content while it is pending."""

    serial: int
    lineage: str
    md5: str
    outputs: Mapping[str, Any]
    content: bytes | None = None
    id: str = field(default_factory=lambda: f"sv-{uuid4()}")

    def upload(self, content: bytes) -> None:
        if self.content is not None:
            raise RefusalError(409, "state was uploaded already")
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != self.md5:
            raise RefusalError(422, "md5 does not match the state")
        document = json.loads(content)
        if (document["serial"], document["lineage"]) != (self.serial, self.lineage):
            raise RefusalError(422, "serial and lineage must be those of the state")
        self.content = content


@dataclass
class Configuration:
    """A configuration version, for a remote run."""

    archive: bytes | None = None
    id: str = field(default_factory=lambda: f"cv-{uuid4()}")


@dataclass
class Workspace:
    """A workspace, with at most one lock; a new state must have a higher serial, unless forced."""

    name: str
    project: str
    mode: Mode
    terraform_version: str
    locked_by: str | None = None
    states: list[StateVersion] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    id: str = field(default_factory=lambda: f"ws-{uuid4()}")

    @property
    def current(self) -> StateVersion:
        finished = [state for state in self.states if state.content is not None]
        if not finished:
            raise RefusalError(404, "not found")
        return finished[-1]

    def lock(self, user: str) -> None:
        if self.locked_by:
            raise RefusalError(409, f"Unable to lock workspace. The workspace is already locked by {self.locked_by}.")
        self.locked_by = user

    def unlock(self, user: str) -> None:
        self._must_be_locked()
        if self.locked_by != user:
            raise RefusalError(409, f"Unable to unlock workspace. The workspace is locked by User {self.locked_by}")
        if any(state.content is None for state in self.states):
            raise RefusalError(503, "latest state version is still pending")
        self.locked_by = None

    def force_unlock(self) -> None:
        self._must_be_locked()
        self.states = [state for state in self.states if state.content is not None]
        self.locked_by = None

    def add_state(self, user: str, attributes: Mapping[str, Any]) -> StateVersion:
        """Creates a state version, pending unless the state is in ``attributes``; raises RefusalError."""
        if self.locked_by != user:
            raise RefusalError(409, "The workspace must be locked by the user that creates a state version")
        if not attributes.get("force"):
            self._must_be_newer(attributes)
        added = StateVersion(
            serial=attributes["serial"],
            lineage=attributes["lineage"],
            md5=attributes["md5"],
            outputs=json.loads(base64.b64decode(attributes.get("json-state-outputs") or "e30=")),
        )
        if "state" in attributes:
            added.upload(base64.b64decode(attributes["state"]))
        self.states.append(added)
        return added

    def _must_be_locked(self) -> None:
        if not self.locked_by:
            raise RefusalError(409, "workspace already unlocked")

    def _must_be_newer(self, attributes: Mapping[str, Any]) -> None:
        for state in self.states[-1:]:
            if attributes["lineage"] != state.lineage:
                raise RefusalError(409, f"lineage must be {state.lineage}, got {attributes['lineage']}")
            if attributes["serial"] <= state.serial:
                raise RefusalError(409, f"serial must be above {state.serial}, got {attributes['serial']}")


@dataclass
class Organization:
    """``users`` by token; ``mode`` is the execution mode of new workspaces."""

    name: str
    users: Mapping[str, str]
    mode: Mode
    projects: dict[str, str] = field(default_factory=lambda: {DEFAULT_PROJECT: f"prj-{uuid4()}"})
    workspaces: dict[str, Workspace] = field(default_factory=dict)

    def project(self, name: str) -> str:
        """The id of a new project."""
        if name in self.projects:
            raise RefusalError(422, "Name has already been taken")
        return self.projects.setdefault(name, f"prj-{uuid4()}")

    def create(self, name: str, *, project_id: str | None, terraform_version: str | None) -> Workspace:
        """An empty workspace."""
        if name in self.workspaces:
            raise RefusalError(422, "Name has already been taken")
        named = {id_: name for name, id_ in self.projects.items()}
        if project_id and project_id not in named:
            raise RefusalError(404, "not found")
        project = named[project_id] if project_id else DEFAULT_PROJECT
        made = Workspace(name, project=project, mode=self.mode, terraform_version=terraform_version or NEWEST_TERRAFORM)
        return self.workspaces.setdefault(name, made)

    def workspace(self, id_: str) -> Workspace:
        for workspace in self.workspaces.values():
            if workspace.id == id_:
                return workspace
        raise RefusalError(404, "not found")

    def state(self, id_: str) -> StateVersion:
        for workspace in self.workspaces.values():
            for state in workspace.states:
                if state.id == id_:
                    return state
        raise RefusalError(404, "not found")

    def configuration(self, id_: str) -> Configuration:
        for workspace in self.workspaces.values():
            for configuration in workspace.configurations:
                if configuration.id == id_:
                    return configuration
        raise RefusalError(404, "not found")
