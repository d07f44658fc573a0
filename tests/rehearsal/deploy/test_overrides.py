"""What a rehearsal lays over a synthesized stack."""

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


def test_only_the_guards_against_destruction_go() -> None:
    off = {"lifecycle": {"prevent_destroy": False}}
    assert overrides.destroyable(STACK) == {
        "resource": {"aws_kms_key": {"key": off}, "aws_msk_cluster": {"cluster": off}}
    }
    assert overrides.destroyable({"resource": {"aws_subnet": STACK["resource"]["aws_subnet"]}}) == {}


def test_only_the_retries_of_the_provider_change() -> None:
    assert overrides.limited_retries(STACK) == {"provider": {"aws": [{"max_retries": 2}]}}


def test_a_look_up_reads_the_file_of_its_stack() -> None:
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
def test_layers_go_together(documents: list[Mapping[str, Any]], expected: Mapping[str, Any]) -> None:
    assert overrides.merge(*documents) == expected
