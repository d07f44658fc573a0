"""Topics outside the prefix to which an entry's transforms route events."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from cdc.imports.translation.draft import DEBEZIUM
from modules.debezium.checks import routing
from modules.debezium.checks.subject import Subject
from modules.debezium.internal import covers
from modules.environment.models.connectors import Connector
from modules.environment.names import TopicPattern

_TOPIC: Final = TypeAdapter(TopicPattern)


def routed(body: dict[str, Any]) -> tuple[list[str], bool]:
    """The topics, with * where rows decide a part of a name, and whether there are others that only the user knows.

    ``body`` is an entry's; of one that is no valid connector nothing is known.
    """
    try:
        connector = Connector.model_validate(body)
    except ValidationError:
        return [], False
    version = connector.kafkaconnect_version
    subject = Subject(connector, DEBEZIUM[version], version)
    names = [topic.name for topic in routing.outside(subject)]
    known = {name for name in names if _valid(name)}
    unknown = known < set(names) or any(routing.by_content(subject))
    return sorted(name for name in known if not any(covers(other, name) for other in known - {name})), unknown


def _valid(name: str) -> bool:
    try:
        _TOPIC.validate_python(name)
    except ValidationError:
        return False
    return True
