"""The calls to AWS in the debug log of Terraform's AWS provider."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_RECORD: Final = re.compile(r"^(?=\d{4}-\d\d-\d\dT)", re.MULTILINE)
_SENT: Final = "HTTP Request Sent"
_FIELD: Final = re.compile(
    r'(?<![\w.])(rpc\.service|rpc\.method|tf_resource_type|tf_data_source_type|tf_rpc)=(?:"([^"]+)"|(\S+))'
)
# The provider's names of services, by which AWS's SDK for Go knows them, and the signing names.
_SERVICES: Final = {
    "Application Auto Scaling": "application-autoscaling",
    "CloudWatch": "monitoring",
    "CloudWatch Logs": "logs",
    "EventBridge": "events",
    "Secrets Manager": "secretsmanager",
}


@dataclass(frozen=True)
class Call:
    """A call; ``service`` is a signing name, ``of`` a type of resource, ``data.TYPE`` of a data source, or empty.

    ``rpc`` is what Terraform asked the provider for, such as ApplyResourceChange.
    """

    service: str
    operation: str
    rpc: str
    of: str


def calls(log: str) -> Iterator[Call]:
    """Every call in the log, in its order."""
    for record in _RECORD.split(log):
        if _SENT not in record:
            continue
        found = {name: quoted or plain for name, quoted, plain in _FIELD.findall(record)}
        of = found.get("tf_resource_type") or ""
        if data := found.get("tf_data_source_type"):
            of = f"data.{data}"
        service = found["rpc.service"]
        yield Call(_SERVICES.get(service, service.lower()), found["rpc.method"], found.get("tf_rpc", ""), of)
