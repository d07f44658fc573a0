"""Detects the format of inputs and reads them."""

import json
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final

import yaml

from cdc.imports.formats import cloudformation, connect, msk_connect, property_file, strimzi, terraform
from cdc.imports.formats.described import Content, Described, InputError, linked
from modules.messages.problems import either
from modules.user_files.bounds import LOADER, JsonDepthError, YamlBoundError, check_depth, check_yaml

MOST_BYTES: Final = 5_000_000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_TAG: Final = "tag:yaml.org,2002:"


class Shape(StrEnum):
    """The values of ``--format``."""

    CONNECT = "connect"
    MSK_CONNECT = "msk-connect"
    PROPERTIES = "properties"
    TERRAFORM = "terraform"
    TERRAFORM_JSON = "terraform-json"
    CLOUDFORMATION = "cloudformation"
    STRIMZI = "strimzi"


Matches = Callable[[object], bool]
Read = Callable[[Any, str], Content]
_DOCUMENTS: Final[dict[Shape, tuple[Matches, Read]]] = {
    Shape.MSK_CONNECT: (msk_connect.matches, msk_connect.read),
    Shape.TERRAFORM_JSON: (terraform.matches, terraform.read),
    Shape.CLOUDFORMATION: (cloudformation.matches, cloudformation.read),
    Shape.STRIMZI: (strimzi.matches, strimzi.read),
    # Last, because its form without an envelope matches most mappings.
    Shape.CONNECT: (connect.matches, connect.read),
}


def connectors(inputs: Iterable[tuple[str, bytes]], shape: Shape | None) -> list[Described]:
    """The connectors of all inputs (name, content). Raises InputError if one cannot be read, or if there are none."""
    contents = [_content(source, content, shape) for source, content in inputs]
    found = linked(contents)
    if not found:
        raise InputError("no connector found, only worker configurations")
    return found


def _content(source: str, content: bytes, shape: Shape | None) -> Content:
    text = _text(source, content)
    if shape is Shape.PROPERTIES:
        return property_file.read(text, source)
    if shape is Shape.TERRAFORM or (shape is None and _is_hcl(text)):
        from cdc.imports.formats import hcl  # its grammar takes a while to load

        return _some(hcl.read(text, source), source, Shape.TERRAFORM)
    document = _document(text, source, json_only=shape is Shape.TERRAFORM_JSON)
    chosen = shape or _recognized(document)
    if chosen is not None:
        return _some(_read(chosen, document, source), source, chosen)
    if isinstance(document, str):
        return property_file.read(text, source)
    raise InputError(f"{source}: has {_kind(document)}, but no connector in a known format: {either(list(Shape))}")


def _recognized(document: object) -> Shape | None:
    return next((shape for shape, (matches, _) in _DOCUMENTS.items() if matches(document)), None)


def _read(shape: Shape, document: object, source: str) -> Content:
    try:
        return _DOCUMENTS[shape][1](document, source)
    except (AttributeError, KeyError, TypeError, IndexError):
        raise InputError(f"{source}: is not in the format {shape}") from None


def _some(content: Content, source: str, shape: Shape) -> Content:
    if not content:
        raise InputError(f"{source}: has no connector of MSK Connect or Kafka Connect, read as {shape}")
    return content


def _kind(document: object) -> str:
    return "a list" if isinstance(document, list) else "a mapping" if isinstance(document, dict) else "a value"


def _text(source: str, content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "latin-1")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise InputError(f"{source}: is empty")
        # Old properties files are in Latin-1. Binary files have control characters.
        if not _CONTROL.search(text):
            return text
    raise InputError(f"{source}: is not text")


def _is_hcl(text: str) -> bool:
    from cdc.imports.formats.looks import hcl

    return not text.lstrip().startswith(("{", "[")) and hcl(text)


def _document(text: str, source: str, *, json_only: bool) -> object:
    """The content of JSON or YAML; other text unchanged."""
    if json_only or text.lstrip().startswith(("{", "[")):
        try:
            return _json(text)
        except JsonDepthError as error:
            raise InputError(f"{source}: {error}") from None
        except json.JSONDecodeError as error:
            if json_only or '"' in text.lstrip()[:40]:
                raise InputError(f"{source}:{error.lineno}: is not valid JSON") from None
    return _yaml(text, source)


def _json(text: str) -> object:
    """One document, or a list of several, as ``curl`` of several addresses prints them."""
    documents, at = [], 0
    while at < len(text.rstrip()):
        start = at + len(text[at:]) - len(text[at:].lstrip())
        try:
            document, at = json.JSONDecoder().raw_decode(text, start)
        except RecursionError:
            raise JsonDepthError from None
        check_depth(document)
        documents.append(document)
    return documents[0] if len(documents) == 1 else documents


def _yaml(text: str, source: str) -> object:
    """One document, or a list of several; the text itself if YAML reads it as a plain string."""
    try:
        check_yaml(text)
        documents = [document for document in yaml.load_all(text, _Loader) if document is not None]
    except YamlBoundError as error:
        raise InputError(f"{source}:{error.line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        if re.search(rf"^{re.escape(property_file.CLASS)}\s*[=:\s]", text, re.MULTILINE):
            return text
        mark = getattr(error, "problem_mark", None)
        raise InputError(f"{source}:{mark.line + 1 if mark else 1}: is not valid YAML, JSON or properties") from None
    if len(documents) == 1:
        only = documents[0]
        return text if isinstance(only, str) else only
    return documents or text


class _Loader(LOADER):  # type: ignore[misc]
    """YAML with CloudFormation's tags as functions; dates stay text."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> object:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _tagged)
_Loader.add_constructor(f"{_TAG}timestamp", _as_text)
