"""The rules of HCP Terraform that the fake implements, tested without Terraform."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.delivery.hcp.conftest import ALICE, BOB
from tests.delivery.hcp.organization import Organization, Workspace
from tests.delivery.hcp.server import HcpTerraform, hcp_terraform

OK, CREATED, UNAUTHORIZED, NOT_FOUND, CONFLICT, UNFIT = 200, 201, 401, 404, 409, 422


def ask(hcp: HcpTerraform, method: str, path: str, *, token: str = ALICE, **attributes: Any) -> tuple[int, Any]:
    """Status and document."""
    body = json.dumps({"data": {"attributes": attributes}}).encode() if method == "POST" else None
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with urlopen(Request(f"{hcp.url}/api/v2/{path}", body, headers, method=method)) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


def status(hcp: HcpTerraform, method: str, path: str, *, token: str = ALICE, **attributes: Any) -> int:
    return ask(hcp, method, path, token=token, **attributes)[0]


@pytest.fixture
def workspace(hcp: HcpTerraform) -> Workspace:
    return hcp.organization.create("dev-platform", project_id=None, terraform_version=None)


def state(serial: int, lineage: str = "one", outputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The attributes of a state that a client sends with it."""
    content = json.dumps({"serial": serial, "lineage": lineage}).encode()
    return {
        "serial": serial,
        "lineage": lineage,
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "state": base64.b64encode(content).decode(),
        "json-state-outputs": base64.b64encode(json.dumps(outputs or {}).encode()).decode(),
    }


def test_only_a_users_token_has_access(hcp: HcpTerraform) -> None:
    assert status(hcp, "GET", "organizations/acme/entitlement-set") == OK
    assert status(hcp, "GET", "organizations/acme/entitlement-set", token="stolen") == UNAUTHORIZED
    assert status(hcp, "GET", "organizations/other/entitlement-set") == NOT_FOUND


def test_one_name_for_each_workspace(hcp: HcpTerraform, workspace: Workspace) -> None:
    assert status(hcp, "POST", "organizations/acme/workspaces", name="dev-connect") == CREATED
    assert status(hcp, "POST", "organizations/acme/workspaces", name=workspace.name) == UNFIT


def test_one_lock_at_a_time(hcp: HcpTerraform, workspace: Workspace) -> None:
    actions = f"workspaces/{workspace.id}/actions"
    assert status(hcp, "POST", f"{actions}/unlock") == CONFLICT
    assert status(hcp, "POST", f"{actions}/lock") == OK
    assert [status(hcp, "POST", f"{actions}/lock", token=token) for token in (ALICE, BOB)] == [CONFLICT, CONFLICT]
    assert status(hcp, "POST", f"{actions}/unlock", token=BOB) == CONFLICT
    assert workspace.locked_by == "alice"
    assert status(hcp, "POST", f"{actions}/force-unlock", token=BOB) == OK
    assert status(hcp, "POST", f"{actions}/force-unlock") == CONFLICT
    assert workspace.locked_by is None


def test_a_state_must_be_newer_than_the_last(hcp: HcpTerraform, workspace: Workspace) -> None:
    versions = f"workspaces/{workspace.id}/state-versions"
    assert status(hcp, "GET", f"workspaces/{workspace.id}/current-state-version") == NOT_FOUND
    assert status(hcp, "POST", versions, **state(2)) == CONFLICT  # nobody has locked it
    workspace.lock("alice")
    assert status(hcp, "POST", versions, token=BOB, **state(2)) == CONFLICT
    assert status(hcp, "POST", versions, **state(2)) == CREATED
    assert [status(hcp, "POST", versions, **state(serial)) for serial in (1, 2)] == [CONFLICT, CONFLICT]
    assert status(hcp, "POST", versions, **state(3, "another")) == CONFLICT
    assert status(hcp, "POST", versions, **(state(3) | {"md5": "0"})) == UNFIT
    assert [version.serial for version in workspace.states] == [2]
    assert status(hcp, "POST", versions, **state(1, "another"), force=True) == CREATED
    _, current = ask(hcp, "GET", f"workspaces/{workspace.id}/current-state-version")
    with urlopen(current["data"]["attributes"]["hosted-state-download-url"]) as response:
        assert json.load(response) == {"serial": 1, "lineage": "another"}


def test_no_unlock_while_a_state_is_uploaded(hcp: HcpTerraform, workspace: Workspace) -> None:
    workspace.lock("alice")
    coming = state(1)
    content = base64.b64decode(coming.pop("state"))
    _, made = ask(hcp, "POST", f"workspaces/{workspace.id}/state-versions", **coming)
    assert status(hcp, "POST", f"workspaces/{workspace.id}/actions/unlock") == 503
    assert status(hcp, "GET", f"workspaces/{workspace.id}/current-state-version") == NOT_FOUND
    url = made["data"]["attributes"]["hosted-state-upload-url"]
    with pytest.raises(HTTPError, match=str(UNFIT)):
        urlopen(Request(url, b"{}", method="PUT"))
    urlopen(Request(url, content, method="PUT")).close()
    assert status(hcp, "POST", f"workspaces/{workspace.id}/actions/unlock") == OK


def test_a_sensitive_output_is_returned_only_on_request(hcp: HcpTerraform, workspace: Workspace) -> None:
    workspace.lock("alice")
    outputs = {"password": {"sensitive": True, "type": "string", "value": "secret"}}
    assert status(hcp, "POST", f"workspaces/{workspace.id}/state-versions", **state(1, outputs=outputs)) == CREATED
    _, listed = ask(hcp, "GET", f"workspaces/{workspace.id}/current-state-version-outputs")
    [output] = listed["data"]
    assert output["attributes"]["value"] is None
    _, read = ask(hcp, "GET", f"state-version-outputs/{output['id']}")
    assert read["data"]["attributes"]["value"] == "secret"


def test_unknown_requests_are_recorded() -> None:
    with hcp_terraform({ALICE: "alice"}) as hcp:
        assert status(hcp, "GET", "organizations/acme/teams") == NOT_FOUND
        assert hcp.unknown == ["GET organizations/acme/teams"]


def test_new_workspaces_have_the_organizations_execution_mode() -> None:
    for mode in ("local", "remote"):
        assert (
            Organization("acme", users={}, mode=mode).create("a", project_id=None, terraform_version="1.11.4").mode
            == mode
        )
