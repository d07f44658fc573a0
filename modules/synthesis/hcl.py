"""HCL, converted from Terraform JSON: the output of ``cdktf synth --hcl`` in this project.

CDKTF's own generator is not used: it leaves out overrides, such as required_version and ``removed``, writes conditions
as attributes, and does not escape strings with a reference (hashicorp/terraform-cdk#3911).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from modules.synthesis import sdk

# The number of labels of a block; blocks within ``terraform`` have none.
LABELS: Final = {"backend": 1, "data": 2, "output": 1, "provider": 1, "resource": 2}
# In JSON a block looks like an attribute. In these stacks, MAPS are attributes, and ATTRIBUTES_ONLY have no blocks.
MAPS: Final = {"config", "connector_configuration", "dimensions", "tags", "value", "variables"}
ATTRIBUTES_ONLY: Final = {"locals", "required_providers"}
REFERENCES: Final = {"depends_on", "from", "ignore_changes", "replace_triggered_by"}
TEMPLATES: Final = ("${", "%{")
ESCAPED_TEMPLATES: Final = ("$${", "%%{")
LINE: Final = 100


def rewrite(app: sdk.App) -> None:
    """Writes the HCL of every stack of ``app`` again, after ``app.synth()``."""
    for stack in app.node.children:
        if isinstance(stack, sdk.TerraformStack):
            (Path(app.outdir, "stacks", stack.node.id) / "cdk.tf").write_text(rendered(stack.to_terraform()))


def rendered(document: Mapping[str, Any]) -> str:
    """A complete Terraform JSON document as HCL."""
    return "".join(f"{line}\n\n" if line == "}" else f"{line}\n" for line in _body(document, blocks=True))


def _body(content: Mapping[str, Any], *, blocks: bool) -> Iterator[str]:
    for name, value in content.items():
        if name == "//" or value is None:
            continue
        if blocks and name not in MAPS and _holds_objects(value):
            yield from _blocks(name, value, LABELS.get(name, 0))
        else:
            yield f"{_key(name)} = {_references(value) if name in REFERENCES else _expression(value)}"


def _holds_objects(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))


def _blocks(head: str, value: Any, labels: int) -> Iterator[str]:
    if labels:
        for label, content in value.items():
            yield from _blocks(f"{head} {json.dumps(label)}", content, labels - 1)
        return
    for content in value if isinstance(value, list) else [value]:
        yield f"{head} {{"
        yield from (f"  {line}" for line in _body(content, blocks=head not in ATTRIBUTES_ONLY))
        yield "}"


def _key(name: str) -> str:
    return name if name.replace("-", "_").isidentifier() else _quoted(name)


def _references(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else _list(value)


def _list(items: Iterable[str]) -> str:
    inline = f"[{', '.join(items := list(items))}]"
    return inline if len(inline) <= LINE else "".join(["[\n", *(f"  {item},\n" for item in items), "]"])


def _expression(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(["{\n", *(f"  {_key(name)} = {_expression(one)}\n" for name, one in value.items()), "}"])
    if isinstance(value, list):
        return _list(map(_expression, value))
    if not isinstance(value, str):
        return json.dumps(value)
    if value.startswith("${") and _end_of_template(value, 0) == len(value):
        return value[2:-1]
    return _quoted(value)


def _quoted(text: str) -> str:
    """A quoted string with unchanged templates."""
    parts = []
    position = 0
    while position < len(text):
        if text.startswith(ESCAPED_TEMPLATES, position):
            end = position + 3
            parts.append(text[position:end])
        elif text.startswith(TEMPLATES, position):
            end = _end_of_template(text, position)
            parts.append(text[position:end])
        else:
            end = position + 1
            parts.append(json.dumps(text[position], ensure_ascii=False)[1:-1])
        position = end
    return f'"{"".join(parts)}"'


def _end_of_template(text: str, start: int) -> int:
    """The end of the template that begins at ``start``; braces in its strings do not count."""
    position, depth = start + 2, 1
    while depth:
        if text[position] == '"':
            position = _end_of_string(text, position)
            continue
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        position += 1
    return position


def _end_of_string(text: str, start: int) -> int:
    position = start + 1
    while text[position] != '"':
        if text.startswith(ESCAPED_TEMPLATES, position):
            position += 3
        elif text.startswith(TEMPLATES, position):
            position = _end_of_template(text, position)
        else:
            position += 2 if text[position] == "\\" else 1
    return position + 1
