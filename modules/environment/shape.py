"""What the models say about a place in the file. Used only once something is wrong there."""

import re
from collections.abc import Mapping, Set
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from modules.environment import foreign
from modules.environment.environment import Environment
from modules.environment.names import Expected, OneOf, Text
from modules.messages.problems import Path, either, nearest

Model = type[BaseModel]
GONE: Final = object()


def bare(kind: Any) -> Any:
    """The type without its constraints, and without None beside it."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        others = [other for other in get_args(kind) if other is not type(None)]
        return bare(others[0]) if len(others) == 1 else kind
    return kind


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def variants(kind: Any) -> dict[str, Model]:
    """The models of a union by their tags; empty where it is no such union."""
    if get_origin(bare(kind)) not in (Union, UnionType):
        return {}
    found = {}
    for option in get_args(bare(kind)):
        model = bare(option)
        if is_model(model):
            tags = [mark.tag for mark in getattr(option, "__metadata__", ()) if isinstance(mark, Tag)]
            found[tags[0] if tags else get_args(model.model_fields["kind"].annotation)[0]] = model
    return found


def by_key(options: Mapping[str, Model]) -> bool:
    """Whether a key of its own tells each of the models apart, and no ``kind``."""
    return not any("kind" in model.model_fields for model in options.values())


def locate(loc: tuple[int | str, ...]) -> tuple[Path, Any]:
    """A pydantic location as a path of the file, and the type that stands there; None for an unknown key."""
    path: list[int | str] = []
    kind: Any = Environment
    for step in loc:
        if step == "[key]":
            break
        if options := variants(kind):
            kind = options.get(str(step))
            continue
        kind = bare(kind)
        path.append(step if get_origin(kind) is tuple else str(step))
        if is_model(kind):
            field = kind.model_fields.get(str(step))
            kind = _annotated(field) if field else None
        elif get_origin(kind) in (dict, tuple):
            kind = get_args(kind)[1 if get_origin(kind) is dict else 0]
    return tuple(path), kind


def _annotated(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def choices(kind: Any) -> list[str]:
    """The words that may stand there, where an error does not list them."""
    return [word for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, OneOf) for word in mark.options]


def is_text(kind: Any, value: str) -> bool:
    """Whether ``value`` would do there, were it text."""
    patterns = [mark.pattern for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, Text)]
    return bare(kind) is str and all(re.search(pattern, value) for pattern in patterns)


def wanted(kind: Any) -> str:
    """What may stand there, in words."""
    words = [mark.words for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, Expected)]
    if words:
        return words[0]
    if options := variants(kind):
        return f"a mapping with {'' if by_key(options) else 'kind: '}{either(options)}"
    kind = bare(kind)
    if is_model(kind):
        required = [name for name, field in kind.model_fields.items() if field.is_required()]
        return f"a mapping with {either(required or kind.model_fields, last='and' if required else 'or')}"
    if get_origin(kind) is Literal:
        return either(get_args(kind))
    return {int: "a whole number", bool: "true or false", str: "text", tuple: "a list"}.get(
        get_origin(kind) or kind, "a mapping"
    )


def standing(path: Path, data: Any) -> Any:
    """The type of the value at ``path`` of a file; None where the models have no such place."""
    kind: Any = Environment
    for step in path:
        if options := variants(kind):
            kind = options.get(_tag(kind, data) or "")
        kind = bare(kind)
        if is_model(kind) and (field := kind.model_fields.get(str(step))):
            kind = _annotated(field)
        elif get_origin(kind) in (dict, tuple):
            kind = get_args(kind)[1 if get_origin(kind) is dict else 0]
        else:
            return None
        data = _part(data, step)
    return kind


def _part(data: Any, step: int | str) -> Any:
    if isinstance(data, Mapping):
        return next((value for key, value in data.items() if str(key) == str(step)), None)
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def alternatives(loc: tuple[int | str, ...]) -> str:
    """What may be there instead of a missing key that is the usual one of several."""
    _, union = locate(loc[:-2])
    others = [tag for tag in variants(union) if tag != loc[-1]]
    return f" (or set {either(others)})" if others and _tag(union, {}) == loc[-1] else ""


def unknown_key(key: str, loc: tuple[int | str, ...]) -> tuple[str, str | None]:
    """What to say of a key that the model at ``loc`` does not have, and the key that was meant."""
    path, kind = locate(loc)
    model = bare(kind)
    if answer := foreign.answer((*path, key)):
        return _foreign(answer, model, loc)
    known = [name for name in model.model_fields if name != "name"]
    for tag, variant in variants(locate(loc[:-1])[1]).items() if loc else ():
        if key in variant.model_fields:
            if "kind" in variant.model_fields:
                return f"unknown key with kind: {loc[-1]}; it goes with kind: {tag}", None
            return f"unknown key with {loc[-1]}; it is one or the other", None
    if near := nearest(key, known):
        return f"unknown key; did you mean {near}?", near
    for name in known:
        inner = bare(model.model_fields[name].annotation)
        if is_model(inner) and key in inner.model_fields:
            return f"unknown key here; it stands under {name}", None
    return f"unknown key; allowed: {', '.join(known)}", None


def _foreign(answer: foreign.Answer, model: Model, loc: tuple[int | str, ...]) -> tuple[str, str | None]:
    message = f"unknown key: {answer.message}"
    if answer.meant is None or answer.meant in model.model_fields:
        return message, answer.meant
    options = variants(locate(loc[:-1])[1])
    tags = [] if by_key(options) else [tag for tag, one in options.items() if answer.meant in one.model_fields]
    return f"{message}, and goes with kind: {either(tags)}" if tags else message, None


def whole(kind: Any, value: Any, broken: Set[Path], path: Path = ()) -> Any:
    """``value`` as the models would have it, without what is ``broken``; GONE where nothing remains."""
    if path in broken:
        return GONE
    if options := variants(kind):
        kind = options.get(_tag(kind, value) or "")
    kind = bare(kind)
    if is_model(kind):
        return _whole_model(kind, value, broken, path)
    parts = get_args(kind)
    if get_origin(kind) is dict and isinstance(value, Mapping):
        items = {key: whole(parts[1], item, broken, (*path, str(key))) for key, item in value.items()}
        named = is_model(bare(parts[1])) or variants(parts[1])
        return {key: item for key, item in items.items() if named or (item is not GONE and isinstance(key, str))}
    if get_origin(kind) is tuple and isinstance(value, list):
        entries = tuple(whole(parts[0], item, broken, (*path, index)) for index, item in enumerate(value))
        return GONE if GONE in entries else entries
    return value


def _whole_model(model: Model, value: Any, broken: Set[Path], path: Path) -> Any:
    if not isinstance(value, Mapping):
        return value if isinstance(value, BaseModel) else GONE
    fields = {
        name: whole(_annotated(field), value[name], broken, (*path, name))
        for name, field in model.model_fields.items()
        if name in value
    }
    made = model.model_construct(**fields)
    for name in model.model_fields:
        if (*path, name) in broken or fields.get(name) is GONE:
            made.__dict__.pop(name, None)
    return made


def _tag(kind: Any, value: Any) -> str | None:
    """Which of the models of a union ``value`` is of."""
    for mark in getattr(kind, "__metadata__", ()):
        if isinstance(mark, Discriminator) and callable(mark.discriminator):
            return str(mark.discriminator(value) or "")
    named = value.get("kind") if isinstance(value, Mapping) else None
    return named if isinstance(named, str) else None


def sections(data: Mapping[str, Any], broken: Set[Path]) -> dict[str, Any]:
    """The parts of an environment that are whole, each without what is broken in it."""
    return dict(vars(_whole_model(Environment, data, broken, ())))
