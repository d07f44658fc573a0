"""Versions, brokers and capacities of MSK and MSK Connect. Data only, with its sources.

Sources: AWS MSK developer guide (supported versions, broker sizes, quotas) as of 2026-10;
Express with Kafka 3.9 in ZooKeeper mode is refused by CreateCluster
(terraform-provider-aws issue 48309); t3.small on newer versions is reported by users.
"""

from typing import Final, Literal

Coordination = Literal["zookeeper", "kraft"]
KafkaConnectVersion = Literal["2.7.1", "3.7.x"]
Monitoring = Literal["DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"]

VERSIONS: Final[dict[Coordination, tuple[str, ...]]] = {
    "zookeeper": ("3.6.0", "3.7.x", "3.8.x", "3.9.x"),
    "kraft": ("3.7.x", "3.8.x", "3.9.x", "4.0.x", "4.1.x", "4.2.x"),
}
SUPPORT_ENDED: Final = {"3.6.0": "2026-06-01", "3.7.x": "2026-09-01"}
# In MSK's notation, with .kraft.
EXPRESS_ONLY: Final = frozenset({"4.2.x.kraft"})
EXPRESS_REFUSES: Final = frozenset({"3.7.x", "3.7.x.kraft", "3.9.x"})
T3_SMALL_ACCEPTS: Final = frozenset({"3.6.0", "3.7.x"})

T3_SMALL: Final = "kafka.t3.small"
STANDARD_BROKERS: Final = (
    T3_SMALL,
    *(f"kafka.m5.{n}large" for n in ("", "x", "2x", "4x", "8x", "12x", "16x", "24x")),
    *(f"kafka.m7g.{n}large" for n in ("", "x", "2x", "4x", "8x", "12x", "16x")),
)
EXPRESS_BROKERS: Final = tuple(f"express.m7g.{n}large" for n in ("", "x", "2x", "4x", "8x", "12x", "16x"))
MAX_BROKERS: Final[dict[Coordination, int]] = {"zookeeper": 30, "kraft": 60}

# A broker's ports, by the client's authentication.
IAM_PORT: Final = 9098
SCRAM_PORT: Final = 9096
MTLS_PORT: Final = 9094
EXPORTER_PORTS: Final = (11001, 11002)

WORKER_JAVA: Final[dict[KafkaConnectVersion, int]] = {"2.7.1": 11, "3.7.x": 17}


def kafka_version(version: str, coordination: Coordination) -> str:
    """The version in MSK's notation: KRaft is a suffix of the version, not a setting."""
    return f"{version}.kraft" if coordination == "kraft" else version


def is_express(instance_type: str) -> bool:
    return instance_type.startswith("express.")


def versions(coordination: Coordination, instance_type: str) -> tuple[str, ...]:
    """The versions that MSK runs in this mode on this instance type."""

    def runs(version: str) -> bool:
        if is_express(instance_type):
            return version not in EXPRESS_REFUSES
        return version not in EXPRESS_ONLY and (instance_type != T3_SMALL or version in T3_SMALL_ACCEPTS)

    return tuple(version for version in VERSIONS[coordination] if runs(kafka_version(version, coordination)))


def all_versions() -> list[str]:
    """All versions in all modes, newest first, in MSK's notation."""
    found = [kafka_version(version, mode) for mode, versions in VERSIONS.items() for version in versions]
    return sorted(found, reverse=True)
