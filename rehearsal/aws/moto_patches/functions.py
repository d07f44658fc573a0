"""Lambda: functions are kept without Docker, with their logging; another part of the embedded AWS runs them."""

from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.core.config import default_user_config

from rehearsal.aws.moto_patches.patching import replace


def keep_functions_without_docker() -> None:
    """AWS runs functions; moto starts Docker containers for them, unless ``use_docker`` is false."""
    default_user_config["lambda"] = {"use_docker": False}


def keep_logging_of_functions() -> None:
    """AWS stores a function's LoggingConfig; moto drops it, and Terraform would change it at every apply."""
    create, describe, update = (
        LambdaFunction.__init__,
        LambdaFunction.get_configuration,
        LambdaFunction.update_configuration,
    )

    def __init__(self: LambdaFunction, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any) -> None:  # noqa: N807
        create(self, account_id, spec, *rest, **named)
        vars(self)["logging_config"] = spec.get("LoggingConfig")

    def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        kept = vars(self).get("logging_config")
        return describe(self, on_create) | ({"LoggingConfig": kept} if kept else {})

    def update_configuration(self: LambdaFunction, updates: dict[str, Any]) -> dict[str, Any]:
        vars(self)["logging_config"] = updates.get("LoggingConfig", vars(self).get("logging_config"))
        return update(self, updates)

    replace(
        LambdaFunction,
        __init__=__init__,
        get_configuration=get_configuration,
        update_configuration=update_configuration,
    )
