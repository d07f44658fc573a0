"""Each environment of the project deploys with its own deployer's policy, and not with any one action less.

The real provider deployed and destroyed each of them in the embedded AWS, as a deployer with that policy; what every
request needed is recorded. Here the policy of today is held against it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import pytest

from cdc.deployer import calls
from cdc.deployer.policy import Policy
from cdc.deployer.stacks import policy_of
from modules.environment.environment import Environment
from rehearsal.aws.names import account
from rehearsal.iam.actions.requests import Access
from tests.cdc.deployer.deciding import denied
from tests.cdc.deployer.examples import FILES, asked, deployable, recorded


class Example:
    """An environment with its deployer's policy, and what its deploy needed."""

    def __init__(self, file: Path, archive: Path) -> None:
        self._content = {"name": file.stem, **deployable(file, archive)}
        self.name = file.stem

    @cached_property
    def environment(self) -> Environment:
        return Environment.model_validate(self._content)

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.environment, account=account())

    @cached_property
    def asked(self) -> Sequence[Access]:
        return [*asked(self.name, self.environment.region)]

    def denied(self, wanted: Iterable[Access], *, without: str = "") -> list[str]:
        """Those of ``wanted`` that the policy does not allow once it has not the action ``without``."""
        return denied(self.policy.documents, wanted, without=without)


@pytest.fixture(scope="module", params=FILES, ids=[file.stem for file in FILES])
def example(request: pytest.FixtureRequest, archive: Path) -> Example:
    return Example(request.param, archive)


def test_its_policy_allows_all_that_its_deploy_needed(example: Example) -> None:
    assert len(example.asked) > 100
    assert example.denied(example.asked) == []


def test_with_any_one_action_less_its_deploy_is_denied(example: Example) -> None:
    by_action = defaultdict[str, list[Access]](list)
    for one in example.asked:
        by_action[one.action].append(one)
    for action, wanted in by_action.items():
        assert example.denied(wanted, without=action), action


def test_it_has_no_action_without_a_need(example: Example) -> None:
    """What the deploy did not ask for, AWS asks for by its documentation, or the provider for a change."""
    needed = {one.action for one in example.asked}
    for one in example.policy.permissions:
        changing = calls.calls().get(one.why, {})
        assert one.action in needed or one.source or any(one.action in of for of in changing.values()), one


def test_the_record_is_of_its_resources(example: Example) -> None:
    """A new type of resource, which the deploy did not have, needs a new record."""
    needed = {one.action for one in example.asked}
    for type_ in {one.why for one in example.policy.permissions} & calls.calls().keys():
        recorded_calls = calls.calls()[type_]
        assert needed & {*recorded_calls.get("create", recorded_calls["read"])}, type_


def test_each_environment_has_a_record() -> None:
    assert {file.stem for file in recorded("").parent.glob("*.json")} == {file.stem for file in FILES}
