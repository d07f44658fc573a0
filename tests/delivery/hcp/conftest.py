"""HCP Terraform and an AWS on loopback, and laptops that are configured for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.account import Account, account
from tests.delivery.hcp import page
from tests.delivery.hcp.laptop import Laptop
from tests.delivery.hcp.project import Project
from tests.delivery.hcp.server import HcpTerraform, hcp_terraform
from tests.real_terraform import Terraform

ALICE, BOB = "alice-token", "bob-token"
USERS = {ALICE: "alice", BOB: "bob"}

# Of whoever has this token, at this HCP Terraform.
NewLaptop = Callable[[str | None, HcpTerraform], Laptop]


@dataclass(frozen=True)
class Deployed:
    """``dev``, deployed with the commands of the page from Alice's machine."""

    hcp: HcpTerraform
    aws: Account
    project: Project
    alice: Laptop


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="package")
def aws(project: Project) -> Iterator[Account]:
    """An embedded AWS with the resources that the environment refers to."""
    with account(project.file) as found:
        yield found


@pytest.fixture(scope="package")
def new_laptop(terraform: Terraform, aws: Account, tmp_path_factory: pytest.TempPathFactory) -> NewLaptop:
    def make(token: str | None, hcp: HcpTerraform) -> Laptop:
        home = tmp_path_factory.mktemp("home")
        return Laptop(home, hcp=hcp, providers=terraform.providers, aws=aws.access, token=token)

    return make


@pytest.fixture(scope="package")
def deployed(project: Project, aws: Account, new_laptop: NewLaptop) -> Iterator[Deployed]:
    """Tests may change it, but must leave the environment file as deployed."""
    with hcp_terraform(USERS) as hcp:
        alice = new_laptop(ALICE, hcp)
        page.follow("The first rollout", folder=project.folder, variables=alice.variables)
        yield Deployed(hcp, aws, project, alice)
        assert hcp.unknown == []


@pytest.fixture
def hcp() -> Iterator[HcpTerraform]:
    """An organization without workspaces."""
    with hcp_terraform(USERS) as hcp:
        yield hcp
        assert hcp.unknown == []


@pytest.fixture
def stacks(project: Project, tmp_path: Path) -> Project:
    """The project's environment, synthesized into its own folder."""
    (other := Project(tmp_path / "project")).synthesize()
    assert other.environment.state == project.environment.state
    return other
