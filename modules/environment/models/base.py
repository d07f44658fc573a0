"""What every part of an environment file has in common."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Every part of an environment: closed and immutable; what YAML reads as another type is refused."""

    # Built once, within Environment; an error never shows its input, which may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True)
