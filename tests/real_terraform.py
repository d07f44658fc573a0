"""Runs Terraform on synthesized stacks: validation, and plans in a mocked account."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cdc import terraform as cli
from tests.synthesized import Stack

Values = Mapping[str, Any]
# Values of computed attributes by type, for data sources and for resources.
Mocks = Mapping[str, Values]


@dataclass
class Outcome:
    """The result of a plan in a mocked account: its errors, or its resources and outputs."""

    errors: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def planned(self, type_: str) -> dict[str, dict[str, Any]]:
        """The planned values of every resource of a type, by its Terraform name."""
        return {c["name"]: c["change"]["after"] for c in self.changes if c["type"] == type_ and c["mode"] == "managed"}


# A provider that already runs: Terraform neither starts nor installs one (see Terraform's "debugging providers").
REATTACH: Final = "TF_REATTACH_PROVIDERS"
_SILENT: Final = {f"TF_LOG_SDK{part}": "off" for part in ("", "_PROTO", "_MUX", "_HELPER_SCHEMA", "_FRAMEWORK")}


@contextmanager
def started_provider(providers: Path, variables: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """``variables``, with which runs of Terraform share one process of the AWS provider while the block lasts.

    That saves the start of the provider in each run. The provider has ``variables`` too, so all runs have the same
    account, and resolves relative paths in ``folder``.
    """
    [program] = providers.glob(f"{cli.REGISTRY}/hashicorp/aws/*/{cli.target()}/terraform-provider-aws_*")
    quiet = {**variables, **_SILENT, "TF_LOG_PROVIDER": "off"}
    command, pipe = [str(program.absolute()), "-debug"], subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=quiet, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if f"{REATTACH}=" in line)
            yield {**variables, REATTACH: line.partition("=")[2].strip().strip("'")}
        finally:
            process.terminate()


class Terraform:
    """Terraform with the providers that the stack in ``seed`` pins, fetched once, and in ``shared`` started once."""

    def __init__(self, seed: Path) -> None:
        self.variables = cli.environment(seed)
        self.providers = seed / ".terraform/providers"
        cli.run(seed, "init", "-backend=false", variables=self.variables)
        self.shared = self.variables

    @contextmanager
    def sharing(self) -> Iterator["Terraform"]:
        """Runs that need no account share one process of the provider."""
        with started_provider(self.providers, self.variables, self.providers) as self.shared:
            yield self

    def validate(self, stack: Stack) -> list[str]:
        """Every error and warning of Terraform and the provider for a stack."""
        return [_text(one) for one in self._diagnostics(stack.file.parent)]

    def validate_together(self, stacks: Sequence[Stack], folder: Path) -> list[list[str]]:
        """As ``validate``, for each of the stacks: they become modules of one configuration in ``folder``.

        The warning that a module's backend is ignored is left out. Blocks that only a root module may have are errors.
        """
        sources = [f"./{os.path.relpath(stack.file.parent, folder)}/" for stack in stacks]
        modules = {f"stack-{number}": {"source": source} for number, source in enumerate(sources)}
        required = stacks[0].json["terraform"]["required_providers"]
        root = {"terraform": {"required_providers": required}, "module": modules}
        (folder / "main.tf.json").write_text(json.dumps(root))
        cli.run(folder, "get", variables=self.shared)
        found = [one for one in self._diagnostics(folder) if one["summary"] != "Backend configuration ignored"]
        where = [Path(folder, one["range"]["filename"]).resolve().parent for one in found]
        assert {*where} <= {stack.file.parent.resolve() for stack in stacks}, found
        return [
            [_text(one) for one, place in zip(found, where, strict=True) if place == stack.file.parent.resolve()]
            for stack in stacks
        ]

    def _diagnostics(self, folder: Path) -> list[dict[str, Any]]:
        process = cli.run(folder, "validate", "-json", variables=self.shared, check=False)
        found: list[dict[str, Any]] = json.loads(process.stdout)["diagnostics"]
        return found

    def plan(self, stack: Stack, accounts: Mapping[str, Mocks], *, outputs: Values | None = None) -> dict[str, Outcome]:
        """The plan in each of these mocked accounts; ``outputs`` are those of other stacks."""
        (tests := (folder := stack.file.parent) / "tests").mkdir()
        for name, mocks in accounts.items():
            (tests / f"{name}.tftest.json").write_text(json.dumps(_mocked(stack, mocks, outputs or {})))
        process = cli.run(folder, "test", "-json", "-verbose", variables=self.shared, check=False)
        shutil.rmtree(tests)
        outcomes = {name: Outcome() for name in accounts}
        for line in process.stdout.splitlines():
            _add(outcomes, json.loads(line))
        return outcomes


def _text(diagnostic: Mapping[str, Any]) -> str:
    return f"{diagnostic['severity']}: {diagnostic['summary']}: {diagnostic.get('detail', '')}"


def _mocked(stack: Stack, mocks: Mocks, outputs: Values) -> dict[str, Any]:
    """A test file that plans ``stack`` once; the values of a type are for its data source and its resource."""
    defaults = {type_: {"defaults": values} for type_, values in mocks.items()}
    lookups = stack.json.get("data", {}).get("terraform_remote_state", {})
    remote = [{"target": f"data.terraform_remote_state.{name}", "values": {"outputs": outputs}} for name in lookups]
    provider = {"override_during": "plan"}
    data = {type_: value for type_, value in defaults.items() if type_ in stack.json.get("data", {})}
    resources = {type_: value for type_, value in defaults.items() if type_ in stack.json["resource"]}
    overrides = provider | ({"mock_data": data} if data else {}) | ({"mock_resource": resources} if resources else {})
    return {"mock_provider": {"aws": overrides}, "override_data": remote, "run": {"plan": {"command": "plan"}}}


def _add(outcomes: Mapping[str, Outcome], event: dict[str, Any]) -> None:
    outcome = outcomes.get(Path(event.get("@testfile", "")).name.removesuffix(".tftest.json"))
    diagnostic = event.get("diagnostic")
    if diagnostic and diagnostic["severity"] == "error":
        assert outcome is not None, diagnostic
        outcome.errors.append(diagnostic["detail"] or diagnostic["summary"])
    if plan := event.get("test_plan"):
        assert outcome is not None
        outcome.changes.extend(plan["resource_changes"])
        outcome.outputs.update({name: change.get("after") for name, change in plan.get("output_changes", {}).items()})
