"""An environment with its state in HCP Terraform, deployed and changed with the commands of docs/hcp-terraform.md."""

import json
import os
import signal
import subprocess
from typing import Any

from tests.delivery.hcp import page
from tests.delivery.hcp.conftest import BOB, Deployed, NewLaptop
from tests.delivery.hcp.laptop import REGION
from tests.delivery.hcp.organization import Workspace
from tests.delivery.hcp.project import Project

# The last one in test_cloud_block.py, because it asks.
FOLLOWED = "The first rollout", "Changes", "Locks", "Another machine", "Once: where Terraform runs"
RETENTION = "kafka__log_retention_days"


def workspace(deployed: Deployed, part: str) -> Workspace:
    return deployed.hcp.organization.workspaces[f"dev-{part}"]


def state(deployed: Deployed, part: str) -> dict[str, Any]:
    content = workspace(deployed, part).current.content
    assert content
    loaded: dict[str, Any] = json.loads(content)
    return loaded


def retention(deployed: Deployed) -> int:
    """The retention of the brokers' logs, in days."""
    groups = deployed.aws.client("logs", REGION).describe_log_groups()["logGroups"]
    [days] = [group["retentionInDays"] for group in groups if "broker" in group["logGroupName"]]
    return int(days)


def faults(deployed: Deployed, method: str, **fault: Any) -> None:
    deployed.aws.page("faults", method, json=fault or None)


def test_every_section_of_the_page_is_tested() -> None:
    assert set(page.sections()) == set(FOLLOWED)


def test_each_stack_has_its_workspace_in_the_project(deployed: Deployed) -> None:
    found = {name: (one.project, one.locked_by) for name, one in deployed.hcp.organization.workspaces.items()}
    assert found == {"dev-platform": ("cdc", None), "dev-connect": ("cdc", None)}


def test_connect_reads_the_platforms_outputs(deployed: Deployed) -> None:
    outputs = state(deployed, "platform")["outputs"]
    [lookup] = [one for one in state(deployed, "connect")["resources"] if one["type"] == "terraform_remote_state"]
    [read] = lookup["instances"]
    assert read["attributes"]["backend"] == "remote"
    for name in ("bootstrap", "cluster_arn", "private_subnet_ids"):
        assert outputs[name]["value"]
        assert read["attributes"]["outputs"]["value"][name] == outputs[name]["value"]


def test_a_change_with_a_saved_plan(deployed: Deployed) -> None:
    deployed.project.change(**{RETENTION: 60})
    said = page.follow("Changes", folder=deployed.project.folder, variables=deployed.alice.variables)
    assert "0 added, 1 changed, 0 destroyed" in said
    assert "No changes." in said
    assert retention(deployed) == 60


def test_a_killed_apply_leaves_a_lock_and_the_next_continues(deployed: Deployed, new_laptop: NewLaptop) -> None:
    folder, before = deployed.project.stack("platform"), workspace(deployed, "platform").current
    deployed.project.change(**{RETENTION: 90})
    never = {"delay": 600, "error": {"code": "ServiceUnavailableException", "status": 503}}
    faults(deployed, "POST", service="logs", operation="PutRetentionPolicy", **never)
    with deployed.alice.start(folder, "apply", "-auto-approve", "-json") as apply:
        assert apply.stdout
        next(line for line in apply.stdout if json.loads(line)["type"] == "apply_start")
        said = new_laptop(BOB, deployed.hcp).refused(folder, "apply", "-auto-approve")
        assert 'workspace already locked (lock ID: "acme/dev-platform")' in said
        os.killpg(apply.pid, signal.SIGKILL)
    faults(deployed, "DELETE")
    assert workspace(deployed, "platform").locked_by == "alice"
    assert workspace(deployed, "platform").current is before
    assert "workspace already locked" in deployed.alice.refused(folder, "apply", "-auto-approve")
    said = page.follow("Locks", folder=deployed.project.folder, variables=deployed.alice.variables)
    assert "0 added, 1 changed, 0 destroyed" in said
    assert retention(deployed) == 90
    assert workspace(deployed, "platform").locked_by is None
    assert workspace(deployed, "platform").current.serial == before.serial + 1


def test_another_machine_sees_the_same_state(deployed: Deployed, new_laptop: NewLaptop, stacks: Project) -> None:
    bob, before = new_laptop(BOB, deployed.hcp), workspace(deployed, "connect").current
    said = page.follow("Another machine", folder=stacks.folder, variables=bob.variables)
    assert "No changes." in said
    assert workspace(deployed, "connect").current is before


def test_cdktf_finds_no_changes(deployed: Deployed) -> None:
    """With a mirror instead of the registry, whose hashes it would use."""
    command = [".venv/bin/cdktf", "deploy", "dev-*", "--auto-approve", "--skip-provider-lock"]
    done = subprocess.run(
        command,
        cwd=deployed.project.folder,
        env={**deployed.alice.variables, "CI": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("No changes.") == 2
    assert workspace(deployed, "connect").locked_by is None
