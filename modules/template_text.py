"""Text of an environment file in Terraform's templates: it stays text, whatever signs it has."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def escaped(text: str) -> str:
    """``text`` as a template that Terraform reads as ``text``."""
    return text.replace("${", "$${").replace("%{", "%%{")


def with_escaped_text(model: M) -> M:
    """``model`` with every text in it escaped, keys too; for what is built from it, and for no check."""
    return model.model_copy(update={name: _escaped(value) for name, value in vars(model).items()})


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, BaseModel):
        return with_escaped_text(value)
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    return tuple(map(_escaped, value)) if isinstance(value, tuple) else value
