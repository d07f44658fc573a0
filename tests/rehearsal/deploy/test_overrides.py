"""The override files of a rehearsal."""

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.deploy import overrides

STACK: Mapping[str, Any] = {
    "provider": {"aws": [{"region": "eu-west-1"}]},
    "data": {"terraform_remote_state": {"cross-stack-reference-input-shop-platform": {"backend": "remote"}}},
    "resource": {
        "aws_kms_key": {"key": {"lifecycle": {"prevent_destroy": True}}},
        "aws_msk_cluster": {"cluster": {"lifecycle": {"prevent_destroy": True, "ignore_changes": ["x"]}}},
        "aws_subnet": {"a": {"lifecycle": {"create_before_destroy": True}}, "b": {}},
    },
}


def test_only_prevent_destroy_is_turned_off() -> None:
    off = {"lifecycle": {"prevent_destroy": False}}
    assert overrides.destroyable(STACK) == {
        "resource": {"aws_kms_key": {"key": off}, "aws_msk_cluster": {"cluster": off}}
    }
    assert overrides.destroyable({"resource": {"aws_subnet": STACK["resource"]["aws_subnet"]}}) == {}


def test_only_the_retries_of_the_provider_change() -> None:
    assert overrides.limited_retries(STACK) == {"provider": {"aws": [{"max_retries": 5}]}}


def test_a_remote_state_is_read_from_the_file_of_its_stack() -> None:
    found = overrides.remote_states(STACK, {"shop-state": "/s", "shop-platform": "/p"})
    assert found == {
        "data": {
            "terraform_remote_state": {
                "cross-stack-reference-input-shop-platform": {"backend": "local", "config": {"path": "/p"}}
            }
        }
    }
    assert overrides.remote_states({"resource": {}}, {"shop-platform": "/p"}) == {}


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], {}),
        ([{"a": 1}, {}], {"a": 1}),
        ([{"a": {"b": 1}}, {"a": {"c": 2}}, {"d": 3}], {"a": {"b": 1, "c": 2}, "d": 3}),
    ],
)
def test_overrides_are_merged(documents: list[Mapping[str, Any]], expected: Mapping[str, Any]) -> None:
    assert overrides.merge(*documents) == expected
