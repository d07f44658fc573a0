"""Runs Terraform on synthesized stacks: what it finds in them, and what it would plan in a mocked account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdc import terraform as cli
from tests.synthesized import Stack

Values = Mapping[str, Any]
# Values of computed attributes by type, for data sources and for resources.
World = Mapping[str, Values]


@dataclass
class Outcome:
    """What a plan in a mocked account came to: its errors, or its resources and outputs."""

    errors: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def planned(self, type_: str) -> dict[str, dict[str, Any]]:
        """The planned values of every resource of a type, by its Terraform name."""
        return {c["name"]: c["change"]["after"] for c in self.changes if c["type"] == type_ and c["mode"] == "managed"}


class Terraform:
    """Terraform with the providers that the stack in ``seed`` pins, fetched once."""

    def __init__(self, seed: Path) -> None:
        self.variables = cli.environment(seed)
        self.providers = seed / ".terraform/providers"
        cli.run(seed, "init", "-backend=false", variables=self.variables)

    def prepare(self, stack: Stack) -> Path:
        """The folder of a stack, initialized without its backend."""
        folder = stack.file.parent
        if not (folder / ".terraform").is_dir():
            cli.run(folder, "init", "-backend=false", f"-plugin-dir={self.providers}", variables=self.variables)
        return folder

    def validate(self, stack: Stack) -> list[str]:
        """Every error and every warning that Terraform and the provider have about a stack."""
        process = cli.run(self.prepare(stack), "validate", "-json", variables=self.variables, check=False)
        found = json.loads(process.stdout)["diagnostics"]
        return [f"{one['severity']}: {one['summary']}: {one.get('detail', '')}" for one in found]

    def plan(self, stack: Stack, worlds: Mapping[str, World], *, outputs: Values | None = None) -> dict[str, Outcome]:
        """The plan in each of these mocked accounts; ``outputs`` are what other stacks have put out."""
        folder = self.prepare(stack)
        (tests := folder / "tests").mkdir(exist_ok=True)
        for old in tests.glob("*.tftest.json"):
            old.unlink()
        for name, world in worlds.items():
            (tests / f"{name}.tftest.json").write_text(json.dumps(_mocked(stack, world, outputs or {})))
        process = cli.run(folder, "test", "-json", "-verbose", variables=self.variables, check=False)
        outcomes = {name: Outcome() for name in worlds}
        for line in process.stdout.splitlines():
            _add(outcomes, json.loads(line))
        return outcomes


def _mocked(stack: Stack, world: World, outputs: Values) -> dict[str, Any]:
    """A test file that plans ``stack`` once. Each type counts as data source and as resource."""
    defaults = {type_: {"defaults": values} for type_, values in world.items()}
    lookups = stack.json.get("data", {}).get("terraform_remote_state", {})
    remote = [{"target": f"data.terraform_remote_state.{name}", "values": {"outputs": outputs}} for name in lookups]
    provider = {"override_during": "plan"}
    data = {type_: value for type_, value in defaults.items() if type_ in stack.json.get("data", {})}
    resources = {type_: value for type_, value in defaults.items() if type_ in stack.json["resource"]}
    mocks = provider | ({"mock_data": data} if data else {}) | ({"mock_resource": resources} if resources else {})
    return {"mock_provider": {"aws": mocks}, "override_data": remote, "run": {"plan": {"command": "plan"}}}


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
