"""Terraform's machine-readable output becomes progress and errors; its environment has one AWS only."""

import json
from pathlib import Path

import pytest

from rehearsal.aws.access import AwsAccess
from rehearsal.deploy.terraform import Progress, Terraform, TerraformError, embedded_env

ADDRESS = "aws_mskconnect_connector.connectors_shop"
PLANNED = {"type": "planned_change", "change": {"resource": {"addr": ADDRESS}, "action": "create"}}
READ = {"type": "apply_complete", "hook": {"resource": {"addr": "data.aws_vpc.own"}, "action": "read"}}
CREATED = {"type": "apply_complete", "hook": {"resource": {"addr": ADDRESS}, "action": "create"}}
FAILED = {"type": "diagnostic", "@level": "error", "diagnostic": {"address": ADDRESS, "summary": "no", "detail": "why"}}


def printing(folder: Path, *events: object, status: int = 0) -> Terraform:
    """A program in Terraform's place: an apply prints ``events``, and the state has one resource."""
    (folder / "events").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    program = folder / "program"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = state ]; then echo {ADDRESS}; else cat "{folder}/events"; exit {status}; fi\n'
    )
    program.chmod(0o755)
    return Terraform(folder, str(program), {"PATH": "/usr/bin:/bin"})


def test_progress_names_what_has_finished(tmp_path: Path) -> None:
    seen: list[Progress] = []
    assert printing(tmp_path, PLANNED, READ, CREATED).apply(on_progress=seen.append) == 1
    pending = frozenset({ADDRESS})
    assert seen == [
        Progress(0, 1, pending=pending),
        Progress(0, 1, "data.aws_vpc.own", pending),
        Progress(1, 1, ADDRESS),
    ]


def test_an_error_has_its_address(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match=rf"terraform apply failed in .*:\n{ADDRESS}: no\n  why"):
        printing(tmp_path, PLANNED, FAILED, status=1).apply()


def test_the_environment_has_the_embedded_aws_only() -> None:
    aws = AwsAccess.create("http://127.0.0.1:1")
    base = {"PATH": "/bin", "AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "of the account"}
    found = embedded_env(base, aws=aws, region="eu-west-1")
    assert found["PATH"] == "/bin"
    assert found["AWS_ENDPOINT_URL"] == aws.url
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & found.keys()
    assert found["GOGC"] == "400"
    assert embedded_env({"GOGC": "100"}, aws=aws, region="eu-west-1")["GOGC"] == "100"


@pytest.mark.parametrize(("parallelism", "wanted"), [(None, []), (40, ["-parallelism=40"])])
def test_a_run_has_terraforms_parallelism_or_its_own(
    tmp_path: Path, parallelism: int | None, wanted: list[str]
) -> None:
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\nfor one in "$@"; do echo "$one" >> arguments; done\n')
    program.chmod(0o755)
    run = Terraform(tmp_path, str(program), {"PATH": "/usr/bin:/bin"}, parallelism=parallelism)
    for call in (run.apply, run.destroy, run.plan_destroy, run.plan_is_empty):
        (arguments := tmp_path / "arguments").write_text("")
        call()
        assert [one for one in arguments.read_text().splitlines() if "parallelism" in one] == wanted
