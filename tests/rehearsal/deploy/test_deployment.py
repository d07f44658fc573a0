"""In which order the stacks are initialized, applied and destroyed, and what is waited for in between."""

import json
import time
from pathlib import Path
from threading import Event

import pytest
from werkzeug.wrappers import Request

from modules.environment.loading import load
from rehearsal.aws.access import AwsAccess
from rehearsal.daemon_client import DaemonClient
from rehearsal.deploy.stacks import CONNECT, PLATFORM, Stacks
from rehearsal.deploy.terraform import Terraform, TerraformError
from rehearsal.deployment import Deploy
from rehearsal.processes.runs import Run
from rehearsal.steps import Steps
from tests.rehearsal.iam.accounts import embedded
from tests.rehearsal.test_steps import RecordingReporter

FILE = Path(__file__).parents[3] / "environments" / "rehearsal.yaml"
CONNECTOR = "aws_mskconnect_connector.shop"
PLUGIN = "aws_mskconnect_custom_plugin.debezium"
# Another stack's Terraform is waited for this long; it is a deadlock only where the code is wrong.
WAIT = 'n=0; until [ -e {file} ]; do n=$((n+1)); [ "$n" -gt 600 ] && echo never && exit 1; sleep 0.05; done'


def planned(address: str) -> str:
    return json.dumps({"type": "planned_change", "change": {"resource": {"addr": address}, "action": "delete"}})


def deleted(address: str) -> str:
    return json.dumps({"type": "apply_complete", "hook": {"resource": {"addr": address}, "action": "delete"}})


def destroying(folder: Path, *, connect: str, platform: str) -> Deploy:
    """A deployment of two stacks whose Terraform is a script; both write files to ``folder``."""
    environment = load(FILE)
    environment = environment.model_copy(update={"state": environment.state.model_copy(update={"create": False})})
    for part, script in ((CONNECT, connect), (PLATFORM, platform)):
        stack = folder / f"{environment.name}-{part}"
        stack.mkdir()
        (stack / "program").write_text(f"#!/bin/sh\ncd {folder}\n{script}\n")
        (stack / "program").chmod(0o755)
        (stack / "cdk.tf.json").write_text('{"provider": {"aws": [{}]}}')

    def terraform(stack: Path) -> Terraform:
        return Terraform(stack, str(stack / "program"), {"PATH": "/usr/bin:/bin"})

    daemon = DaemonClient(Run(folder, environment.name, 1, 0.0), aws=AwsAccess.create("http://127.0.0.1:1"))
    steps = Steps(RecordingReporter())
    return Deploy(Stacks(environment, folder, terraform), daemon, steps, {CONNECT: 2, PLATFORM: 1})


def lines(*events: str) -> str:
    return "\n".join(f"echo '{event}'" for event in events)


def test_the_platform_is_destroyed_once_connect_has_no_resources(tmp_path: Path) -> None:
    connect = "\n".join(
        [
            lines(planned(CONNECTOR), planned(PLUGIN), deleted(CONNECTOR)),
            "sleep 0.5; touch gone",
            lines(deleted(PLUGIN)),
            WAIT.format(file="platform-began"),
            "touch saved",
        ]
    )
    deploy = destroying(tmp_path, connect=connect, platform="[ -e gone ] && touch platform-began")
    deploy.destroy()
    assert (tmp_path / "saved").exists()
    assert [step.name for step in deploy.steps.finished_steps] == ["destroy connect", "destroy platform"]


def test_a_platform_stays_if_connect_could_not_be_destroyed(tmp_path: Path) -> None:
    connect = lines(planned(CONNECTOR), planned(PLUGIN), deleted(CONNECTOR)) + "\nexit 1"
    deploy = destroying(tmp_path, connect=connect, platform="touch platform-began")
    with pytest.raises(TerraformError, match="connect"):
        deploy.destroy()
    assert not (tmp_path / "platform-began").exists()


def test_a_stack_without_resources_holds_nothing_up(tmp_path: Path) -> None:
    deploy = destroying(tmp_path, connect="exit 0", platform="touch platform-began")
    deploy.destroy()
    assert (tmp_path / "platform-began").exists()


def test_a_state_store_that_exists_is_there_before_terraform_reads_it(tmp_path: Path) -> None:
    """Both stacks are initialized in the background, and the account is prepared meanwhile."""
    seeded = Event()

    def wait_until_seeded(_: Request) -> bool:
        return seeded.wait(20)

    with embedded(tmp_path / "aws", pages={"account-seeded": wait_until_seeded}) as aws:
        deploy = destroying(tmp_path, connect='echo "connect $1" >> log', platform='echo "platform $1" >> log')
        deploy.daemon = DaemonClient(deploy.daemon.run, aws=aws.access)
        deploy.start_platform()
        time.sleep(0.5)  # Terraform would have begun
        (tmp_path / "log").write_text("seeded\n")
        seeded.set()
        deploy.wait()
    found = (tmp_path / "log").read_text().splitlines()
    assert found[0] == "seeded"
    assert set(found[1:]) == {"connect init", "platform init", "platform apply"}
