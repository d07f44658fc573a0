"""Lambda's event source mappings."""

from typing import Any, Final

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventSourceMapping, LambdaBackend

from rehearsal.aws.moto_patches.patching import replace

_KAFKA: Final = "kafka"
# Lambda API reference, CreateEventSourceMapping.
_BATCH, _LARGEST_BATCH = 100, 10000


def map_topics_of_kafka() -> None:
    """AWS maps topics of MSK clusters, one for each mapping; moto knows queues and streams only.

    Nothing invokes the function. That the cluster exists and that the function's role may read it is not compared.
    """
    mapping: Any = EventSourceMapping
    arn, size = mapping.event_source_arn, mapping.batch_size
    create, update = LambdaBackend.create_event_source_mapping, LambdaBackend.update_event_source_mapping

    def set_arn(self: EventSourceMapping, value: str) -> None:
        if _is_kafka(value):
            vars(self)["_event_source_arn"] = value
        else:
            arn.__set__(self, value)

    def set_size(self: EventSourceMapping, value: int | None) -> None:
        if not _is_kafka(self.event_source_arn):
            size.__set__(self, value)
        elif (value or _BATCH) > _LARGEST_BATCH:
            raise InvalidParameterValueException(f"BatchSize {value} exceeds the max of {_LARGEST_BATCH}")
        else:
            vars(self)["_batch_size"] = value or _BATCH

    def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        if not _is_kafka(spec.get("EventSourceArn") or ""):
            return create(self, spec)
        if len(spec.get("Topics") or ()) != 1:
            raise InvalidParameterValueException("Topics must have exactly one topic.")
        function = _qualified(self, spec["FunctionName"])
        made: EventSourceMapping = mapping(
            {**spec, "RegionName": self.region_name, "AccountId": self.account_id, "FunctionArn": function}
        )
        self._event_source_mappings[made.uuid] = made
        return made

    def update_event_source_mapping(self: LambdaBackend, uuid: str, spec: dict[str, Any]) -> EventSourceMapping | None:
        changed = update(self, uuid, spec)
        if changed and _is_kafka(changed.event_source_arn) and spec.get("FunctionName"):
            changed.function_arn = _qualified(self, spec["FunctionName"])
        return changed

    replace(
        EventSourceMapping,
        event_source_arn=property(arn.fget, set_arn),
        batch_size=property(size.fget, set_size),
    )
    replace(
        LambdaBackend,
        create_event_source_mapping=create_event_source_mapping,
        update_event_source_mapping=update_event_source_mapping,
    )


def _is_kafka(arn: str) -> bool:
    return arn.split(":")[2:3] == [_KAFKA]


def _qualified(backend: LambdaBackend, named: str) -> str:
    """The ARN of an existing function, with the alias that ``named`` has."""
    found = backend._lambdas.get_function_by_name_or_arn_with_qualifier(named)
    return named if named.startswith("arn:") else str(found.function_arn)
