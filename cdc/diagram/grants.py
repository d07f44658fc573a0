"""What the synthesized IAM policies allow, in a few words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cdc.diagram.architecture import Grant
from cdc.diagram.blocks import Blocks, Body, path

Statement = Mapping[str, Any]

_TOPIC: Final = re.compile(r"(?:kafka_topics_\w+}|:topic/[^/]+/[^/]+)/(.+)$")
_GROUP: Final = re.compile(r"(?:kafka_groups_\w+}|:group/[^/]+/[^/]+)/(.+)$")
_REFERENCE: Final = re.compile(r"\$\{[^{}]*}")
_INTERNAL: Final = "__amazon_msk_connect_"
_SERVICES: Final = {
    "kafka-cluster": "Kafka", "secretsmanager": "Secrets Manager", "kms": "KMS", "s3": "S3", "glue": "Glue",
    "logs": "Logs", "kafkaconnect": "MSK Connect", "cloudwatch": "CloudWatch", "scheduler": "Scheduler", "iam": "IAM",
    "sns": "SNS", "lambda": "Lambda", "kafka": "MSK", "ec2": "EC2",
}  # fmt: skip


def grants(blocks: Blocks) -> tuple[Grant, ...]:
    """Of connectors' roles, of the policies that applications attach, then of our function's roles."""
    roles = _of_roles(blocks)
    connectors = [grant for place, grant in roles if place.startswith("connectors/")]
    return (*connectors, *_of_policies(blocks), *(grant for _, grant in roles if grant not in connectors))


def writable_topics(policy: Body) -> tuple[str, ...]:
    """The topics of events and of the schema history that ``policy`` allows to write, without Connect's own."""
    found = [
        topic
        for statement in statements(policy)
        if "kafka-cluster:WriteData" in _list(statement["Action"])
        for topic in topics(statement)
    ]
    return tuple(dict.fromkeys(one for one in found if not one.startswith(_INTERNAL)))


def statements(policy: Body) -> list[Statement]:
    """The statements of a policy's document; none of an empty block."""
    return list(json.loads(policy["policy"])["Statement"]) if policy else []


def topics(statement: Statement) -> list[str]:
    return _named(_TOPIC, statement)


def groups(statement: Statement) -> list[str]:
    return _named(_GROUP, statement)


def _of_roles(blocks: Blocks) -> list[tuple[str, Grant]]:
    """With the path of each."""
    found = []
    for place, policy in blocks.resources("aws_iam_role_policy", "connect").items():
        role = blocks.referred(policy["role"])
        trust = json.loads(role["assume_role_policy"])["Statement"][0]["Principal"]
        held_by = f"assumed by {trust.get('Service', 'others')}"
        found.append((place, Grant(str(role["name"]), held_by, _lines(blocks, policy))))
    return found


def _of_policies(blocks: Blocks) -> Iterator[Grant]:
    for place, policy in blocks.resources("aws_iam_policy", "connect").items():
        roles = attached(blocks, place)
        yield Grant(str(policy["name"]), f"attached to {', '.join(roles) or 'no role yet'}", _lines(blocks, policy))


def attached(blocks: Blocks, policy: str) -> tuple[str, ...]:
    """The roles that the policy at the path ``policy`` is attached to."""
    found = blocks.resources("aws_iam_role_policy_attachment").values()
    mine = (one["role"] for one in found if path(blocks.referred(one["policy_arn"])) == policy)
    return tuple(str(blocks.referred(role).get("name", role)) for role in mine)


def _lines(blocks: Blocks, policy: Body) -> tuple[str, ...]:
    """One line for each service and set of actions, with what it is allowed on."""
    lines: dict[str, list[str]] = {}
    for statement in statements(policy):
        actions = _list(statement["Action"])
        service = actions[0].partition(":")[0]
        verbs = ", ".join(dict.fromkeys(verb for action in actions if (verb := _verb(action))))
        title = f"{_SERVICES.get(service, service)}: {verbs or 'describe'}"
        lines.setdefault(title, []).extend(_resources(blocks, statement))
    return tuple(f"{title} {', '.join(filter(None, dict.fromkeys(found)))}".rstrip() for title, found in lines.items())


def _verb(action: str) -> str:
    """``write`` of ``kafka-cluster:WriteData``; nothing for the descriptions that come with every other action."""
    name = action.partition(":")[2]
    if action.startswith("kafka-cluster:"):
        return "join" if name == "AlterGroup" else "" if name.startswith("Describe") else _first_word(name)
    return _first_word(name)


def _first_word(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", " ", name).partition(" ")[0].lower()


def _resources(blocks: Blocks, statement: Statement) -> Iterator[str]:
    for resource in _list(statement["Resource"]):
        if found := _TOPIC.search(resource) or _GROUP.search(resource):
            if not found[1].startswith(_INTERNAL):
                yield found[1]
        elif _REFERENCE.fullmatch(resource):
            yield _name(blocks.referred(resource))
        elif resource != "*":
            yield re.sub(r"\$\{[^}]*}", "…", resource).removesuffix(":*").rsplit(":", 1)[-1]


def _name(block: Body) -> str:
    names = (block.get(key) for key in ("name", "cluster_name", "function_name", "bucket"))
    return str(next(filter(None, names), ""))


def _named(pattern: re.Pattern[str], statement: Statement) -> list[str]:
    return [found[1] for resource in _list(statement["Resource"]) if (found := pattern.search(resource))]


def _list(value: Sequence[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
