"""Creates the roles of applications and the Lambda functions that an environment names."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.models.consumers import LambdaConsumer

_EC2, _LAMBDA = "ec2.amazonaws.com", "lambda.amazonaws.com"
_HANDLER: Final = "function.handler"
_CODE: Final = "def handler(event, context):\n    pass\n"


def create_roles(environment: Environment, iam: Any) -> list[str]:
    """Creates the roles that are missing; returns their names."""
    return [
        role
        for consumer in environment.consumers.values()
        for role in consumer.role_names
        if _created(iam, role, _LAMBDA if isinstance(consumer, LambdaConsumer) else _EC2)
    ]


def create_functions(environment: Environment, iam: Any, functions: Any) -> list[str]:
    """Creates the functions that are missing, with empty code, each with its consumer's role; returns their names."""
    return list(_functions(environment, iam, functions))


def _functions(environment: Environment, iam: Any, functions: Any) -> Iterator[str]:
    for consumer in environment.consumers.values():
        if not (isinstance(consumer, LambdaConsumer) and consumer.function and consumer.function_name):
            continue
        name = consumer.function_name
        # A role that Terraform creates comes after its function here: the function begins with one of its own.
        role = next(iter(consumer.role_names), f"function-{name}"[:64])
        _created(iam, role, _LAMBDA)
        try:
            functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=iam.get_role(RoleName=role)["Role"]["Arn"],
                Handler=_HANDLER,
                Code={"ZipFile": _archive()},
            )
        except functions.exceptions.ResourceConflictException:
            continue
        if qualifier := consumer.function.split(":")[7:]:
            functions.create_alias(FunctionName=name, Name=qualifier[0], FunctionVersion="$LATEST")
        yield name


def _created(iam: Any, role: str, service: str) -> bool:
    """Whether the role, which ``service`` may assume, was created now."""
    assumed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [assumed]})
    try:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        return False
    return True


def _archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("function.py", _CODE)
    return content.getvalue()
