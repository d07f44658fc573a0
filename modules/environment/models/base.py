"""The base of all models of the environment file."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A part of an environment: unknown keys and other types are errors; immutable."""

    # Built once, within Environment; an error never shows its input, which may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True)
