"""HCP Terraform's API (``tfe.v2``), as far as Terraform's CLI uses it, in JSON:API documents."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.delivery.hcp.organization import Configuration, Organization, RefusalError, StateVersion, Workspace

Document = dict[str, Any]
Route = Callable[["Api", "Request"], "Answer"]
_ROUTES: Final[list[tuple[str, re.Pattern[str], Route]]] = []


@dataclass(frozen=True)
class Request:
    """``path`` is relative to ``/api/v2/``; ``user`` is the token's user."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    user: str
    id: str = ""

    @property
    def attributes(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["data"]["attributes"]
        return found


@dataclass(frozen=True)
class Answer:
    status: int
    document: Document


def _route(method: str, path: str) -> Callable[[Route], Route]:
    """``{id}`` in ``path`` becomes the request's ``id``."""
    pattern = re.compile(path.replace("{id}", "(?P<id>[^/]+)"))

    def add(route: Route) -> Route:
        _ROUTES.append((method, pattern, route))
        return route

    return add


class Api:
    """Answers requests for one organization; ``url`` is the base URL of states and configurations."""

    def __init__(self, organization: Organization, *, url: str) -> None:
        self.organization = organization
        self._url = url

    def answer(self, request: Request) -> Answer:
        """Raises RefusalError; any other organization is not found."""
        path = request.path
        if path.startswith("organizations/"):
            _, name, path = path.split("/", 2)
            if name != self.organization.name:
                raise RefusalError(404, "not found")
        for method, pattern, route in _ROUTES:
            if method == request.method and (found := pattern.fullmatch(path)):
                return route(self, Request(**{**vars(request), "id": found.groupdict().get("id", "")}))
        raise NotImplementedError(f"{request.method} {request.path}")

    @_route("GET", "account/details")
    def account(self, request: Request) -> Answer:
        return _one("users", f"user-{request.user}", {"username": request.user})

    @_route("GET", "entitlement-set")
    def entitlements(self, _: Request) -> Answer:
        return _one("entitlement-sets", "org-1", {"operations": True, "state-storage": True})

    @_route("GET", "projects")
    def projects(self, request: Request) -> Answer:
        wanted = request.query["filter[names]"].split(",")
        found = [(name, id_) for name, id_ in self.organization.projects.items() if name in wanted]
        return Answer(200, {"data": [_project(name, id_) for name, id_ in found]})

    @_route("POST", "projects")
    def create_project(self, request: Request) -> Answer:
        name = request.attributes["name"]
        return Answer(201, {"data": _project(name, self.organization.project(name))})

    @_route("GET", "workspaces/{id}")
    def read_workspace(self, request: Request) -> Answer:
        """A workspace by name in an organization, as Terraform requests it."""
        if request.path.startswith("organizations/"):
            if request.id not in self.organization.workspaces:
                raise RefusalError(404, "not found")
            return self._workspace(self.organization.workspaces[request.id])
        return self._workspace(self.organization.workspace(request.id))

    @_route("POST", "workspaces")
    def create_workspace(self, request: Request) -> Answer:
        project = request.body["data"].get("relationships", {}).get("project", {}).get("data")
        made = self.organization.create(
            request.attributes["name"],
            project_id=project["id"] if project else None,
            terraform_version=request.attributes.get("terraform-version"),
        )
        return self._workspace(made, status=201)

    @_route("PATCH", "workspaces/{id}")
    def update_workspace(self, request: Request) -> Answer:
        workspace = self.organization.workspace(request.id)
        workspace.terraform_version = request.attributes["terraform-version"]
        return self._workspace(workspace)

    @_route("POST", "workspaces/{id}/actions/(lock|unlock|force-unlock)")
    def act(self, request: Request) -> Answer:
        workspace = self.organization.workspace(request.id)
        match request.path.rpartition("/")[2]:
            case "lock":
                workspace.lock(request.user)
            case "unlock":
                workspace.unlock(request.user)
            case _:
                workspace.force_unlock()
        return self._workspace(workspace)

    @_route("POST", "workspaces/{id}/state-versions")
    def create_state(self, request: Request) -> Answer:
        workspace = self.organization.workspace(request.id)
        return self._state(workspace.add_state(request.user, request.attributes), status=201)

    @_route("GET", "workspaces/{id}/current-state-version")
    def current_state(self, request: Request) -> Answer:
        return self._state(self.organization.workspace(request.id).current)

    @_route("GET", "state-versions/{id}")
    def read_state(self, request: Request) -> Answer:
        return self._state(self.organization.state(request.id))

    @_route("GET", "workspaces/{id}/current-state-version-outputs")
    def current_outputs(self, request: Request) -> Answer:
        state = self.organization.workspace(request.id).current
        return Answer(200, {"data": [_output(state, name, hide=True) for name in state.outputs]})

    @_route("GET", "state-version-outputs/{id}")
    def read_output(self, request: Request) -> Answer:
        """An output with its value, sensitive or not."""
        state_id, _, name = request.id.partition(":")
        state = self.organization.state(state_id)
        if name not in state.outputs:
            raise RefusalError(404, "not found")
        return Answer(200, {"data": _output(state, name, hide=False)})

    @_route("POST", "workspaces/{id}/configuration-versions")
    def create_configuration(self, request: Request) -> Answer:
        workspace = self.organization.workspace(request.id)
        workspace.configurations.append(Configuration())
        return self._configuration(workspace.configurations[-1], status=201)

    @_route("GET", "configuration-versions/{id}")
    def read_configuration(self, request: Request) -> Answer:
        return self._configuration(self.organization.configuration(request.id))

    @_route("POST", "runs")
    def create_run(self, _: Request) -> Answer:
        raise RefusalError(422, "this fake runs nothing: it keeps what is uploaded for a run")

    def _workspace(self, workspace: Workspace, status: int = 200) -> Answer:
        attributes = {
            "name": workspace.name,
            "execution-mode": workspace.mode,
            "locked": workspace.locked_by is not None,
            "operations": workspace.mode == "remote",
            "terraform-version": workspace.terraform_version,
            "permissions": {"can-queue-run": True, "can-lock": True, "can-unlock": True, "can-force-unlock": True},
        }
        return _one("workspaces", workspace.id, attributes, status=status)

    def _state(self, state: StateVersion, status: int = 200) -> Answer:
        attributes = {
            "serial": state.serial,
            "status": "pending" if state.content is None else "finalized",
            "hosted-state-download-url": f"{self._url}/state/{state.id}",
            "hosted-state-upload-url": f"{self._url}/state/{state.id}",
            "hosted-json-state-upload-url": f"{self._url}/json-state/{state.id}",
            "resources-processed": True,
        }
        return _one("state-versions", state.id, attributes, status=status)

    def _configuration(self, configuration: Configuration, status: int = 200) -> Answer:
        attributes = {
            "status": "pending" if configuration.archive is None else "uploaded",
            "upload-url": f"{self._url}/configuration/{configuration.id}",
        }
        return _one("configuration-versions", configuration.id, attributes, status=status)


def _one(type_: str, id_: str, attributes: Mapping[str, Any], *, status: int = 200) -> Answer:
    return Answer(status, {"data": {"id": id_, "type": type_, "attributes": dict(attributes)}})


def _project(name: str, id_: str) -> Document:
    return {"id": id_, "type": "projects", "attributes": {"name": name}}


def _output(state: StateVersion, name: str, *, hide: bool) -> Document:
    output = state.outputs[name]
    attributes = {
        "name": name,
        "sensitive": output["sensitive"],
        "type": output["type"] if isinstance(output["type"], str) else "array",
        "detailed-type": output["type"],
        "value": None if hide and output["sensitive"] else output["value"],
    }
    return {"id": f"{state.id}:{name}", "type": "state-version-outputs", "attributes": attributes}
