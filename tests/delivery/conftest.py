"""A project that is deployed once, by the commands of the pages, and shared by all tests."""

from collections.abc import Iterator

import pytest

from tests.delivery.pages import commands
from tests.delivery.project import Project, project


@pytest.fixture(scope="package")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with nothing deployed."""
    with project(tmp_path_factory.mktemp("delivery") / "project") as found:
        yield found


@pytest.fixture(scope="package")
def bootstrapped(fresh: Project) -> Project:
    """A project with its state store."""
    fresh.shell(*commands("deploy.md", "The first state"))
    return fresh


@pytest.fixture(scope="package")
def planned_too_early(bootstrapped: Project) -> str:
    """What Terraform prints of a connect stack that is planned before its platform is deployed."""
    *first, plan = commands("deploy.md", "The first rollout")
    return bootstrapped.shell(*(line for line in first if "prod-platform" not in line), f"! {plan}")


@pytest.fixture(scope="package")
def delivered(bootstrapped: Project, planned_too_early: str) -> Project:
    """A project with all stacks deployed, by CDKTF's command line."""
    assert planned_too_early
    bootstrapped.shell(*commands("deploy.md", "In CI"))
    return bootstrapped
