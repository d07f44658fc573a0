"""One project, delivered once by the pages' own commands, for all tests that need it so."""

from collections.abc import Iterator

import pytest

from tests.delivery.pages import commands
from tests.delivery.project import Project, project


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Nothing is deployed yet."""
    with project(tmp_path_factory.mktemp("delivery") / "project") as found:
        yield found


@pytest.fixture(scope="session")
def bootstrapped(fresh: Project) -> Project:
    """With its state store."""
    fresh.shell(*commands("deploy.md", "The first state"))
    return fresh


@pytest.fixture(scope="session")
def delivered(bootstrapped: Project) -> Project:
    """With everything, by CDKTF's command line."""
    bootstrapped.shell(*commands("deploy.md", "In CI"))
    return bootstrapped
