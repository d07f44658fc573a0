"""Commands that read an account, without credentials that can be used: one line, which says how to get others."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from tests.account import Account, account
from tests.synthesized import Stack, document

ONE_KEY: Final = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
CONFIG: Final = """
[profile sso]
sso_session = mine
sso_account_id = 123456789012
sso_role_name = Operator
[sso-session mine]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
[profile process]
credential_process = /bin/false
[profile role]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = nowhere
"""
# Variables, and what the line has.
PROBLEMS: Final = {
    "none": ({}, "there are no AWS credentials"),
    "an unknown profile": (
        {"AWS_PROFILE": "nobody"},
        "the AWS credentials cannot be read: The config profile (nobody)",
    ),
    "one key": (ONE_KEY, "cannot be read: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"),
    "signed out": ({"AWS_PROFILE": "sso"}, "cannot be read: Error loading SSO Token: Token for mine does not exist"),
    "a process that fails": ({"AWS_PROFILE": "process"}, "Error when retrieving credentials from custom-process"),
    "an unknown source": ({"AWS_PROFILE": "role"}, 'The source_profile "nowhere" referenced in the profile "role"'),
    "a token with a line break": (
        {**ONE_KEY, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "secret\n"},
        "cannot be used: a key or the token has white space in it",
    ),
    "a file that does not parse": ({"AWS_CONFIG_FILE": "prod.yaml"}, "cannot be read: Unable to parse config file"),
}
COMMANDS: Final = {
    "bootstrap": (),
    "drift": (),
    "events": (),
    "pause": ("orders", "--yes"),
    "restart": ("orders", "--yes"),
    "resume": ("orders", "--yes"),
    "snapshot": ("orders", "orders.customers", "--yes"),
    "state repair": ("platform",),
    "state restore": ("platform", "1", "--yes"),
    "state show": (),
    "state unlock": ("platform", "1"),
    "state versions": ("platform",),
    "status": (),
    "upgrade": ("orders", "--yes"),
    "verify": (),
}
FIX: Final = "sign in, as with aws sso login, or set AWS_PROFILE"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With prod.yaml, and a configuration of AWS with profiles; nothing of this machine's is read."""
    (tmp_path / "prod.yaml").write_text(yaml.safe_dump(document("prod")))
    (tmp_path / "config").write_text(CONFIG)
    for name in [name for name in os.environ if name.startswith(("AWS_", "CDC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    (file := tmp_path_factory.mktemp("account") / "prod.yaml").write_text(yaml.safe_dump(document("prod")))
    with account(file) as started:
        yield started


def invoked(
    command: str, *options: str, variables: dict[str, str], patch: pytest.MonkeyPatch, status: int
) -> tuple[str, str]:
    for name, value in variables.items():
        patch.setenv(name, value)
    done = CliRunner().invoke(app, [*command.split(), "prod.yaml", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == status, done.output
    return done.stdout, done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_ends_in_one_line(
    command: str, problem: str, prod: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables, said = PROBLEMS[problem]
    stacks = ("--stacks", str(prod["connect"].file.parent.parent)) if command in ("upgrade", "verify") else ()
    printed, errors = invoked(command, *COMMANDS[command], *stacks, variables=variables, patch=monkeypatch, status=1)
    assert printed == ""
    assert errors.count("\n") == 1
    assert said in errors
    assert "secret" not in errors
    assert errors.endswith(f": {FIX}\n")


WRONG: Final = {
    "events": ("a.b.c",),
    "pause": ("nope",),
    "restart": ("nope",),
    "resume": ("nope",),
    "snapshot": ("orders", "nope.nope"),
    "snapshot ": ("nope", "orders.customers"),
    "upgrade": ("nope",),
    "upgrade ": ("orders", "--stacks", "nowhere"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_argument_comes_first(command: str) -> None:
    done = CliRunner().invoke(app, [command.strip(), "prod.yaml", *WRONG[command]])
    assert done.exit_code != 0
    assert "credentials" not in done.stderr
    assert WRONG[command][-1].partition(".")[0] in done.stderr or "must be one of orders, got nope" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("problem", PROBLEMS)
def test_preflight_does_not_check_the_account(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases are checked all the same, where there is a login."""
    variables, said = PROBLEMS[problem]
    printed, errors = invoked("preflight", variables=variables, patch=monkeypatch, status=1)
    assert errors == ""
    account, database = printed.split("connector orders: database")
    assert "the account was not checked" in account
    assert said.removeprefix("the AWS credentials ") in " ".join(account.split())
    assert f"fix: {FIX}" in account
    assert "connection" in database


KEYS: Final = {**ONE_KEY, "AWS_SECRET_ACCESS_KEY": "x"}
ADDRESSES: Final = {
    "nonsense": "AWS_ENDPOINT_URL must be a URL: Invalid endpoint: nonsense",
    "http://127.0.0.1:99999": "AWS_ENDPOINT_URL must be a URL: Port out of range 0-65535",
    "http://127.0.0.1:1": "Could not connect to the endpoint URL",
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_endpoint_that_is_wrong_ends_in_one_line(
    command: str, address: str, prod: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = ("--stacks", str(prod["connect"].file.parent.parent)) if command in ("upgrade", "verify") else ()
    variables = {**KEYS, "AWS_ENDPOINT_URL": address, "AWS_MAX_ATTEMPTS": "1"}
    printed, errors = invoked(command, *COMMANDS[command], *stacks, variables=variables, patch=monkeypatch, status=1)
    assert printed == ""
    assert errors.count("\n") == 1
    assert ADDRESSES[address] in errors


@pytest.mark.usefixtures("folder")
def test_a_wrong_endpoint_is_a_finding_of_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {**KEYS, "AWS_ENDPOINT_URL": "nonsense"}
    printed, errors = invoked("preflight", variables=variables, patch=monkeypatch, status=1)
    assert errors == ""
    assert "AWS cannot be called: AWS_ENDPOINT_URL must be a URL" in " ".join(printed.split())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", COMMANDS)
def test_keys_that_aws_does_not_accept(
    command: str, running: Account, prod: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = ("--stacks", str(prod["connect"].file.parent.parent)) if command in ("upgrade", "verify") else ()
    variables = {**KEYS, "AWS_SESSION_TOKEN": "expired", "AWS_ENDPOINT_URL": running.access.url}
    _, errors = invoked(command, *COMMANDS[command], *stacks, variables=variables, patch=monkeypatch, status=1)
    assert errors.count("\n") == 1
    assert "The security token included in the request is invalid" in errors
    assert FIX in errors or command == "snapshot"
