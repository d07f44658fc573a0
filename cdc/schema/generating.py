"""Makes the schema: the models' own, with what their types say in words, the page's texts and all property names."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel

from cdc.schema import page, properties
from modules.environment import msk_properties
from modules.environment.environment import Environment
from modules.environment.models import sources
from modules.environment.regions import REGIONS
from modules.environment.shape import bare, is_model, variants, wanted

FILE: Final = Path(__file__).parents[2] / "environments" / "schema.json"
_TITLE: Final = "Environment file"
_DRAFT: Final = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, Any]


def generated() -> str:
    """The file's text, the same for the same models, definitions and page."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Of an environment file, as editors read it: draft 7."""
    made = Environment.model_json_schema()
    definitions: dict[str, Schema] = made.pop("$defs")
    texts = page.descriptions()
    for model in _models():
        own = made if model is Environment else definitions[model.__name__]
        _describe(own, model, texts)
    del made["properties"]["name"]
    made["required"].remove("name")
    made["properties"]["region"] |= {"enum": list(REGIONS)}
    definitions["Connector"]["properties"]["properties"] |= {"$ref": "#/definitions/Properties"}
    definitions["ProvisionedKafka"]["properties"]["server_properties"] |= {"$ref": "#/definitions/ServerProperties"}
    definitions["Connector"]["properties"]["source"] |= _merged(definitions, variants(sources.Source))
    definitions |= {"Properties": properties.schema(), "ServerProperties": _server_properties()}
    whole: Schema = _draft_7({**made, "$schema": _DRAFT, "title": _TITLE, "definitions": definitions})
    return whole


def _models() -> Iterator[type[BaseModel]]:
    waiting: list[type[BaseModel]] = [Environment]
    for model in waiting:
        yield model
        for field in model.model_fields.values():
            waiting += [found for found in _within(field.annotation) if found not in waiting]


def _within(kind: Any) -> Iterator[type[BaseModel]]:
    kind = bare(kind)
    if is_model(kind):
        yield kind
    yield from variants(kind).values()
    if get_origin(kind) in (dict, tuple):
        for part in get_args(kind):
            yield from _within(part)


def _describe(own: Schema, model: type[BaseModel], texts: Mapping[page.Key, str]) -> None:
    """What the page says of each key, else what its type says in words."""
    own["description"] = " ".join((model.__doc__ or "").replace("``", "").split())
    for name, field in model.model_fields.items():
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        own["properties"][name] |= {"description": texts.get((model, name)) or f"Must be {wanted(kind)}."}


def _merged(definitions: dict[str, Schema], options: Mapping[str, type[BaseModel]]) -> Schema:
    """One object for models that a key of their own tells apart: an editor then marks the value that is wrong."""
    parts = {key: definitions.pop(model.__name__) for key, model in options.items()}
    names = {name: schema for part in parts.values() for name, schema in part["properties"].items()}
    required = [name for name in names if all(name in part["required"] for part in parts.values())]
    return {
        "type": "object",
        "properties": names,
        "required": required,
        "additionalProperties": False,
        "oneOf": [{"required": [key]} for key in options],
    }


def _server_properties() -> Schema:
    """Those that MSK takes, for standard brokers or for Express."""
    known = msk_properties.STANDARD | msk_properties.EXPRESS
    return {
        "type": "object",
        "properties": {name: _broker_value(kind) for name, kind in sorted(known.items())},
        "additionalProperties": False,
    }


def _broker_value(kind: msk_properties.Kind) -> Schema:
    if kind.type == "boolean":
        return {"enum": [True, False, "true", "false"]}
    if kind.type == "word":
        return {"enum": list(kind.words)}
    if kind.type == "words":
        return {"type": "string"}
    number: Schema = {"type": "number" if kind.type == "double" else "integer"}
    for limit, key in ((kind.least, "minimum"), (kind.most, "maximum")):
        if limit is not None:
            number[key] = limit
    return {"anyOf": [number, {"type": "string", "pattern": r"^-?[0-9.]+$"}]}


def _draft_7(node: Any) -> Any:
    """Without titles made of names; with references and sizes as draft 7 has them."""
    if isinstance(node, list):
        return [_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node.replace("#/$defs/", "#/definitions/") if isinstance(node, str) else node
    made = {key: _draft_7(value) for key, value in node.items() if not _is_noise(key, value)}
    size = {"array": "Items", "object": "Properties"}.get(str(made.get("type")))
    for bound in ("min", "max"):
        if size and f"{bound}Length" in made:
            made[f"{bound}{size}"] = made.pop(f"{bound}Length")
    if size == "Items":
        made["uniqueItems"] = True
    elif "patternProperties" in made and "if" not in made:
        made["additionalProperties"] = False
    if "$ref" in made and len(made) > 1:
        # Beside a reference, draft 7 reads nothing else.
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return made


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and value != _TITLE and isinstance(value, str)) or key == "discriminator"
