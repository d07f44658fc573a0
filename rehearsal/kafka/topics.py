"""Topics that somebody creates on AWS before a connector reads them: no stack does."""

from collections.abc import Collection, Iterable

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

_TIMEOUT_MS = 5000


def create_missing(bootstraps: Collection[str], names: Iterable[str]) -> list[str]:
    """Creates those of ``names`` that do not exist, each with one partition; returns them.

    ``bootstraps`` are those of the clusters. Raises KafkaError where no broker answers within 5 s.
    """
    created = []
    for bootstrap in bootstraps:
        with KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=_TIMEOUT_MS) as admin:
            existing = set(admin.list_topics())
            for name in sorted(set(names) - existing):
                try:
                    admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=-1)])
                except TopicAlreadyExistsError:  # an application was faster
                    continue
                created.append(name)
    return created
