"""Rules about the file as it is written; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.environment.checks.rulebook import rule
from modules.messages.problems import Path, Problem

# What `cdc import` writes where the connector that it read does not say what the file needs.
FILL_IN: Final = "FILL_IN"
# The middle of CDKTF's marks of a reference: ${TfToken[TOKEN.1]}, and others for lists, maps and numbers.
TOKEN: Final = "TfToken["


@rule
def every_place_is_filled_in(document: object) -> Iterator[Problem]:
    for path in (path for path, text in _texts(document, ()) if text == FILL_IN):
        yield Problem(path, "must be filled in: cdc import could not tell it", FILL_IN)


@rule
def text_is_no_token(document: object) -> Iterator[Problem]:
    """CDKTF finds its own tokens in any text: one of the file's would be replaced by another resource's attribute."""
    for path, text in _texts(document, ()):
        if TOKEN in text or TOKEN in str(path[-1]):
            yield Problem(path, f"must not contain {TOKEN}: the synthesis has it for its own references")


@rule
def an_archives_path_is_no_template(document: object) -> Iterator[Problem]:
    """Its last part becomes a path in the Terraform JSON."""
    for path, text in _texts(document, ()):
        if path[:1] == ("plugins",) and path[2:] == ("archive",) and ("${" in text or "%{" in text):
            yield Problem(path, "must have no ${ and no %{, which are Terraform's signs of a template", text)


def _texts(node: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Each text, with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, (*path, str(key)))
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            yield from _texts(value, (*path, index))
    elif hasattr(node, "model_fields_set"):
        yield from _texts(vars(node), path)
    elif path:
        yield path, node if isinstance(node, str) else ""
