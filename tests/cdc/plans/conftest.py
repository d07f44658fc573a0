"""Real plans of changes to what is deployed, each created once, on first use."""

import copy
from collections.abc import Callable, Iterator

import pytest

from tests.cdc.plans.changes import CHANGES
from tests.cdc.plans.world import World, deployed
from tests.real_terraform import Terraform
from tests.synthesized import Document

Planned = Callable[[str], Document]


@pytest.fixture(scope="package")
def deployed_world(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform) -> Iterator[World]:
    with deployed(tmp_path_factory.mktemp("plans"), terraform) as world:
        yield world


@pytest.fixture(scope="package")
def planned(deployed_world: World) -> Planned:
    """The JSON of a plan, by its name in ``tests.cdc.plans.changes``; a copy that the caller may change."""
    made: dict[str, Document] = {}

    def plan(name: str) -> Document:
        if name not in made:
            made[name] = CHANGES[name].plan(deployed_world)
        return copy.deepcopy(made[name])

    return plan
