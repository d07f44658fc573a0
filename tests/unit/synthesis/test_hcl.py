"""HCL: strings keep their content, references are not quoted, and blocks are not attributes."""

from typing import Any

import pytest

from modules.synthesis.hcl import rendered


def attribute(value: Any, name: str = "value") -> str:
    """The right-hand side of ``name = …``."""
    head, _, text = rendered({name: value}).partition(" = ")
    assert head == name
    return text.removesuffix("\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", '"plain"'),
        (r"orders\.customers", r'"orders\\.customers"'),
        ('say "no"', r'"say \"no\""'),
        ("a=1\nb=2\n", r'"a=1\nb=2\n"'),
        ("€", '"€"'),
        ("007", '"007"'),
        ("${aws_vpc.vpc.id}", "aws_vpc.vpc.id"),
        ("${a}-${b}", '"${a}-${b}"'),
        ('{"arn": "${a.arn}"}', r'"{\"arn\": \"${a.arn}\"}"'),
        ('${join("}", ["{", "${a}\\""])}', 'join("}", ["{", "${a}\\""])'),
        ('x${replace(a, ":}", "")}"', r'"x${replace(a, ":}", "")}\""'),
        ('${a == {} ? "$${" : "b"}!', '"${a == {} ? "$${" : "b"}!"'),
        ("$${secretsmanager:cdc/orders:username}", '"$${secretsmanager:cdc/orders:username}"'),
        ("%{ if a }b%{ endif }", '"%{ if a }b%{ endif }"'),
        ("100%", '"100%"'),
        (True, "true"),
        (1.5, "1.5"),
        (["a", 1], '["a", 1]'),
        ([], "[]"),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert attribute(value) == text


def test_long_lists_have_one_line_per_item() -> None:
    assert attribute(["x" * 60, "y" * 60]) == f'[\n  "{"x" * 60}",\n  "{"y" * 60}",\n]'


@pytest.mark.parametrize("name", ["depends_on", "ignore_changes", "replace_triggered_by"])
def test_references(name: str) -> None:
    assert attribute(["aws_vpc.vpc", "aws_eip.eip"], name) == "[aws_vpc.vpc, aws_eip.eip]"


@pytest.mark.parametrize("name", ["config", "connector_configuration", "dimensions", "tags"])
def test_maps(name: str) -> None:
    assert attribute({"a.b": 1, "c": None, "d-e": "f"}, name) == '{\n  "a.b" = 1\n  c = null\n  d-e = "f"\n}'


def test_blocks() -> None:
    document = {
        "//": {"metadata": {}},
        "terraform": {"backend": {"s3": {"bucket": "b"}}, "required_providers": {"aws": {"source": "aws"}}},
        "provider": {"aws": [{"region": "r"}]},
        "resource": {"aws_vpc": {"vpc": {"//": {}, "rule": [{"a": 1}, {"a": 2}], "timeouts": {"create": None}}}},
        "removed": [{"from": "aws_vpc.old", "lifecycle": {"destroy": False}}],
    }
    assert rendered(document).split() == [
        *("terraform", "{", "backend", '"s3"', "{", "bucket", "=", '"b"', "}"),
        *("required_providers", "{", "aws", "=", "{", "source", "=", '"aws"', "}", "}", "}"),
        *("provider", '"aws"', "{", "region", "=", '"r"', "}"),
        *("resource", '"aws_vpc"', '"vpc"', "{", "rule", "{", "a", "=", "1", "}", "rule", "{", "a", "=", "2", "}"),
        *("timeouts", "{", "}", "}"),
        *("removed", "{", "from", "=", "aws_vpc.old", "lifecycle", "{", "destroy", "=", "false", "}", "}"),
    ]
